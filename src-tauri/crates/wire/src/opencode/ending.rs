//! How asks end: by our own answer, by somebody else's, or without a word.

use deskbell_domain::{
    By, Entry, EntryKind, Event, IntentId, ItemId, Millis, Outcome, Settlement, Verdict, When,
};

use super::answer::Answer;
use super::asks::End;
use super::delivery::{Delivery, Goal, Step, took};
use super::words::{LINE, line};
use super::{Opencode, emit};
use crate::Effects;

/// How soon after our own answer the server settles others by the same rule.
const CASCADE_MS: i64 = 10_000;

/// Who answers that is not us: opencode does not name its clients.
const ANOTHER: &str = "another client";

impl Opencode {
    /// The server told how an ask ended.
    pub(super) fn ended(&mut self, item: &ItemId, end: End, now: Millis, out: &mut Effects) {
        let Some(known) = self.asks.get_mut(item) else { return self.ended_unseen(item, &end, now, out) };
        if known.told {
            return;
        }
        if known.end.is_none() {
            known.end = Some(end);
        }
        if known.shown.is_none() {
            self.show_ask(item, now, out);
        }
        let ours = self
            .deliveries
            .iter()
            .find(|(_, delivery)| matches!(&delivery.goal, Goal::Answer { item: of, .. } if of == item));
        match ours.map(|(intent, delivery)| (intent.clone(), delivery.step)) {
            // The reply, which is to come, says whether that was us.
            Some((_, Step::Posted)) => {}
            Some((intent, Step::Proving | Step::Naming | Step::Looking | Step::Resting)) => {
                self.judge_by_end(&intent, now, out);
            }
            None => {
                let by = self.who_ended(item, now);
                self.settle(item, by, now, out);
            }
        }
    }

    /// An ask ended that was never told of.
    fn ended_unseen(&self, item: &ItemId, end: &End, now: Millis, out: &mut Effects) {
        out.push(emit(Event::Settled(Settlement {
            item: item.clone(),
            at: When::Seen(now),
            by: By::Other(ANOTHER.into()),
            outcome: end.answer.outcome(),
            ask: None,
        })));
        let text = format!("An ask that was not seen here was {}", end.answer.words());
        out.push(emit(Event::Entry(ended_line(item, None, None, &text, &end.raw, now))));
    }

    /// Decides by the end the stream told of, if it told of one.
    pub(super) fn judge_by_end(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) -> bool {
        let Some(delivery) = self.deliveries.get(intent) else { return true };
        let Goal::Answer { item, answer } = &delivery.goal else { return false };
        let Some(end) = self.asks.get(item).and_then(|known| known.end.as_ref()) else { return false };
        if delivery.sent && answer.fits(&end.answer) {
            self.win(intent, now, out);
        } else {
            self.lose(intent, now, out);
        }
        true
    }

    pub(super) fn win(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        let Some(Delivery { goal: Goal::Answer { item, answer }, taken, .. }) =
            self.deliveries.remove(intent)
        else {
            return;
        };
        let note =
            if taken { took(&answer) } else { format!("opencode's own record fits it: {}.", answer.words()) };
        if let Some(known) = self.asks.get_mut(&item) {
            let raw = known
                .end
                .take()
                .map_or_else(|| serde_json::json!({ "taken": intent }).to_string(), |end| end.raw);
            // The server never repeats a note.
            known.end = Some(End { answer: answer.clone(), raw });
            self.settle(&item, By::Us, now, out);
        } else {
            out.push(emit(Event::Settled(Settlement {
                item,
                at: When::Seen(now),
                by: By::Us,
                outcome: answer.outcome(),
                ask: None,
            })));
        }
        self.finish(intent, Verdict::Won, &line(&note, LINE), out);
    }

    fn lose(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        let Some(Delivery { goal: Goal::Answer { item, .. }, .. }) = self.deliveries.remove(intent) else {
            return;
        };
        let Some(known) = self.asks.get_mut(&item) else { return };
        known.own = None;
        let words = known.end.as_ref().map(|end| end.answer.words()).unwrap_or_default();
        let stopped = known.end.as_ref().is_some_and(|end| end.answer == Answer::Stopped);
        let by = self.who_ended(&item, now);
        self.settle(&item, by.clone(), now, out);
        let to = match by {
            By::Other(name) if !stopped => Some(name),
            By::Other(_) | By::Us | By::Nobody => None,
        };
        let who = to.as_deref().map_or_else(String::new, |name| format!(" by {name}"));
        let note = format!("It was already {words}{who}. Your answer was not used.");
        self.finish(intent, Verdict::Lost { to }, &line(&note, LINE), out);
    }

