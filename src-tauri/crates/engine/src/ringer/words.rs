//! What the ringer is yet to hear, in its order. It may be slow, as it waits for the disk: what servers tell again
//! and again meanwhile is kept once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use deskbell_domain::Key;
use tokio::sync::Notify;

use super::Word;

/// Cheap to clone: all clones are the same queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    queue: Arc<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    words: VecDeque<Word>,
    /// Where an ask stands, counted from the first word there ever was; only those behind the last word of another
    /// kind, so that none overtakes it.
    asks: HashMap<Key, u64>,
    /// How many were taken out.
    taken: u64,
    /// Nobody listens.
    deaf: bool,
}

impl Words {
    pub(crate) fn tell(&self, word: Word) {
        self.lock().push(word);
        self.queue.filled.notify_one();
    }

    /// The next words, at most so many; waits for the first.
    pub(crate) async fn next(&self, most: usize) -> Vec<Word> {
        loop {
            let words = self.lock().take(most);
            if !words.is_empty() {
                return words;
            }
            self.queue.filled.notified().await;
        }
    }

    /// Nobody listens, now or later: what is told is dropped.
    pub(crate) fn ignore(&self) {
        let mut waiting = self.lock();
        *waiting = Waiting { deaf: true, ..Waiting::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.queue.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn push(&mut self, word: Word) {
        if self.deaf {
            return;
        }
        let end = self.taken + self.words.len() as u64;
        if let Word::AskChanged { ask, .. } = &word {
            let place = *self.asks.entry(ask.key.clone()).or_insert(end);
            let index = usize::try_from(place - self.taken).unwrap_or(usize::MAX);
            if let Some(older) = self.words.get_mut(index) {
                *older = word;
                return;
            }
        } else {
            self.asks.clear();
        }
        self.words.push_back(word);
    }

    fn take(&mut self, most: usize) -> Vec<Word> {
        let words: Vec<Word> = self.words.drain(..most.min(self.words.len())).collect();
        self.taken += words.len() as u64;
        self.asks.retain(|_, place| *place >= self.taken);
        words
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Ask, AskBody, AskState, ItemId, Millis, SourceId, Urgency, When};

    use super::*;
    use crate::view::AskView;

    fn changed(number: usize, title: &str) -> Word {
        let ask = Ask {
            item: ItemId::of("question", number),
            agent: None,
            thread: None,
            asked: When::Said(Millis(0)),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Question { title: title.to_owned(), detail: None },
            offers: Vec::new(),
            state: AskState::Open,
        };
        let ask = Box::new(AskView::new(&SourceId::new("s"), "hyperhive", &ask));
        Word::AskChanged { ask, source_name: "S".to_owned() }
    }

    fn said(words: Vec<Word>) -> Vec<String> {
        let word = |word: Word| match word {
            Word::AskChanged { ask, .. } => ask.title,
            Word::SourceHeard(source) => source.to_string(),
            other => panic!("{other:?}"),
        };
        words.into_iter().map(word).collect()
    }

    #[test]
    fn an_ask_that_changes_without_end_is_heard_as_it_is_last() {
        let mut waiting = Waiting::default();
        for round in 0..50_000 {
            waiting.push(changed(1, &format!("one, {round}")));
            waiting.push(changed(2, &format!("two, {round}")));
        }
        assert_eq!(waiting.words.len(), 2);
        assert_eq!(said(waiting.take(10)), ["one, 49999", "two, 49999"]);
    }

    #[test]
    fn no_ask_overtakes_a_word_of_another_kind() {
        let mut waiting = Waiting::default();
        waiting.push(changed(1, "before"));
        waiting.push(Word::SourceHeard(SourceId::new("heard")));
        waiting.push(changed(1, "after"));
        waiting.push(changed(1, "after all"));
        assert_eq!(said(waiting.take(10)), ["before", "heard", "after all"]);
    }

    #[test]
    fn what_was_taken_out_is_not_changed_any_more() {
        let mut waiting = Waiting::default();
        for number in 1..=3 {
            waiting.push(changed(number, &format!("{number}")));
        }
        assert_eq!(said(waiting.take(2)), ["1", "2"]);
        waiting.push(changed(1, "1 again"));
        waiting.push(changed(3, "3 again"));
        assert_eq!(said(waiting.take(10)), ["3 again", "1 again"]);
        assert!(waiting.asks.is_empty());
    }

    #[test]
    fn where_nobody_listens_nothing_is_kept() {
        let words = Words::default();
        words.tell(changed(1, "one"));
        words.ignore();
        words.tell(changed(2, "two"));
        assert!(words.lock().words.is_empty());
    }

    #[tokio::test]
    async fn whoever_waits_hears_what_is_told_next() {
        let words = Words::default();
        let listener = words.clone();
        let heard = tokio::spawn(async move { said(listener.next(10).await) });
        tokio::task::yield_now().await;
        words.tell(changed(1, "one"));
        assert_eq!(heard.await.unwrap(), ["one"]);
    }
}
