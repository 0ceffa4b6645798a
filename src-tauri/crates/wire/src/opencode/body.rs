//! What a part of a message says, whole.

use deskbell_domain::Piece;
use serde_json::Value;

use crate::body::{said, shown, text};

pub(super) fn of(raw: &str) -> Vec<Piece> {
    let Ok(frame) = serde_json::from_str::<Value>(raw) else { return Vec::new() };
    let properties = frame.get("properties").unwrap_or(&frame);
    // One that was read back stands without its frame.
    pieces(properties.get("part").unwrap_or(properties))
}

fn pieces(part: &Value) -> Vec<Piece> {
    match text(part, "type") {
        Some("text") => text(part, "text").and_then(said).into_iter().collect(),
        Some("reasoning") => {
            part.get("text").and_then(|thought| shown("Thinking", thought)).into_iter().collect()
        }
        Some("tool") => tool(part),
        Some("subtask") => {
            part.get("prompt").and_then(|prompt| shown("Given to the subagent", prompt)).into_iter().collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn tool(part: &Value) -> Vec<Piece> {
    let Some(state) = part.get("state") else { return Vec::new() };
    let name = text(part, "tool").unwrap_or("A tool");
    let of = |field: &str, title: &str| state.get(field).and_then(|value| shown(title, value));
    [of("input", name), of("output", "Result"), of("error", "Failed")].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_lines_and_a_tool_tells_what_it_was_given_and_what_it_brought() {
        let frame = |part: Value| {
            serde_json::json!({ "type": "message.part.updated", "properties": { "part": part } }).to_string()
        };
        let words = serde_json::json!({ "type": "text", "text": "# Done\n\n- it works" });
        for raw in [frame(words.clone()), words.to_string()] {
            assert_eq!(of(&raw), [Piece::Said { text: "# Done\n\n- it works".into() }]);
        }
        let tool = serde_json::json!({
            "type": "tool", "tool": "bash",
            "state": { "status": "completed", "input": { "command": "ls" }, "output": "a\nb\n" },
        });
        assert_eq!(
            of(&frame(tool)),
            [
                Piece::Shown { title: "bash".into(), text: "{\n  \"command\": \"ls\"\n}".into() },
                Piece::Shown { title: "Result".into(), text: "a\nb\n".into() },
            ]
        );
        let delta = r#"{"type":"message.part.delta","properties":{"field":"text","delta":"x"}}"#;
        assert_eq!(of(delta), []);
    }
}
