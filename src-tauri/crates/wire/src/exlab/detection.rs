use super::requests;
use super::shapes::Setup;
use crate::Detection;

pub(super) const DETECTION: Detection = Detection {
    ports: &[],
    path: requests::SETUP,
    proof: |body| serde_json::from_slice::<Setup>(body).is_ok(),
    login: None,
};
