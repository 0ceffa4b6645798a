//! What one agent holds, and the events its changes give.

use serde_json::{Map, Value, json};

use super::Faults;
use crate::Dice;
use crate::bus::{Manners, Refusal};
use crate::fault::NextPost;

/// As many rows as the store keeps.
const MOST_ROWS: usize = 2_000;

#[derive(Debug)]
pub(super) struct World {
    pub label: String,
    dice: Dice,
    /// The store: rows as the history tells them.
    pub rows: Vec<Value>,
    /// Of the process: 0 again after a restart.
    pub seq: u64,
    pub model: String,
    pub login: Login,
    pub busy: bool,
    /// Who and what, and when in unix seconds.
    pub inbox: Vec<(String, String, i64)>,
    /// Events that wait to be told.
    told: Vec<Value>,
    pub faults: Faults,
    now: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    Done,
    Needed,
    UnderWay,
}

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notes {
    /// Lost in the history, `null` on the stream.
    Null,
    /// Lost everywhere.
    Missing,
    /// An object with its text, as a later version may do.
    Struct,
}

impl World {
    pub fn new(label: &str, seed: u64, now: i64) -> Self {
        Self {
            label: label.to_owned(),
            dice: Dice::new(seed),
            rows: Vec::new(),
            seq: 0,
            model: "haiku".to_owned(),
            login: Login::Done,
            busy: false,
            inbox: Vec::new(),
            told: Vec::new(),
            faults: Faults::default(),
            now,
        }
    }

    /// Stores an event and tells it.
    pub fn tell(&mut self, row: Value) {
        self.rows.push(row.clone());
        if self.rows.len() > MOST_ROWS {
            self.rows.remove(0);
        }
        self.tell_only(row);
    }

    /// Tells an event that no history has.
    fn tell_only(&mut self, mut row: Value) {
        if self.faults.counts && row.is_object() {
            self.seq += 1;
            row["seq"] = self.seq.into();
        }
        self.told.push(row);
    }

    pub fn begin_turn(&mut self, from: &str, body: &str) {
        self.busy = true;
        let unread = self.inbox.len();
        self.tell(json!({ "kind": "turn_start", "from": from, "body": body, "unread": unread }));
    }

    /// Ends the turn; what waits in the inbox begins the next one.
    pub fn end_turn(&mut self, ok: bool, note: Option<&str>) {
        self.busy = false;
        self.tell(json!({ "kind": "turn_end", "ok": ok, "note": note }));
        if !self.inbox.is_empty() {
            let (from, body, _) = self.inbox.remove(0);
            self.begin_turn(&from, &body);
        }
    }

    /// A row of the model's output: its object merged beside `kind`.
    pub fn stream(&mut self, fields: Value) {
        let mut row = Map::from_iter([("kind".to_owned(), json!("stream"))]);
        if let Value::Object(fields) = fields {
            row.extend(fields);
        }
        self.tell(Value::Object(row));
    }

    pub fn note(&mut self, text: &str) {
        match self.faults.notes {
            Notes::Null => self.told.push(Value::Null),
            Notes::Missing => {}
            Notes::Struct => self.tell(json!({ "kind": "note", "text": text })),
        }
    }

    /// Something the model says, different each time.
    pub fn say(&mut self, text: &str) {
        let id = self.dice.revision();
        let content = json!([{ "type": "text", "text": text }]);
        self.stream(
            json!({ "type": "assistant", "message": { "id": format!("msg_{id}"), "content": content } }),
        );
    }

    /// A tool call and what it brought.
    pub fn use_tool(&mut self, name: &str, input: &Value, result: &str) {
        let id = format!("toolu_{}", self.dice.revision());
        let call = json!([{ "type": "tool_use", "id": id, "name": name, "input": input }]);
        self.stream(json!({ "type": "assistant", "message": { "id": id, "content": call } }));
        let content = json!([{ "type": "tool_result", "tool_use_id": id, "content": [{ "type": "text", "text": result }] }]);
        self.stream(json!({ "type": "user", "message": { "content": content } }));
    }

