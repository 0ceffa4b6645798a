//! How a session works: turn by turn, until it waits for the operator, for a subagent, or is done.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::calls::{Call, Stage};
use super::model::World;
use super::parts::{Deed, Turn};

/// What is under way in a session.
#[derive(Debug, Default)]
pub(super) struct Work {
    turns: VecDeque<Turn>,
    pub beats: VecDeque<Beat>,
    /// What the operator said last.
    prompt: String,
    /// The message being written.
    pub message: String,
    /// The part being written.
    part: String,
    pub calls: Vec<Call>,
    /// Nothing more is done after this turn.
    pub stops: bool,
}

/// The smallest thing that happens.
#[derive(Clone, Debug)]
pub(super) enum Beat {
    /// Nothing, for a while: somebody thinks.
    Pause(u32),
    Open(Turn),
    Begin {
        thinking: bool,
    },
    Grow(String),
    End,
    Prepare(Deed),
    Start(usize),
    Finish(usize),
    Close,
    Rest,
}

impl World {
    /// The operator says something, and this is what the model then says and does.
    pub fn prompt(&mut self, session: &str, text: &str, turns: Vec<Turn>) {
        self.clock.advance();
        let (id, part) = (self.clock.id("msg"), self.clock.id("prt"));
        let Some(held) = self.sessions.get(session) else { return };
        let agent = held.info["agent"].as_str().unwrap_or("build").to_owned();
        let is_new = held.info["title"].as_str().is_some_and(|title| title.starts_with("New session - "));
        self.update_session(session, |info| {
            info["agent"] = agent.clone().into();
            info["model"] = json!({ "id": "sim-1", "providerID": "sim", "variant": "default" });
            if is_new {
                info["title"] = text.lines().next().unwrap_or_default().into();
            }
        });
        let now = self.clock.now();
        let model = json!({ "providerID": "sim", "modelID": "sim-1" });
        self.put_message(
            session,
            json!({
                "id": id, "role": "user", "sessionID": session, "time": { "created": now },
                "agent": agent, "model": model,
            }),
        );
        self.put_part(&json!({
            "type": "text", "text": text, "messageID": id, "sessionID": session, "id": part,
        }));
        let Some(held) = self.sessions.get_mut(session) else { return };
        let begins = held.work.is_none();
        let work = held.work.get_or_insert_default();
        work.prompt = id;
        work.turns.extend(turns);
        if begins {
            work.go_on();
            self.set_status(session, &json!({ "type": "busy" }));
        }
    }

    /// Does all that can be done without the operator.
    pub fn work_off(&mut self) {
        while let Some(session) = self.first_at_work() {
            self.beat(&session);
        }
    }

    fn first_at_work(&self) -> Option<String> {
        self.at_work().into_iter().next()
    }

    /// The sessions that have something to do just now.
    pub fn at_work(&self) -> Vec<String> {
        let works = self
            .sessions
            .iter()
            .filter(|(_, session)| session.work.as_ref().is_some_and(|work| !work.beats.is_empty()));
        works.map(|(id, _)| id.clone()).collect()
    }

    /// The next smallest thing happens in a session.
    pub fn beat(&mut self, session: &str) {
        let Some(work) = self.work(session) else { return };
        match work.beats.pop_front() {
            None => {}
            Some(Beat::Pause(0 | 1)) => {}
            Some(Beat::Pause(_)) if !self.paced => {}
            Some(Beat::Pause(ticks)) => self.push_first(session, Beat::Pause(ticks - 1)),
            Some(Beat::Open(turn)) => self.open(session, turn),
            Some(Beat::Begin { thinking }) => self.begin_part(session, thinking),
            Some(Beat::Grow(words)) => self.grow(session, &words),
            Some(Beat::End) => self.end_part(session),
            Some(Beat::Prepare(deed)) => self.prepare(session, deed),
            Some(Beat::Start(call)) => self.start(session, call),
            Some(Beat::Finish(call)) => {
                let directory = self.directory.clone();
                let result = self.call(session, call).map(|call| call.deed.result(&directory));
                if let Some((output, metadata)) = result {
                    self.complete(session, call, &output, &metadata);
                }
            }
            Some(Beat::Close) => self.close(session),
            Some(Beat::Rest) => self.rest(session),
        }
    }

    pub fn work(&mut self, session: &str) -> Option<&mut Work> {
        self.sessions.get_mut(session)?.work.as_mut()
    }

    pub fn push_first(&mut self, session: &str, beat: Beat) {
        if let Some(work) = self.work(session) {
            work.beats.push_front(beat);
        }
    }

