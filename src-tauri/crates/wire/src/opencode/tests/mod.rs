//! The dialect's rules, one by one, without a socket: a desk feeds it signals and folds what it says.

mod answers;
mod catching_up;
mod connecting;
mod recording;
mod showing;

use deskbell_domain::{
    Accepted, Ask, AskState, Auth, By, Consent, Entry, Event, Fault, FaultCode, Intent, IntentId, ItemId,
    Key, Millis, Next, Outcome, SecretRef, Settlement, Snapshot, Source, SourceId, State, Value, reduce,
};
use serde_json::{Value as Json, json};

use super::Opencode;
use crate::{Adapter, Attempt, Body, CallId, Effect, Frame, Reply, Request, Sent, Signal, StreamId, TimerId};

const NOW: Millis = Millis(1_795_226_000_000);

/// An adapter, what it holds of the server, and what it wants done.
struct Desk {
    adapter: Opencode,
    state: State,
    entries: Vec<Entry>,
    now: Millis,
    events: u32,
}

fn source(directory: Option<&str>) -> Source {
    Source {
        id: SourceId::new("oc"),
        name: "oc".into(),
        dialect: "opencode".into(),
        url: "http://127.0.0.1:4096".into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: directory.map(|d| ("directory".to_owned(), vec![d.to_owned()])).into_iter().collect(),
        paused: false,
    }
}

/// What the server holds when it is read.
#[derive(Clone, Default)]
struct Held {
    permissions: Vec<Json>,
    questions: Vec<Json>,
    sessions: Vec<Json>,
    statuses: Json,
    /// The one conversation there is.
    story: String,
}

impl Desk {
    fn new() -> Self {
        Self {
            adapter: Opencode::new(&source(None)).unwrap(),
            state: State::default(),
            entries: Vec::new(),
            now: NOW,
            events: 0,
        }
    }

    /// A desk whose link is live, with one session at work.
    fn live() -> Self {
        let mut desk = Self::new();
        desk.connect(&Held { sessions: vec![session("ses_1", None)], ..Held::default() });
        desk
    }

    fn on(&mut self, signal: Signal<'_>) -> Vec<Effect> {
        let mut out = Vec::new();
        self.adapter.on(signal, self.now, &mut out);
        for effect in &out {
            if let Effect::Emit(event) = effect {
                for change in reduce(&mut self.state, event.clone(), self.now) {
                    if let deskbell_domain::Change::Entry(entry) = change {
                        self.entries.push(entry);
                    }
                }
            }
        }
        out
    }

    /// Opens the stream; gives the four calls.
    fn open(&mut self) -> Vec<(CallId, Request)> {
        self.on(Signal::Start);
        calls(&self.on(Signal::Opened { stream: StreamId::MAIN }))
    }

    fn serve(&mut self, asked: Vec<(CallId, Request)>, held: &Held) -> Vec<Effect> {
        let mut out = Vec::new();
        for (call, request) in asked {
            let body = match request.path.as_str() {
                "/permission" => json!(held.permissions),
                "/question" => json!(held.questions),
                "/session" => json!(held.sessions),
                "/session/status" if held.statuses.is_null() => json!({}),
                "/session/status" => held.statuses.clone(),
                other => panic!("asked for {other}"),
            };
            out.extend(self.reply(call, 200, &body.to_string()));
        }
        // The records of calls whose asks are gone are part of the reading.
        if !out.contains(&Effect::Live) {
            for (call, _) in calls(&out) {
                out.extend(self.reply(call, 200, if held.story.is_empty() { "[]" } else { &held.story }));
            }
        }
        out
    }

    fn connect(&mut self, held: &Held) -> Vec<Effect> {
        let asked = self.open();
        self.serve(asked, held)
    }

    fn hear(&mut self, kind: &str, properties: Json) -> Vec<Effect> {
        self.events += 1;
        let frame =
            json!({ "id": format!("evt_{:04}", self.events), "type": kind, "properties": properties });
        self.hear_text(&frame.to_string())
    }