    /// What a turn came to.
    pub fn result(&mut self, is_error: bool) {
        let figures = [1_500, 40_000, 900].map(|most| 1 + self.dice.below(most));
        let [ms, tokens_in, tokens_out] = figures;
        let session = self.dice.revision();
        self.stream(json!({
            "type": "result", "subtype": if is_error { "error_during_execution" } else { "success" },
            "is_error": is_error, "duration_ms": ms * 10, "num_turns": 1 + ms % 9, "session_id": session,
            "total_cost_usd": (tokens_in + 5 * tokens_out) as f64 / 1_000_000.0,
            "usage": { "input_tokens": tokens_in, "output_tokens": tokens_out },
        }));
    }

    pub fn send(&mut self, body: &str) -> Result<(), Refusal> {
        if body.trim().is_empty() {
            return Err("empty body".to_owned());
        }
        if self.busy {
            self.inbox.push(("operator".to_owned(), body.to_owned(), self.now));
        } else {
            self.begin_turn("operator", body);
        }
        Ok(())
    }

    pub fn cancel(&mut self) {
        if self.busy {
            self.end_turn(false, Some("interrupted"));
        }
    }

    pub fn compact(&mut self) {
        let id = self.dice.revision();
        self.stream(json!({ "type": "system", "subtype": "compact_boundary", "uuid": id }));
    }

    pub fn set_model(&mut self, model: &str) {
        self.model = model.to_owned();
        if self.faults.counts {
            self.tell(json!({ "kind": "model_changed", "model": model }));
        }
    }

    pub fn set_login(&mut self, login: Login) {
        self.login = login;
        if self.faults.counts {
            self.tell(json!({ "kind": "status_changed", "status": self.status() }));
        }
    }

    pub fn log_in(&mut self, step: &str, code: &str) -> Result<(), Refusal> {
        let next = match (step, self.login) {
            ("start", Login::Needed) => Login::UnderWay,
            ("code", Login::UnderWay) if code == "bad" => Login::Needed,
            ("code", Login::UnderWay) => Login::Done,
            ("cancel", Login::UnderWay) => Login::Needed,
            _ => return Err(format!("no login to {step}")),
        };
        self.set_login(next);
        Ok(())
    }

    fn status(&self) -> &'static str {
        match self.login {
            Login::Done => "online",
            Login::Needed => "needs_login_idle",
            Login::UnderWay => "needs_login_in_progress",
        }
    }

    pub fn state(&self) -> Value {
        let inbox: Vec<Value> = self
            .inbox
            .iter()
            .map(|(from, body, at)| json!({ "from": from, "body": body, "at": at }))
            .collect();
        let session = (self.login == Login::UnderWay)
            .then(|| json!({ "output": "Open https://login.example.org/oauth and paste the code here." }));
        let mut state = json!({
            "label": self.label, "dashboard_port": 7000, "status": self.status(), "session": session,
            "inbox": inbox, "model": self.model, "context_window_tokens": 200_000,
        });
        if self.faults.counts {
            state["seq"] = self.seq.into();
            state["turn_state"] = if self.busy { "thinking" } else { "idle" }.into();
            state["turn_state_since"] = self.now.into();
        }
        state
    }

    pub fn history(&self) -> Value {
        if self.faults.counts { json!({ "seq": self.seq, "events": self.rows }) } else { json!(self.rows) }
    }
}

impl crate::bus::World for World {
    type Faults = Faults;

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn manners(&self) -> Manners {
        let Faults { success, instead, stalled, .. } = &self.faults;
        Manners { success: *success, instead: instead.clone(), stalled: *stalled, keep_alive: None }
    }

    fn take_next_post(&mut self) -> Option<NextPost> {
        self.faults.next_post.take()
    }

    fn take_told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told).iter().map(Value::to_string).collect()
    }

    /// The store stays.
    fn forget_process(&mut self) {
        self.seq = 0;
        self.told.clear();
    }
}
