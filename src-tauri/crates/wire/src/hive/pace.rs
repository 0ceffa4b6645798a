use std::collections::VecDeque;

use deskbell_domain::Millis;

/// A server whose stream has hole after hole is not read more often than so many times in so long.
const MOST: usize = 4;
const WITHIN_MS: i64 = 2_000;

/// When the last readings began.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    begun: VecDeque<Millis>,
}

impl Pace {
    pub fn clear(&mut self) {
        self.begun.clear();
    }

    pub fn begin(&mut self, now: Millis) {
        self.begun.push_back(now);
        if self.begun.len() > MOST {
            self.begun.pop_front();
        }
    }

    /// How long the next reading has to wait, in milliseconds; nothing where it need not.
    pub fn wait(&self, now: Millis) -> Option<u32> {
        let oldest = self.begun.front().filter(|_| self.begun.len() >= MOST)?;
        let wait = WITHIN_MS.saturating_sub(now.since(*oldest)).min(WITHIN_MS);
        u32::try_from(wait).ok().filter(|wait| *wait > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_of_a_rush_has_to_wait() {
        let mut pace = Pace::default();
        for at in [0, 0, 500, 600] {
            assert_eq!(pace.wait(Millis(at)), None);
            pace.begin(Millis(at));
        }
        assert_eq!(pace.wait(Millis(700)), Some(1_300));
        assert_eq!(pace.wait(Millis(-9_000)), Some(2_000), "a clock that was set back");
        assert_eq!(pace.wait(Millis(2_000)), None);
        pace.clear();
        assert_eq!(pace.wait(Millis(700)), None);
    }
}
