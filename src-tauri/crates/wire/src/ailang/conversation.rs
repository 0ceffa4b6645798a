//! What is said in the threads: each message once, in its order, without a hole.

use deskbell_domain::{By, Entry, EntryKind, Event, ItemId, Millis, Outcome, Snapshot, When};
use serde_json::{Value, json};

use super::asks::{End, question, show};
use super::json::Row;
use super::words::{LINE, TITLE, line};
use super::{Ailang, Phase, emit, request, threads};
use crate::{Effect, Effects, StreamId};

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub id: String,
    pub thread: String,
    pub seq: u64,
    pub at: Option<Millis>,
    pub from: String,
    /// A person said it, not an agent.
    pub by_person: bool,
    to_person: bool,
    kind: String,
    pub content: String,
    /// The intent of ours it delivers.
    pub intent: Option<String>,
    /// The question it says that it answers.
    pub answers: Option<String>,
}

/// What our own messages carry, to be found again.
pub(super) fn metadata(intent: &str, answers: Option<&str>) -> String {
    json!({ "deskbell": { "intent": intent, "answers": answers } }).to_string()
}

impl Message {
    pub fn read(value: &Value) -> Result<Self, String> {
        let row = Row(value);
        let metadata = row.text("metadata_json").and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let ours = metadata.as_ref().and_then(|metadata| metadata.get("deskbell")).map(Row);
        Ok(Self {
            id: row.id("id")?,
            thread: row.id("thread_id")?,
            seq: sequence(value)?,
            at: row.time("created_at"),
            from: row.must("from_id")?,
            by_person: row.must("from_type")? == "human",
            to_person: row.must("to_type")? == "human",
            kind: row.must("kind")?,
            content: row.must("content")?,
            intent: ours.and_then(|ours| ours.text("intent")),
            answers: ours.and_then(|ours| ours.text("answers")),
        })
    }

    fn entry(&self, raw: &str, now: Millis) -> Entry {
        let kind = match self.kind.as_str() {
            "directive" | "result" => String::new(),
            "status" => "Status: ".into(),
            "question" => "Asks: ".into(),
            "proposal" => "Proposes: ".into(),
            other => format!("{}: ", line(other, TITLE)),
        };
        Entry {
            item: ItemId::of("message", &self.id),
            at: self.at.map_or(When::Seen(now), When::Said),
            kind: EntryKind::Message,
            agent: Some(line(&self.from, TITLE)).filter(|_| !self.by_person),
            thread: Some(threads::item(&self.thread)),
            ask: None,
            text: line(&format!("{kind}{}", self.content), LINE),
            raw: raw.to_owned(),
        }
    }
}

fn sequence(value: &Value) -> Result<u64, String> {
    value.get("message_seq").and_then(Value::as_u64).ok_or_else(|| "it has no \"message_seq\"".into())
}

impl Ailang {
    /// One message as it was said. It may come twice, and others before it may be missing.
    pub(super) fn live_message(
        &mut self,
        value: &Value,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let message = Message::read(value)?;
        if self.recording {
            out.push(emit(Event::Entry(message.entry(raw, now))));
            return Ok(());
        }
        let Some(known) = self.threads.entry(&message.thread) else {
            return Err("there are more threads than are followed".into());
        };
        known.heard = known.heard.max(message.seq);
        if message.seq <= known.last {
            return Ok(());
        }
        if message.seq > known.last + 1 {
            // Frames were skipped for a slow connection: they are asked for again from the last without a hole.
            if !known.is_expecting() {
                known.expect();
                let from = known.last;
                self.send(request::subscribe(&message.thread, from), out);
            }
            return Ok(());
        }
        known.last = message.seq;
        let thread = message.thread.clone();
        self.said(&message, raw, now, out);
        self.acknowledge(&thread, out);
        Ok(())
    }

