//! The dialect's rules, one by one, without a socket: a desk feeds it signals and folds what it says.

mod answering;
mod auditing;
mod connecting;
mod recording;
mod sessions;

use deskbell_domain::{
    Accepted, Ask, Auth, By, Change, Consent, Entry, EntryKind, Event, Fault, FaultCode, Hash, Intent,
    IntentId, ItemId, Key, Millis, Next, Outcome, SecretRef, Source, SourceId, State, Value, Verdict, reduce,
};
use serde_json::{Value as Json, json};

use super::{Exlab, POLL};
use crate::{Adapter, Attempt, Body, CallId, Effect, Frame, Reply, Request, Sent, Signal, StreamId, TimerId};

const NOW: Millis = Millis(1_795_226_600_000);
const SESSION: &str = "67c500a3-3241-419c-83b6-d5c6bdffd960";

struct Desk {
    adapter: Exlab,
    state: State,
    entries: Vec<Entry>,
    now: Millis,
}

fn source(url: &str) -> Source {
    Source {
        id: SourceId::new("lab"),
        name: "lab".into(),
        dialect: "exlab".into(),
        url: url.into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: Default::default(),
        paused: false,
    }
}

/// What the server holds when it is read.
#[derive(Clone, Default)]
struct Held {
    sessions: Vec<Json>,
    findings: Vec<Json>,
    audit_at: Option<&'static str>,
}

impl Held {
    fn one(state: &str) -> Self {
        Self { sessions: vec![handle(SESSION, state)], ..Self::default() }
    }

    fn answer(&self, path: &str) -> (u16, Json) {
        let listed = |session: &&Json| !matches!(session["state"].as_str(), Some("done" | "aborted"));
        match path {
            "/api/v1/setup/status" => (200, json!({ "state": "ready", "ready": true })),
            "/api/v1/operations" => {
                let rows: Vec<Json> = self.sessions.iter().filter(listed).map(operation).collect();
                (200, json!({ "operations": rows }))
            }
            "/api/v1/problems" => {
                let audit_at = self.audit_at.unwrap_or("2026-11-21T02:04:07Z");
                (200, json!({ "findings": self.findings, "audit_at": audit_at }))
            }
            _ => match self
                .sessions
                .iter()
                .find(|session| path.ends_with(session["session_id"].as_str().unwrap()))
            {
                Some(session) => (200, session.clone()),
                None => {
                    (404, json!({ "error": { "code": "session_not_found", "message": "unknown session" } }))
                }
            },
        }
    }
}

fn operation(session: &Json) -> Json {
    json!({ "id": session["session_id"], "state": session["state"], "started_at": "2026-11-21T02:02:25Z",
            "equipment_id": "EQ1", "project_short_id": "Proj A", "run_label": "ask one" })
}

fn handle(id: &str, state: &str) -> Json {
    let pending = matches!(state, "input_required" | "aborted").then(pending);
    json!({ "session_id": id, "state": state, "current_phase": state, "next_action": "none", "pending_input": pending,
            "error": null, "result": null })
}

fn with_error(state: &str, error: Json) -> Json {
    let mut session = handle(SESSION, state);
    session["error"] = error;
    session
}

fn pending() -> Json {
    json!({ "plugin": "input_required_plugin", "reason": "Need user color preference",
            "fields": [{ "id": "color", "label": "Favorite color?", "type": "string", "required": true }] })
}

fn problem(token: &str) -> Json {
    json!({ "rule": "illegal_filesystem_character", "tier": "hard", "run_path": "/srv/lab/Run_1",
            "offending_path": "/srv/lab/Run_1/a", "offending_kind": "file", "matched_token": token,
            "rule_detail": "", "synced_under_prior_policy": false, "override_active": false })
}

impl Desk {
    fn new() -> Self {
        let adapter = Exlab::new(&source("http://127.0.0.1:8000")).unwrap();
        Self { adapter, state: State::default(), entries: Vec::new(), now: NOW }
    }

    /// Deskbell ends and is started again.
    fn begin_anew(&mut self) {
        self.adapter = Exlab::new(&source("http://127.0.0.1:8000")).unwrap();
        self.adapter.recall(&self.state);
    }

    /// A desk that is live after reading this.
    fn live(held: &Held) -> Self {
        let mut desk = Self::new();
        desk.connect(held);
        desk
    }

    fn on(&mut self, signal: Signal<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.adapter.on(signal, self.now, &mut out);
        for effect in &out {
            if let Effect::Emit(event) = effect {
                for change in reduce(&mut self.state, event.clone(), self.now) {
                    if let Change::Entry(entry) = change {
                        self.entries.push(entry);
                    }
                }
            }
        }
        out
    }

    fn connect(&mut self, held: &Held) -> Vec<Effect> {
        let greeting = self.on(Signal::Start);
        let mut out = self.serve(greeting, held);
        let reading = self.on(Signal::Opened { stream: StreamId::MAIN });
        out.extend(self.serve(reading, held));
        assert!(out.contains(&Effect::Live), "{out:?}");
        out
    }

