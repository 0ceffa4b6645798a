//! What a row of the stream says, whole: words, thoughts, what tools were given and what they brought.

use deskbell_domain::Piece;
use serde_json::Value;

use super::frame::{Row, Stream, hear};
use crate::body::{said, shown, text};

pub(super) fn of(raw: &str) -> Vec<Piece> {
    match hear(raw).heard {
        Ok(Some(heard)) => row(&heard.row),
        Ok(None) => Vec::new(),
        // A letter of the inbox is no event.
        Err(_) => serde_json::from_str::<Value>(raw)
            .ok()
            .and_then(|letter| text(&letter, "body").and_then(said))
            .into_iter()
            .collect(),
    }
}

fn row(row: &Row) -> Vec<Piece> {
    match row {
        Row::TurnStart { body, .. } => said(body).into_iter().collect(),
        Row::TurnEnd { note: Some(note), .. } | Row::Note(note) => said(note).into_iter().collect(),
        Row::Stream(stream) => self::stream(stream),
        Row::TurnEnd { note: None, .. } | Row::Changed(_) => Vec::new(),
    }
}

fn stream(row: &Stream) -> Vec<Piece> {
    let field = |name: &str| row.fields.get(name).and_then(Value::as_str);
    match row.kind.as_str() {
        "assistant" | "user" => match row.fields.get("message").and_then(|message| message.get("content")) {
            Some(Value::String(text)) => said(text).into_iter().collect(),
            Some(Value::Array(blocks)) => blocks.iter().filter_map(block).collect(),
            _ => Vec::new(),
        },
        "result" => field("result").and_then(said).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn block(block: &Value) -> Option<Piece> {
    match text(block, "type")? {
        "text" => text(block, "text").and_then(said),
        "thinking" => shown("Thinking", block.get("thinking")?),
        "tool_use" => shown(text(block, "name").unwrap_or("A tool"), block.get("input")?),
        "tool_result" => {
            let failed = block.get("is_error").and_then(Value::as_bool) == Some(true);
            shown(if failed { "Failed" } else { "Result" }, &brought(block.get("content")?))
        }
        _ => None,
    }
}

/// A tool's result: a text, or a list of blocks with texts.
fn brought(content: &Value) -> Value {
    match content {
        Value::Array(blocks) if blocks.iter().any(|block| text(block, "text").is_some()) => {
            let texts: Vec<&str> = blocks.iter().filter_map(|block| text(block, "text")).collect();
            Value::String(texts.join("\n"))
        }
        _ => content.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(title: &str, text: &str) -> Piece {
        Piece::Shown { title: title.into(), text: text.into() }
    }

    #[test]
    fn words_thoughts_and_tools_are_told_apart_and_keep_their_lines() {
        let raw = r#"{"kind":"stream","type":"assistant","message":{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I look:\n1. here"},{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}"#;
        assert_eq!(
            of(raw),
            [
                shown("Thinking", "hm"),
                Piece::Said { text: "I look:\n1. here".into() },
                shown("Bash", "{\n  \"command\": \"ls\"\n}"),
            ]
        );
        let raw = r#"{"kind":"stream","type":"user","message":{"content":[{"type":"tool_result","content":[{"type":"text","text":"a.txt"},{"type":"text","text":"b.txt"}]},{"type":"tool_result","is_error":true,"content":"no"}]}}"#;
        assert_eq!(of(raw), [shown("Result", "a.txt\nb.txt"), shown("Failed", "no")]);
    }

    #[test]
    fn what_a_turn_was_begun_with_and_a_letter_are_said() {
        let said = |text: &str| vec![Piece::Said { text: text.into() }];
        assert_eq!(of(r#"{"kind":"turn_start","from":"operator","body":"a\nb","unread":0}"#), said("a\nb"));
        assert_eq!(of(r#"{"from":"manager","body":"c\nd","at":5}"#), said("c\nd"));
        assert_eq!(of(r#"{"kind":"turn_end","ok":true,"note":null}"#), []);
        assert_eq!(of("null"), []);
    }
}
