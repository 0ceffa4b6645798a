use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{Detection, Login};

/// Where it was given a password.
pub(super) const LOGIN: Login = Login::Basic("opencode");

pub(super) const DETECTION: Detection = Detection {
    ports: &[4096],
    // A list would wake the project it was started in; this one wakes nothing.
    path: "/global/health",
    proof: |body| serde_json::from_slice::<Health>(body).is_ok(),
    login: Some(LOGIN),
};

#[derive(Deserialize)]
struct Health {
    #[serde(rename = "healthy")]
    _healthy: bool,
    #[serde(rename = "version")]
    _version: IgnoredAny,
}
