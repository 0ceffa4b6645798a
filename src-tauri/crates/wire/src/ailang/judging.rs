//! What the hub's own records say of an intent, and how asks end by them.

use deskbell_domain::{By, Event, IntentId, ItemId, Millis, Outcome, Verdict, When};
use serde_json::Value;

use super::approval::{self, Standing};
use super::asks::End;
use super::conversation::Message;
use super::deed::Deed;
use super::delivery::Step;
use super::json::Row;
use super::reading::rows;
use super::words::{LINE, line};
use super::{Ailang, emit, request};
use crate::{Effect, Effects, Reply};

/// The messages of a thread that REST gives: its first hundred.
const PAGE: usize = 100;
/// How long a thread may take to be read on.
const FOLLOW_MS: u32 = 3_000;

impl Ailang {
    pub(super) fn looked(&mut self, intent: &IntentId, reply: Option<Reply>, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get(intent) else { return };
        let deed = delivery.deed.clone();
        let Some(reply) = reply else { return self.rest(intent, out) };
        let body: Option<Value> =
            if reply.status == 200 { serde_json::from_slice(&reply.body).ok() } else { None };
        match deed {
            Deed::Decide { item, by_coordinator: true, .. } => {
                let listed = body.and_then(|body| rows(body, "approvals").ok());
                match listed.map(|rows| rows.iter().any(|row| is(row, &item))) {
                    Some(true) => self.still_open(intent, out),
                    Some(false) => self.gone(intent, &item, now, out),
                    None => self.rest(intent, out),
                }
            }
            Deed::Decide { item, .. } => {
                let Some(rows) = body.and_then(|body| rows(body, "approvals").ok()) else {
                    return self.rest(intent, out);
                };
                match rows.iter().find(|row| is(row, &item)).map(|row| approval::read(row, now)) {
                    Some(Ok(Standing::Pending(_))) => self.still_open(intent, out),
                    Some(Ok(Standing::Ended { end, .. })) => self.decided(intent, &item, end, now, out),
                    Some(Err(_)) => self.rest(intent, out),
                    None => self.gone(intent, &item, now, out),
                }
            }
            Deed::Post { thread, .. } => {
                let moved = reply.status == 404 && reply.body.starts_with(b"404 page not found");
                if moved && !self.renamed {
                    self.renamed = true;
                    return self.look(intent, now, out);
                }
                match body.and_then(|body| rows(body, "messages").ok()) {
                    Some(rows) => self.read_back(intent, &thread, &rows, out),
                    None => self.rest(intent, out),
                }
            }
            Deed::Start { agent } | Deed::Stop { agent } => {
                let Some(body) = body else { return self.rest(intent, out) };
                self.agents.learn_all(&body, out);
                let wanted = matches!(self.deliveries.get(intent).map(|d| &d.deed), Some(Deed::Start { .. }));
                if self.agents.is_running(&agent) == wanted {
                    self.win(intent, out);
                    self.read_all(false, out);
                } else {
                    self.still_open(intent, out);
                }
            }
            Deed::Letter { .. } => {
                let status = body.as_ref().and_then(|body| {
                    Row(body).text("status").or_else(|| Row(body.get("message")?).text("status"))
                });
                match status.as_deref() {
                    Some("unread") => self.still_open(intent, out),
                    Some(_) => self.win(intent, out),
                    None => self.rest(intent, out),
                }
            }
            Deed::EmptyInbox => match body.and_then(|body| rows(body, "messages").ok()) {
                Some(rows) if rows.is_empty() => self.win(intent, out),
                Some(_) => self.still_open(intent, out),
                None => self.rest(intent, out),
            },
            // A diff changes nothing: it is simply read again.
            Deed::Diff { .. } => {
                self.deliveries.remove(intent);
                out.push(Effect::Defer(intent.clone()));
            }
        }
    }

    /// The first hundred messages of a thread, to find our own among them.
    fn read_back(&mut self, intent: &IntentId, thread: &str, rows: &[Value], out: &mut Effects) {
        let messages = || rows.iter().filter_map(|row| Message::read(row).ok());
        let ours = messages().find(|message| message.intent.as_deref() == Some(intent.as_str()));
        let answers = self.deliveries.get(intent).and_then(|delivery| delivery.deed.ask().cloned());
        match (ours, answers) {
            // Whether it was the first is told by the thread itself.
            (Some(_), Some(_)) => self.follow(intent, thread, out),
            (Some(_), None) => self.win(intent, out),
            (None, _) if rows.len() < PAGE => {
                if self.asks_ended(intent) {
                    self.give_up(intent, out);
                } else {
                    self.still_open(intent, out);
                }
            }
            // It may be further on than REST can tell.
            (None, _) => self.follow(intent, thread, out),
        }
    }

    /// Has the thread read on to its end.
    fn follow(&mut self, intent: &IntentId, thread: &str, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        if delivery.is_tired() {
            return self.rest(intent, out);
        }
        delivery.step = Step::Following;
        if let Some(known) = self.threads.entry(thread) {
            known.expect();
            let from = known.last;
            self.send(request::subscribe(thread, from), out);
        }
        self.arm(intent, FOLLOW_MS, out);
    }