    /// It is gone, and nothing says what was answered. `sent`: our answer may have been used.
    pub(super) fn never_known(&mut self, intent: &IntentId, sent: bool, now: Millis, out: &mut Effects) {
        self.vanish(intent, now, out);
        let (verdict, note) = if sent {
            let note = "Your answer may have reached opencode. It no longer asks, and does not tell what was \
                        answered: look at the session.";
            (Verdict::Unknown, note)
        } else {
            let note = "opencode no longer knows it: it was answered elsewhere, or opencode was restarted. \
                        Your answer was not used.";
            (Verdict::Lost { to: None }, note)
        };
        self.finish(intent, verdict, note, out);
    }

    /// The ask is gone, and nobody says how it ended.
    fn vanish(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        let Some(Delivery { goal: Goal::Answer { item, .. }, .. }) = self.deliveries.get(intent) else {
            return;
        };
        let item = item.clone();
        let (agent, thread) = match self.asks.get_mut(&item) {
            Some(known) => {
                known.listed = false;
                known.own = None;
                (self.sessions.agent(known.wish.session()), known.shown.clone())
            }
            None => (None, None),
        };
        let (at, by, outcome) = (When::Seen(now), By::Nobody, Outcome::Vanished);
        out.push(emit(Event::Settled(Settlement { item: item.clone(), at, by, outcome, ask: None })));
        let raw = serde_json::json!({ "vanished": item }).to_string();
        let text = "It is gone, and opencode does not tell how it ended";
        out.push(emit(Event::Entry(ended_line(&item, agent, thread, text, &raw, now))));
    }

    fn settle(&mut self, item: &ItemId, by: By, now: Millis, out: &mut Effects) {
        if let Some((settlement, entry)) = self.settlement(item, by, now) {
            out.push(emit(Event::Settled(settlement)));
            out.push(emit(Event::Entry(entry)));
        }
    }

    /// Closes an ask whose end is known, once.
    pub(super) fn settlement(&mut self, item: &ItemId, by: By, now: Millis) -> Option<(Settlement, Entry)> {
        let known = self.asks.get_mut(item).filter(|known| !known.told)?;
        let end = known.end.clone()?;
        // It may have been taken for vanished, and is not held any more.
        let ask = Some(Box::new(known.ask(&self.sessions)));
        let thread = known.shown.clone();
        let agent = self.sessions.agent(known.wish.session());
        let who = match &by {
            By::Us => " by you".to_owned(),
            By::Other(name) => format!(" by {name}"),
            By::Nobody => String::new(),
        };
        let text = format!("\"{}\" was {}{who}", known.title, end.answer.words());
        known.close();
        let entry = ended_line(item, agent, thread, &text, &end.raw, now);
        let outcome = end.answer.outcome();
        Some((Settlement { item: item.clone(), at: When::Seen(now), by, outcome, ask }, entry))
    }

    /// Who ended an ask, as far as that can be told.
    pub(super) fn who_ended(&self, item: &ItemId, now: Millis) -> By {
        let Some(known) = self.asks.get(item) else { return By::Other(ANOTHER.into()) };
        let Some(end) = &known.end else { return By::Nobody };
        if known.own.as_ref().is_some_and(|own| own.answer.fits(&end.answer)) {
            return By::Us;
        }
        if end.answer == Answer::Stopped {
            return By::Other("opencode".into());
        }
        // A denial denies all the session waits for, and an "always" approves all that it covers.
        let after = self.asks.iter().find(|(other, cause)| {
            *other != item
                && cause.wish.session() == known.wish.session()
                && cause.own.as_ref().is_some_and(|own| {
                    own.answer != Answer::Once
                        && own.answer.fits(&end.answer)
                        && now.since(own.sent) < CASCADE_MS
                })
        });
        By::Other(match after {
            Some((_, cause)) => format!("opencode, following your answer to \"{}\"", cause.title),
            None => ANOTHER.to_owned(),
        })
    }
}

fn ended_line(
    item: &ItemId,
    agent: Option<String>,
    thread: Option<ItemId>,
    text: &str,
    raw: &str,
    now: Millis,
) -> Entry {
    Entry {
        item: ItemId::of("ended", item),
        at: When::Seen(now),
        kind: EntryKind::Ask,
        agent,
        thread,
        ask: Some(item.clone()),
        text: line(text, LINE),
        raw: raw.to_owned(),
    }
}
