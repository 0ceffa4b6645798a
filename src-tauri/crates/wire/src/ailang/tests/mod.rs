//! The dialect's rules, one by one, without a socket: a desk feeds it signals and answers its reads.

mod answering;
mod following;
mod listing;

use std::collections::BTreeMap;

use deskbell_domain::{
    Accepted, Change, Consent, Fault, FaultCode, Intent, IntentId, ItemId, Key, Millis, Next, Outcome,
    SourceId, State, Value, Verdict, reduce,
};
use serde_json::{Value as Json, json};

use super::Ailang;
use crate::{
    Adapter, Attempt, Body, CallId, Effect, Frame, Method, Reply, Request, Sent, Signal, StreamId, TimerId,
};

const NOW: Millis = Millis(1_779_000_000_000);
const INTENT: &str = "01a1fa3f-6400-7000-8000-000000000001";

/// An adapter, what it holds of the hub, and what the hub answers to reads.
struct Desk {
    adapter: Ailang,
    state: State,
    lines: Vec<ItemId>,
    held: BTreeMap<&'static str, (u16, String)>,
}

impl Desk {
    /// A hub with one thread and nothing else.
    fn new() -> Self {
        let mut desk = Self {
            adapter: Ailang::new(),
            state: State::default(),
            lines: Vec::new(),
            held: BTreeMap::new(),
        };
        desk.hold("/api/threads", &json!([thread("t", 0)]));
        desk.hold("/api/approvals", &Json::Null);
        desk
    }

    fn live() -> Self {
        let mut desk = Self::new();
        desk.connect();
        desk
    }

    fn hold(&mut self, path: &'static str, body: &Json) {
        self.held.insert(path, (200, body.to_string()));
    }

    fn connect(&mut self) -> Vec<Effect> {
        self.on(Signal::Start);
        self.on(Signal::Opened { stream: StreamId::MAIN })
    }

    /// One signal, and every read it leads to answered.
    fn on(&mut self, signal: Signal<'_>) -> Vec<Effect> {
        let mut all = self.only(signal);
        let mut at = 0;
        while let Some(effect) = all.get(at).cloned() {
            at += 1;
            assert!(at < 1_000, "it reads without end");
            if let Effect::Http { call, request: Request { path, .. }, delivers: None } = effect {
                let path = path.split('?').next().unwrap_or_default();
                let (status, body) =
                    self.held.get(path).cloned().unwrap_or((404, "404 page not found\n".into()));
                let more = self.reply(call, status, &body);
                all.extend(more);
            }
        }
        all
    }

    fn only(&mut self, signal: Signal<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.adapter.on(signal, NOW, &mut out);
        for effect in &out {
            if let Effect::Emit(event) = effect {
                for change in reduce(&mut self.state, event.clone(), NOW) {
                    if let Change::Entry(entry) = change {
                        self.lines.push(entry.item);
                    }
                }
            }
        }
        out
    }

    fn reply(&mut self, call: CallId, status: u16, body: &str) -> Vec<Effect> {
        let reply = Reply { status, content_type: None, body: body.as_bytes().to_vec() };
        self.only(Signal::Reply { call, reply })
    }

    fn answer(&mut self, call: CallId, status: u16, body: &str) -> Vec<Effect> {
        let reply = Reply { status, content_type: None, body: body.as_bytes().to_vec() };
        self.on(Signal::Reply { call, reply })
    }

