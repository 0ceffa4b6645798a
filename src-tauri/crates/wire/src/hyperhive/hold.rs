//! Hold, then drop: what the stream says while the picture is being read.
//!
//! The two readings have a mark each, and each mark counts only for what its reading holds. Dropping a
//! mutation by the history's mark would lose what fell between the two.

use super::frame::Word;

/// One event that waits for the picture.
#[derive(Debug)]
pub(super) struct Held {
    pub seq: Option<u64>,
    /// Nothing where it was not understood and only holds its place in the sequence.
    pub word: Option<Word>,
    pub raw: String,
}

#[derive(Debug, Default)]
pub(super) struct Hold {
    held: Vec<Held>,
    bytes: usize,
}

/// More came than may be kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow;

/// Events were lost between these two numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub after: u64,
    pub before: u64,
}

impl Hold {
    pub const MOST: usize = 20_000;
    pub const MOST_BYTES: usize = 32 << 20;

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn push(&mut self, held: Held) -> Result<(), Overflow> {
        self.bytes += held.raw.len();
        self.held.push(held);
        if self.held.len() > Self::MOST || self.bytes > Self::MOST_BYTES { Err(Overflow) } else { Ok(()) }
    }

    /// Whether something is missing that neither reading can have told.
    pub fn hole(&self, state: Option<u64>, history: Option<u64>) -> Option<Hole> {
        let state = state?;
        let least = history.map_or(state, |history| history.min(state));
        let seqs = || self.held.iter().filter_map(|held| held.seq);
        let first = seqs().find(|seq| *seq > state);
        if let Some(first) = first
            && first > state.saturating_add(1)
        {
            return Some(Hole { after: state, before: first });
        }
        let newer: Vec<u64> = seqs().filter(|seq| *seq > least).collect();
        newer.windows(2).find_map(|pair| match pair {
            &[after, before] if before > after.saturating_add(1) => Some(Hole { after, before }),
            _ => None,
        })
    }

    /// What the readings do not hold yet, in order.
    pub fn newer(&mut self, state: Option<u64>, history: Option<u64>) -> Vec<Held> {
        let mut held = std::mem::take(self).held;
        held.retain(|held| match (&held.word, held.seq) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(word), Some(seq)) => {
                let mark = if word.is_message() { history } else { state };
                mark.is_none_or(|mark| seq > mark)
            }
        });
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperhive::frame::hear;

    fn hold(frames: &[(u64, &str)]) -> Hold {
        let mut hold = Hold::default();
        for (seq, kind) in frames {
            let raw = format!(r#"{{"kind":"{kind}","seq":{seq},"id":{seq},"from":"a","to":"b"}}"#);
            let heard = hear(&raw);
            hold.push(Held { seq: heard.seq, word: heard.word.ok(), raw }).unwrap();
        }
        hold
    }

    fn newer(frames: &[(u64, &str)], state: u64, history: u64) -> Vec<u64> {
        hold(frames).newer(Some(state), Some(history)).iter().filter_map(|held| held.seq).collect()
    }

    #[test]
    fn mutations_go_by_the_state_and_messages_by_the_history() {
        let frames = [(4, "approval_added"), (5, "sent"), (6, "approval_added"), (7, "sent"), (8, "sent")];
        assert_eq!(newer(&frames, 5, 7), [6, 8], "6 fell between the two readings");
        assert_eq!(newer(&frames, 7, 5), [7, 8]);
    }

    #[test]
    fn only_what_is_newer_must_be_without_holes() {
        assert_eq!(hold(&[(3, "sent"), (7, "sent"), (8, "sent")]).hole(Some(7), Some(7)), None);
        let hole = Some(Hole { after: 7, before: 9 });
        assert_eq!(hold(&[(7, "sent"), (9, "sent")]).hole(Some(7), Some(7)), hole);
        assert_eq!(hold(&[(9, "sent")]).hole(Some(7), Some(7)), hole);
        assert_eq!(
            hold(&[(7, "sent"), (9, "sent")]).hole(Some(9), Some(6)),
            hole,
            "a message may be missing"
        );
        assert_eq!(hold(&[(9, "sent")]).hole(None, None), None);
        assert_eq!(hold(&[]).hole(Some(7), Some(7)), None);
    }

    #[test]
    fn what_was_not_understood_still_holds_its_place() {
        let frames = [(8, "approval_added"), (9, "flux"), (10, "approval_added")];
        assert_eq!(hold(&frames).hole(Some(7), Some(7)), None);
        assert_eq!(newer(&frames, 7, 7), [8, 10]);
    }

    #[test]
    fn it_holds_no_more_than_it_may() {
        let mut hold = Hold::default();
        let held = || Held { seq: None, word: None, raw: "x".repeat(1 << 20) };
        let pushed = (0..64).take_while(|_| hold.push(held()).is_ok()).count();
        assert_eq!(pushed, 32);
        let mut hold = Hold::default();
        let pushed = (0..)
            .take_while(|_| hold.push(Held { seq: None, word: None, raw: String::new() }).is_ok())
            .count();
        assert_eq!(pushed, Hold::MOST);
    }
}
