//! The dialect's rules, one by one, without a socket: a desk feeds it signals and folds what it says.

mod answering;
mod listening;
mod showing;

use deskbell_domain::{
    Accepted, Auth, Change, Consent, Entry, Fault, FaultCode, Intent, IntentId, ItemId, Key, Millis, Next,
    SecretRef, Source, SourceId, State, Value, reduce,
};
use serde_json::{Value as Json, json};

use super::Warren;
use crate::{Adapter, Attempt, Body, CallId, Effect, Frame, Reply, Request, Sent, Signal, StreamId, TimerId};

const NOW: Millis = Millis(1_795_228_100_000);
const TIME: &str = "2026-11-21T02:26:42.187967861Z";

/// An adapter, and what it told.
struct Desk {
    adapter: Warren,
    state: State,
    entries: Vec<Entry>,
    now: Millis,
    /// What GraphQL answers to every reading.
    data: Json,
    live: bool,
}

fn source(tickets: &[&str]) -> Source {
    let tickets: Vec<String> = tickets.iter().map(|id| (*id).to_owned()).collect();
    Source {
        id: SourceId::new("soc"),
        name: "soc".into(),
        dialect: "warren".into(),
        url: "http://127.0.0.1:8080".into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: [("ticket".to_owned(), tickets)].into(),
        paused: false,
    }
}

fn ticket(id: &str, status: &str) -> Json {
    json!({ "id": id, "title": format!("about {id}"), "status": status, "createdAt": TIME, "updatedAt": TIME })
}

impl Desk {
    fn new(tickets: &[&str]) -> Self {
        let data = json!({
            "open": { "tickets": [ticket("T1", "open")], "totalCount": 1 }, "resolved": { "tickets": null },
            "ticket": ticket("T1", "open"), "ticketSessions": null, "ticketSessionMessages": null,
        });
        let adapter = Warren::new(&source(tickets)).unwrap();
        Self { adapter, state: State::default(), entries: Vec::new(), now: NOW, data, live: false }
    }

    /// Live, and its one ticket heard from.
    fn live() -> Self {
        let mut desk = Self::new(&[]);
        desk.connect();
        desk.hear(json!({ "type": "status", "content": "Connected to chat", "timestamp": 1_795_228_001 }));
        desk
    }

