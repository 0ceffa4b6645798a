use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Detection;

pub(super) const DETECTION: Detection = Detection {
    // The second is that of older hubs.
    ports: &[1957, 1956],
    path: "/api/agents",
    proof: |body| serde_json::from_slice::<Agents>(body).is_ok(),
    login: None,
};

/// Both lists are always named; a Go server says `null` for an empty one.
#[derive(Deserialize)]
struct Agents {
    #[serde(rename = "known")]
    _known: IgnoredAny,
    #[serde(rename = "running")]
    _running: IgnoredAny,
}
