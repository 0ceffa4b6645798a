//! The machine, rule by rule, without a socket: a bench feeds it signals and folds what it says.

mod answering;
mod connecting;
mod deeds;
mod interleaving;
mod showing;

use std::collections::BTreeMap;

use deskbell_domain::{
    Ask, By, Change, Consent, Entry, Event, Fault, Intent, IntentId, ItemId, Key, Millis, Outcome, SourceId,
    State, Value as Filled, Verdict, reduce,
};
use serde_json::{Value, json};

use super::machine::{Machine, Paths};
use crate::{
    Adapter, Attempt, Body, CallId, Effect, Effects, Frame, Reply, Request, Sent, Signal, StreamId, TimerId,
};

/// A machine, what became of its words, and the requests it waits for.
struct Bench {
    machine: Machine,
    state: State,
    lines: BTreeMap<ItemId, Entry>,
    calls: Vec<(CallId, Request, Option<IntentId>)>,
    now: Millis,
}

impl Bench {
    fn new() -> Self {
        Self::at(Paths::DASHBOARD)
    }

    fn at(paths: Paths) -> Self {
        let (machine, state) = (Machine::new(paths), State::default());
        Self { machine, state, lines: BTreeMap::new(), calls: Vec::new(), now: Millis(1_779_000_000_000) }
    }

    /// Connected to a server that holds this, with no messages.
    fn live(state: Value) -> Self {
        let mut bench = Self::new();
        let seq = state["seq"].clone();
        bench.open();
        bench.answer("/api/state", state);
        bench.answer("/dashboard/history", json!({ "seq": seq, "events": [] }));
        bench
    }

    fn open(&mut self) -> Effects {
        self.calls.clear();
        let mut effects = self.feed(Signal::Start);
        effects.extend(self.feed(Signal::Opened { stream: StreamId::MAIN }));
        effects
    }

    fn feed(&mut self, signal: Signal<'_>) -> Effects {
        let mut out = Effects::new();
        self.machine.on(signal, self.now, &mut out);
        self.take_in(&out);
        out
    }

    fn take_in(&mut self, out: &Effects) {
        for effect in out {
            if let Effect::Emit(event) = effect {
                for change in reduce(&mut self.state, event.clone(), self.now) {
                    if let Change::Entry(entry) = change {
                        self.lines.entry(entry.item.clone()).or_insert(entry);
                    }
                }
            }
            if let Effect::Http { call, request, delivers } = effect {
                self.calls.push((*call, request.clone(), delivers.clone()));
            }
        }
    }

    fn say(&mut self, event: Value) -> Effects {
        let text = event.to_string();
        self.feed(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Text(&text) })
    }

    /// The oldest request that is out for a path.
    fn call(&mut self, path: &str) -> CallId {
        let at = self.calls.iter().position(|(_, request, _)| request.path == path);
        let at = at.unwrap_or_else(|| panic!("{path} was not asked for: {:?}", self.calls));
        self.calls.remove(at).0
    }

    fn asked(&self, path: &str) -> bool {
        self.calls.iter().any(|(_, request, _)| request.path == path)
    }

    fn form(&self, path: &str) -> Vec<(&'static str, String)> {
        let request = self.calls.iter().map(|(_, request, _)| request).find(|request| request.path == path);
        match request.map(|request| &request.body) {
            Some(Body::Form(form)) => form.clone(),
            other => panic!("{path}: {other:?}"),
        }
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
        self.feed(Signal::NoReply { call, sent, fault: fault() })
    }

    /// Answers a reading that is under way.
    fn look(&mut self, state: Value) -> Effects {
        let seq = state["seq"].clone();
        let mut effects = self.answer("/api/state", state);
        effects.extend(self.answer("/dashboard/history", json!({ "seq": seq, "events": [] })));
        effects
    }

    fn intent(&self, item: &str, offer: &str, values: &[(&str, Filled)]) -> Intent {
        let item = ItemId::new(item);
        let shown =
            match (self.state.asks.get(&item), self.state.agents.get(&item), self.state.threads.get(&item)) {
                (Some(ask), _, _) => ask.shown(),
                (_, Some(agent), _) => deskbell_domain::Hash::of(&(&agent.item, &agent.offers)),
                (_, _, Some(thread)) => deskbell_domain::Hash::of(&(&thread.item, &thread.offers)),
                (None, None, None) => panic!("{item} is not there"),
            };
        Intent {
            id: IntentId::new("i1"),
            key: Key::new(SourceId::new("hive"), item),
            offer: offer.to_owned(),
            values: values.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
            shown,
            consent: Consent::Confirmed,
        }
    }

    fn take(&mut self, intent: Intent, attempt: Attempt) -> Effects {
        let accepted = self.state.accept(intent).unwrap();
        self.feed(Signal::Do { accepted, attempt })
    }

    fn decide(&mut self, item: &str, offer: &str, values: &[(&str, Filled)], attempt: Attempt) -> Effects {
        let intent = self.intent(item, offer, values);
        self.take(intent, attempt)
    }

    fn open_asks(&self) -> Vec<&str> {
        self.state.asks.keys().map(ItemId::as_str).collect()
    }

    fn ask(&self, item: &str) -> &Ask {
        &self.state.asks[&ItemId::new(item)]
    }

    fn ended(&self, item: &str) -> Option<&Outcome> {
        self.state.settled.get(&ItemId::new(item))
    }

    fn line(&self, item: &str) -> &Entry {
        let item = ItemId::new(item);
        self.lines.get(&item).unwrap_or_else(|| panic!("{item}: {:?}", self.lines.keys()))
    }
}

