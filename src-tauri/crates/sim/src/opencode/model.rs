//! What one opencode holds: sessions with their messages, what waits for the operator, and what is allowed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clock::Clock;
use super::parts::End;
use super::tools::covers;
use super::work::Work;

/// What `GET /session` gives at most.
const LISTED: usize = 100;
const VERSION: &str = "1.18.33";

#[derive(Debug)]
pub(super) struct World {
    pub directory: String,
    pub clock: Clock,
    pub sessions: BTreeMap<String, Session>,
    /// Permissions that wait, in the order they were asked for. In memory only.
    pub permissions: Vec<Value>,
    /// Questions that wait, likewise.
    pub questions: Vec<Value>,
    /// How each ask ended.
    pub ends: BTreeMap<String, End>,
    /// What "always" has allowed: a kind and a pattern. In memory only.
    pub allowed: Vec<(String, String)>,
    /// Events that wait to be told.
    pub told: Vec<Value>,
    /// Somebody sees to it that the work goes on, in their own time; else all of it is done at once.
    pub paced: bool,
}

#[derive(Debug)]
pub(super) struct Session {
    pub info: Value,
    pub messages: Vec<Message>,
    /// Nothing while it is idle. In memory only.
    pub status: Option<Value>,
    /// In memory only.
    pub work: Option<Work>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub info: Value,
    pub parts: Vec<Value>,
}

/// It is not there, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFound;

impl World {
    pub fn new(directory: String, seed: u64, now: Option<i64>) -> Self {
        Self {
            directory,
            clock: Clock::new(now, seed),
            sessions: BTreeMap::new(),
            permissions: Vec::new(),
            questions: Vec::new(),
            ends: BTreeMap::new(),
            allowed: Vec::new(),
            told: Vec::new(),
            paced: false,
        }
    }

    /// A restarted process keeps what is on the disk.
    pub fn forget_process(&mut self) {
        for ask in
            std::mem::take(&mut self.permissions).into_iter().chain(std::mem::take(&mut self.questions))
        {
            self.note_end(&ask, "forgotten");
        }
        self.allowed.clear();
        self.told.clear();
        for session in self.sessions.values_mut() {
            session.status = None;
            session.work = None;
        }
    }

    pub fn dispose(&mut self) {
        self.forget_process();
        let directory = self.directory.clone();
        self.tell("server.instance.disposed", json!({ "directory": directory }));
    }

    pub fn event(&mut self, kind: &str, properties: Value) -> Value {
        let id = self.clock.id("evt");
        json!({ "id": id, "type": kind, "properties": properties })
    }

    pub fn tell(&mut self, kind: &str, properties: Value) {
        let event = self.event(kind, properties);
        self.told.push(event);
    }

    pub fn create_session(
        &mut self,
        title: Option<&str>,
        parent: Option<&str>,
        agent: Option<&str>,
    ) -> String {
        let id = self.clock.falling_id("ses");
        let now = self.clock.now();
        let title = title.map_or_else(|| format!("New session - {}", at(now)), str::to_owned);
        let slug = {
            let dice = self.clock.dice();
            let word =
                |dice: &mut crate::Dice, of: &[&str]| dice.pick(of).copied().unwrap_or_default().to_owned();
            let first = word(dice, &["hidden", "crisp", "witty", "quiet", "brave"]);
            format!("{first}-{}", word(dice, &["garden", "falcon", "eagle", "river", "comet"]))
        };
        let mut info = json!({
            "id": id, "slug": slug, "version": VERSION, "projectID": project(&self.directory),
            "directory": self.directory, "path": "", "title": title, "cost": 0,
            "tokens": { "input": 0, "output": 0, "reasoning": 0, "cache": { "read": 0, "write": 0 } },
            "time": { "created": now, "updated": now },
        });
        if let Some(parent) = parent {
            info["parentID"] = parent.into();
            info["permission"] = json!([{ "permission": "task", "pattern": "*", "action": "deny" }]);
        }
        if let Some(agent) = agent {
            info["agent"] = agent.into();
        }
        let session = Session { info: info.clone(), messages: Vec::new(), status: None, work: None };
        self.sessions.insert(id.clone(), session);
        self.tell("session.created", json!({ "sessionID": id, "info": info }));
        id
    }

