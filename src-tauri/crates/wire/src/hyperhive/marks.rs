//! How far the two readings reach.
//!
//! Each has a mark of its own, and each mark counts only for what its reading holds. Dropping a mutation by the
//! history's mark would lose what fell between the two.

use super::frame::Word;

/// The high-water marks of the two readings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    pub state: Option<u64>,
    /// Nothing where the history comes bare.
    pub history: Option<u64>,
}

impl Marks {
    /// Up to here, everything is in one reading or the other.
    pub fn least(self) -> Option<u64> {
        let state = self.state?;
        Some(self.history.map_or(state, |history| history.min(state)))
    }

    /// Whether an event is newer than the reading that would hold it.
    pub fn are_before(self, word: &Word, seq: Option<u64>) -> bool {
        let mark = if word.is_message() { self.history } else { self.state };
        match (seq, mark) {
            (Some(seq), Some(mark)) => seq > mark,
            (None, _) | (_, None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hive::{Held, Hold, Hole};
    use crate::hyperhive::frame::hear;

    fn hold(frames: &[(u64, &str)]) -> Hold<Word> {
        let mut hold = Hold::default();
        for (seq, kind) in frames {
            let raw = format!(r#"{{"kind":"{kind}","seq":{seq},"id":{seq},"from":"a","to":"b"}}"#);
            let heard = hear(&raw);
            hold.push(Held { seq: heard.seq, word: heard.word.ok(), raw }).unwrap();
        }
        hold
    }

    fn marks(state: u64, history: u64) -> Marks {
        Marks { state: Some(state), history: Some(history) }
    }

    fn newer(frames: &[(u64, &str)], state: u64, history: u64) -> Vec<u64> {
        let marks = marks(state, history);
        let is_newer =
            |held: &Held<Word>| held.word.as_ref().is_some_and(|word| marks.are_before(word, held.seq));
        hold(frames).take().iter().filter(|held| is_newer(held)).filter_map(|held| held.seq).collect()
    }

    #[test]
    fn mutations_go_by_the_state_and_messages_by_the_history() {
        let frames = [(4, "approval_added"), (5, "sent"), (6, "approval_added"), (7, "sent"), (8, "sent")];
        assert_eq!(newer(&frames, 5, 7), [6, 8], "6 fell between the two readings");
        assert_eq!(newer(&frames, 7, 5), [7, 8]);
    }

    #[test]
    fn what_is_newer_than_both_must_be_without_holes() {
        let hole = |frames: &[(u64, &str)], state, history| hold(frames).hole(marks(state, history).least());
        let missing = Some(Hole { after: 7, before: 9 });
        assert_eq!(hole(&[(3, "sent"), (7, "sent"), (8, "sent")], 7, 7), None);
        assert_eq!(hole(&[(7, "sent"), (9, "sent")], 7, 7), missing);
        assert_eq!(hole(&[(9, "sent")], 7, 7), missing);
        assert_eq!(hole(&[(9, "sent")], 9, 7), missing, "8 may be a message that no history told");
        assert_eq!(hole(&[], 7, 7), None);
        assert_eq!(hold(&[(9, "sent")]).hole(Marks::default().least()), None);
    }

    #[test]
    fn what_was_not_understood_still_holds_its_place() {
        let frames = [(8, "approval_added"), (9, "flux"), (10, "approval_added")];
        assert_eq!(hold(&frames).hole(marks(7, 7).least()), None);
        assert_eq!(newer(&frames, 7, 7), [8, 10]);
    }
}