    /// Answers every read from what is held, and those that follow.
    fn serve(&mut self, effects: Vec<Effect>, held: &Held) -> Vec<Effect> {
        let mut out = effects.clone();
        let mut asked = reads(&effects);
        while !asked.is_empty() {
            let (call, request) = asked.remove(0);
            let (status, body) = held.answer(&request.path);
            let more = self.reply(call, status, body);
            asked.extend(reads(&more));
            out.extend(more);
        }
        out
    }

    fn reply(&mut self, call: CallId, status: u16, body: Json) -> Vec<Effect> {
        let content_type = Some("application/json".to_owned());
        self.on(Signal::Reply {
            call,
            reply: Reply { status, content_type, body: body.to_string().into_bytes() },
        })
    }

    fn no_reply(&mut self, call: CallId, sent: Sent) -> Vec<Effect> {
        let fault = Fault::new(FaultCode::Closed, "gone", "", Next::Soon);
        self.on(Signal::NoReply { call, sent, fault })
    }

    /// A frame as it comes: binary.
    fn hear(&mut self, stream: StreamId, frame: Json) -> Vec<Effect> {
        let text = frame.to_string();
        self.on(Signal::Frame { stream, frame: Frame::Bytes(text.as_bytes()) })
    }

    fn poll(&mut self, held: &Held) -> Vec<Effect> {
        let reading = self.on(Signal::Timer { timer: POLL });
        self.serve(reading, held)
    }

    fn only_ask(&self) -> &Ask {
        assert_eq!(self.state.asks.len(), 1, "{:?}", self.state.asks);
        self.state.asks.values().next().unwrap()
    }

    fn outcomes(&self) -> Vec<&Outcome> {
        self.state.settled.values().collect()
    }

    fn accept(&self, item: &ItemId, offer: &str, values: &[(&str, Value)]) -> Accepted {
        let shown = match (self.state.asks.get(item), self.state.findings.get(item)) {
            (Some(ask), _) => ask.shown(),
            (None, Some(finding)) => Hash::of(&(item, &finding.offers)),
            (None, None) => Hash::of(&(item, &self.state.tasks[item].offers)),
        };
        let intent = Intent {
            id: IntentId::new("01a1fa3f-6400-7000-8000-000000000001"),
            key: Key::new(SourceId::new("lab"), item.clone()),
            offer: offer.into(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
            shown,
            consent: Consent::Confirmed,
        };
        self.state.accept(intent).unwrap()
    }

    fn red(&self) -> Accepted {
        self.accept(&self.only_ask().item.clone(), "resume", &[("color", Value::Text("red".into()))])
    }

    /// Answers the only ask; gives the call that brings it.
    fn answer_red(&mut self) -> (CallId, Request) {
        let accepted = self.red();
        only_delivery(&self.on(Signal::Do { accepted, attempt: Attempt::Fresh }))
    }
}

fn reads(effects: &[Effect]) -> Vec<(CallId, Request)> {
    calls(effects, false)
}

fn calls(effects: &[Effect], delivering: bool) -> Vec<(CallId, Request)> {
    let call = |effect: &Effect| match effect {
        Effect::Http { call, request, delivers } if delivers.is_some() == delivering => {
            Some((*call, request.clone()))
        }
        _ => None,
    };
    effects.iter().filter_map(call).collect()
}

fn only_delivery(effects: &[Effect]) -> (CallId, Request) {
    let calls = calls(effects, true);
    assert_eq!(calls.len(), 1, "{effects:?}");
    calls[0].clone()
}

fn only_read(effects: &[Effect]) -> (CallId, Request) {
    let calls = reads(effects);
    assert_eq!(calls.len(), 1, "{effects:?}");
    calls[0].clone()
}

fn opened(effects: &[Effect]) -> Vec<(StreamId, String)> {
    let open = |effect: &Effect| match effect {
        Effect::Open { stream, path, .. } if *stream != StreamId::MAIN => Some((*stream, path.clone())),
        _ => None,
    };
    effects.iter().filter_map(open).collect()
}

fn fault(effects: &[Effect]) -> &Fault {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Fail(fault) | Effect::Stick { fault, .. } => Some(fault),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no fault in {effects:?}"))
}

fn verdict(effects: &[Effect]) -> &Verdict {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Done { verdict, .. } => Some(verdict),
            _ => None,
        })
        .unwrap_or_else(|| panic!("nothing is decided in {effects:?}"))
}

fn armed(effects: &[Effect]) -> TimerId {
    let arm = |effect: &Effect| match effect {
        Effect::Arm { timer, .. } if *timer != POLL => Some(*timer),
        _ => None,
    };
    effects.iter().find_map(arm).unwrap_or_else(|| panic!("no timer in {effects:?}"))
}

fn settled_by(effects: &[Effect]) -> Option<&By> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::Settled(settlement)) => Some(&settlement.by),
        _ => None,
    })
}

fn body(request: &Request) -> Json {
    match &request.body {
        Body::Json(text) => serde_json::from_str(text).unwrap(),
        Body::Empty | Body::Form(_) => Json::Null,
    }
}