    pub fn call(&mut self, session: &str, call: usize) -> Option<&mut Call> {
        self.work(session)?.calls.get_mut(call)
    }

    fn open(&mut self, session: &str, turn: Turn) {
        let (id, now) = (self.clock.id("msg"), self.clock.now());
        let (root, snapshot) = (self.directory.clone(), self.clock.dice().revision());
        let Some(held) = self.sessions.get_mut(session) else { return };
        let agent = held.info["agent"].clone();
        let Some(work) = held.work.as_mut() else { return };
        (work.message, work.calls) = (id.clone(), Vec::new());
        work.beats.extend(beats(turn));
        let prompt = work.prompt.clone();
        self.put_message(
            session,
            json!({
                "id": id, "parentID": prompt, "role": "assistant", "mode": agent, "agent": agent,
                "path": { "cwd": root, "root": root }, "cost": 0, "tokens": no_tokens(), "modelID": "sim-1",
                "providerID": "sim", "time": { "created": now }, "sessionID": session,
            }),
        );
        self.tell_summary(session, &prompt);
        self.set_status(session, &json!({ "type": "busy" }));
        let part = self.clock.id("prt");
        self.put_part(&json!({
            "id": part, "messageID": id, "sessionID": session, "snapshot": snapshot, "type": "step-start",
        }));
    }

    /// What the session changed so far is told after each of its steps.
    fn tell_summary(&mut self, session: &str, prompt: &str) {
        self.update_session(session, |info| {
            if info["summary"].is_null() {
                info["summary"] = json!({ "additions": 0, "deletions": 0, "files": 0 });
            }
        });
        self.tell("session.diff", json!({ "sessionID": session, "diff": [] }));
        if let Some(message) = self.message(session, prompt) {
            let mut info = message.info.clone();
            info["summary"] = json!({ "diffs": [] });
            self.put_message(session, info);
        }
    }

    fn begin_part(&mut self, session: &str, thinking: bool) {
        let (id, now) = (self.clock.id("prt"), self.clock.now());
        let Some(work) = self.work(session) else { return };
        work.part = id.clone();
        let part = json!({
            "id": id, "messageID": work.message, "sessionID": session,
            "type": if thinking { "reasoning" } else { "text" }, "text": "", "time": { "start": now },
        });
        self.put_part(&part);
    }

    fn grow(&mut self, session: &str, words: &str) {
        let Some(held) = self.sessions.get_mut(session) else { return };
        let Some(work) = &held.work else { return };
        let (message, part) = (work.message.clone(), work.part.clone());
        let parts = held.messages.iter_mut().flat_map(|message| &mut message.parts);
        if let Some(known) = parts.into_iter().find(|known| known["id"] == part.as_str()) {
            known["text"] = format!("{}{words}", known["text"].as_str().unwrap_or_default()).into();
        }
        self.tell(
            "message.part.delta",
            json!({
                "sessionID": session, "messageID": message, "partID": part, "field": "text", "delta": words,
            }),
        );
    }

    fn end_part(&mut self, session: &str) {
        let now = self.clock.now();
        let Some(work) = self.work(session) else { return };
        let id = work.part.clone();
        if let Some(mut part) = self.part(session, &id) {
            part["time"]["end"] = now.into();
            self.put_part(&part);
        }
    }

    pub fn part(&self, session: &str, id: &str) -> Option<Value> {
        let messages = &self.sessions.get(session)?.messages;
        messages.iter().flat_map(|message| &message.parts).find(|part| part["id"] == id).cloned()
    }

