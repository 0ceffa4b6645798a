use std::sync::{Mutex, PoisonError};

use deskbell_domain::Key;
use deskbell_engine::Engine;

/// Which ask the operator looks at: the one the page shows, while its window has the focus.
#[derive(Debug, Default)]
pub struct Attention {
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    page: Option<Key>,
    focused: bool,
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
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut now);
        engine.attend(now.seen());
    }
}

impl Now {
    fn seen(&self) -> Option<Key> {
        if self.focused { self.page.clone() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ask_in_a_window_without_focus_is_not_seen() {
        let key: Key = "hive/approval:7".parse().unwrap();
        let mut now = Now { page: Some(key.clone()), focused: false };
        assert_eq!(now.seen(), None);
        now.focused = true;
        assert_eq!(now.seen(), Some(key));
    }
}
