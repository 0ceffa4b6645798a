use std::fmt;
use std::str::FromStr;

use deskbell_domain::{Entry, EntryKind, ItemId, Millis, SourceId};

/// Which lines of history to read: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub source: Option<SourceId>,
    pub thread: Option<ItemId>,
    pub agent: Option<String>,
    pub kind: Option<EntryKind>,
    pub ask: Option<ItemId>,
    /// At or after.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
    /// Only rows older than the one this names.
    pub before: Option<Cursor>,
    /// At most 1 000; 100 where nothing is given.
    pub limit: Option<u32>,
}

/// One line of history and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub cursor: Cursor,
    pub source: SourceId,
    pub entry: Entry,
}

/// Where a line stands in the history: by time, then by the order of arrival. Written `time.number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a place in the history: take the cursor of a row")]
pub struct ParseCursorError(String);

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (at, id) = text.split_once('.')?;
            Some(Self { at: at.parse().ok()?, id: id.parse().ok()? })
        };
        parse().ok_or_else(|| ParseCursorError(text.to_owned()))
    }
}
