//! What waits for the operator: approvals, which are polled, and questions, which are messages in a thread.

use std::collections::BTreeMap;

use deskbell_domain::{
    Ask, AskBody, AskState, By, Entry, EntryKind, Event, Field, ItemId, Millis, Offer, Outcome, Settlement,
    Subject, Tone, Urgency, When,
};

use super::conversation::Message;
use super::words::{LINE, TITLE, first_line, line};
use super::{emit, threads};
use crate::Effects;
use crate::recent::Recent;

/// Asks that ended, so that a late telling opens none of them again.
const ENDED: usize = 2_000;
/// More than any operator can have waiting.
const MOST: usize = 5_000;
/// In characters; the server names no limit for what comes by REST.
pub(super) const LONGEST_TEXT: u32 = 100_000;

#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub ask: Ask,
    pub raw: String,
    pub from: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Approvals {
        task: Option<String>,
    },
    /// Only the coordinator lists it.
    Coordinator,
    /// A message of this thread.
    Thread {
        thread: String,
        seq: u64,
    },
}

#[derive(Clone, Debug)]
pub(super) struct End {
    pub at: When,
    pub by: By,
    pub outcome: Outcome,
    pub raw: String,
}

#[derive(Debug)]
pub(super) struct Asks {
    waiting: BTreeMap<ItemId, Waiting>,
    ended: Recent<End>,
    /// Those whose diff was asked for.
    illustrated: Recent<()>,
}

impl Asks {
    pub fn new() -> Self {
        Self { waiting: BTreeMap::new(), ended: Recent::new(ENDED), illustrated: Recent::new(ENDED) }
    }

    /// The approvals of a task whose diff was not asked for yet.
    pub fn take_unillustrated(&mut self) -> Vec<(ItemId, String)> {
        let tasks = self.waiting.iter().filter_map(|(item, waiting)| match &waiting.from {
            Origin::Approvals { task: Some(task) } => Some((item.clone(), task.clone())),
            Origin::Approvals { task: None } | Origin::Coordinator | Origin::Thread { .. } => None,
        });
        let due: Vec<_> = tasks.filter(|(item, _)| !self.illustrated.has(item.as_str())).collect();
        for (item, _) in &due {
            self.illustrated.keep(item.as_str(), ());
        }
        due
    }

    pub fn get(&self, item: &ItemId) -> Option<&Waiting> {
        self.waiting.get(item)
    }

    pub fn all(&self) -> impl Iterator<Item = (&ItemId, &Waiting)> {
        self.waiting.iter()
    }

    pub fn end(&self, item: &ItemId) -> Option<&End> {
        self.ended.get(item.as_str())
    }

    /// Takes what waits. Tells whether that is news: it is new, or is told otherwise than before.
    pub fn open(&mut self, mut waiting: Waiting) -> bool {
        let item = waiting.ask.item.clone();
        if self.ended.has(item.as_str()) {
            return false;
        }
        match self.waiting.get(&item) {
            Some(known) => {
                waiting.ask.asked = known.ask.asked.or_better(waiting.ask.asked);
                keep_diff(&known.ask, &mut waiting.ask);
                if known.ask == waiting.ask {
                    return false;
                }
            }
            None if self.waiting.len() >= MOST => return false,
            None => {}
        }
        self.waiting.insert(item, waiting);
        true
    }

    /// Puts the diff of what it is about into an approval.
    pub fn add_diff(&mut self, item: &ItemId, unified: String) -> Option<Ask> {
        let ask = &mut self.waiting.get_mut(item)?.ask;
        let AskBody::Approval { subject, .. } = &mut ask.body else { return None };
        *subject = Subject::Diff { unified };
        Some(ask.clone())
    }

