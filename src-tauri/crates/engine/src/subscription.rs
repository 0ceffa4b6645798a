//! What one listener hears.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use deskbell_domain::{IntentId, ItemId, Key, SourceId};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::command::{Batch, Patch};
use crate::glance::Watched;
use crate::queries::Queries;
use crate::view::EntryView;

/// One repaint's time: patches are gathered at least this long.
const FRAME: Duration = Duration::from_millis(16);

/// What only goes on (lines of history, and what counts them) is gathered this long: nobody waits for it, and each
/// batch costs the window a repaint.
const CALM: Duration = Duration::from_millis(100);

/// More than this waiting means that the listener has fallen behind: it gets everything anew instead.
const MOST_WAITING: usize = 20_000;

/// More of what entries say and hold than this, in bytes, is not told one by one in [`CALM`] either.
const MOST_ENTRY_BYTES: usize = 1024 * 1024;

/// Who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listener {
    /// It paints what it hears, and must have time left for the operator.
    Window,
    /// It writes down what it hears.
    Program,
}

impl Listener {
    /// More entries than this are not told one by one in [`CALM`]. They are history's: whoever shows it is told to look
    /// there.
    fn most_entries(self) -> usize {
        match self {
            Self::Window => 50,
            Self::Program => 500,
        }
    }
}

/// What makes two patches one: a newer one takes the place of an older one that was not yet heard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Thing(Key),
    Entry(SourceId, ItemId),
    EntriesMissed,
    Source(SourceId),
    Receipt(IntentId),
    Settings,
    Searches,
    Desktop,
    SelfTest,
    Reveal,
    Shell,
    Trouble,
}

impl Subject {
    fn of(patch: &Patch) -> Option<Self> {
        Some(match patch {
            Patch::Reset => return None,
            Patch::Source { row } => Self::Source(row.source.clone()),
            Patch::SourceGone { source } => Self::Source(source.clone()),
            Patch::Ask { row } => Self::Thing(row.key.clone()),
            Patch::Agent { row } => Self::Thing(row.key.clone()),
            Patch::AgentGone { key }
            | Patch::ThreadGone { key }
            | Patch::TaskGone { key }
            | Patch::FindingGone { key } => Self::Thing(key.clone()),
            Patch::Thread { row } => Self::Thing(row.key.clone()),
            Patch::Task { row } => Self::Thing(row.key.clone()),
            Patch::Finding { row } => Self::Thing(row.key.clone()),
            Patch::Entry { row } => Self::Entry(row.source.clone(), row.item.clone()),
            Patch::EntriesMissed => Self::EntriesMissed,
            Patch::Receipt { row } => Self::Receipt(row.intent.clone()),
            Patch::ReceiptGone { intent } => Self::Receipt(intent.clone()),
            Patch::Settings { .. } => Self::Settings,
            Patch::Searches { .. } => Self::Searches,
            Patch::Desktop { .. } => Self::Desktop,
            Patch::SelfTest { .. } => Self::SelfTest,
            Patch::Reveal { .. } => Self::Reveal,
            Patch::Shell { .. } => Self::Shell,
            Patch::Trouble { .. } => Self::Trouble,
        })
    }
}

#[derive(Debug)]
struct Waiting {
    patches: Vec<Patch>,
    places: HashMap<Subject, usize>,
    entries: Entries,
    /// Since when they are counted.
    counted: Instant,
    /// More are not told one by one.
    most_entries: usize,
    /// Somebody may wait for one of them.
    urgent: bool,
    /// Everything must be told anew: at the start, and after falling behind.
    reset: bool,
    ended: bool,
}

/// How the entries stand that came within one [`CALM`], in however many batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entries {
    Told {
        count: usize,
        bytes: usize,
    },
    /// There were too many.
    Missed,
}

impl Default for Entries {
    fn default() -> Self {
        Self::Told { count: 0, bytes: 0 }
    }
}

impl Entries {
    /// Takes one more.
    fn and(self, row: &EntryView, most: usize) -> Self {
        let Self::Told { count, bytes } = self else { return Self::Missed };
        let (count, bytes) = (count + 1, bytes + row.text.len() + row.raw.len());
        if count > most || bytes > MOST_ENTRY_BYTES { Self::Missed } else { Self::Told { count, bytes } }
    }
}

impl Waiting {
    fn new(listener: Listener) -> Self {
        Self {
            patches: Vec::new(),
            places: HashMap::new(),
            entries: Entries::default(),
            counted: Instant::now(),
            most_entries: listener.most_entries(),
            urgent: false,
            reset: true,
            ended: false,
        }
    }

    fn push(&mut self, patch: Patch) {
        if let Patch::Entry { row } = &patch {
            let before = self.entries;
            self.entries = before.and(row, self.most_entries);
            match (before, self.entries) {
                (Entries::Missed, _) => return self.put(Patch::EntriesMissed),
                (_, Entries::Missed) => return self.miss_entries(),
                (_, Entries::Told { .. }) => {}
            }
        }
        self.put(patch);
    }

