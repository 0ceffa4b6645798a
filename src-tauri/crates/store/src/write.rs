use deskbell_domain::{Change, Ended, Entry, IntentId, Key, Millis, Receipt, Source, SourceId};

use crate::{CountsRow, EntryRow, NoticeRow, OutboxRow};

/// What is to be written of one source: all of it, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Whose facts these are. Where an op names its own (an intent, a notice, a setting) it is not looked at.
    pub source: SourceId,
    pub ops: Vec<Op>,
    /// When the frame behind it came, for the lag. Handed on to [`Committed`].
    pub received: Option<Millis>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// What a server's word changed. An entry of kind `odd` counts as an odd frame.
    Change(Change),
    /// A line of history from another machine, and how it ended there, what it is about. One that is there stays as it
    /// is.
    Carried {
        entry: Entry,
        ended: Option<Ended>,
    },
    /// Puts an intent into the outbox, or moves it to another stage.
    Outbox(OutboxRow),
    OutboxGone(IntentId),
    Receipt(Receipt),
    /// Adds the source, or changes it. It keeps its place.
    Source(Source),
    /// Removes the source and all that was kept of it. Receipts stay; what was still in the outbox becomes one.
    SourceGone,
    /// The source was live until then: what is kept of it is what its server had.
    AsOf(Millis),
    Setting {
        name: String,
        /// JSON.
        value: String,
    },
    Notice(NoticeRow),
    /// An ask is to ring later; `None` ends it.
    Snooze {
        key: Key,
        until: Option<Millis>,
    },
}

/// What was changed, told after it is on the disk and in the order of writes. Writes of one source that follow
/// one another may be told together; one that changed nothing is not told. Without facts, lines were removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    pub source: SourceId,
    pub facts: Vec<Fact>,
    /// Of the first of them that says.
    pub received: Option<Millis>,
    /// After the last of them.
    pub counts: CountsRow,
}

impl Committed {
    /// Takes what comes next into this one, or gives it back where it does not fit.
    pub(crate) fn absorb(&mut self, next: Self, room: usize) -> Option<Self> {
        if next.source != self.source || next.facts.len() > room {
            return Some(next);
        }
        self.facts.extend(next.facts);
        self.received = self.received.or(next.received);
        self.counts = next.counts;
        None
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Anything but an entry.
    Change(Change),
    /// A line of history that is new or was altered.
    Entry(EntryRow),
    Receipt(Receipt),
    Outbox(OutboxRow),
    /// It left the outbox. Where it was decided, its receipt follows.
    OutboxGone(IntentId),
}
