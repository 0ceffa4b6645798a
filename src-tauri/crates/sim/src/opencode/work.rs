//! How a session works: turn by turn, until it waits for the operator, for a subagent, or is done.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::model::World;
use super::parts::{Deed, Prompt, Turn};
use super::tools::covers;

/// What is under way in a session.
#[derive(Debug, Default)]
pub(super) struct Work {
    turns: VecDeque<Turn>,
    beats: VecDeque<Beat>,
    /// What the operator said last.
    prompt: String,
    /// The message being written.
    message: String,
    /// The part being written.
    part: String,
    calls: Vec<Call>,
    /// Nothing more is done after this turn.
    stops: bool,
}

#[derive(Debug)]
struct Call {
    id: String,
    part: String,
    deed: Deed,
    stage: Stage,
    began: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Going,
    /// For the permission or the question of this id.
    Waiting(String),
    /// A subagent's session does it.
    Delegated(String),
    Ended,
}

/// The smallest thing that happens.
#[derive(Clone, Debug)]
enum Beat {
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

    fn work(&mut self, session: &str) -> Option<&mut Work> {
        self.sessions.get_mut(session)?.work.as_mut()
    }

    fn push_first(&mut self, session: &str, beat: Beat) {
        if let Some(work) = self.work(session) {
            work.beats.push_front(beat);
        }
    }

