//! Hold, then drop: what the stream says while what the server holds is being read.

/// One event that waits for the reading.
#[derive(Debug)]
pub(crate) struct Held<W> {
    pub seq: Option<u64>,
    /// Nothing where it was not understood and only holds its place in the sequence.
    pub word: Option<W>,
    pub raw: String,
}

#[derive(Debug)]
pub(crate) struct Hold<W> {
    held: Vec<Held<W>>,
    bytes: usize,
}

/// More came than may be kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overflow;

/// Events were lost between these two numbers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub after: u64,
    pub before: u64,
}

impl<W> Default for Hold<W> {
    fn default() -> Self {
        Self { held: Vec::new(), bytes: 0 }
    }
}

impl<W> Hold<W> {
    pub const MOST: usize = 20_000;
    pub const MOST_BYTES: usize = 32 << 20;

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn push(&mut self, held: Held<W>) -> Result<(), Overflow> {
        self.bytes += held.raw.len();
        self.held.push(held);
        if self.held.len() > Self::MOST || self.bytes > Self::MOST_BYTES { Err(Overflow) } else { Ok(()) }
    }

    /// Whether something is missing behind what was read up to this mark.
    pub fn hole(&self, mark: Option<u64>) -> Option<Hole> {
        let mut after = mark?;
        for seq in self.held.iter().filter_map(|held| held.seq) {
            if seq > after.saturating_add(1) {
                return Some(Hole { after, before: seq });
            }
            after = after.max(seq);
        }
        None
    }

    /// All of it, in order.
    pub fn take(&mut self) -> Vec<Held<W>> {
        std::mem::take(self).held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_no_more_than_it_may() {
        let mut hold = Hold::<()>::default();
        let held = || Held { seq: None, word: None, raw: "x".repeat(1 << 20) };
        let pushed = (0..64).take_while(|_| hold.push(held()).is_ok()).count();
        assert_eq!(pushed, 32);
        let mut hold = Hold::<()>::default();
        let pushed = (0..)
            .take_while(|_| hold.push(Held { seq: None, word: None, raw: String::new() }).is_ok())
            .count();
        assert_eq!(pushed, Hold::<()>::MOST);
    }
}