    /// The turn is over: what it cost is told.
    fn close(&mut self, session: &str) {
        self.clock.advance();
        let snapshot = self.clock.dice().revision();
        let [read, wrote, cached] = [2_400, 320, 9_000].map(|most| 40 + self.clock.dice().below(most));
        let now = self.clock.now();
        let (step, patch) = (self.clock.id("prt"), self.clock.id("prt"));
        let directory = self.directory.clone();
        let Some(work) = self.work(session) else { return };
        let (message, prompt) = (work.message.clone(), work.prompt.clone());
        let ends = work.calls.is_empty();
        let edited = work.calls.iter().filter_map(|call| match &call.deed {
            Deed::Edit { file, .. } => Some(format!("{directory}/{file}")),
            Deed::Plan(_) | Deed::Read { .. } | Deed::Run { .. } | Deed::Ask(_) | Deed::Delegate { .. } => {
                None
            }
        });
        let edited: Vec<String> = edited.collect();
        if std::mem::take(&mut work.stops) {
            work.turns.clear();
        }
        let reason = if ends { "stop" } else { "tool-calls" };
        // Dollars for a million tokens, as a middling model costs.
        let cost = (3 * read + 15 * wrote) as f64 / 1e6 + 0.3 * cached as f64 / 1e6;
        let tokens = json!({
            "total": read + wrote + cached, "input": read, "output": wrote, "reasoning": 0,
            "cache": { "write": 0, "read": cached },
        });
        self.put_part(&json!({
            "id": step, "reason": reason, "snapshot": snapshot, "messageID": message, "sessionID": session,
            "type": "step-finish", "tokens": tokens, "cost": cost,
        }));
        let Some(mut info) = self.message(session, &message).map(|message| message.info.clone()) else {
            return;
        };
        (info["cost"], info["tokens"], info["finish"]) = (json!(cost), tokens, json!(reason));
        self.put_message(session, info.clone());
        if !edited.is_empty() {
            self.put_part(&json!({
                "id": patch, "messageID": message, "sessionID": session, "type": "patch", "hash": snapshot,
                "files": edited,
            }));
        }
        info["time"]["completed"] = now.into();
        self.put_message(session, info);
        self.set_status(session, &json!({ "type": "busy" }));
        self.update_session(session, |info| {
            info["cost"] = json!(info["cost"].as_f64().unwrap_or_default() + cost);
            let add =
                |count: &mut Value, more: u64| *count = (count.as_u64().unwrap_or_default() + more).into();
            add(&mut info["tokens"]["input"], read);
            add(&mut info["tokens"]["output"], wrote);
            add(&mut info["tokens"]["cache"]["read"], cached);
        });
        self.tell_summary(session, &prompt);
        if let Some(work) = self.work(session) {
            work.go_on();
        }
    }

    /// Nothing is left to do.
    fn rest(&mut self, session: &str) {
        if let Some(held) = self.sessions.get_mut(session) {
            held.work = None;
        }
        self.set_status(session, &json!({ "type": "idle" }));
        self.tell_subagent_done(session);
    }

    /// Stops what a session does. What waits for the operator stays in the lists.
    pub fn abort(&mut self, session: &str) {
        let Some(work) = self.sessions.get_mut(session).and_then(|held| held.work.take()) else { return };
        let aborted = json!({ "name": "MessageAbortedError", "data": { "message": "Aborted" } });
        self.tell("session.error", json!({ "sessionID": session, "error": aborted }));
        self.set_status(session, &json!({ "type": "idle" }));
        let (now, directory) = (self.clock.now(), self.directory.clone());
        // What was being said ends where it is.
        let growing = self.part(session, &work.part).filter(|part| part["time"]["end"].is_null());
        if let Some(mut part) = growing {
            part["time"]["end"] = now.into();
            self.put_part(&part);
        }
        for call in &work.calls {
            if let Stage::Delegated(child) = &call.stage {
                self.abort(child);
            }
            if let Some(mut part) = self.part(session, &call.part).filter(|_| call.stage != Stage::Ended) {
                part["state"] = json!({
                    "status": "error", "input": call.deed.input(&directory),
                    "time": { "start": call.began, "end": now }, "error": "Tool execution aborted",
                    "metadata": { "interrupted": true },
                });
                self.put_part(&part);
            }
        }
        if let Some(mut info) = self.message(session, &work.message).map(|message| message.info.clone()) {
            info["time"]["completed"] = now.into();
            info["error"] = aborted;
            self.put_message(session, info);
        }
        self.set_status(session, &json!({ "type": "idle" }));
        self.tell_subagent_done(session);
    }
}

impl Work {
    /// The next turn, or rest.
    fn go_on(&mut self) {
        match self.turns.pop_front() {
            Some(turn) => self.beats.extend([Beat::Pause(6), Beat::Open(turn)]),
            None => self.beats.push_back(Beat::Rest),
        }
    }
}

/// What a turn comes to, after it was opened.
fn beats(turn: Turn) -> Vec<Beat> {
    let mut beats = Vec::new();
    let thoughts = turn.thinks.map(|text| (true, text));
    let words = Some((false, turn.says)).filter(|(_, text)| !text.is_empty());
    for (thinking, text) in thoughts.into_iter().chain(words) {
        beats.push(Beat::Begin { thinking });
        beats.extend(text.split_inclusive(' ').map(|word| Beat::Grow(word.to_owned())));
        beats.push(Beat::End);
    }
    let ends = turn.does.is_empty();
    for deed in turn.does {
        beats.extend([Beat::Pause(3), Beat::Prepare(deed)]);
    }
    if ends {
        beats.push(Beat::Close);
    }
    beats
}

fn no_tokens() -> Value {
    json!({ "input": 0, "output": 0, "reasoning": 0, "cache": { "read": 0, "write": 0 } })
}