    /// It and what hangs under it.
    pub fn delete_session(&mut self, id: &str) {
        for child in self.children(id) {
            self.delete_session(&child);
        }
        self.abort(id);
        if let Some(session) = self.sessions.remove(id) {
            self.tell("session.deleted", json!({ "sessionID": id, "info": session.info }));
        }
    }

    pub fn children(&self, id: &str) -> Vec<String> {
        let under = |session: &Session| session.info["parentID"] == id;
        self.sessions.iter().filter(|(_, session)| under(session)).map(|(id, _)| id.clone()).collect()
    }

    /// Changes what is known of a session, and tells it.
    pub fn update_session(&mut self, id: &str, change: impl FnOnce(&mut Value)) {
        let now = self.clock.now();
        let Some(session) = self.sessions.get_mut(id) else { return };
        change(&mut session.info);
        session.info["time"]["updated"] = now.into();
        let info = session.info.clone();
        self.tell("session.updated", json!({ "sessionID": id, "info": info }));
    }

    pub fn set_status(&mut self, id: &str, status: &Value) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let idle = status["type"] == "idle";
        session.status = (!idle).then(|| status.clone());
        self.tell("session.status", json!({ "sessionID": id, "status": status }));
        if idle {
            self.tell("session.idle", json!({ "sessionID": id }));
        }
    }

    /// Puts a message, or its newer state, into a session, and tells it.
    pub fn put_message(&mut self, session: &str, info: Value) {
        let Some(held) = self.sessions.get_mut(session) else { return };
        match held.messages.iter_mut().find(|message| message.info["id"] == info["id"]) {
            Some(message) => message.info = info.clone(),
            None => held.messages.push(Message { info: info.clone(), parts: Vec::new() }),
        }
        self.tell("message.updated", json!({ "sessionID": session, "info": info }));
    }

    /// Puts a part, or its newer state, into its message, and tells it.
    pub fn put_part(&mut self, part: &Value) {
        let now = self.clock.now();
        let id = part["sessionID"].as_str().unwrap_or_default().to_owned();
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let of = session.messages.iter_mut().find(|message| message.info["id"] == part["messageID"]);
        let Some(message) = of else { return };
        match message.parts.iter_mut().find(|known| known["id"] == part["id"]) {
            Some(known) => *known = part.clone(),
            None => message.parts.push(part.clone()),
        }
        self.tell("message.part.updated", json!({ "sessionID": id, "part": part, "time": now }));
    }

    pub fn message(&self, session: &str, id: &str) -> Option<&Message> {
        self.sessions.get(session)?.messages.iter().find(|message| message.info["id"] == id)
    }

    pub fn ask_permission(&mut self, mut permission: Value) -> String {
        let id = self.clock.id("per");
        permission["id"] = id.clone().into();
        self.permissions.push(permission.clone());
        self.tell("permission.asked", permission);
        id
    }

    pub fn ask_question(&mut self, mut question: Value) -> String {
        let id = self.clock.id("que");
        question["id"] = id.clone().into();
        self.questions.push(question.clone());
        self.tell("question.asked", question);
        id
    }

    /// Answers a permission: `once`, `always` or `reject`.
    pub fn reply(&mut self, id: &str, reply: &str, note: Option<&str>) -> Result<(), NotFound> {
        let at = self.permissions.iter().position(|permission| permission["id"] == id).ok_or(NotFound)?;
        let permission = self.permissions.remove(at);
        self.tell_replied(&permission, reply);
        match reply {
            "reject" => {
                self.denied(id, note);
                for other in self.of_same_session(&permission) {
                    self.tell_replied(&other, "reject");
                    self.denied(other["id"].as_str().unwrap_or_default(), None);
                }
            }
            "always" => {
                let kind = permission["permission"].as_str().unwrap_or_default();
                let patterns = permission["always"].as_array().into_iter().flatten();
                let patterns = patterns.filter_map(Value::as_str).map(|it| (kind.to_owned(), it.to_owned()));
                self.allowed.extend(patterns);
                self.granted(id);
                self.grant_covered(&permission);
            }
            _ => self.granted(id),
        }
        Ok(())
    }

    fn note_end(&mut self, ask: &Value, how: &str) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (session, call) = (text(&ask["sessionID"]), text(&ask["tool"]["callID"]));
        self.ends.insert(text(&ask["id"]), End { how: how.to_owned(), session, call });
    }

    /// Takes all that waits in the session of this permission.
    fn of_same_session(&mut self, permission: &Value) -> Vec<Value> {
        let same = |other: &Value| other["sessionID"] == permission["sessionID"];
        let (taken, left) = std::mem::take(&mut self.permissions).into_iter().partition(same);
        self.permissions = left;
        taken
    }

    fn grant_covered(&mut self, permission: &Value) {
        let (covered, left) = self.of_same_session(permission).into_iter().partition(|other| {
            let patterns: Vec<&str> =
                other["patterns"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            covers(&self.allowed, other["permission"].as_str().unwrap_or_default(), &patterns)
        });
        let (covered, left): (Vec<Value>, Vec<Value>) = (covered, left);
        self.permissions.extend(left);
        for other in covered {
            self.tell_replied(&other, "always");
            self.granted(other["id"].as_str().unwrap_or_default());
        }
    }

    fn tell_replied(&mut self, permission: &Value, reply: &str) {
        let told =
            json!({ "sessionID": permission["sessionID"], "requestID": permission["id"], "reply": reply });
        self.note_end(permission, reply);
        self.tell("permission.replied", told);
    }

    /// Answers a question, or dismisses it.
    pub fn answer(&mut self, id: &str, answers: Option<Vec<Vec<String>>>) -> Result<(), NotFound> {
        let at = self.questions.iter().position(|question| question["id"] == id).ok_or(NotFound)?;
        let question = self.questions.remove(at);
        let mut told = json!({ "sessionID": question["sessionID"], "requestID": id });
        match answers {
            Some(answers) => {
                let words: Vec<String> = answers.iter().map(|answer| answer.join(", ")).collect();
                self.note_end(&question, &format!("answered: {}", words.join("; ")));
                told["answers"] = json!(answers);
                self.tell("question.replied", told);
                self.answered(id, &answers);
            }
            None => {
                self.note_end(&question, "dismissed");
                self.tell("question.rejected", told);
                self.dismissed(id);
            }
        }
        Ok(())
    }

    /// How many sessions are at work that no other session waits for.
    pub fn busy_tops(&self) -> usize {
        let tops = self.sessions.values().filter(|session| session.info["parentID"].is_null());
        tops.filter(|session| session.work.is_some()).count()
    }

    /// Deletes the oldest sessions that rest, until no more than this are left at the top.
    pub fn keep_newest(&mut self, most: usize) {
        let tops = self.listed_sessions().into_iter().filter(|info| info["parentID"].is_null());
        let old: Vec<String> =
            tops.skip(most).filter_map(|info| info["id"].as_str().map(str::to_owned)).collect();
        for id in old {
            if self.sessions.get(&id).is_some_and(|session| session.work.is_none()) {
                self.delete_session(&id);
            }
        }
    }

    pub fn listed_sessions(&self) -> Vec<Value> {
        let mut infos: Vec<Value> = self.sessions.values().map(|session| session.info.clone()).collect();
        infos.sort_by_key(|info| std::cmp::Reverse(info["time"]["updated"].as_i64()));
        infos.truncate(LISTED);
        infos
    }

    pub fn statuses(&self) -> Value {
        let busy =
            self.sessions.iter().filter_map(|(id, session)| Some((id.clone(), session.status.clone()?)));
        Value::Object(busy.collect())
    }

    /// The last so many messages with their parts.
    pub fn messages(&self, session: &str, most: usize) -> Value {
        let Some(session) = self.sessions.get(session) else { return json!([]) };
        let from = session.messages.len().saturating_sub(most);
        let last = session.messages.iter().skip(from);
        last.map(|message| json!({ "info": message.info, "parts": message.parts })).collect()
    }

    pub fn state(&self) -> Value {
        json!({
            "permissions": self.permissions, "questions": self.questions,
            "sessions": self.listed_sessions(), "statuses": self.statuses(),
        })
    }
}

/// A project is known by its first commit; here, by its folder.
fn project(directory: &str) -> String {
    let mut dice = crate::Dice::new(
        directory.bytes().fold(7, |sum, byte| u64::from(byte).wrapping_add(u64::wrapping_mul(sum, 31))),
    );
    (0..3).map(|_| format!("{:016x}", dice.throw())).collect::<String>().chars().take(40).collect()
}

fn at(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map(|time| format!("{time:.3}")).unwrap_or_default()
}