    fn hear_text(&mut self, text: &str) -> Vec<Effect> {
        self.on(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Text(text) })
    }

    fn reply(&mut self, call: CallId, status: u16, body: &str) -> Vec<Effect> {
        let content_type = Some("application/json".to_owned());
        self.on(Signal::Reply { call, reply: Reply { status, content_type, body: body.as_bytes().to_vec() } })
    }

    fn no_reply(&mut self, call: CallId, sent: Sent) -> Vec<Effect> {
        let fault = Fault::new(FaultCode::Closed, "gone", "", Next::Soon);
        self.on(Signal::NoReply { call, sent, fault })
    }

    fn timer(&mut self, timer: TimerId) -> Vec<Effect> {
        self.on(Signal::Timer { timer })
    }

    fn ask(&self, item: &str) -> &Ask {
        &self.state.asks[&ItemId::new(item)]
    }

    fn is_open(&self, item: &str) -> bool {
        self.state.asks.get(&ItemId::new(item)).is_some_and(|ask| ask.state == AskState::Open)
    }

    fn outcome(&self, item: &str) -> Option<&Outcome> {
        self.state.settled.get(&ItemId::new(item))
    }

    fn accept(&self, item: &str, offer: &str, values: &[(&str, Value)]) -> Accepted {
        let item = ItemId::new(item);
        let shown = match self.state.asks.get(&item) {
            Some(ask) => ask.shown(),
            None => deskbell_domain::Hash::of(&(&item, &self.state.threads[&item].offers)),
        };
        let intent = Intent {
            id: IntentId::new("01a1fa3f-6400-7000-8000-000000000001"),
            key: Key::new(SourceId::new("oc"), item),
            offer: offer.into(),
            values: values.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
            shown,
            consent: Consent::Confirmed,
        };
        self.state.accept(intent).unwrap()
    }

    fn answer(&mut self, item: &str, offer: &str) -> (CallId, Request) {
        let accepted = self.accept(item, offer, &[]);
        only_call(&self.on(Signal::Do { accepted, attempt: Attempt::Fresh }))
    }

    fn ask_edit(&mut self, id: &str) -> Vec<Effect> {
        self.hear("permission.asked", edit(id, "ses_1"))
    }
}

fn session(id: &str, parent: Option<&str>) -> Json {
    let mut session = json!({
        "id": id, "title": format!("Title of {id}"), "agent": if parent.is_some() { "general" } else { "build" },
        "directory": "/home/op/project", "cost": 0.001166,
        "tokens": { "input": 1034, "output": 56, "reasoning": 4, "cache": { "read": 200, "write": 0 } },
        "time": { "created": NOW.0, "updated": NOW.0 + 5 },
    });
    if let Some(parent) = parent {
        session["parentID"] = json!(parent);
    }
    session
}

fn edit(id: &str, session: &str) -> Json {
    json!({
        "id": id, "sessionID": session, "permission": "edit", "patterns": ["a.txt"], "always": ["*"],
        "metadata": { "filepath": "/home/op/project/a.txt", "diff": "--- a.txt\n+++ a.txt\n@@ -1 +1 @@\n-a\n+b\n" },
        "tool": { "messageID": "msg_1", "callID": "call_1" },
    })
}

fn question(id: &str) -> Json {
    json!({
        "id": id, "sessionID": "ses_1", "tool": { "messageID": "msg_1", "callID": "call_1" },
        "questions": [
            { "question": "Which database?", "header": "Database",
              "options": [{ "label": "SQLite", "description": "Local file" }, { "label": "Postgres" }] },
            { "question": "Which features?", "header": "Features", "multiple": true, "custom": false,
              "options": [{ "label": "Search" }, { "label": "Sync" }, { "label": "Tray" }] },
        ],
    })
}

/// The record of the tool call `call_1`, as `GET /session/{id}/message` gives it.
fn record(tool: &str, state: Json) -> String {
    json!([{
        "info": { "id": "msg_1", "sessionID": "ses_1", "role": "assistant", "time": { "created": NOW.0 } },
        "parts": [{ "id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1", "type": "tool", "tool": tool,
                    "callID": "call_1", "state": state }],
    }])
    .to_string()
}

fn calls(effects: &[Effect]) -> Vec<(CallId, Request)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Http { call, request, .. } => Some((*call, request.clone())),
            _ => None,
        })
        .collect()
}

fn only_call(effects: &[Effect]) -> (CallId, Request) {
    let calls = calls(effects);
    assert_eq!(calls.len(), 1, "{effects:?}");
    calls[0].clone()
}

fn armed(effects: &[Effect]) -> TimerId {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Arm { timer, .. } => Some(*timer),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no timer in {effects:?}"))
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

fn snapshot(effects: &[Effect]) -> Option<&Snapshot> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::Snapshot(snapshot)) => Some(&**snapshot),
        _ => None,
    })
}

fn settlement(effects: &[Effect]) -> Option<&Settlement> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::Settled(settlement)) => Some(settlement),
        _ => None,
    })
}

fn settled_by(effects: &[Effect]) -> Option<&By> {
    settlement(effects).map(|settlement| &settlement.by)
}

fn body(request: &Request) -> Json {
    match &request.body {
        Body::Json(text) => serde_json::from_str(text).unwrap(),
        Body::Empty | Body::Form(_) => Json::Null,
    }
}