    /// A thread is read to its end: what was not found in it is not there.
    pub(super) fn thread_read(&mut self, thread: &str, now: Millis, out: &mut Effects) {
        let following: Vec<IntentId> = self
            .deliveries
            .iter()
            .filter(|(_, delivery)| {
                delivery.step == Step::Following
                    && matches!(&delivery.deed, Deed::Post { thread: of, .. } if of == thread)
            })
            .map(|(intent, _)| intent.clone())
            .collect();
        for intent in following {
            if self.said.has(intent.as_str()) {
                self.found(&intent, now, out);
            } else if self.asks_ended(&intent) {
                self.give_up(&intent, out);
            } else {
                self.still_open(&intent, out);
            }
        }
    }

    fn asks_ended(&self, intent: &IntentId) -> bool {
        let ask = self.deliveries.get(intent).and_then(|delivery| delivery.deed.ask());
        ask.is_some_and(|item| self.asks.end(item).is_some())
    }

    /// The question has its answer, and ours is not in the thread.
    fn give_up(&mut self, intent: &IntentId, out: &mut Effects) {
        if let Some(delivery) = self.deliveries.remove(intent)
            && let Some(item) = delivery.deed.ask()
        {
            self.lose(intent, item, out);
        }
    }

    /// Our message is in its thread, and all before it was read.
    pub(super) fn found(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.remove(intent) else { return };
        let item = delivery.deed.ask().cloned();
        let end = item.as_ref().and_then(|item| self.asks.end(item));
        match (item.as_ref(), end.map(|end| end.by.clone())) {
            (Some(item), Some(By::Other(_) | By::Nobody)) => self.lose(intent, item, out),
            (_, Some(By::Us) | None) | (None, Some(By::Other(_) | By::Nobody)) => {
                if let (Some(item), Some(outcome)) = (item, delivery.deed.outcome()) {
                    let raw = serde_json::json!({ "said": intent }).to_string();
                    self.settle(&item, End { at: When::Seen(now), by: By::Us, outcome, raw }, now, out);
                }
                done(intent, Verdict::Won, delivery.deed.won(), out);
            }
        }
    }

    /// The hub has decided an approval of ours.
    fn decided(&mut self, intent: &IntentId, item: &ItemId, mut end: End, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.remove(intent) else { return };
        let fits = match (delivery.deed.outcome(), &end.outcome) {
            (Some(Outcome::Approved), Outcome::Approved) => true,
            (Some(Outcome::Denied { note: ours }), Outcome::Denied { note }) => {
                ours == *note || note.is_none()
            }
            _ => false,
        };
        if delivery.sent && fits {
            end.by = By::Us;
            self.settle(item, end, now, out);
            return done(intent, Verdict::Won, delivery.deed.won(), out);
        }
        self.settle(item, end, now, out);
        self.lose(intent, item, out);
    }

    /// An approval is no longer there, and nobody says how it ended.
    fn gone(&mut self, intent: &IntentId, item: &ItemId, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.remove(intent) else { return };
        let raw = serde_json::json!({ "vanished": item }).to_string();
        let at = When::Seen(now);
        if let Some(outcome) = delivery.deed.outcome().filter(|_| delivery.taken) {
            self.settle(item, End { at, by: By::Us, outcome, raw }, now, out);
            return done(intent, Verdict::Won, "The hub took it, and no longer asks.", out);
        }
        self.settle(item, End { at, by: By::Nobody, outcome: Outcome::Vanished, raw }, now, out);
        if delivery.sent {
            let note = "Your answer may have reached the hub. It no longer asks, and does not tell what was decided.";
            return done(intent, Verdict::Unknown, note, out);
        }
        let note = "The hub no longer knows it. Your answer was not used.";
        done(intent, Verdict::Lost { to: None }, note, out);
    }

    pub(super) fn win(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.remove(intent) else { return };
        match &delivery.deed {
            Deed::Letter { id, .. } => self.inbox.done(id),
            Deed::EmptyInbox => self.inbox.all_done(),
            Deed::Decide { .. }
            | Deed::Post { .. }
            | Deed::Start { .. }
            | Deed::Stop { .. }
            | Deed::Diff { .. } => {}
        }
        if matches!(delivery.deed, Deed::Letter { .. } | Deed::EmptyInbox) {
            self.show_inbox(out);
        }
        done(intent, Verdict::Won, delivery.deed.won(), out);
    }

    /// Somebody else was first.
    pub(super) fn lose(&mut self, intent: &IntentId, item: &ItemId, out: &mut Effects) {
        let end = self.asks.end(item);
        let to = end.and_then(|end| match &end.by {
            By::Other(name) => Some(name.clone()),
            By::Us | By::Nobody => None,
        });
        let was = end.map_or("decided", |end| end.outcome.word());
        let who = to.as_deref().map_or_else(String::new, |name| format!(" by {name}"));
        let note = format!("It was already {was}{who}. Your answer was not used.");
        let expired = end.is_some_and(|end| end.outcome == Outcome::Expired);
        let verdict = if expired { Verdict::Expired } else { Verdict::Lost { to } };
        done(intent, verdict, &line(&note, LINE), out);
    }

    pub(super) fn settle(&mut self, item: &ItemId, end: End, now: Millis, out: &mut Effects) {
        if let Some((settlement, entry)) = self.asks.close(item, end, now) {
            out.push(emit(Event::Settled(settlement)));
            out.push(emit(Event::Entry(entry)));
        }
    }
}

fn is(row: &Value, item: &ItemId) -> bool {
    Row(row).id("id").is_ok_and(|id| approval::item(&id) == *item)
}

fn done(intent: &IntentId, verdict: Verdict, note: &str, out: &mut Effects) {
    out.push(Effect::Done { intent: intent.clone(), verdict, note: note.to_owned() });
}
