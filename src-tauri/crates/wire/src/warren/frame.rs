//! The shapes of warren's frames and rows. Only what is used is named; the rest is passed over.

use std::borrow::Cow;

use deskbell_domain::{Millis, When};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A frame has `type` (the older shape) or `event` (the envelope).
#[derive(Debug, Deserialize)]
pub(super) struct Head<'a> {
    #[serde(rename = "type", borrow)]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub event: Option<Cow<'a, str>>,
}

/// `{"type":"message","content":"…","user":{"id","name"},"timestamp":unix seconds}`
#[derive(Debug, Deserialize)]
pub(super) struct Legacy {
    #[serde(default)]
    pub content: String,
    pub user: Option<Speaker>,
    pub timestamp: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Speaker {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
}

/// An envelope's fields; which of them are there depends on the event.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<'a> {
    pub timestamp: Option<String>,
    #[serde(default)]
    pub session_id: String,
    #[serde(default)]
    pub turn_id: String,
    pub status: Option<String>,
    pub intent: Option<String>,
    #[serde(borrow)]
    pub session: Option<&'a RawValue>,
    #[serde(borrow)]
    pub turn: Option<&'a RawValue>,
    #[serde(borrow)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub hitl: Option<&'a RawValue>,
}

/// A session, as a frame tells it and as a row of `ticketSessions`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub id: String,
    #[serde(default, alias = "ticketID")]
    pub ticket_id: Option<String>,
    pub source: Option<String>,
    #[serde(alias = "userID")]
    pub user_id: Option<String>,
    pub query: Option<String>,
    #[serde(alias = "createdAt")]
    pub created_at: Option<String>,
    #[serde(alias = "updatedAt")]
    pub last_active_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    pub id: String,
    pub status: Option<String>,
    pub started_at: Option<String>,
}

/// A message, as a frame tells it and as a row of `ticketSessionMessages`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub id: String,
    #[serde(default, alias = "sessionID")]
    pub session_id: String,
    #[serde(default, alias = "turnID")]
    pub turn_id: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub content: String,
    pub author: Option<Author>,
    #[serde(alias = "createdAt")]
    pub created_at: Option<String>,
    #[serde(alias = "updatedAt")]
    pub updated_at: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Author {
    #[serde(default, alias = "userID")]
    pub user_id: String,
    #[serde(default, alias = "displayName")]
    pub display_name: String,
}

/// Something a turn waits for. `session_id`, `type` and `status` may be empty.
#[derive(Debug, Deserialize)]
pub(super) struct Hitl {
    pub id: String,
    #[serde(default)]
    pub session_id: String,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub payload: Value,
    pub response: Option<Response>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Response {
    pub answer: Option<String>,
    pub comment: Option<String>,
}

/// A row of `tickets`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Ticket {
    pub id: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub status: String,
    #[serde(rename = "createdAt")]
    pub created_at: Option<String>,
    #[serde(rename = "updatedAt")]
    pub updated_at: Option<String>,
}

/// Nanoseconds since 1970; warren writes RFC 3339 with up to nine digits.
pub(super) fn nanos(text: Option<&str>) -> Option<i128> {
    text?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond).filter(|at| *at > 0)
}

pub(super) fn millis(text: Option<&str>) -> Option<Millis> {
    nanos(text).and_then(|at| i64::try_from(at / 1_000_000).ok()).map(Millis)
}

/// The server's time where it told one, else ours.
pub(super) fn when(text: Option<&str>, now: Millis) -> When {
    millis(text).map_or(When::Seen(now), When::Said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_nine_digits_or_none() {
        assert_eq!(millis(Some("2026-11-21T02:26:41.882428896Z")), Some(Millis(1_795_228_001_882)));
        assert_eq!(millis(Some("2026-11-21T02:26:41Z")), Some(Millis(1_795_228_001_000)));
        for nonsense in ["", "yesterday", "0001-01-01T00:00:00Z", "99999-01-01T00:00:00Z"] {
            assert_eq!(millis(Some(nonsense)), None, "{nonsense}");
        }
    }
}
