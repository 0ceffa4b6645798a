//! What a frame says, whole: a line of history holds the beginning of it, in one line.

use deskbell_domain::Piece;
use serde_json::Value;

/// For a dialect whose lines say all there is to say.
pub(crate) fn nothing(_raw: &str) -> Vec<Piece> {
    Vec::new()
}

pub(crate) fn said(text: &str) -> Option<Piece> {
    (!text.trim().is_empty()).then(|| Piece::Said { text: text.to_owned() })
}

/// A text as it is, anything else as JSON.
pub(crate) fn shown(title: &str, value: &Value) -> Option<Piece> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(parts) if parts.is_empty() => return None,
        Value::Object(parts) if parts.is_empty() => return None,
        Value::Array(_) | Value::Object(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
    };
    (!text.trim().is_empty()).then(|| Piece::Shown { title: title.to_owned(), text })
}

/// The field of an object, where it is a text.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