    fn hear(&mut self, kind: &str, data: Json) -> Vec<Effect> {
        let frame = json!({ "type": kind, "timestamp": NOW.0, "data": data }).to_string();
        self.on(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Text(&frame) })
    }

    fn tick(&mut self) -> Vec<Effect> {
        self.on(Signal::Timer { timer: TimerId(0) })
    }

    fn accept(&self, item: &str, offer: &str) -> Accepted {
        let item = ItemId::new(item);
        let ask = &self.state.asks[&item];
        let fields = &ask.offers.iter().find(|known| known.id == offer).unwrap().fields;
        let values = fields.iter().map(|field| (field.id.clone(), Value::Text("yes".into()))).collect();
        let intent = Intent {
            id: IntentId::new(INTENT),
            key: Key::new(SourceId::new("hub"), item),
            offer: offer.into(),
            values,
            shown: ask.shown(),
            consent: Consent::Confirmed,
        };
        self.state.accept(intent).unwrap()
    }

    /// Takes an offer; gives the request that delivers it.
    fn take(&mut self, item: &str, offer: &str) -> (CallId, Request) {
        let accepted = self.accept(item, offer);
        delivery(&self.on(Signal::Do { accepted, attempt: Attempt::Fresh })).unwrap()
    }

    fn outcome(&self, item: &str) -> Option<&Outcome> {
        self.state.settled.get(&ItemId::new(item))
    }

    fn is_open(&self, item: &str) -> bool {
        self.state.asks.contains_key(&ItemId::new(item))
    }
}

fn thread(id: &str, last: u64) -> Json {
    json!({ "id": id, "title": "The parser", "status": "active", "last_seq": last, "target_agent": "coder",
            "updated_at": "2026-05-17T06:40:00.123456789Z" })
}

fn message(seq: u64, from: &str, kind: &str) -> Json {
    let human = from == "user" || from == "ada";
    json!({ "id": format!("m{seq}"), "thread_id": "t", "message_seq": seq, "created_at": NOW.0,
            "from_type": if human { "human" } else { "ailang_instance" }, "from_id": from,
            "to_type": if human { "ailang_instance" } else { "human" }, "to_id": "user", "kind": kind,
            "content": format!("Words {seq}"), "metadata_json": "{}" })
}

/// The message by which our intent is delivered, as the hub stored it.
fn ours(seq: u64, request: &Request) -> Json {
    let mut message = message(seq, "user", "result");
    message["metadata_json"] = body(request)["metadata_json"].clone();
    message
}

fn approval(id: &str, status: &str) -> Json {
    json!({ "id": id, "thread_id": "t", "instance_id": "coder", "created_at": NOW.0, "proposal": "Merge it",
            "effect_delta_json": "{}", "impact": "low", "estimated_cost": 0, "status": status })
}

fn batch(from: u64, to: u64, has_more: bool) -> Json {
    let messages: Vec<Json> = (from..=to).map(|seq| message(seq, "coder", "result")).collect();
    json!({ "thread_id": "t", "messages": messages, "has_more": has_more })
}

fn body(request: &Request) -> Json {
    match &request.body {
        Body::Json(text) => serde_json::from_str(text).unwrap(),
        Body::Empty | Body::Form(_) => Json::Null,
    }
}

fn delivery(effects: &[Effect]) -> Option<(CallId, Request)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Http { call, request, delivers: Some(_) } => Some((*call, request.clone())),
        _ => None,
    })
}

/// Where the thread is subscribed from.
fn subscribed(effects: &[Effect]) -> Vec<u64> {
    let frames = effects.iter().filter_map(|effect| match effect {
        Effect::SendText { text, .. } => serde_json::from_str::<Json>(text).ok(),
        _ => None,
    });
    frames
        .filter(|frame| frame["type"] == "subscribe")
        .filter_map(|f| f["data"]["from_seq"].as_u64())
        .collect()
}

/// What is acknowledged, once it is durable.
fn acknowledged(effects: &[Effect]) -> Vec<u64> {
    let frames = effects.iter().filter_map(|effect| match effect {
        Effect::SendKept { text, .. } => serde_json::from_str::<Json>(text).ok(),
        _ => None,
    });
    frames.filter_map(|frame| frame["data"]["ack_seq"].as_u64()).collect()
}

fn verdict(effects: &[Effect]) -> Option<&Verdict> {
    effects.iter().find_map(|effect| match effect {
        Effect::Done { verdict, .. } => Some(verdict),
        _ => None,
    })
}

fn lost_reply(call: CallId) -> Signal<'static> {
    Signal::NoReply {
        call,
        sent: Sent::Maybe,
        fault: Fault::new(FaultCode::Closed, "it ended", "", Next::Soon),
    }
}
