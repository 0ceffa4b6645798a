use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deskbell_domain::Key;
use deskbell_engine::{Engine, Glance};
use tauri::{AppHandle, Manager};

use crate::window;

/// Who looks away no longer than this still looks.
const BLINK: Duration = Duration::from_secs(1);

/// Which ask the operator looks at: the one the page shows, while its window has the focus.
#[derive(Debug, Default)]
pub struct Attention {
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    page: Option<Key>,
    focused: bool,
    /// What was looked at last, and until when.
    last: Option<(Key, Instant)>,
    /// How many asks are urgent.
    urgent: usize,
}

/// What waits has changed: where more of it is urgent and the operator looks elsewhere, the window calls.
pub fn tell(app: &AppHandle, glance: &Glance) {
    let attention = app.state::<Attention>();
    if let Some(calls) = attention.lock().wait(glance.urgent) {
        window::call(app, calls);
    }
}

impl Attention {
    /// The page shows this ask now.
    pub fn turn(&self, page: Option<Key>, engine: &Engine) {
        self.change(engine, |now| now.page = page);
    }

    pub fn focus(&self, focused: bool, engine: &Engine) {
        self.change(engine, |now| now.focused = focused);
    }

    /// The engine is told under the lock: two changes must not reach it in the wrong order.
    fn change(&self, engine: &Engine, change: impl FnOnce(&mut Now)) {
        let mut now = self.lock();
        let before = now.seen();
        change(&mut now);
        now.leave(before, Instant::now());
        engine.attend(now.seen());
    }

    /// Goes on from the ask that is looked at.
    pub fn next(&self, bring: impl FnOnce(Option<&Key>) -> Option<Key>) {
        let after = self.lock().at(Instant::now());
        let brought = bring(after.as_ref());
        // The page takes a moment to show it.
        self.lock().leave(brought, Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Now {
    fn seen(&self) -> Option<Key> {
        if self.focused { self.page.clone() } else { None }
    }

    /// This was looked at until now.
    fn leave(&mut self, key: Option<Key>, now: Instant) {
        if let Some(key) = key {
            self.last = Some((key, now));
        }
    }

    /// What is looked at, for who presses keys that go to the desktop: while they are down no window has the focus.
    fn at(&self, now: Instant) -> Option<Key> {
        let last = self.last.as_ref().filter(|(_, until)| now.saturating_duration_since(*until) < BLINK);
        self.seen().or_else(|| last.map(|(key, _)| key.clone()))
    }

    /// So many are urgent now. Whether the window should call, or no longer, where that changes.
    fn wait(&mut self, urgent: usize) -> Option<bool> {
        let before = std::mem::replace(&mut self.urgent, urgent);
        match urgent {
            0 if before > 0 => Some(false),
            more if more > before && !self.focused => Some(true),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ask_in_a_window_without_focus_is_not_seen() {
        let key: Key = "hive/approval:7".parse().unwrap();
        let mut now = Now { page: Some(key.clone()), ..Now::default() };
        assert_eq!(now.seen(), None);
        now.focused = true;
        assert_eq!(now.seen(), Some(key));
    }

    #[test]
    fn next_goes_on_from_what_is_looked_at_and_begins_anew_from_elsewhere() {
        let [one, two]: [Key; 2] = ["hive/approval:1", "hive/approval:2"].map(|key| key.parse().unwrap());
        let begin = Instant::now();
        let mut now = Now { focused: true, ..Now::default() };
        assert_eq!(now.at(begin), None);
        now.leave(Some(one.clone()), begin);
        now.leave(None, begin);
        assert_eq!(now.at(begin + BLINK / 2), Some(one), "the page is about to say so");
        now.page = Some(two.clone());
        assert_eq!(now.at(begin + 10 * BLINK), Some(two.clone()));
        now.focused = false;
        now.leave(Some(two.clone()), begin + 10 * BLINK);
        assert_eq!(now.at(begin + 10 * BLINK + BLINK / 2), Some(two), "the keys are down");
        assert_eq!(now.at(begin + 11 * BLINK), None, "from elsewhere");
    }

    #[test]
    fn the_window_calls_for_what_is_newly_urgent_while_the_operator_looks_elsewhere() {
        let mut now = Now::default();
        for (focused, urgent, calls) in [
            (false, 0, None),
            (false, 1, Some(true)),
            (false, 1, None),
            (false, 2, Some(true)),
            (false, 1, None),
            (true, 2, None),
            (true, 0, Some(false)),
            (false, 0, None),
        ] {
            now.focused = focused;
            assert_eq!(now.wait(urgent), calls, "{focused} {urgent}");
        }
    }
}