    fn fold(&mut self, out: &[Effect]) {
        for effect in out {
            match effect {
                Effect::Live => self.live = true,
                Effect::Emit(event) => {
                    for change in reduce(&mut self.state, event.clone(), self.now) {
                        if let Change::Entry(entry) = change {
                            self.entries.push(entry);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn on(&mut self, signal: Signal<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.adapter.on(signal, self.now, &mut out);
        self.fold(&out);
        out
    }

    /// Starts, and answers whatever is read and opened. Gives all that came of it.
    fn connect(&mut self) -> Vec<Effect> {
        self.live = false;
        let out = self.on(Signal::Start);
        self.serve(out)
    }

    /// Answers what is read, and opens what is opened.
    fn serve(&mut self, out: Vec<Effect>) -> Vec<Effect> {
        let mut all = out.clone();
        let mut waiting = out;
        while !waiting.is_empty() {
            let effect = waiting.remove(0);
            let more = match effect {
                Effect::Http { call, delivers: None, .. } => {
                    let data = json!({ "data": self.data });
                    self.reply(call, &data)
                }
                Effect::Open { stream, .. } => self.on(Signal::Opened { stream }),
                _ => Vec::new(),
            };
            all.extend(more.clone());
            waiting.extend(more);
        }
        all
    }

    fn reply(&mut self, call: CallId, body: &Json) -> Vec<Effect> {
        let reply = Reply {
            status: 200,
            content_type: Some("application/json".into()),
            body: body.to_string().into_bytes(),
        };
        self.on(Signal::Reply { call, reply })
    }

    fn stream(&self) -> StreamId {
        *self.adapter.streams.keys().next_back().unwrap()
    }

    fn hear(&mut self, frame: Json) -> Vec<Effect> {
        let (stream, text) = (self.stream(), frame.to_string());
        self.on(Signal::Frame { stream, frame: Frame::Text(&text) })
    }

    fn close(&mut self, code: Option<u16>) -> Vec<Effect> {
        let stream = self.stream();
        self.on(Signal::Closed { stream, code })
    }

    /// Fires the newest timer.
    fn ring(&mut self, out: &[Effect]) -> Vec<Effect> {
        self.on(Signal::Timer { timer: timers(out)[0].0 })
    }

    fn accept(&self, item: &str, offer: &str, values: &[(&str, Value)]) -> Accepted {
        let item = ItemId::new(item);
        let shown = match self.state.asks.get(&item) {
            Some(ask) => ask.shown(),
            None => deskbell_domain::Hash::of(&(&item, &self.state.threads[&item].offers)),
        };
        let intent = Intent {
            id: IntentId::new("019aa3d5-0000-7000-8000-000000000001"),
            key: Key::new(SourceId::new("soc"), item),
            offer: offer.to_owned(),
            values: values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            shown,
            consent: Consent::Confirmed,
        };
        self.state.accept(intent).unwrap()
    }

    fn deliver(&mut self, accepted: &Accepted, attempt: Attempt) -> Vec<Effect> {
        self.on(Signal::Do { accepted: accepted.clone(), attempt })
    }

    fn lose(&mut self, call: CallId, sent: Sent) -> Vec<Effect> {
        let fault = Fault::new(FaultCode::Closed, "it ended", "", Next::Soon);
        self.on(Signal::NoReply { call, sent, fault })
    }

    fn texts(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.text.as_str()).collect()
    }
}

fn calls(out: &[Effect]) -> Vec<(CallId, Request)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Http { call, request, .. } => Some((*call, request.clone())),
            _ => None,
        })
        .collect()
}

fn timers(out: &[Effect]) -> Vec<(TimerId, u32)> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Arm { timer, after_ms } => Some((*timer, *after_ms)),
            _ => None,
        })
        .collect()
}

fn paths(out: &[Effect]) -> Vec<&str> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Open { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect()
}

fn faults(out: &[Effect]) -> Vec<&Fault> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Fail(fault) => Some(fault),
            _ => None,
        })
        .collect()
}

fn gaps(out: &[Effect]) -> usize {
    out.iter().filter(|effect| matches!(effect, Effect::Emit(deskbell_domain::Event::Gap(_)))).count()
}

fn body(request: &Request) -> Json {
    let Body::Json(text) = &request.body else { panic!("{request:?}") };
    serde_json::from_str(text).unwrap()
}

fn pending(id: &str, kind: &str, payload: Json) -> Json {
    json!({ "event": "hitl_request_pending", "timestamp": TIME, "session_id": "s1",
            "hitl": { "id": id, "session_id": "s1", "type": kind, "status": "pending", "payload": payload } })
}

fn resolved(id: &str, status: &str, response: Json) -> Json {
    json!({ "event": "hitl_request_resolved", "timestamp": TIME,
            "hitl": { "id": id, "session_id": "", "type": "", "status": status, "response": response } })
}

fn tool(id: &str) -> Json {
    pending(id, "tool_approval", json!({ "tool_name": "bq_query", "tool_args": { "sql": "SELECT 1" } }))
}

fn message(event: &str, id: &str, kind: &str, content: &str, told: &str) -> Json {
    json!({ "event": event, "timestamp": told, "session_id": "s1", "turn_id": "t1", "message": {
        "id": id, "session_id": "s1", "turn_id": "t1", "type": kind, "content": content, "created_at": TIME } })
}

fn created(session: &str) -> Json {
    json!({ "event": "session_created", "timestamp": TIME, "session_id": session, "session": {
        "id": session, "ticket_id": "T1", "source": "web", "user_id": "alice", "created_at": TIME } })
}