    /// Whoever shows the history reads it anew: of the entries that wait, none is needed.
    fn miss_entries(&mut self) {
        let patches = std::mem::take(&mut self.patches);
        self.places.clear();
        let kept = patches.into_iter().filter(|patch| !matches!(patch, Patch::Entry { .. }));
        kept.chain([Patch::EntriesMissed]).for_each(|patch| self.put(patch));
    }

    /// When what waits is to be told, after that time the last was.
    fn due(&self, told: Option<Instant>) -> Option<Instant> {
        let pause = match (self.reset || self.urgent, self.patches.is_empty()) {
            (true, _) => FRAME,
            (false, false) => CALM,
            (false, true) => return None,
        };
        Some(told.map_or_else(Instant::now, |told| told + pause))
    }

    /// What waits, and whether everything is to be told before it.
    fn take(&mut self, now: Instant) -> (bool, Vec<Patch>) {
        self.places.clear();
        if now - self.counted >= CALM {
            self.counted = now;
            self.entries = Entries::default();
        }
        self.urgent = false;
        (std::mem::take(&mut self.reset), std::mem::take(&mut self.patches))
    }

    fn put(&mut self, patch: Patch) {
        self.urgent |= is_urgent(&patch);
        let Some(subject) = Subject::of(&patch) else { return };
        if let Some(&place) = self.places.get(&subject) {
            self.patches[place] = patch;
            return;
        }
        if self.patches.len() >= MOST_WAITING {
            if self.reset {
                // What is told anew will hold it.
                return;
            }
            self.patches.clear();
            self.places.clear();
            self.reset = true;
        }
        self.places.insert(subject, self.patches.len());
        self.patches.push(patch);
    }
}

/// Whether somebody may wait for it; else it only goes on.
fn is_urgent(patch: &Patch) -> bool {
    !matches!(
        patch,
        Patch::Entry { .. }
            | Patch::EntriesMissed
            | Patch::Source { .. }
            | Patch::Thread { .. }
            | Patch::Task { .. }
    )
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbered batches, coalesced by what they are about, at most one per frame (16 ms), and fewer of what only goes on.
#[derive(Debug)]
pub struct Subscription {
    queue: Arc<Queue>,
    queries: Arc<Queries>,
    number: u64,
    /// When the last batch was given.
    told: Option<Instant>,
}

impl Subscription {
    /// The next batch. Ask for it only when the last one has been handled: until then patches are coalesced,
    /// so a slow listener costs a bounded amount of memory. `None` when the engine has stopped.
    pub async fn next(&mut self) -> Option<Batch> {
        let queue = Arc::clone(&self.queue);
        loop {
            let filled = queue.filled.notified();
            let due = {
                let waiting = queue.lock();
                if waiting.ended {
                    return None;
                }
                waiting.due(self.told)
            };
            match due {
                None => filled.await,
                Some(due) if due <= Instant::now() => break,
                // It may become urgent meanwhile.
                Some(due) => tokio::select! {
                    () = filled => {}
                    () = tokio::time::sleep_until(due) => break,
                },
            }
        }
        let (reset, newer) = queue.lock().take(Instant::now());
        let mut patches = if reset { self.everything().await } else { Vec::new() };
        patches.extend(newer);
        self.number += 1;
        self.told = Some(Instant::now());
        Some(Batch { number: self.number, patches })
    }

    async fn everything(&self) -> Vec<Patch> {
        let queries = Arc::clone(&self.queries);
        match tokio::task::spawn_blocking(move || queries.everything()).await {
            Ok(Ok(patches)) => patches,
            Ok(Err(error)) => {
                tracing::error!(%error, "the cache could not be read");
                vec![Patch::Reset]
            }
            Err(error) => {
                tracing::error!(%error, "reading the cache failed");
                vec![Patch::Reset]
            }
        }
    }
}

/// Tells every listener. A listener that is dropped is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    present: Mutex<Present>,
    /// What the tray shows of it.
    pub(crate) watched: Watched,
}

#[derive(Debug, Default)]
struct Present {
    queues: Vec<Weak<Queue>>,
    /// What is to be on screen, where nobody listened: the page of a window that opens is not there yet.
    unseen: Option<Patch>,
}

impl Listeners {
    pub(crate) fn add(&self, listener: Listener, queries: Arc<Queries>) -> Subscription {
        let queue = Arc::new(Queue { waiting: Mutex::new(Waiting::new(listener)), filled: Notify::new() });
        let mut present = self.lock();
        present.queues.push(Arc::downgrade(&queue));
        if let Some(unseen) = present.unseen.take() {
            queue.lock().push(unseen);
        }
        Subscription { queue, queries, number: 0, told: None }
    }

