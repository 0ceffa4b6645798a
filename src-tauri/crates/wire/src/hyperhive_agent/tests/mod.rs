//! The machine, rule by rule, without a socket: a bench feeds it signals and folds what it says.

mod connecting;
mod deeds;

use std::collections::BTreeMap;

use deskbell_domain::{
    Change, Consent, Entry, Event, Fault, Hash, Intent, IntentId, ItemId, Key, Millis, Secret, SourceId,
    State, TaskStatus, Value as Filled, Verdict, reduce,
};
use serde_json::{Value, json};

use super::machine::Machine;
use crate::{
    Adapter, Attempt, Body, CallId, Effect, Effects, Frame, Reply, Request, Sent, Signal, StreamId, TimerId,
};

/// A machine, what became of its words, and the requests it waits for.
struct Bench {
    machine: Machine,
    state: State,
    lines: Vec<Entry>,
    calls: Vec<(CallId, Request)>,
    now: Millis,
}

impl Bench {
    fn new() -> Self {
        let machine = Machine::new(Some("hive".to_owned()));
        Self {
            machine,
            state: State::default(),
            lines: Vec::new(),
            calls: Vec::new(),
            now: Millis(1_779_000_000_000),
        }
    }

    /// Connected to an agent with this history and this state.
    fn live(history: Value, state: Value) -> Self {
        let mut bench = Self::new();
        bench.connect(history, state);
        bench
    }

    fn connect(&mut self, history: Value, state: Value) -> Effects {
        self.open();
        self.read(history, state)
    }

    fn open(&mut self) {
        self.calls.clear();
        self.feed(Signal::Start);
        self.feed(Signal::Opened { stream: StreamId::MAIN });
    }

    fn read(&mut self, history: Value, state: Value) -> Effects {
        let mut out = self.answer("/events/history", history);
        out.extend(self.answer("/api/state", state));
        out
    }

    fn feed(&mut self, signal: Signal<'_>) -> Effects {
        let mut out = Effects::new();
        self.machine.on(signal, self.now, &mut out);
        for effect in &out {
            if let Effect::Emit(event) = effect {
                for change in reduce(&mut self.state, event.clone(), self.now) {
                    if let Change::Entry(entry) = change
                        && !self.lines.iter().any(|line| line.item == entry.item)
                    {
                        self.lines.push(entry);
                    }
                }
            }
            if let Effect::Http { call, request, .. } = effect {
                self.calls.push((*call, request.clone()));
            }
        }
        out
    }

    fn say(&mut self, event: &Value) -> Effects {
        self.say_raw(&event.to_string())
    }

    fn say_raw(&mut self, text: &str) -> Effects {
        self.feed(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Text(text) })
    }

    /// The newest request that is out for a path.
    fn call(&mut self, path: &str) -> CallId {
        let at = self.calls.iter().rposition(|(_, request)| request.path == path);
        let at = at.unwrap_or_else(|| panic!("{path} was not asked for: {:?}", self.calls));
        self.calls.remove(at).0
    }

    fn asked(&self, path: &str) -> bool {
        self.calls.iter().any(|(_, request)| request.path == path)
    }

    fn answer(&mut self, path: &str, body: Value) -> Effects {
        self.reply(path, 200, &body.to_string())
    }

    fn reply(&mut self, path: &str, status: u16, body: &str) -> Effects {
        let call = self.call(path);
        let reply = Reply { status, content_type: None, body: body.as_bytes().to_vec() };
        self.feed(Signal::Reply { call, reply })
    }

    fn no_reply(&mut self, path: &str, sent: Sent) -> Effects {
        let call = self.call(path);
        let code = deskbell_domain::FaultCode::Closed;
        let fault = Fault::new(code, "The connection ended.", "", deskbell_domain::Next::Soon);
        self.feed(Signal::NoReply { call, sent, fault })
    }

    fn take(&mut self, item: &str, offer: &str, values: &[(&str, &str)], attempt: Attempt) -> Effects {
        let item = ItemId::new(item);
        let state = &self.state;
        let shown = (state.asks.get(&item).map(|ask| ask.shown()))
            .or_else(|| state.agents.get(&item).map(|agent| Hash::of(&(&item, &agent.offers))))
            .or_else(|| state.threads.get(&item).map(|thread| Hash::of(&(&item, &thread.offers))));
        let filled = |field: &str, words: &str| match field {
            "code" => Filled::Secret(Secret::new(words)),
            _ => Filled::Text(words.to_owned()),
        };
        let intent = Intent {
            id: IntentId::new("i1"),
            key: Key::new(SourceId::new("coder"), item.clone()),
            offer: offer.to_owned(),
            values: values.iter().map(|(field, words)| ((*field).to_owned(), filled(field, words))).collect(),
            shown: shown.unwrap_or_else(|| panic!("{item} is not there")),
            consent: Consent::Confirmed,
        };
        let accepted = self.state.accept(intent).unwrap();
        self.feed(Signal::Do { accepted, attempt })
    }

    fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.text.as_str()).collect()
    }

    fn turns(&self) -> Vec<TaskStatus> {
        self.state.tasks.values().map(|task| task.status.clone()).collect()
    }

    fn form(&self, path: &str) -> Vec<(&'static str, String)> {
        match self.calls.iter().find(|(_, request)| request.path == path).map(|(_, request)| &request.body) {
            Some(Body::Form(form)) => form.clone(),
            other => panic!("{path}: {other:?}"),
        }
    }
}

fn state(status: &str) -> Value {
    json!({ "label": "coder", "status": status, "model": "haiku" })
}

fn start(body: &str) -> Value {
    json!({ "kind": "turn_start", "from": "operator", "body": body, "unread": 0 })
}

fn end() -> Value {
    json!({ "kind": "turn_end", "ok": true, "note": null })
}

fn result(of: &str) -> Value {
    json!({ "kind": "stream", "type": "result", "subtype": "success", "result": of, "session_id": of })
}

fn numbered(seq: u64, mut row: Value) -> Value {
    row["seq"] = seq.into();
    row
}

fn verdict(effects: &Effects) -> Option<&Verdict> {
    effects.iter().find_map(|effect| match effect {
        Effect::Done { verdict, .. } => Some(verdict),
        _ => None,
    })
}

fn stuck(effects: &Effects) -> Option<&Fault> {
    effects.iter().find_map(|effect| match effect {
        Effect::Stick { fault, .. } => Some(fault),
        _ => None,
    })
}

fn failure(effects: &Effects) -> Option<&Fault> {
    effects.iter().find_map(|effect| match effect {
        Effect::Fail(fault) => Some(fault),
        _ => None,
    })
}

fn gaps(effects: &Effects) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Emit(Event::Gap(_)))).count()
}

fn by_item(bench: &Bench) -> BTreeMap<&ItemId, &str> {
    bench.lines.iter().map(|line| (&line.item, line.text.as_str())).collect()
}
