use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ItemId, When};

/// One line of history. Its columns are what was understood; `raw` is what was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its identity within the source: the same line told twice is one entry.
    pub item: ItemId,
    pub at: When,
    pub kind: EntryKind,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    /// The ask it is about.
    pub ask: Option<ItemId>,
    /// One line a person can read.
    pub text: String,
    /// The frame as it came, or our own record as JSON where nothing came.
    pub raw: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    Message,
    Stream,
    Turn,
    Lifecycle,
    /// An ask that opened or ended.
    Ask,
    /// What the operator answered, and what became of it.
    Receipt,
    Finding,
    /// A frame that could not be understood.
    Odd,
    /// Something may be missing here: the connection lost frames.
    Gap,
    /// What became of a notification.
    Notice,
}

impl EntryKind {
    pub const ALL: [Self; 10] = [
        Self::Message,
        Self::Stream,
        Self::Turn,
        Self::Lifecycle,
        Self::Ask,
        Self::Receipt,
        Self::Finding,
        Self::Odd,
        Self::Gap,
        Self::Notice,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Stream => "stream",
            Self::Turn => "turn",
            Self::Lifecycle => "lifecycle",
            Self::Ask => "ask",
            Self::Receipt => "receipt",
            Self::Finding => "finding",
            Self::Odd => "odd",
            Self::Gap => "gap",
            Self::Notice => "notice",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
