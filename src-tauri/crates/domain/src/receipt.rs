use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Hash, IntentId, Key, Millis};

/// Where the operator acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Surface {
    Window,
    Notification,
    CommandLine,
}

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
    /// The server took it.
    Won,
    /// Somebody else was first.
    Lost { to: Option<String> },
    /// The deadline was first.
    Expired,
    /// It cannot be known whether the server took it.
    Unknown,
    /// The operator took it back from the outbox.
    Discarded,
}

impl Verdict {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost { .. } => "lost",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::Discarded => "discarded",
        }
    }
}

/// The record of an answer. Kept for ever unless the operator says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub intent: IntentId,
    pub key: Key,
    /// The ask's title, or the agent's name: what it was about.
    pub title: String,
    pub offer: String,
    pub label: String,
    pub surface: Surface,
    /// The hash of what was shown when the operator decided.
    pub shown: Hash,
    pub answered_at: Millis,
    pub settled_at: Millis,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What happened, in plain words.
    pub note: String,
}
