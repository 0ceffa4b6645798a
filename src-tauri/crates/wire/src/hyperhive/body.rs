//! What the broker carried, whole.

use deskbell_domain::Piece;
use serde_json::Value;

use crate::body::{said, text};

pub(super) fn of(raw: &str) -> Vec<Piece> {
    let Ok(frame) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    text(&frame, "body").and_then(said).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_lines() {
        let raw = r#"{"kind":"sent","from":"coder","to":"operator","body":"one\n\n- two"}"#;
        assert_eq!(of(raw), [Piece::Said { text: "one\n\n- two".into() }]);
        assert_eq!(of(r#"{"kind":"agent_started"}"#), []);
        assert_eq!(of("<html>"), []);
    }
}
