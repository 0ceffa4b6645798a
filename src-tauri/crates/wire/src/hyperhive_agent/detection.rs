use serde::Deserialize;

use crate::Detection;

pub(super) const DETECTION: Detection = Detection {
    // The manager's. The others are all over the place, and the dashboard tells of them.
    ports: &[8000],
    path: "/api/state",
    proof: |body| serde_json::from_slice::<State>(body).is_ok(),
    login: None,
};

#[derive(Deserialize)]
struct State {
    #[serde(rename = "status")]
    _status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Online,
    NeedsLoginIdle,
    NeedsLoginInProgress,
}