    /// At most fifty messages of one thread, after where the subscription began.
    pub(super) fn batch(&mut self, value: &Value, now: Millis, out: &mut Effects) -> Result<(), String> {
        let row = Row(value);
        let thread = row.id("thread_id")?;
        let has_more = row.get("has_more") == Some(&Value::Bool(true));
        let messages = match row.get("messages") {
            Some(Value::Array(messages)) => messages.as_slice(),
            None => &[],
            Some(_) => return Err("its \"messages\" are no list".into()),
        };
        let Some(known) = self.threads.entry(&thread) else {
            return Err("there are more threads than are followed".into());
        };
        let before = known.last;
        for value in messages {
            let raw = value.to_string();
            let read = Message::read(value);
            let seq = sequence(value);
            let Some(known) = self.threads.entry(&thread) else { continue };
            match (read, seq) {
                (_, Ok(seq)) if seq <= known.last => {}
                (Ok(message), Ok(_)) if message.thread == thread => {
                    if !self.recording {
                        known.last = message.seq;
                    }
                    self.said(&message, &raw, now, out);
                }
                (Ok(_), _) => odd(raw, "it is of another thread than its batch", out),
                (Err(why), seq) => {
                    // It cannot be read, now or later: what follows it can.
                    if let Ok(seq) = seq {
                        known.last = seq;
                    }
                    odd(raw, &why, out);
                }
            }
        }
        if self.recording {
            return Ok(());
        }
        let Some(known) = self.threads.entry(&thread) else { return Ok(()) };
        let progress = known.last > before;
        let again = known.batch_ended(progress, has_more).then_some(known.last);
        if progress {
            self.acknowledge(&thread, out);
        }
        match again {
            Some(from) => self.send(request::subscribe(&thread, from), out),
            None => self.caught_up(&thread, now, out),
        }
        Ok(())
    }

    fn acknowledge(&self, thread: &str, out: &mut Effects) {
        let last = self.threads.get(thread).filter(|known| known.subscribed).map(|known| known.last);
        if let Some(text) = last.and_then(|last| request::ack(thread, last)) {
            out.push(Effect::SendKept { stream: StreamId::MAIN, text });
        }
    }

    /// The next message of its thread.
    fn said(&mut self, message: &Message, raw: &str, now: Millis, out: &mut Effects) {
        out.push(emit(Event::Entry(message.entry(raw, now))));
        if self.recording {
            return;
        }
        if message.by_person {
            if let Some(intent) = &message.intent {
                self.said.keep(intent, ());
            }
            self.answered(message, raw, now, out);
        } else if message.kind == "question" && message.to_person {
            let waiting = question(message, raw, now);
            if self.asks.open(waiting.clone()) {
                show(&waiting, now, out);
            }
        }
        // Approvals are not pushed, and these often come with one.
        if self.link == Phase::Live && matches!(message.kind.as_str(), "proposal" | "status") {
            self.read_all(false, out);
        }
    }

    /// A person spoke in a thread: that answers a question there, the first that speaks.
    fn answered(&mut self, message: &Message, raw: &str, now: Millis, out: &mut Effects) {
        let ours =
            self.deliveries.iter().find(|(intent, _)| message.intent.as_deref() == Some(intent.as_str()));
        let ours = ours.map(|(intent, _)| intent.clone());
        if let Some(item) = self.asks.answered_by(message) {
            let by = match ours {
                Some(_) => By::Us,
                None => By::Other(line(&message.from, TITLE)),
            };
            let outcome = Outcome::Answered { text: message.content.clone() };
            let at = message.at.map_or(When::Seen(now), When::Said);
            self.settle(&item, End { at, by, outcome, raw: raw.to_owned() }, now, out);
        }
        if let Some(intent) = ours {
            self.found(&intent, now, out);
        }
    }

    /// A thread is read to its end.
    fn caught_up(&mut self, thread: &str, now: Millis, out: &mut Effects) {
        self.thread_read(thread, now, out);
        if self.link == Phase::Live && self.threads.is_whole() {
            let asks = self.asks.all().map(|(_, waiting)| waiting.ask.clone()).collect();
            let mut snapshot = Snapshot { asks, ..Snapshot::default() };
            snapshot.covers.asks = true;
            out.push(emit(Event::Snapshot(Box::new(snapshot))));
        }
    }
}

pub(super) fn odd(raw: String, why: &str, out: &mut Effects) {
    out.push(Effect::Odd { raw: raw.into_bytes(), why: why.to_owned() });
}