    fn call(&mut self, session: &str, call: usize) -> Option<&mut Call> {
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

    fn part(&self, session: &str, id: &str) -> Option<Value> {
        let messages = &self.sessions.get(session)?.messages;
        messages.iter().flat_map(|message| &message.parts).find(|part| part["id"] == id).cloned()
    }

    fn prepare(&mut self, session: &str, deed: Deed) {
        let (id, part, now) = (self.clock.id("call"), self.clock.id("prt"), self.clock.now());
        let tool = deed.tool();
        let Some(work) = self.work(session) else { return };
        let message = work.message.clone();
        let call = Call { id: id.clone(), part: part.clone(), deed, stage: Stage::Going, began: now };
        work.calls.push(call);
        let at = work.calls.len() - 1;
        work.beats.push_front(Beat::Start(at));
        self.put_part(&json!({
            "id": part, "messageID": message, "sessionID": session, "type": "tool", "tool": tool, "callID": id,
            "state": { "status": "pending", "input": {}, "raw": "" },
        }));
    }

    /// The call runs, as far as it has leave.
    fn start(&mut self, session: &str, at: usize) {
        let directory = self.directory.clone();
        let Some(call) = self.call(session, at) else { return };
        let (deed, id, began) = (call.deed.clone(), call.id.clone(), call.began);
        let input = deed.input(&directory);
        self.put_state(
            session,
            at,
            json!({ "status": "running", "input": input, "time": { "start": began } }),
        );
        let Some(work) = self.work(session) else { return };
        let tool = json!({ "messageID": work.message, "callID": id });
        let stage = match (&deed, deed.leave(&directory)) {
            (_, Some((kind, patterns, metadata, always))) => {
                let wanted: Vec<&str> = patterns.iter().map(String::as_str).collect();
                if covers(&self.allowed, kind, &wanted) {
                    self.push_first(session, Beat::Finish(at));
                    Stage::Going
                } else {
                    Stage::Waiting(self.ask_permission(json!({
                        "sessionID": session, "permission": kind, "patterns": patterns, "metadata": metadata,
                        "always": always, "tool": tool,
                    })))
                }
            }
            (Deed::Ask(prompts), None) => {
                let prompts: Vec<Value> = prompts.iter().map(Prompt::frame).collect();
                Stage::Waiting(
                    self.ask_question(json!({ "sessionID": session, "questions": prompts, "tool": tool })),
                )
            }
            (Deed::Delegate { title, agent, turns }, None) => {
                Stage::Delegated(self.delegate(session, at, title, agent, turns))
            }
            (Deed::Plan(_) | Deed::Read { .. } | Deed::Run { .. } | Deed::Edit { .. }, None) => {
                if let Some(todos) = deed.todos() {
                    self.tell("todo.updated", json!({ "sessionID": session, "todos": todos }));
                }
                self.push_first(session, Beat::Finish(at));
                Stage::Going
            }
        };
        if let Some(call) = self.call(session, at) {
            call.stage = stage;
        }
    }

    fn delegate(&mut self, session: &str, at: usize, title: &str, agent: &str, turns: &[Turn]) -> String {
        let child =
            self.create_session(Some(&format!("{title} (@{agent} subagent)")), Some(session), Some(agent));
        let directory = self.directory.clone();
        if let Some(call) = self.call(session, at) {
            let state = json!({
                "title": title, "status": "running", "input": call.deed.input(&directory),
                "metadata": of_subagent(session, &child), "time": { "start": call.began },
            });
            self.put_state(session, at, state);
        }
        self.prompt(&child, title, turns.to_vec());
        child
    }

    /// The newer state of a call, in its part.
    fn put_state(&mut self, session: &str, at: usize, state: Value) {
        let Some(id) = self.call(session, at).map(|call| call.part.clone()) else { return };
        if let Some(mut part) = self.part(session, &id) {
            part["state"] = state;
            self.put_part(&part);
        }
    }

    fn complete(&mut self, session: &str, at: usize, output: &str, metadata: &Value) {
        let (directory, now) = (self.directory.clone(), self.clock.now());
        let Some(call) = self.call(session, at) else { return };
        let (deed, began) = (call.deed.clone(), call.began);
        if let Deed::Edit { file, .. } = &deed {
            let path = format!("{directory}/{file}");
            self.tell("file.edited", json!({ "file": path }));
            self.tell("file.watcher.updated", json!({ "file": path, "event": "change" }));
        }
        self.put_state(
            session,
            at,
            json!({
                "status": "completed", "input": deed.input(&directory), "output": output,
                "metadata": metadata, "title": deed.title(), "time": { "start": began, "end": now },
            }),
        );
        self.end_call(session, at);
    }

    fn fail(&mut self, session: &str, at: usize, error: &str, metadata: Option<Value>) {
        let (directory, now) = (self.directory.clone(), self.clock.now());
        let Some(call) = self.call(session, at) else { return };
        let mut state = json!({
            "status": "error", "input": call.deed.input(&directory), "error": error,
            "time": { "start": call.began, "end": now },
        });
        if let Some(metadata) = metadata {
            state["metadata"] = metadata;
        }
        self.put_state(session, at, state);
        self.end_call(session, at);
    }

    fn end_call(&mut self, session: &str, at: usize) {
        if let Some(call) = self.call(session, at) {
            call.stage = Stage::Ended;
        }
        if let Some(work) = self.work(session)
            && work.beats.is_empty()
            && work.calls.iter().all(|call| call.stage == Stage::Ended)
        {
            work.beats.push_back(Beat::Close);
        }
    }

    /// The call that waits for this ask.
    fn waiting(&self, ask: &str) -> Option<(String, usize)> {
        let wanted = Stage::Waiting(ask.to_owned());
        self.sessions.iter().find_map(|(id, session)| {
            let calls = &session.work.as_ref()?.calls;
            Some((id.clone(), calls.iter().position(|call| call.stage == wanted)?))
        })
    }

    pub fn granted(&mut self, permission: &str) {
        let Some((session, at)) = self.waiting(permission) else { return };
        if let Some(call) = self.call(&session, at) {
            call.stage = Stage::Going;
        }
        if let Some(work) = self.work(&session) {
            work.beats.extend([Beat::Pause(4), Beat::Finish(at)]);
        }
    }

    pub fn denied(&mut self, permission: &str, note: Option<&str>) {
        let Some((session, at)) = self.waiting(permission) else { return };
        let error = match note {
            Some(note) => format!(
                "The user rejected permission to use this specific tool call with the following feedback: {note}"
            ),
            None => "The user rejected permission to use this specific tool call.".to_owned(),
        };
        if let Some(work) = self.work(&session) {
            work.stops |= note.is_none();
        }
        self.fail(&session, at, &error, None);
    }

    pub fn answered(&mut self, question: &str, answers: &[Vec<String>]) {
        let Some((session, at)) = self.waiting(question) else { return };
        let Some(Call { deed: Deed::Ask(prompts), .. }) = self.call(&session, at) else { return };
        let pairs = prompts.iter().enumerate().map(|(at, prompt)| {
            let answer = answers.get(at).filter(|answer| !answer.is_empty());
            let answer = answer.map_or_else(|| "Unanswered".to_owned(), |answer| answer.join(", "));
            format!("\"{}\"=\"{answer}\"", prompt.question)
        });
        let output = format!(
            "User has answered your questions: {}. You can now continue with the user's answers in mind.",
            pairs.collect::<Vec<_>>().join(", ")
        );
        self.complete(&session, at, &output, &json!({ "answers": answers, "truncated": false }));
    }

    pub fn dismissed(&mut self, question: &str) {
        let Some((session, at)) = self.waiting(question) else { return };
        if let Some(work) = self.work(&session) {
            work.stops = true;
        }
        self.fail(&session, at, "The user dismissed this question", None);
    }

    /// The turn is over: what it cost is told.
    fn close(&mut self, session: &str) {
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

    /// Whoever waits for this subagent goes on.
    fn tell_subagent_done(&mut self, child: &str) {
        let wanted = Stage::Delegated(child.to_owned());
        let parent = self.sessions.iter().find_map(|(id, session)| {
            let calls = &session.work.as_ref()?.calls;
            Some((id.clone(), calls.iter().position(|call| call.stage == wanted)?))
        });
        let Some((parent, at)) = parent else { return };
        let last = self.sessions.get(child).and_then(|child| child.messages.last());
        let words = last.and_then(|message| message.parts.iter().find_map(|part| part["text"].as_str()));
        let output = format!(
            "<task id=\"{child}\" state=\"completed\">\n<task_result>\n{}\n</task_result>\n</task>",
            words.unwrap_or_default()
        );
        let mut metadata = of_subagent(&parent, child);
        metadata["truncated"] = false.into();
        self.complete(&parent, at, &output, &metadata);
    }

    /// Stops what a session does. What waits for the operator stays in the lists.
    pub fn abort(&mut self, session: &str) {
        let Some(work) = self.sessions.get_mut(session).and_then(|held| held.work.take()) else { return };
        let aborted = json!({ "name": "MessageAbortedError", "data": { "message": "Aborted" } });
        self.tell("session.error", json!({ "sessionID": session, "error": aborted }));
        self.set_status(session, &json!({ "type": "idle" }));
        let (now, directory) = (self.clock.now(), self.directory.clone());
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

fn of_subagent(parent: &str, child: &str) -> Value {
    let model = json!({ "modelID": "sim-1", "providerID": "sim" });
    json!({ "parentSessionId": parent, "sessionId": child, "model": model })
}
