//! What a row says, in one line.

use deskbell_domain::EntryKind;
use serde_json::Value;

use super::frame::{Row, Stream};
use crate::words::{LINE, line};

/// How much of a tool's arguments or of a tool's result goes into a line.
const PIECE: usize = 300;

pub(super) fn kind(row: &Row) -> EntryKind {
    match row {
        Row::TurnStart { .. } | Row::TurnEnd { .. } => EntryKind::Turn,
        Row::Note(_) | Row::Stream(_) => EntryKind::Stream,
        Row::Changed(_) => EntryKind::Lifecycle,
    }
}

/// The line; `raw` is shown where nothing better is known.
pub(super) fn text(row: &Row, raw: &str) -> String {
    let text = match row {
        Row::TurnStart { from, body, unread: 0 } => format!("Turn begins: {from}: {body}"),
        Row::TurnStart { from, body, unread } => {
            format!("Turn begins ({unread} more waiting): {from}: {body}")
        }
        Row::TurnEnd { ok: true, note: None } => "Turn ended".to_owned(),
        Row::TurnEnd { ok: true, note: Some(note) } => format!("Turn ended: {note}"),
        Row::TurnEnd { ok: false, note: None } => "Turn failed".to_owned(),
        Row::TurnEnd { ok: false, note: Some(note) } => format!("Turn failed: {note}"),
        Row::Note(note) => format!("Note: {note}"),
        Row::Changed(kind) => kind.replace('_', " "),
        Row::Stream(stream) => stream_text(stream).unwrap_or_else(|| raw.to_owned()),
    };
    line(&text, LINE)
}

fn stream_text(row: &Stream) -> Option<String> {
    let field = |name: &str| row.fields.get(name).and_then(Value::as_str);
    match row.kind.as_str() {
        "system" => Some(match (field("subtype"), field("model")) {
            (Some("init"), Some(model)) => format!("Session begins with {model}"),
            (Some("init"), None) => "Session begins".to_owned(),
            (Some(subtype), _) => format!("System: {subtype}"),
            (None, _) => return None,
        }),
        "assistant" => parts(row, said),
        "user" => parts(row, brought),
        "result" => Some(outcome(row)),
        kind if kind.starts_with("rate_limit") => {
            let info = row.fields.get("rate_limit_info").unwrap_or(&Value::Null);
            let status = info.get("status").and_then(Value::as_str).or_else(|| field("status"));
            Some(status.map_or_else(|| "Rate limit".to_owned(), |status| format!("Rate limit: {status}")))
        }
        _ => None,
    }
}

/// The content blocks of a message: a text, or a list.
fn content(row: &Stream) -> Option<&Value> {
    row.fields.get("message").and_then(|message| message.get("content"))
}

fn parts(row: &Stream, say: fn(&Value) -> Option<String>) -> Option<String> {
    let said: Vec<String> = match content(row)? {
        Value::String(text) => vec![text.clone()],
        Value::Array(blocks) => blocks.iter().filter_map(say).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    (!said.is_empty()).then(|| said.join(" · "))
}

fn said(block: &Value) -> Option<String> {
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    match text("type")? {
        "text" => text("text").map(str::to_owned),
        "thinking" => text("thinking").map(|thought| format!("(thinking) {thought}")),
        "tool_use" => {
            let input = block.get("input").map(Value::to_string).unwrap_or_default();
            Some(format!("{} {}", text("name").unwrap_or("a tool"), line(&input, PIECE)))
        }
        other => Some(format!("({other})")),
    }
}

fn brought(block: &Value) -> Option<String> {
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    match text("type")? {
        "text" => text("text").map(str::to_owned),
        "tool_result" => {
            let failed = block.get("is_error").and_then(Value::as_bool) == Some(true);
            let result = block.get("content").map(flat).unwrap_or_default();
            Some(format!("{} {}", if failed { "✗" } else { "→" }, line(&result, PIECE)))
        }
        other => Some(format!("({other})")),
    }
}

/// A tool's result: a text, or a list of blocks with texts.
fn flat(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter_map(|block| block.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join(" ")
        }
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => content.to_string(),
    }
}

fn outcome(row: &Stream) -> String {
    let number = |name: &str| row.fields.get(name).and_then(Value::as_f64);
    let failed = row.fields.get("is_error").and_then(Value::as_bool) == Some(true);
    let word = row.fields.get("subtype").and_then(Value::as_str).filter(|word| *word != "success");
    let mut text =
        word.map_or_else(|| if failed { "Failed" } else { "Done" }.to_owned(), |word| word.replace('_', " "));
    if let Some(ms) = number("duration_ms") {
        text.push_str(&format!(" in {:.1} s", ms / 1000.0));
    }
    if let Some(cost) = number("total_cost_usd") {
        text.push_str(&format!(", ${cost:.4}"));
    }
    match row.fields.get("result").and_then(Value::as_str) {
        Some(result) if !result.is_empty() => format!("{text}: {result}"),
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperhive_agent::frame::hear;

    fn said(raw: &str) -> String {
        text(&hear(raw).heard.unwrap().unwrap().row, raw)
    }

    #[test]
    fn every_sort_of_row_is_told_in_a_line() {
        for (raw, words) in [
            (
                r#"{"kind":"turn_start","from":"operator","body":"hi\nyou","unread":2}"#,
                "Turn begins (2 more waiting): operator: hi you",
            ),
            (r#"{"kind":"turn_end","ok":false,"note":"claude exited 1"}"#, "Turn failed: claude exited 1"),
            (
                r#"{"kind":"stream","type":"system","subtype":"init","model":"haiku"}"#,
                "Session begins with haiku",
            ),
            (
                r#"{"kind":"stream","type":"assistant","message":{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"I look"},{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}"#,
                r#"(thinking) hm · I look · Bash {"command":"ls"}"#,
            ),
            (
                r#"{"kind":"stream","type":"user","message":{"content":[{"type":"tool_result","content":[{"type":"text","text":"a.txt"}]},{"type":"tool_result","is_error":true,"content":"no"}]}}"#,
                "→ a.txt · ✗ no",
            ),
            (
                r#"{"kind":"stream","type":"result","subtype":"success","is_error":false,"duration_ms":1234,"total_cost_usd":0.0123,"result":"ok"}"#,
                "Done in 1.2 s, $0.0123: ok",
            ),
            (
                r#"{"kind":"stream","type":"rate_limit_event","rate_limit_info":{"status":"allowed"}}"#,
                "Rate limit: allowed",
            ),
            (r#"{"kind":"stream","type":"novel","x":1}"#, r#"{"kind":"stream","type":"novel","x":1}"#),
            (r#"{"kind":"note","text":"n"}"#, "Note: n"),
        ] {
            assert_eq!(said(raw), words);
        }
    }
}
