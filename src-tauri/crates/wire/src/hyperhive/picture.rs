//! The two readings that make a whole picture: `GET /api/state` and the history of messages.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::frame::{
    Approval, Container, Message, PortConflict, Question, Tombstone, Transient, Warning, part,
};

/// `GET /api/state`.
#[derive(Debug)]
pub(super) struct Picture {
    /// The high-water mark, taken before the tables were read.
    pub seq: Option<u64>,
    pub containers: Table<Container>,
    pub transients: Table<Transient>,
    pub approvals: Table<Approval>,
    pub approval_history: Table<Approval>,
    pub questions: Table<Question>,
    pub question_history: Table<Question>,
    pub tombstones: Table<Tombstone>,
    pub inputs: Table<Input>,
    pub conflicts: Table<PortConflict>,
    pub warnings: Table<Warning>,
}

/// A flake input of the meta repository.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub(super) struct Input {
    pub name: String,
}

/// One table: what could be read, each row with its own text, and what could not.
#[derive(Debug)]
pub(super) struct Table<T> {
    pub rows: Vec<(T, String)>,
    /// Rows that could not be read, each with why.
    pub odd: Vec<(String, String)>,
    /// Whether it was there at all.
    pub told: bool,
}

impl<T> Table<T> {
    /// Whether what it does not list is truly not there.
    pub fn is_whole(&self) -> bool {
        self.told && self.odd.is_empty()
    }
}

/// The history of messages.
#[derive(Debug)]
pub(super) struct History {
    /// Nothing where the server sends a bare array.
    pub seq: Option<u64>,
    /// Oldest first.
    pub rows: Table<Message>,
}

impl History {
    /// A server without any.
    pub fn none() -> Self {
        Self { seq: None, rows: Table { rows: Vec::new(), odd: Vec::new(), told: false } }
    }
}

/// What came instead of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strange {
    Page,
    NotJson,
    OtherJson,
}

impl Strange {
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "a web page",
            Self::NotJson => "something that is not JSON",
            Self::OtherJson => "JSON of some other kind",
        }
    }
}

type Fields<'a> = HashMap<String, &'a RawValue>;

impl Picture {
    pub fn read(body: &[u8]) -> Result<Self, Strange> {
        let fields = object(body)?;
        let known = ["seq", "containers", "approvals", "questions"];
        if !known.iter().any(|name| fields.contains_key(*name)) {
            return Err(Strange::OtherJson);
        }
        Ok(Self {
            seq: seq(&fields),
            containers: table(&fields, "containers"),
            transients: table(&fields, "transients"),
            approvals: table(&fields, "approvals"),
            approval_history: table(&fields, "approval_history"),
            questions: table(&fields, "questions"),
            question_history: table(&fields, "question_history"),
            tombstones: table(&fields, "tombstones"),
            inputs: table(&fields, "meta_inputs"),
            conflicts: table(&fields, "port_conflicts"),
            warnings: table(&fields, "server_warnings"),
        })
    }

    /// Everything in it that could not be understood, with why.
    pub fn odd(&self) -> impl Iterator<Item = &(String, String)> {
        (self.containers.odd.iter())
            .chain(&self.transients.odd)
            .chain(&self.approvals.odd)
            .chain(&self.approval_history.odd)
            .chain(&self.questions.odd)
            .chain(&self.question_history.odd)
            .chain(&self.tombstones.odd)
            .chain(&self.inputs.odd)
            .chain(&self.conflicts.odd)
            .chain(&self.warnings.odd)
    }
}

impl History {
    /// `{"seq":…,"events":[…]}`, or the bare array of older servers.
    pub fn read(body: &[u8]) -> Result<Self, Strange> {
        if let Ok(list) = serde_json::from_slice::<&RawValue>(body)
            && list.get().starts_with('[')
        {
            return Ok(Self { seq: None, rows: rows(list, "history") });
        }
        let fields = object(body)?;
        if !fields.contains_key("events") {
            return Err(Strange::OtherJson);
        }
        Ok(Self { seq: seq(&fields), rows: table(&fields, "events") })
    }
}

fn object(body: &[u8]) -> Result<Fields<'_>, Strange> {
    if body.trim_ascii_start().starts_with(b"<") {
        return Err(Strange::Page);
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Strange::OtherJson,
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => Strange::NotJson,
    })
}

fn seq(fields: &Fields<'_>) -> Option<u64> {
    fields.get("seq").and_then(|raw| part(raw.get()).ok())
}

fn table<T: DeserializeOwned>(fields: &Fields<'_>, name: &str) -> Table<T> {
    match fields.get(name) {
        None => Table { rows: Vec::new(), odd: Vec::new(), told: false },
        Some(raw) => rows(raw, name),
    }
}

fn rows<T: DeserializeOwned>(raw: &RawValue, name: &str) -> Table<T> {
    let mut table = Table { rows: Vec::new(), odd: Vec::new(), told: true };
    match serde_json::from_str::<Option<Vec<&RawValue>>>(raw.get()) {
        Err(error) => table.odd.push((raw.get().to_owned(), format!("{name}: {error}"))),
        Ok(list) => {
            for row in list.unwrap_or_default() {
                let text = row.get().to_owned();
                match part(&text) {
                    Ok(read) => table.rows.push((read, text)),
                    Err(why) => table.odd.push((text, format!("a row of {name}: {why}"))),
                }
            }
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_row_spoils_only_itself() {
        let picture = Picture::read(
            br#"{"seq":4,"approvals":[{"id":1},{"id":"x"},{"id":2}],"questions":null,"containers":7}"#,
        )
        .unwrap();
        let ids: Vec<i64> = picture.approvals.rows.iter().map(|(row, _)| row.id).collect();
        assert_eq!(ids, [1, 2]);
        assert!(!picture.approvals.is_whole(), "the third may be one we know");
        assert!(picture.questions.is_whole(), "null is an empty list");
        assert!(!picture.containers.is_whole() && !picture.tombstones.is_whole());
        assert_eq!(picture.odd().count(), 2);
        assert_eq!(picture.approvals.rows[1].1, r#"{"id":2}"#, "a row keeps its own text");
    }

    #[test]
    fn what_is_no_snapshot_says_what_it_is() {
        for (body, strange) in [
            (&b"<!doctype html><p>hi"[..], Strange::Page),
            (b"\n <html>", Strange::Page),
            (b"hello", Strange::NotJson),
            (b"", Strange::NotJson),
            (b"\xff\xfe", Strange::NotJson),
            (b"[]", Strange::OtherJson),
            (b"{}", Strange::OtherJson),
            (br#"{"sessions":[]}"#, Strange::OtherJson),
        ] {
            assert_eq!(Picture::read(body).unwrap_err(), strange, "{body:?}");
        }
    }

    #[test]
    fn history_comes_wrapped_or_bare() {
        let wrapped = br#"{"seq":9,"events":[{"kind":"sent","from":"a","to":"b","body":"c","at":1}]}"#;
        let wrapped = History::read(wrapped).unwrap();
        assert_eq!((wrapped.seq, wrapped.rows.rows.len()), (Some(9), 1));
        let bare = History::read(br#" [{"kind":"sent","from":"a","to":"b","body":null,"at":1}]"#).unwrap();
        assert_eq!((bare.seq, bare.rows.rows.len()), (None, 1));
        assert_eq!(History::read(b"<p>").unwrap_err(), Strange::Page);
    }
}
