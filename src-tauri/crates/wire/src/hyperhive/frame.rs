//! What the server says, as it says it. Every field but an identity may be missing or null, and fields
//! nobody knows are ignored: shapes move with every version of the server.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// One event of the stream.
#[derive(Debug)]
pub(super) struct Heard {
    /// Counts up by one over all kinds, from the start of the server's process.
    pub seq: Option<u64>,
    /// What it says, or why that could not be understood.
    pub word: Result<Word, String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Message(Message),
    ApprovalAdded(Approval),
    ApprovalResolved(Approval),
    QuestionAdded(Question),
    QuestionResolved(Question),
    TransientSet(Transient),
    TransientCleared(Name),
    ContainerChanged(Container),
    ContainerRemoved(Name),
    /// Something changed that only the next snapshot tells.
    Changed(String),
    /// A step of the rebuild queue, in a shape nobody promises.
    Queue(String),
}

impl Word {
    /// Whether `/dashboard/history` tells it, and not `/api/state`.
    pub fn is_message(&self) -> bool {
        matches!(self, Self::Message(_))
    }
}

/// `sent` and `delivered`. Has no id of its own.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Message {
    pub kind: String,
    pub from: String,
    pub to: String,
    #[serde(default, deserialize_with = "nullable")]
    pub body: String,
    /// Unix seconds.
    pub at: Option<i64>,
}

/// A row of `approvals` or `approval_history`, and the two events. A row says `kind`; an event says
/// `approval_kind`, because there `kind` is the tag.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Approval {
    pub id: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub agent: String,
    pub kind: Option<String>,
    pub approval_kind: Option<String>,
    pub sha_short: Option<String>,
    pub diff: Option<String>,
    /// Some versions send HTML. It is shown as text.
    pub diff_html: Option<String>,
    pub description: Option<String>,
    /// `approved`, `denied` or `failed`.
    pub status: Option<String>,
    /// Unix seconds.
    pub resolved_at: Option<i64>,
    pub note: Option<String>,
}

impl Approval {
    pub fn subject(&self) -> &str {
        self.approval_kind.as_deref().or(self.kind.as_deref()).unwrap_or_default()
    }
}

/// A row of `questions` or `question_history`, and the two events. `question_resolved` has no text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Question {
    pub id: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub asker: String,
    pub question: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub options: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub multi: bool,
    /// Unix seconds.
    pub asked_at: Option<i64>,
    /// Unix seconds; null means it waits for ever.
    pub deadline_at: Option<i64>,
    /// Unix seconds.
    pub answered_at: Option<i64>,
    #[serde(default, deserialize_with = "nullable")]
    pub answer: String,
    #[serde(default, deserialize_with = "nullable")]
    pub answerer: String,
    #[serde(default, deserialize_with = "nullable")]
    pub cancelled: bool,
}

/// A row of `transients`, and `transient_set`: there the action is `transient_kind`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Transient {
    pub name: String,
    pub kind: Option<String>,
    pub transient_kind: Option<String>,
    /// Unix seconds.
    pub since_unix: Option<i64>,
}