    /// It ended, once: gives what is to be told of that.
    pub fn close(&mut self, item: &ItemId, end: End, now: Millis) -> Option<(Settlement, Entry)> {
        // That something vanished is our guess, and the server's word is better.
        let known = self.end(item).is_some_and(|known| known.outcome != Outcome::Vanished);
        if known || (end.outcome == Outcome::Vanished && self.ended.has(item.as_str())) {
            return None;
        }
        let waiting = self.waiting.remove(item);
        if end.outcome != Outcome::Vanished {
            self.ended.keep(item.as_str(), end.clone());
        }
        let ask = waiting.map(|waiting| waiting.ask);
        let entry = ended_line(item, ask.as_ref(), &end, now);
        let End { at, by, outcome, raw: _ } = end;
        Some((Settlement { item: item.clone(), at, by, outcome, ask: ask.map(Box::new) }, entry))
    }

    /// The question a message of a person answers: the one it names, or else the oldest in the thread.
    pub fn answered_by(&self, message: &Message) -> Option<ItemId> {
        if let Some(named) = &message.answers {
            return Some(ItemId::of("question", named));
        }
        let open = self.waiting.iter().filter_map(|(item, waiting)| match &waiting.from {
            Origin::Thread { thread, seq } if *thread == message.thread && *seq < message.seq => {
                Some((*seq, item))
            }
            Origin::Thread { .. } | Origin::Approvals { .. } | Origin::Coordinator => None,
        });
        open.min().map(|(_, item)| item.clone())
    }
}

/// A diff is read once, and a later row knows nothing of it.
fn keep_diff(known: &Ask, newer: &mut Ask) {
    if let AskBody::Approval { subject: diff @ Subject::Diff { .. }, .. } = &known.body
        && let AskBody::Approval { subject, .. } = &mut newer.body
    {
        *subject = diff.clone();
    }
}

pub(super) fn question(message: &Message, raw: &str, now: Millis) -> Waiting {
    let title = match first_line(&message.content, TITLE) {
        empty if empty.is_empty() => "A question without words".to_owned(),
        title => title,
    };
    let detail = Some(message.content.clone()).filter(|content| content.trim() != title);
    Waiting {
        ask: Ask {
            item: ItemId::of("question", &message.id),
            agent: Some(line(&message.from, TITLE)),
            thread: Some(threads::item(&message.thread)),
            asked: message.at.map_or(When::Seen(now), When::Said),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Question { title, detail },
            offers: vec![Offer::plain("answer", "Answer", Tone::Yes).with_field(Field::text(
                "text",
                "Answer",
                true,
                LONGEST_TEXT,
            ))],
            state: AskState::Open,
        },
        raw: raw.to_owned(),
        from: Origin::Thread { thread: message.thread.clone(), seq: message.seq },
    }
}

/// Tells of a new ask, with its line of history.
pub(super) fn show(waiting: &Waiting, now: Millis, out: &mut Effects) {
    out.push(emit(Event::Ask(Box::new(waiting.ask.clone()))));
    out.push(emit(Event::Entry(asked_line(waiting, now))));
}

pub(super) fn asked_line(waiting: &Waiting, now: Millis) -> Entry {
    let ask = &waiting.ask;
    Entry {
        item: ItemId::of("asked", &ask.item),
        at: if ask.asked.is_said() { ask.asked } else { When::Seen(now) },
        kind: EntryKind::Ask,
        agent: ask.agent.clone(),
        thread: ask.thread.clone(),
        ask: Some(ask.item.clone()),
        text: line(&format!("Asks: {}", ask.title()), LINE),
        raw: waiting.raw.clone(),
    }
}

fn ended_line(item: &ItemId, ask: Option<&Ask>, end: &End, now: Millis) -> Entry {
    let who = match &end.by {
        By::Us => " by you".to_owned(),
        By::Other(name) => format!(" by {name}"),
        By::Nobody => String::new(),
    };
    let note = end.outcome.note().map_or_else(String::new, |note| format!(": {note}"));
    let what = ask.map_or_else(|| item.to_string(), |ask| format!("\"{}\"", ask.title()));
    Entry {
        item: ItemId::of("ended", item),
        at: if end.at.is_said() { end.at } else { When::Seen(now) },
        kind: EntryKind::Ask,
        agent: ask.and_then(|ask| ask.agent.clone()),
        thread: ask.and_then(|ask| ask.thread.clone()),
        ask: Some(item.clone()),
        text: line(&format!("{what} was {}{who}{note}", end.outcome.word()), LINE),
        raw: end.raw.clone(),
    }
}
