//! The calls of a session's tools: they run, wait for leave or an answer or a subagent, and end.

use serde_json::{Value, json};

use super::model::World;
use super::parts::{Deed, Prompt, Turn};
use super::tools::covers;
use super::work::Beat;

#[derive(Debug)]
pub(super) struct Call {
    id: String,
    pub part: String,
    pub deed: Deed,
    pub stage: Stage,
    pub began: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Going,
    /// For the permission or the question of this id.
    Waiting(String),
    /// A subagent's session does it.
    Delegated(String),
    Ended,
}

impl World {
    pub fn prepare(&mut self, session: &str, deed: Deed) {
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
    pub fn start(&mut self, session: &str, at: usize) {
        let directory = self.directory.clone();
        let Some(call) = self.call(session, at) else { return };
        let (deed, id, began) = (call.deed.clone(), call.id.clone(), call.began);
        let input = deed.input(&directory);
        // A subagent's is told once it is there.
        if !matches!(deed, Deed::Delegate { .. }) {
            let state = json!({ "status": "running", "input": input, "time": { "start": began } });
            self.put_state(session, at, state);
        }
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

    pub fn complete(&mut self, session: &str, at: usize, output: &str, metadata: &Value) {
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

    /// Whoever waits for this subagent goes on.
    pub fn tell_subagent_done(&mut self, child: &str) {
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
}

fn of_subagent(parent: &str, child: &str) -> Value {
    let model = json!({ "modelID": "sim-1", "providerID": "sim" });
    json!({ "parentSessionId": parent, "sessionId": child, "model": model })
}
