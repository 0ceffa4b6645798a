//! The calls that are made, as data.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::{Body, Request};

pub(super) const PROBLEM_EVENTS: &str = "/api/v1/problems/events";

pub(super) const SETUP: &str = "/api/v1/setup/status";

pub(super) fn setup() -> Request {
    Request::get(SETUP)
}

pub(super) fn operations() -> Request {
    Request::get("/api/v1/operations")
}

pub(super) fn problems() -> Request {
    Request::get("/api/v1/problems")
}

pub(super) fn session(id: &str) -> Request {
    Request::get(format!("/api/v1/sessions/{}", encode(id)))
}

pub(super) fn session_events(id: &str) -> String {
    format!("/api/v1/sessions/{}/events", encode(id))
}

pub(super) fn resume(id: &str, inputs: &Map<String, Value>) -> Request {
    let body = json!({ "extra_inputs": inputs }).to_string();
    Request::post(format!("/api/v1/sessions/{}/resume", encode(id)), Body::Json(body))
}

pub(super) fn cancel(id: &str, discard_files: bool) -> Request {
    let body = json!({ "discard_files": discard_files }).to_string();
    Request::post(format!("/api/v1/sessions/{}/cancel", encode(id)), Body::Json(body))
}

pub(super) fn run(path: &str) -> Request {
    Request::get(format!("/api/v1/run/{}", encode(path)))
}

pub(super) fn override_problem(run_path: &str, body: &Value) -> Request {
    Request::post(format!("/api/v1/problems/{}/override", encode(run_path)), Body::Json(body.to_string()))
}

pub(super) fn revoke(run_path: &str, body: &Value) -> Request {
    let path = format!("/api/v1/problems/{}/override/revoke", encode(run_path));
    Request::post(path, Body::Json(body.to_string()))
}

/// Percent-encodes everything but letters, digits, `-` and `_`: what a server names must never become a path of
/// its own. ExLab takes `%2F` within a run's path.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_names_cannot_leave_its_place_in_a_path() {
        assert_eq!(session("../x?y").path, "/api/v1/sessions/%2E%2E%2Fx%3Fy");
        let revoked = revoke("/srv/lab/Proj A", &json!({}));
        assert_eq!(revoked.path, "/api/v1/problems/%2Fsrv%2Flab%2FProj%20A/override/revoke");
        assert_eq!(session_events("a-1"), "/api/v1/sessions/a-1/events");
    }
}
