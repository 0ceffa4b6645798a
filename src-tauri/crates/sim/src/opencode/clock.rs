//! Time, and the ids that are made of it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::Dice;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[derive(Debug)]
pub(super) struct Clock {
    fixed: Option<i64>,
    last: i64,
    count: i64,
    dice: Dice,
}

impl Clock {
    pub fn new(fixed: Option<i64>, seed: u64) -> Self {
        Self { fixed, last: 0, count: 0, dice: Dice::new(seed) }
    }

    /// Unix milliseconds; never back.
    pub fn now(&self) -> i64 {
        let system = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        self.fixed.unwrap_or_else(system).max(self.last)
    }

    /// Work takes its time: what comes after is later than what came before.
    pub fn advance(&mut self) {
        (self.last, self.count) = (self.now() + 1, 0);
    }

    /// One that sorts after all that came before it.
    pub fn id(&mut self, prefix: &str) -> String {
        let stamp = self.stamp();
        format!("{prefix}_{stamp:012x}{}", self.tail())
    }

    /// One that sorts before all that came before it, as those of sessions do.
    pub fn falling_id(&mut self, prefix: &str) -> String {
        let stamp = !self.stamp() & 0xffff_ffff_ffff;
        format!("{prefix}_{stamp:012x}{}", self.tail())
    }

    pub fn dice(&mut self) -> &mut Dice {
        &mut self.dice
    }

    fn stamp(&mut self) -> i64 {
        let now = self.now();
        self.count = if now == self.last { self.count + 1 } else { 1 };
        self.last = now;
        // Of the milliseconds as many bits stay as the real ids have.
        now.wrapping_mul(0x1000).wrapping_add(self.count) & 0xffff_ffff_ffff
    }

    fn tail(&mut self) -> String {
        (0..14).filter_map(|_| self.dice.pick(DIGITS)).map(|digit| char::from(*digit)).collect()
    }
}
