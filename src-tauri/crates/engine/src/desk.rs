//! What is known only while the engine runs: each source's link and lag, and how the desktop takes us.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use deskbell_domain::{Key, Link, Millis, Source, SourceId};
use deskbell_store::Upkeep;

use crate::notice::Desktop;
use crate::shell::Shell;
use crate::view::{Counts, SourceView};

#[derive(Debug)]
struct Seat {
    source: Source,
    link: Link,
    lag_ms: Option<i64>,
    counts: Counts,
    as_of: Option<Millis>,
}

#[derive(Debug, Default)]
pub(crate) struct Desk {
    seats: Mutex<HashMap<SourceId, Seat>>,
    desktop: Mutex<Option<Desktop>>,
    shell: Mutex<Option<Shell>>,
    snoozed: Mutex<HashMap<Key, Millis>>,
    upkeep: Mutex<Option<Upkeep>>,
}

impl Desk {
    /// Nothing while nobody raises notifications.
    pub(crate) fn desktop(&self) -> Option<Desktop> {
        self.desktop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_desktop(&self, desktop: Desktop) {
        *self.desktop.lock().unwrap_or_else(PoisonError::into_inner) = Some(desktop);
    }

    /// Nothing where the engine runs without the app.
    pub(crate) fn shell(&self) -> Option<Shell> {
        self.shell.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_shell(&self, shell: Shell) {
        *self.shell.lock().unwrap_or_else(PoisonError::into_inner) = Some(shell);
    }

    /// How the store keeps house, while it does.
    pub(crate) fn upkeep(&self) -> Option<Upkeep> {
        self.upkeep.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_upkeep(&self, upkeep: Upkeep) {
        *self.upkeep.lock().unwrap_or_else(PoisonError::into_inner) = Some(upkeep);
    }

    pub(crate) fn snoozed(&self, key: &Key) -> Option<Millis> {
        self.snoozes().get(key).copied()
    }

    /// Gives what it was before.
    pub(crate) fn snooze(&self, key: &Key, until: Option<Millis>) -> Option<Millis> {
        let mut snoozes = self.snoozes();
        match until {
            Some(until) => snoozes.insert(key.clone(), until),
            None => snoozes.remove(key),
        }
    }

    fn snoozes(&self) -> MutexGuard<'_, HashMap<Key, Millis>> {
        self.snoozed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn place(&self, source: Source, counts: Counts, as_of: Option<Millis>) -> SourceView {
        let mut seats = self.lock();
        let seat = seats.entry(source.id.clone()).or_insert_with(|| Seat {
            source: source.clone(),
            link: Link::Off,
            lag_ms: None,
            counts,
            as_of,
        });
        seat.source = source;
        seat.view()
    }

    pub(crate) fn remove(&self, source: &SourceId) {
        self.lock().remove(source);
        self.snoozes().retain(|key, _| key.source != *source);
    }

    pub(crate) fn source(&self, source: &SourceId) -> Option<Source> {
        self.lock().get(source).map(|seat| seat.source.clone())
    }

    pub(crate) fn sources(&self) -> Vec<Source> {
        self.lock().values().map(|seat| seat.source.clone()).collect()
    }

    pub(crate) fn view(&self, source: &SourceId) -> Option<SourceView> {
        self.lock().get(source).map(Seat::view)
    }

    pub(crate) fn ids(&self) -> Vec<SourceId> {
        self.lock().keys().cloned().collect()
    }

    pub(crate) fn link(&self, source: &SourceId) -> (Link, Option<i64>) {
        self.lock().get(source).map_or((Link::Off, None), |seat| (seat.link.clone(), seat.lag_ms))
    }

    pub(crate) fn set_link(
        &self,
        source: &SourceId,
        link: Link,
        as_of: Option<Millis>,
    ) -> Option<SourceView> {
        let mut seats = self.lock();
        let seat = seats.get_mut(source)?;
        seat.link = link;
        seat.as_of = as_of.or(seat.as_of);
        Some(seat.view())
    }

    pub(crate) fn set_counts(
        &self,
        source: &SourceId,
        counts: Counts,
        lag_ms: Option<i64>,
    ) -> Option<SourceView> {
        let mut seats = self.lock();
        let seat = seats.get_mut(source)?;
        seat.counts = counts;
        seat.lag_ms = lag_ms.or(seat.lag_ms);
        Some(seat.view())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, Seat>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn view(&self) -> SourceView {
        SourceView::new(&self.source, self.link.clone(), self.counts, self.lag_ms, self.as_of)
    }
}
