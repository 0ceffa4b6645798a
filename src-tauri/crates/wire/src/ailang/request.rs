//! The calls that are made, and the frames that are sent, as data.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{Body, Method, Request};

/// The server closes a connection that sends a longer frame.
const LONGEST_FRAME: usize = 10_240;

pub(super) fn get(path: &str) -> Request {
    Request::get(path)
}

/// A read whose path holds an id, and what is asked of it.
pub(super) fn get_of(before: &str, id: &str, after: &str) -> Request {
    Request::get(format!("{before}{}{after}", encode(id)))
}

pub(super) fn post(path: &str, body: &Value) -> Request {
    Request::post(path, Body::Json(body.to_string()))
}

/// A request about one thing: `/api/approvals/{id}/approve`.
pub(super) fn act(before: &str, id: &str, after: &str, body: &Value) -> Request {
    post(&format!("{before}{}{after}", encode(id)), body)
}

pub(super) fn with(method: Method, before: &str, id: &str, body: Body) -> Request {
    Request { method, ..Request::post(format!("{before}{}", encode(id)), body) }
}

/// Asks for the messages of a thread after `from`. Nothing where the frame would cost us the connection.
pub(super) fn subscribe(thread: &str, from: u64) -> Option<String> {
    frame(&json!({ "type": "subscribe", "data": { "thread_id": thread, "from_seq": from } }))
}

/// Says that everything up to `seq` is kept here.
pub(super) fn ack(thread: &str, seq: u64) -> Option<String> {
    frame(&json!({ "type": "ack", "data": { "thread_id": thread, "ack_seq": seq } }))
}

fn frame(frame: &Value) -> Option<String> {
    Some(frame.to_string()).filter(|text| text.len() <= LONGEST_FRAME)
}

/// Percent-encodes everything but letters, digits, `-` and `_`: a server's id must never become a path of its own.
pub(super) fn encode(text: &str) -> String {
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
    fn no_frame_is_longer_than_the_server_bears() {
        assert!(subscribe(&"\u{1}".repeat(1_600), 0).is_some());
        assert!(subscribe(&"\u{1}".repeat(1_800), 0).is_none(), "six bytes for one in JSON");
        assert!(ack(&"x".repeat(10_240), 1).is_none());
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_a_path() {
        let request = act("/api/approvals/", "../x?y", "/approve", &json!({}));
        assert_eq!(request.path, "/api/approvals/%2E%2E%2Fx%3Fy/approve");
    }
}
