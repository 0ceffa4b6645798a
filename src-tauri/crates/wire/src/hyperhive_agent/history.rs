//! `GET /events/history`: a bare array at the published version, wrapped with a `seq` later. Oldest first.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::{Heard, hear};

#[derive(Debug)]
pub(super) struct History {
    /// Everything up to here is in it. Nothing where it comes bare: then the server counts nothing.
    pub seq: Option<u64>,
    pub rows: Vec<(Heard, String)>,
    /// Rows that could not be read, each with why.
    pub odd: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Wrapped<'a> {
    seq: Option<u64>,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

impl History {
    pub fn read(body: &[u8]) -> Result<Self, String> {
        let (seq, events) = if body.trim_ascii_start().starts_with(b"[") {
            (None, serde_json::from_slice(body).map_err(|error| error.to_string())?)
        } else {
            let Wrapped { seq, events } = serde_json::from_slice(body).map_err(|error| error.to_string())?;
            (seq, events)
        };
        let (mut rows, mut odd) = (Vec::with_capacity(events.len()), Vec::new());
        for raw in events.into_iter().map(RawValue::get) {
            match hear(raw).heard {
                Ok(Some(heard)) => rows.push((heard, raw.to_owned())),
                Ok(None) => {}
                Err(why) => odd.push((raw.to_owned(), why)),
            }
        }
        Ok(Self { seq, rows, odd })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_bare_or_wrapped_and_nulls_are_passed_over() {
        let bare =
            History::read(br#"[{"kind":"turn_end","ok":true,"note":null},null,{"kind":"flux"}]"#).unwrap();
        assert_eq!((bare.seq, bare.rows.len(), bare.odd.len()), (None, 1, 1));
        let wrapped = History::read(br#"{"seq":9,"events":[{"kind":"turn_end","ok":true}]}"#).unwrap();
        assert_eq!((wrapped.seq, wrapped.rows.len()), (Some(9), 1));
        for bad in ["", "{}", "null", "<html>", r#"{"events":null}"#, "[1"] {
            assert!(History::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
