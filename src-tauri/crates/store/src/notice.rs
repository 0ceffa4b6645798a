use deskbell_domain::{Hash, Key, Millis};

/// That the operator was told of an ask, and what became of it. One for each ask: where there is one, the ask
/// has been told, once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub key: Key,
    /// The hash of what was shown.
    pub shown: Hash,
    pub fate: Fate,
    pub at: Millis,
    pub note: String,
}

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Shown,
    Pressed,
    Dismissed,
    /// Settled elsewhere before the operator saw to it.
    Withdrawn,
    /// Not raised, for a reason given in the note.
    Suppressed,
    Failed,
}
