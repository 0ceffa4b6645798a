//! What the tray shows: how many asks wait, the most urgent of them by name, and what can be chosen there.

mod menu;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deskbell_domain::{Key, Millis, SourceId, Subject};
use tokio::sync::watch;

pub use self::menu::{Row, Wish};
use crate::clock::{Clock, Moment};
use crate::command::Patch;
use crate::policy::is_urgent;
use crate::settings::Settings;
use crate::view::{AskStateWord, AskView};

/// Changes that come together are shown together.
const GATHER: Duration = Duration::from_millis(150);
/// Without anything to wait for, the clock is looked at this often: it may have jumped.
const LONGEST_PAUSE_MS: i64 = 30_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// How many asks wait. What is snoozed waits later.
    pub waiting: usize,
    /// How many of them are urgent.
    pub urgent: usize,
    /// The same in words.
    pub says: String,
    pub menu: Vec<Row>,
}

/// All that waits, as it was committed.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Without their subjects and offers, which nobody sees here.
    asks: BTreeMap<Key, AskView>,
    names: HashMap<SourceId, String>,
    settings: Settings,
}

impl Board {
    /// Whether this changes what is shown.
    fn hear(&mut self, patch: &Patch) -> bool {
        match patch {
            Patch::Ask { row } => match waits(row) {
                true => self.asks.insert(row.key.clone(), slim(row)).as_ref() != self.asks.get(&row.key),
                false => self.asks.remove(&row.key).is_some(),
            },
            Patch::Source { row } => {
                let before = self.names.insert(row.source.clone(), row.name.clone());
                before.as_ref() != Some(&row.name)
            }
            Patch::SourceGone { source } => {
                self.asks.retain(|key, _| key.source != *source);
                self.names.remove(source).is_some()
            }
            Patch::Settings { settings } => {
                std::mem::replace(&mut self.settings, settings.clone()) != *settings
            }
            _ => false,
        }
    }

    fn glance(&self, moment: &Moment) -> Glance {
        let waiting = self.waiting(moment.now);
        let urgent = waiting.iter().filter(|ask| is_urgent(&self.settings, ask)).count();
        Glance {
            waiting: waiting.len(),
            urgent,
            says: says(waiting.len(), urgent),
            menu: menu::rows(&waiting, &self.names, &self.settings, moment),
        }
    }

    /// What waits now, the most urgent first: what is marked so, then the nearest deadline, then the longest waiting.
    fn waiting(&self, now: Millis) -> Vec<&AskView> {
        let mut asks: Vec<&AskView> =
            self.asks.values().filter(|ask| ask.snoozed_until.is_none_or(|until| until <= now)).collect();
        asks.sort_by_key(|ask| {
            let due = ask.expires_at.unwrap_or(Millis(i64::MAX));
            (!is_urgent(&self.settings, ask), due, ask.asked_at, &ask.key)
        });
        asks
    }

    /// The one that waits after this one, the most urgent first; round to the first after the last.
    fn next(&self, after: Option<&Key>, now: Millis) -> Option<Key> {
        let asks = self.waiting(now);
        let at = after.and_then(|key| asks.iter().position(|ask| ask.key == *key));
        let next = at.map_or(0, |at| (at + 1) % asks.len());
        asks.get(next).map(|ask| ask.key.clone())
    }

    /// When time alone changes what is shown.
    fn changes_at(&self, now: Millis) -> Millis {
        let snoozes = self.asks.values().filter_map(|ask| ask.snoozed_until);
        let times = snoozes.chain(self.settings.ringing.muted_until).filter(|at| *at > now);
        times.min().unwrap_or(Millis(i64::MAX)).min(now.plus(LONGEST_PAUSE_MS))
    }
}

fn waits(ask: &AskView) -> bool {
    match ask.state {
        AskStateWord::Open | AskStateWord::Stuck => true,
        AskStateWord::Held | AskStateWord::Sending | AskStateWord::Sent | AskStateWord::Settled => false,
    }
}

fn slim(ask: &AskView) -> AskView {
    AskView { subject: Subject::Nothing, detail: None, offers: Vec::new(), ..ask.clone() }
}

fn says(waiting: usize, urgent: usize) -> String {
    let all = match waiting {
        0 => return "Nothing waits for you".to_owned(),
        1 => "1 ask waits for you".to_owned(),
        many => format!("{many} asks wait for you"),
    };
    if urgent == 0 { all } else { format!("{all}, {urgent} urgent") }
}

/// The board, and who is told that it changed.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    board: Arc<Mutex<Board>>,
    changed: watch::Sender<()>,
}

impl Watched {
    pub(crate) fn hear(&self, patches: &[Patch]) {
        let mut board = lock(&self.board);
        // All of them, also after one that changed something.
        if patches.iter().filter(|patch| board.hear(patch)).count() > 0 {
            self.changed.send_replace(());
        }
    }

    pub(crate) fn next(&self, after: Option<&Key>, now: Millis) -> Option<Key> {
        lock(&self.board).next(after, now)
    }

    pub(crate) fn glances(&self, clock: Clock) -> Glances {
        Glances { board: Arc::clone(&self.board), changed: self.changed.subscribe(), clock, last: None }
    }
}

/// One glance after the other, each unlike the one before it.
#[derive(Debug)]
pub struct Glances {
    board: Arc<Mutex<Board>>,
    changed: watch::Receiver<()>,
    clock: Clock,
    last: Option<Glance>,
}

impl Glances {
    /// The first at once. `None` when the engine is gone.
    pub async fn next(&mut self) -> Option<Glance> {
        loop {
            let moment = self.clock.moment();
            let (glance, until) = {
                let board = lock(&self.board);
                self.changed.mark_unchanged();
                (board.glance(&moment), board.changes_at(moment.now))
            };
            if self.last.as_ref() != Some(&glance) {
                self.last = Some(glance.clone());
                return Some(glance);
            }
            tokio::select! {
                changed = self.changed.changed() => {
                    changed.ok()?;
                    tokio::time::sleep(GATHER).await;
                }
                () = self.clock.until(until) => {}
            }
        }
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