    pub(crate) fn tell(&self, patches: &[Patch]) {
        self.watched.hear(patches);
        let mut present = self.lock();
        present.each(|waiting| {
            for patch in patches {
                waiting.push(patch.clone());
            }
        });
        if present.queues.is_empty()
            && let Some(reveal) = patches.iter().rfind(|patch| matches!(patch, Patch::Reveal { .. }))
        {
            present.unseen = Some(reveal.clone());
        }
    }

    pub(crate) fn end(&self) {
        self.lock().each(|waiting| waiting.ended = true);
    }

    fn lock(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Present {
    fn each(&mut self, act: impl Fn(&mut Waiting)) {
        self.queues.retain(|queue| {
            let Some(queue) = queue.upgrade() else { return false };
            act(&mut queue.lock());
            queue.filled.notify_one();
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{EntryKind, Millis};

    fn entry(n: usize, text: &str) -> Patch {
        Patch::Entry {
            row: crate::view::EntryView {
                cursor: n.to_string(),
                at: Millis(n as i64),
                said: true,
                source: SourceId::new("s"),
                item: ItemId::of("message", n),
                kind: EntryKind::Message,
                agent: None,
                thread: None,
                ask: None,
                ended: None,
                text: text.into(),
                raw: String::new(),
                found: Vec::new(),
            },
        }
    }

    /// It has been told everything there is.
    fn told() -> Waiting {
        Waiting { reset: false, ..Waiting::new(Listener::Program) }
    }

    #[test]
    fn a_newer_patch_takes_the_place_of_an_older_one() {
        let mut waiting = told();
        for (n, text) in [(1, "a"), (2, "b"), (1, "c")] {
            waiting.push(entry(n, text));
        }
        let texts: Vec<&str> = waiting
            .patches
            .iter()
            .map(|p| match p {
                Patch::Entry { row } => row.text.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(texts, ["c", "b"]);
    }

    fn agent(n: usize) -> Patch {
        Patch::AgentGone { key: Key::new(SourceId::new("s"), ItemId::of("agent", n)) }
    }

    #[test]
    fn what_only_goes_on_is_gathered_and_an_ask_does_not_wait_with_it() {
        let last = Instant::now();
        let mut waiting = told();
        assert_eq!(waiting.due(Some(last)), None, "nothing waits");
        waiting.push(entry(1, ""));
        assert_eq!(waiting.due(Some(last)), Some(last + CALM));
        waiting.push(agent(1));
        assert_eq!(waiting.due(Some(last)), Some(last + FRAME));
        let mut waiting = Waiting::new(Listener::Window);
        waiting.push(entry(1, ""));
        assert_eq!(waiting.due(Some(last)), Some(last + FRAME), "the first is never waited for");
    }

    #[test]
    fn a_listener_that_falls_behind_is_told_everything_anew() {
        let mut waiting = told();
        for n in 0..MOST_WAITING * 3 {
            waiting.push(agent(n));
        }
        assert!(waiting.reset);
        assert!(waiting.patches.len() <= MOST_WAITING, "what waits is bounded");
    }

    #[test]
    fn of_more_entries_than_can_be_painted_only_that_they_came_is_told() {
        for (count, size) in [(1_000_000, 0), (100, MOST_ENTRY_BYTES / 10)] {
            let mut waiting = told();
            waiting.push(agent(1));
            for n in 0..count {
                waiting.push(entry(n, &"x".repeat(size)));
            }
            waiting.push(agent(2));
            assert!(
                matches!(
                    waiting.patches[..],
                    [Patch::AgentGone { .. }, Patch::EntriesMissed, Patch::AgentGone { .. }]
                ),
                "{count} of {size} bytes"
            );
            assert_eq!(waiting.places.len(), 3);
        }
    }

    #[test]
    fn as_many_entries_as_can_be_painted_are_told_one_by_one() {
        for listener in [Listener::Window, Listener::Program] {
            let mut waiting = Waiting::new(listener);
            (0..listener.most_entries()).for_each(|n| waiting.push(entry(n, "")));
            assert_eq!(waiting.patches.len(), listener.most_entries());
            assert!(waiting.patches.iter().all(|patch| matches!(patch, Patch::Entry { .. })));
        }
    }

    #[test]
    fn after_too_many_entries_each_batch_says_that_some_came_until_they_are_counted_anew() {
        let mut waiting = Waiting::new(Listener::Window);
        let begun = waiting.counted;
        (0..1_000).for_each(|n| waiting.push(entry(n, "")));
        waiting.take(begun);
        for (later, is_told) in [(CALM / 2, false), (CALM, false), (CALM, true)] {
            waiting.push(entry(1_000, ""));
            let (_, patches) = waiting.take(begun + later);
            assert_eq!(matches!(patches[..], [Patch::Entry { .. }]), is_told, "{later:?}");
            assert_eq!(matches!(patches[..], [Patch::EntriesMissed]), !is_told, "{later:?}");
        }
    }
}