fn fault() -> Fault {
    Fault::new(deskbell_domain::FaultCode::Closed, "The connection ended.", "", deskbell_domain::Next::Soon)
}

fn text(words: &str) -> Filled {
    Filled::Text(words.to_owned())
}

fn world(seq: u64) -> Value {
    json!({
        "seq": seq, "containers": [
            { "name": "hm1nd", "is_manager": true, "running": true },
            { "name": "coder", "running": true, "deployed_sha": "4f1c2ab", "port": 8123, "needs_update": true },
        ],
        "transients": [], "approvals": [], "approval_history": [], "questions": [], "question_history": [],
        "tombstones": [], "meta_inputs": [], "port_conflicts": [],
    })
}

fn with(mut world: Value, table: &str, rows: Value) -> Value {
    world[table] = rows;
    world
}

fn approval(id: i64) -> Value {
    json!({ "id": id, "agent": "coder", "kind": "apply_commit", "sha_short": "a1b2c3d", "diff": "--- a\n+++ b\n", "description": "add ripgrep" })
}

fn approval_added(seq: u64, id: i64) -> Value {
    json!({ "kind": "approval_added", "seq": seq, "id": id, "agent": "coder", "approval_kind": "apply_commit", "sha_short": "a1b2c3d", "diff": "--- a\n+++ b\n", "description": "add ripgrep" })
}

fn approval_resolved(seq: u64, id: i64, status: &str, note: Option<&str>) -> Value {
    json!({ "kind": "approval_resolved", "seq": seq, "id": id, "agent": "coder", "approval_kind": "apply_commit", "sha_short": "a1b2c3d", "status": status, "resolved_at": 1_779_000_100, "note": note, "description": "add ripgrep" })
}

fn approval_ended(id: i64, status: &str, note: Option<&str>) -> Value {
    json!({ "id": id, "agent": "coder", "kind": "apply_commit", "sha_short": "a1b2c3d", "status": status, "resolved_at": 1_779_000_100, "note": note, "description": "add ripgrep" })
}

fn question(id: i64) -> Value {
    json!({ "id": id, "asker": "manager", "question": "Which?", "options": ["a", "b"], "multi": true, "asked_at": 1_779_000_000, "deadline_at": null })
}

fn question_added(seq: u64, id: i64) -> Value {
    let mut event = question(id);
    event["kind"] = "question_added".into();
    event["seq"] = seq.into();
    event
}

fn question_resolved(seq: u64, id: i64, answer: &str, answerer: &str) -> Value {
    json!({ "kind": "question_resolved", "seq": seq, "id": id, "answer": answer, "answerer": answerer, "answered_at": 1_779_000_100, "cancelled": answer == "[cancelled]" })
}

fn message(kind: &str, from: &str, to: &str, body: &str) -> Value {
    json!({ "kind": kind, "from": from, "to": to, "body": body, "at": 1_779_000_050 })
}

fn sent(seq: u64, from: &str, to: &str, body: &str) -> Value {
    let mut event = message("sent", from, to, body);
    event["seq"] = seq.into();
    event
}

fn verdict(effects: &Effects) -> Option<(&Verdict, &str)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Done { verdict, note, .. } => Some((verdict, note.as_str())),
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

fn is_taken(effects: &Effects) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Taken(_)))
}

/// Who ended an ask, as it was first told; and that it was told before the verdict.
fn settled_by(effects: &Effects, item: &str) -> Option<By> {
    let is_it = |event: &Event| match event {
        Event::Settled(settlement) if settlement.item.as_str() == item => Some(settlement.by.clone()),
        Event::Snapshot(snapshot) => {
            snapshot.settled.iter().find(|s| s.item.as_str() == item).map(|settlement| settlement.by.clone())
        }
        _ => None,
    };
    let at =
        effects.iter().position(|effect| matches!(effect, Effect::Emit(event) if is_it(event).is_some()))?;
    let done = effects.iter().position(|effect| matches!(effect, Effect::Done { .. }));
    assert!(done.is_none_or(|done| at < done), "the end comes before the verdict: {effects:?}");
    match &effects[at] {
        Effect::Emit(event) => is_it(event),
        _ => None,
    }
}
