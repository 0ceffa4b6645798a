//! One event of the bus, from the stream or from the history: the same shape, but for the `seq`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use deskbell_domain::Hash;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An event, and what tells it from others: it has no id and no time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// Counts up by one over all events, from the start of the server's process. Later versions only.
    pub seq: Option<u64>,
    /// Over the whole content but its `seq`: the same in the stream and in the history, in whatever order
    /// the keys come.
    pub hash: Hash,
    pub row: Row,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    TurnStart {
        from: String,
        body: String,
        /// How many messages wait behind this one.
        unread: u64,
    },
    TurnEnd {
        ok: bool,
        note: Option<String>,
    },
    Note(String),
    /// A row of the model's own output, merged beside `kind`.
    Stream(Stream),
    /// Something of the agent changed that its state tells in full.
    Changed(String),
}

/// What a row of the model's output says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stream {
    /// Its `type`; empty where the row is.
    pub kind: String,
    pub fields: BTreeMap<String, Value>,
}

impl Stream {
    /// Whether the model says that it shortens what it remembers.
    pub fn is_compaction(&self) -> bool {
        let subtype = self.fields.get("subtype").and_then(Value::as_str);
        self.kind == "system" && subtype.is_some_and(|subtype| subtype.starts_with("compact"))
    }
}

/// What came, as far as it was understood.
#[derive(Debug)]
pub(super) struct Told {
    pub seq: Option<u64>,
    /// Nothing where a note could not be serialised: the server then says `null`.
    pub heard: Result<Option<Heard>, String>,
}

/// The rows the model is known to write.
fn is_of_the_model(kind: &str) -> bool {
    matches!(kind, "system" | "assistant" | "user" | "result") || kind.starts_with("rate_limit")
}

pub(super) fn hear(text: &str) -> Told {
    let fields = match serde_json::from_str::<Option<Fields>>(text) {
        Ok(Some(Fields(fields))) => fields,
        Ok(None) => return Told { seq: None, heard: Ok(None) },
        Err(error) => return Told { seq: None, heard: Err(format!("not an event: {error}")) },
    };
    let seq = fields.get("seq").and_then(Value::as_u64);
    let hash = hash_of(&fields);
    let heard = row(fields).map(|row| row.map(|row| Heard { seq, hash, row }));
    Told { seq, heard }
}

fn row(fields: BTreeMap<String, Value>) -> Result<Option<Row>, String> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = match fields.get("kind") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(_) => return Err("an event whose kind is no text".to_owned()),
        None => return Err("an event without a kind".to_owned()),
    };
    let row = match kind {
        "turn_start" => match (text("from"), text("body")) {
            (None, None) => return Err("a turn_start that says neither who nor what".to_owned()),
            (from, body) => Row::TurnStart {
                from: from.unwrap_or_default(),
                body: body.unwrap_or_default(),
                unread: fields.get("unread").and_then(Value::as_u64).unwrap_or(0),
            },
        },
        "turn_end" => match fields.get("ok").and_then(Value::as_bool) {
            Some(ok) => Row::TurnEnd { ok, note: text("note").filter(|note| !note.trim().is_empty()) },
            None => return Err("a turn_end that does not say whether it went well".to_owned()),
        },
        "note" => match text("text").or_else(|| text("note")) {
            Some(note) => Row::Note(note),
            None => return Ok(None),
        },
        "status_changed" | "model_changed" | "token_usage_changed" | "turn_state_changed" => {
            Row::Changed(kind.to_owned())
        }
        _ => {
            let of_type = text("type").unwrap_or_default();
            // A row with a kind of its own has two; a proxy that parses keeps the last, and that is not ours.
            if kind != "stream" && !is_of_the_model(&of_type) {
                return Err(format!("unknown kind \"{}\"", kind.escape_debug()));
            }
            Row::Stream(Stream { kind: of_type, fields })
        }
    };
    Ok(Some(row))
}

