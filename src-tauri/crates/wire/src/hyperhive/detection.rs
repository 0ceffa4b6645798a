use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Detection;

pub(super) const DETECTION: Detection = Detection {
    ports: &[7000],
    path: "/api/state",
    proof: |body| serde_json::from_slice::<State>(body).is_ok_and(|state| state.is_a_hosts()),
    login: None,
};

/// `seq` is always there; the tables come and go with the versions.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "seq")]
    _seq: u64,
    approvals: Option<IgnoredAny>,
    containers: Option<IgnoredAny>,
    questions: Option<IgnoredAny>,
}

impl State {
    fn is_a_hosts(&self) -> bool {
        self.approvals.is_some() || self.containers.is_some() || self.questions.is_some()
    }
}
