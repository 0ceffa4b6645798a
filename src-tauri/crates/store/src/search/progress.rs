use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the writer and the indexer tell each other.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    told: Condvar,
    /// The index has every line up to this one.
    indexed: AtomicI64,
    /// Up to here, what was altered is in the index as it is now.
    restated: AtomicI64,
    /// Why the index cannot be written now.
    trouble: Mutex<Option<String>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    commits: u64,
    /// The newest line in the database.
    newest: i64,
    ended: bool,
    /// The index is to be made again.
    remake: bool,
    /// What it has free is to be given back.
    compact: bool,
}

impl Progress {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer has committed something; this is now the newest line.
    pub(crate) fn commit(&self, newest: i64) {
        let mut state = self.state();
        (state.commits, state.newest) = (state.commits + 1, newest);
        self.told.notify_all();
    }

    /// The writer ends.
    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.told.notify_all();
    }

    pub(super) fn commits(&self) -> u64 {
        self.state().commits
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// Waits for a commit after that one, for the end, or for the index to be made again.
    pub(super) fn wait_beyond(&self, commits: u64) {
        let is_idle =
            |state: &mut State| state.commits == commits && !state.ended && !state.remake && !state.compact;
        let _state = self.told.wait_while(self.state(), is_idle);
    }

    /// The index is to be made again from the lines.
    pub(crate) fn remake(&self) {
        self.state().remake = true;
        self.told.notify_all();
    }

    pub(super) fn is_to_be_remade(&self) -> bool {
        self.state().remake
    }

    /// It is empty now.
    pub(super) fn emptied(&self) {
        self.set_indexed(0);
        self.state().remake = false;
    }

    /// What the index has free is to be given back.
    pub(crate) fn compact(&self) {
        self.state().compact = true;
        self.told.notify_all();
    }

    pub(super) fn is_to_be_compacted(&self) -> bool {
        self.state().compact
    }

    pub(super) fn compacted(&self) {
        self.state().compact = false;
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Rests so long; less where the writer ends.
    pub(super) fn rest(&self, pause: Duration) {
        let _state = self.told.wait_timeout_while(self.state(), pause, |state| !state.ended);
    }

    pub(super) fn set_indexed(&self, up_to: i64) {
        self.indexed.store(up_to, Ordering::Relaxed);
    }

    /// So many lines are in the database, and not in the index.
    pub(crate) fn behind(&self) -> u64 {
        let State { newest, remake, .. } = *self.state();
        let indexed = if remake { 0 } else { self.indexed.load(Ordering::Relaxed) };
        u64::try_from(newest - indexed).unwrap_or(0)
    }

    pub(super) fn set_restated(&self, up_to: i64) {
        self.restated.store(up_to, Ordering::Relaxed);
    }

    pub(crate) fn restated(&self) -> i64 {
        self.restated.load(Ordering::Relaxed)
    }
}
