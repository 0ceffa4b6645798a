use std::path::Path;

use deskbell_domain::{Agent, Ask, Finding, IntentId, Key, Receipt, Source, SourceId, State, Task, Thread};

use crate::{CountsRow, EntryRow, History, NoticeRow, OpenError, OutboxRow, StoreError};

/// Reads only. Needs no lock; works while an engine writes, and while none does. Blocks on the disk.
#[derive(Debug)]
pub struct Reader {}

/// An ask, whose it is, and what that source speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskRow {
    pub source: SourceId,
    pub dialect: String,
    pub ask: Ask,
}

impl Reader {
    pub fn open(_data: &Path) -> Result<Self, OpenError> {
        todo!()
    }

    /// In the order they were added.
    pub fn sources(&self) -> Result<Vec<Source>, StoreError> {
        todo!()
    }

    /// What waits, by deadline, then by age; then, of what has ended, this many, newest first.
    pub fn asks(&self, _settled: Option<usize>) -> Result<Vec<AskRow>, StoreError> {
        todo!()
    }

    pub fn ask(&self, _key: &Key) -> Result<Option<AskRow>, StoreError> {
        todo!()
    }

    /// By source, then by name.
    pub fn agents(&self) -> Result<Vec<(SourceId, Agent)>, StoreError> {
        todo!()
    }

    /// Newest first.
    pub fn threads(&self) -> Result<Vec<(SourceId, Thread)>, StoreError> {
        todo!()
    }

    /// Newest first.
    pub fn tasks(&self) -> Result<Vec<(SourceId, Task)>, StoreError> {
        todo!()
    }

    /// Newest first.
    pub fn findings(&self) -> Result<Vec<(SourceId, Finding)>, StoreError> {
        todo!()
    }

    /// All that is held of one source, as `reduce` left it.
    pub fn state(&self, _source: &SourceId) -> Result<State, StoreError> {
        todo!()
    }

    /// What is on its way, oldest first.
    pub fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        todo!()
    }

    /// The receipts of one thing, newest first.
    pub fn receipts(&self, _key: &Key) -> Result<Vec<Receipt>, StoreError> {
        todo!()
    }

    pub fn receipt(&self, _intent: &IntentId) -> Result<Option<Receipt>, StoreError> {
        todo!()
    }

    /// One page of history, newest first. The next one is `before` the last row's cursor.
    pub fn history(&self, _history: &History) -> Result<Vec<EntryRow>, StoreError> {
        todo!()
    }

    pub fn counts(&self, _source: &SourceId) -> Result<CountsRow, StoreError> {
        todo!()
    }

    /// A setting's JSON.
    pub fn setting(&self, _name: &str) -> Result<Option<String>, StoreError> {
        todo!()
    }

    pub fn notice(&self, _key: &Key) -> Result<Option<NoticeRow>, StoreError> {
        todo!()
    }

    /// Whether the operator was told of this ask, ever.
    pub fn notified(&self, _key: &Key) -> Result<bool, StoreError> {
        todo!()
    }
}
