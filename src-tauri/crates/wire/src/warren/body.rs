//! What a message of a ticket says, whole.

use deskbell_domain::Piece;
use serde_json::Value;

use crate::body::{said, shown, text};

pub(super) fn of(raw: &str) -> Vec<Piece> {
    let Ok(frame) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    // In a frame it is wrapped; a list has it bare, and so has the older shape.
    let message = frame.get("message").filter(|message| message.is_object()).unwrap_or(&frame);
    match text(message, "type") {
        Some("trace") => message.get("content").and_then(|trace| shown("Trace", trace)).into_iter().collect(),
        Some(_) | None => text(message, "content").and_then(said).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_lines_wrapped_bare_or_old() {
        let message = r#"{"id":"m","type":"response","content":"a\n\nb"}"#;
        let said = [Piece::Said { text: "a\n\nb".into() }];
        assert_eq!(of(message), said);
        assert_eq!(of(&format!(r#"{{"event":"session_message_added","message":{message}}}"#)), said);
        assert_eq!(of(r#"{"type":"message","content":"a\n\nb","timestamp":5}"#), said);
        let trace = r#"{"id":"m","type":"trace","content":"step\n1"}"#;
        assert_eq!(of(trace), [Piece::Shown { title: "Trace".into(), text: "step\n1".into() }]);
    }
}