impl Transient {
    pub fn action(&self) -> &str {
        self.transient_kind.as_deref().or(self.kind.as_deref()).unwrap_or("busy")
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Name {
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Container {
    pub name: String,
    #[serde(default, deserialize_with = "nullable")]
    pub is_manager: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub running: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub needs_update: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub needs_login: bool,
    /// The lifecycle action under way.
    pub pending: Option<String>,
    pub deployed_sha: Option<String>,
    pub port: Option<i64>,
    pub parent: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub rate_limited: bool,
    pub pending_reminders: Option<i64>,
}

/// What is left of a destroyed agent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Tombstone {
    pub name: String,
    pub state_bytes: Option<i64>,
    /// Unix seconds.
    pub last_seen: Option<i64>,
    #[serde(default, deserialize_with = "nullable")]
    pub has_creds: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct PortConflict {
    pub port: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub agents: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Warning {
    #[serde(default, deserialize_with = "nullable")]
    pub kind: String,
    #[serde(default, deserialize_with = "nullable")]
    pub level: String,
    pub message: String,
}

#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
    seq: Option<u64>,
}

#[derive(Deserialize)]
struct ContainerChanged {
    container: Container,
}

/// Reads one event.
pub(super) fn hear(text: &str) -> Heard {
    let Head { kind, seq } = match serde_json::from_str(text) {
        Ok(head) => head,
        Err(error) => return Heard { seq: None, word: Err(format!("not an event: {error}")) },
    };
    let word = match kind.as_deref() {
        Some("sent" | "delivered") => part(text).map(Word::Message),
        Some("approval_added") => part(text).map(Word::ApprovalAdded),
        Some("approval_resolved") => part(text).map(Word::ApprovalResolved),
        Some("question_added") => part(text).map(Word::QuestionAdded),
        Some("question_resolved") => part(text).map(Word::QuestionResolved),
        Some("transient_set") => part(text).map(Word::TransientSet),
        Some("transient_cleared") => part(text).map(Word::TransientCleared),
        Some("container_state_changed") => {
            part(text).map(|ContainerChanged { container }| Word::ContainerChanged(container))
        }
        Some("container_removed") => part(text).map(Word::ContainerRemoved),
        Some(kind @ ("tombstones_changed" | "meta_inputs_changed")) => Ok(Word::Changed(kind.to_owned())),
        Some(kind) if kind.starts_with("rebuild_") => Ok(Word::Queue(kind.to_owned())),
        Some(kind) => Err(format!("unknown kind \"{}\"", kind.escape_debug())),
        None => Err("an event without a kind".to_owned()),
    };
    Heard { seq, word }
}

/// One object, or why it could not be read.
pub(super) fn part<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// `null` is the same as nothing at all.
fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_approval_apart_from_its_tag() {
        let heard = hear(
            r#"{"kind":"approval_added","seq":42,"id":7,"agent":"coder","approval_kind":"apply_commit","sha_short":"a1b2c3d","diff":null,"description":"add ripgrep"}"#,
        );
        assert_eq!(heard.seq, Some(42));
        let Ok(Word::ApprovalAdded(approval)) = heard.word else { panic!("{:?}", heard.word) };
        assert_eq!((approval.id, approval.subject()), (7, "apply_commit"));
        let row: Approval = part(r#"{"id":7,"kind":"spawn"}"#).unwrap();
        assert_eq!(row.subject(), "spawn");
    }

    #[test]
    fn what_is_null_or_missing_is_nothing() {
        let heard =
            hear(r#"{"kind":"question_added","seq":1,"id":3,"asker":"m","options":null,"multi":null}"#);
        let Ok(Word::QuestionAdded(question)) = heard.word else { panic!("{:?}", heard.word) };
        assert!(question.options.is_empty() && !question.multi && question.question.is_none());
    }

    #[test]
    fn an_unknown_kind_keeps_its_place_in_the_sequence() {
        let heard = hear(r#"{"kind":"flux_capacitor","seq":9}"#);
        assert_eq!(heard.seq, Some(9));
        assert!(heard.word.unwrap_err().contains("flux_capacitor"));
    }

    #[test]
    fn what_makes_no_sense_says_why() {
        for bad in [
            "",
            "null",
            "[]",
            "{}",
            "<html>",
            r#"{"kind":7}"#,
            r#"{"kind":"approval_added","seq":1}"#,
            r#"{"kind":"approval_added","seq":-1,"id":1}"#,
            r#"{"kind":"approval_added","seq":1,"id":"seven"}"#,
            r#"{"kind":"sent","seq":1,"from":"a"}"#,
        ] {
            assert!(!hear(bad).word.unwrap_err().is_empty(), "{bad}");
        }
    }
}
