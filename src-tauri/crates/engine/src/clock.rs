use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use deskbell_domain::Millis;
use jiff::tz::TimeZone;
use tokio::sync::watch;

/// What time it is for the engine: that of the wall clock, or of one that is moved by [`Hand`].
#[derive(Clone, Debug, Default)]
pub struct Clock {
    hand: Option<Hand>,
}

/// Moves a clock that otherwise stands still, so that a test says when a wait is over, and waits for none.
#[derive(Clone, Debug)]
pub struct Hand {
    now: watch::Sender<Millis>,
    waits: Arc<Mutex<Waits>>,
}

#[derive(Debug, Default)]
struct Waits {
    last: u64,
    until: BTreeMap<u64, Millis>,
}

/// One who waits, for as long as this lives.
struct Wait<'h> {
    hand: &'h Hand,
    number: u64,
}

/// A time, and what the clock on the wall counts in then.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Millis,
    pub(crate) zone: TimeZone,
}

impl Clock {
    pub(crate) fn moment(&self) -> Moment {
        Moment { now: self.now(), zone: TimeZone::system() }
    }

    pub(crate) fn now(&self) -> Millis {
        match &self.hand {
            None => wall(),
            Some(hand) => hand.now(),
        }
    }

    /// Returns at that time, or at once where it is past.
    pub(crate) async fn until(&self, at: Millis) {
        let Some(hand) = &self.hand else {
            let pause = u64::try_from(at.since(wall())).unwrap_or(0);
            return tokio::time::sleep(Duration::from_millis(pause)).await;
        };
        let _wait = hand.wait(at);
        // Its sender is the hand itself, which is borrowed here.
        let _ = hand.now.subscribe().wait_for(|now| *now >= at).await;
    }
}

impl Hand {
    /// It stands there until it is moved.
    pub fn at(now: Millis) -> Self {
        Self { now: watch::Sender::new(now), waits: Arc::default() }
    }

    pub fn clock(&self) -> Clock {
        Clock { hand: Some(self.clone()) }
    }

    pub fn now(&self) -> Millis {
        *self.now.borrow()
    }

    /// Moves on to the time for which somebody waits next; not at all where nobody does.
    pub fn skip(&self) {
        let next = self.waits().until.values().min().copied();
        if let Some(next) = next {
            self.now.send_if_modified(|now| std::mem::replace(now, next.max(*now)) < next);
        }
    }

    fn wait(&self, until: Millis) -> Wait<'_> {
        let mut waits = self.waits();
        waits.last += 1;
        let number = waits.last;
        waits.until.insert(number, until);
        Wait { hand: self, number }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.hand.waits().until.remove(&self.number);
    }
}

fn wall() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_by_hand_goes_from_wait_to_wait() {
        let hand = Hand::at(wall());
        let (clock, begun) = (hand.clock(), hand.clock().now());
        hand.skip();
        assert_eq!(clock.now(), begun, "nobody waits");
        clock.until(begun).await;
        let waiting = |ms| {
            let clock = clock.clone();
            tokio::spawn(async move { clock.until(begun.plus(ms)).await })
        };
        let (later, sooner, dropped) = (waiting(3_600_000), waiting(60_000), waiting(5));
        tokio::task::yield_now().await;
        dropped.abort();
        assert!(dropped.await.is_err());
        hand.skip();
        sooner.await.unwrap();
        assert_eq!((clock.now(), later.is_finished()), (begun.plus(60_000), false));
        hand.skip();
        later.await.unwrap();
        assert_eq!(clock.now(), begun.plus(3_600_000));
    }
}
