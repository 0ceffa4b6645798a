//! What a message, a letter or a row of a task's stream says, whole.

use deskbell_domain::Piece;
use serde_json::Value;

use crate::body::{said, shown, text};

pub(super) fn of(raw: &str) -> Vec<Piece> {
    let Ok(frame) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    // On the socket it is wrapped; a list has it bare.
    let row = frame.get("data").filter(|data| data.is_object()).unwrap_or(&frame);
    let words = ["content", "payload", "text"].iter().find_map(|name| text(row, name)).and_then(said);
    let of = |field: &str, title: &str| row.get(field).and_then(|value| shown(title, value));
    let tool = text(row, "tool_name").unwrap_or("A tool");
    let given = of("directive_full", "Directive");
    [words, given, of("tool_input", tool), of("tool_output", "Result"), of("error_msg", "Failed")]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_lines_wrapped_or_bare() {
        let message = r#"{"id":"m","kind":"result","content":"a\n\nb"}"#;
        let wanted = [Piece::Said { text: "a\n\nb".into() }];
        assert_eq!(of(message), wanted);
        assert_eq!(of(&format!(r#"{{"type":"message","data":{message}}}"#)), wanted);
    }

    #[test]
    fn a_tool_tells_what_it_was_given_and_what_it_brought() {
        let raw =
            r#"{"stream_type":"tool_use","tool_name":"grep","tool_input":"{\"a\":1}","tool_output":"x\ny"}"#;
        assert_eq!(
            of(raw),
            [
                Piece::Shown { title: "grep".into(), text: "{\"a\":1}".into() },
                Piece::Shown { title: "Result".into(), text: "x\ny".into() },
            ]
        );
    }
}