/// The fields of an object, of which the first of a name counts.
struct Fields(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct First;

        impl<'de> Visitor<'de> for First {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    match fields.entry(name) {
                        Entry::Occupied(_) => {
                            map.next_value::<IgnoredAny>()?;
                        }
                        Entry::Vacant(place) => {
                            place.insert(map.next_value()?);
                        }
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(First)
    }
}

fn hash_of(fields: &BTreeMap<String, Value>) -> Hash {
    let mut text = String::new();
    for (name, value) in fields.iter().filter(|(name, _)| *name != "seq") {
        text.push_str(&Value::String(name.clone()).to_string());
        text.push(':');
        write_sorted(value, &mut text);
        text.push(',');
    }
    Hash::of_bytes(text.as_bytes())
}

/// JSON with its keys in order: the server's order is not stable. No deeper than the parser lets through.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push('{');
            for (name, value) in map.iter().collect::<BTreeMap<_, _>>() {
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write_sorted(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for value in list {
                write_sorted(value, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Heard {
        hear(text).heard.unwrap().unwrap()
    }

    #[test]
    fn the_published_events_are_read() {
        let start = heard(r#"{"kind":"turn_start","from":"operator","body":"hi","unread":2}"#);
        assert_eq!(start.row, Row::TurnStart { from: "operator".into(), body: "hi".into(), unread: 2 });
        let end = heard(r#"{"kind":"turn_end","ok":true,"note":null}"#);
        assert_eq!((end.seq, end.row), (None, Row::TurnEnd { ok: true, note: None }));
        let numbered = heard(r#"{"seq":7,"kind":"turn_start","from":"a","body":"b","unread":1}"#);
        assert_eq!(numbered.seq, Some(7));
        assert!(matches!(heard(r#"{"kind":"stream"}"#).row, Row::Stream(row) if row.kind.is_empty()));
    }

    #[test]
    fn a_note_is_null_or_missing_and_later_has_a_text() {
        for nothing in ["null", r#"{"kind":"note"}"#, r#"{"kind":"note","text":null}"#] {
            assert!(matches!(hear(nothing).heard, Ok(None)), "{nothing}");
        }
        assert_eq!(heard(r#"{"kind":"note","text":"rate limited"}"#).row, Row::Note("rate limited".into()));
    }

    #[test]
    fn of_two_equal_keys_the_first_counts() {
        let row = heard(r#"{"kind":"stream","kind":"inner","seq":9,"seq":1,"type":"novel"}"#);
        assert_eq!(row.seq, Some(9));
        assert!(matches!(&row.row, Row::Stream(stream) if stream.kind == "novel"), "{row:?}");
        // What a proxy leaves of it.
        let row = heard(r#"{"kind":"inner","type":"assistant"}"#);
        assert!(matches!(&row.row, Row::Stream(stream) if stream.kind == "assistant"), "{row:?}");
        assert!(hear(r#"{"kind":"inner","type":"novel"}"#).heard.is_err());
    }

    #[test]
    fn the_order_of_the_keys_and_the_seq_make_no_difference() {
        let live = heard(r#"{"seq":4,"kind":"stream","type":"user","message":{"b":1,"a":[{"y":2,"x":1}]}}"#);
        let told = heard(r#"{"kind":"stream","message":{"a":[{"x":1,"y":2}],"b":1},"type":"user"}"#);
        assert_eq!(live.hash, told.hash);
        assert_ne!(
            told.hash,
            heard(r#"{"kind":"stream","message":{"a":[{"x":1,"y":3}],"b":1},"type":"user"}"#).hash
        );
    }

    #[test]
    fn what_makes_no_sense_says_why() {
        for bad in [
            "",
            "7",
            "[]",
            "{}",
            "<html>",
            r#"{"kind":7}"#,
            r#"{"kind":"turn_start"}"#,
            r#"{"kind":"turn_end"}"#,
            r#"{"kind":"flux"}"#,
        ] {
            assert!(!hear(bad).heard.unwrap_err().is_empty(), "{bad}");
        }
        assert_eq!(hear(r#"{"kind":"flux","seq":9}"#).seq, Some(9), "it keeps its place");
    }
}
