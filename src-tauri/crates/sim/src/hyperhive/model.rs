//! The world behind the dashboard: its tables, its rules, and the events its changes give.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::parts::{
    Approval, ApprovalEnd, Container, Message, Prompt, Proposal, Question, QuestionEnd, Tombstone, Transient,
};
use crate::Dice;
use crate::bus::{Manners, Refusal};
use crate::fault::{Faults, NextPost};

/// The history of messages goes this far back.
const MESSAGES: usize = 200;
/// The longest body the broker takes, in bytes.
const BODY_BYTES: usize = 1024;
/// The longest name an agent may have.
const NAME_CHARS: usize = 9;

#[derive(Debug)]
pub(super) struct World {
    /// The number of the last event of this process.
    pub seq: u64,
    pub faults: Faults,
    pub approvals: BTreeMap<i64, Approval>,
    pub questions: BTreeMap<i64, Question>,
    pub messages: VecDeque<Message>,
    pub containers: BTreeMap<String, Container>,
    pub transients: BTreeMap<String, Transient>,
    pub tombstones: BTreeMap<String, Tombstone>,
    pub inputs: Vec<String>,
    /// Events that wait to be told.
    told: Vec<String>,
    last_approval: i64,
    last_question: i64,
    dice: Dice,
    now: Option<i64>,
}

impl World {
    pub fn new(seed: u64, now: Option<i64>) -> Self {
        Self {
            seq: 0,
            faults: Faults::default(),
            approvals: BTreeMap::new(),
            questions: BTreeMap::new(),
            messages: VecDeque::new(),
            containers: BTreeMap::new(),
            transients: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            inputs: Vec::new(),
            told: Vec::new(),
            last_approval: 0,
            last_question: 0,
            dice: Dice::new(seed),
            now,
        }
    }

    /// In unix seconds.
    pub fn now(&self) -> i64 {
        let system = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.now.unwrap_or_else(|| i64::try_from(system()).unwrap_or(i64::MAX))
    }

    pub fn tell(&mut self, kind: &str, fields: Value) {
        self.seq += 1;
        let mut event = Map::new();
        event.insert("kind".to_owned(), kind.into());
        event.insert("seq".to_owned(), self.seq.into());
        if let Value::Object(fields) = fields {
            event.extend(fields);
        }
        self.told.push(Value::Object(event).to_string());
    }

    /// A small, believable change to an agent's configuration.
    pub fn small_change(&mut self, agent: &str, description: &str) -> Proposal {
        let (from, to) = (self.dice.revision(), self.dice.revision());
        let package = description.split_whitespace().last().unwrap_or("ripgrep");
        let diff = format!(
            "diff --git a/agent.nix b/agent.nix\nindex {from}..{to} 100644\n--- a/agent.nix\n+++ b/agent.nix\n\
             @@ -3,6 +3,7 @@\n   environment.systemPackages = with pkgs; [\n     git\n     jq\n+    {package}\n     curl\n   ];\n }}\n"
        );
        Proposal::change(agent, &to, &diff, description)
    }

    pub fn ask_approval(&mut self, proposal: Proposal) -> i64 {
        self.last_approval += 1;
        let id = self.last_approval;
        self.approvals.insert(id, Approval { proposal, building: false, ended: None });
        self.tell_late(id);
        id
    }

    /// `approval_added`, whatever has become of it since.
    pub fn tell_late(&mut self, id: i64) {
        let Some(Approval { proposal, .. }) = self.approvals.get(&id) else { return };
        let diff = proposal.diff.clone().filter(|_| !self.faults.bare_events);
        let fields = json!({
            "id": id,
            "agent": proposal.agent,
            "approval_kind": proposal.kind,
            "sha_short": proposal.sha_short,
            "diff": diff,
            "description": proposal.description,
        });
        self.tell("approval_added", fields);
    }

    pub fn ask_question(&mut self, prompt: Prompt) -> i64 {
        self.last_question += 1;
        let id = self.last_question;
        let asked_at = self.now();
        let deadline_at = prompt.ttl.map(|ttl| asked_at + ttl);
        let fields = json!({
            "id": id,
            "asker": prompt.asker,
            "question": prompt.question,
            "options": prompt.options,
            "multi": prompt.multi,
            "asked_at": asked_at,
            "deadline_at": deadline_at,
        });
        self.questions.insert(id, Question { prompt, asked_at, deadline_at, ended: None });
        self.tell("question_added", fields);
        id
    }

    /// Says whether it was open.
    pub fn resolve(&mut self, id: i64, status: &str, note: Option<&str>) -> bool {
        let now = self.now();
        let Some(approval) = self.approvals.get_mut(&id).filter(|approval| approval.ended.is_none()) else {
            return false;
        };
        approval.building = false;
        let note = note.map(str::to_owned);
        approval.ended =
            Some(ApprovalEnd { status: status.to_owned(), note: note.clone(), resolved_at: now });
        let Proposal { agent, kind, sha_short, description, .. } = approval.proposal.clone();
        let fields = json!({
            "id": id,
            "agent": agent,
            "approval_kind": kind,
            "sha_short": sha_short,
            "status": status,
            "resolved_at": now,
            "note": note,
            "description": description,
        });
        self.tell("approval_resolved", fields);
        true
    }

    /// Says whether it was open.
    pub fn answer(&mut self, id: i64, answer: &str, answerer: &str, cancelled: bool) -> bool {
        let now = self.now();
        let Some(question) = self.questions.get_mut(&id).filter(|question| question.ended.is_none()) else {
            return false;
        };
        question.ended =
            Some(QuestionEnd { answer: answer.to_owned(), answerer: answerer.to_owned(), answered_at: now });
        let fields = json!({
            "id": id,
            "answer": answer,
            "answerer": answerer,
            "answered_at": now,
            "cancelled": cancelled,
        });
        self.tell("question_resolved", fields);
        true
    }

    /// Questions whose deadline has passed.
    pub fn overdue(&self) -> Vec<i64> {
        let now = self.now();
        let is_overdue = |question: &Question| {
            question.ended.is_none() && question.deadline_at.is_some_and(|deadline| deadline <= now)
        };
        self.questions.iter().filter(|(_, question)| is_overdue(question)).map(|(id, _)| *id).collect()
    }

    pub fn open_asks(&self) -> usize {
        let approvals = self.approvals.values().filter(|approval| approval.ended.is_none()).count();
        approvals + self.questions.values().filter(|question| question.ended.is_none()).count()
    }

    pub fn oldest_open_approval(&self) -> Option<i64> {
        let mut open =
            self.approvals.iter().filter(|(_, approval)| approval.ended.is_none() && !approval.building);
        open.next().map(|(id, _)| *id)
    }

    pub fn say(&mut self, from: &str, to: &str, body: &str) {
        for kind in ["sent", "delivered"] {
            let message = Message {
                kind,
                from: from.to_owned(),
                to: to.to_owned(),
                body: body.to_owned(),
                at: self.now(),
            };
            let fields = json!({ "from": from, "to": to, "body": body, "at": message.at });
            self.messages.push_back(message);
            if self.messages.len() > MESSAGES {
                self.messages.pop_front();
            }
            self.tell(kind, fields);
        }
    }

    pub fn set_transient(&mut self, name: &str, action: &str) {
        let since_unix = self.now();
        let transient = Transient { name: name.to_owned(), kind: action.to_owned(), since_unix };
        match self.containers.get_mut(name) {
            Some(container) => container.pending = Some(action.to_owned()),
            None => {
                self.transients.insert(name.to_owned(), transient);
            }
        }
        let fields = json!({ "name": name, "transient_kind": action, "since_unix": since_unix });
        self.tell("transient_set", fields);
    }

    pub fn clear_transient(&mut self, name: &str) {
        if let Some(container) = self.containers.get_mut(name) {
            container.pending = None;
        }
        self.transients.remove(name);
        self.tell("transient_cleared", json!({ "name": name }));
    }

    pub fn put_container(&mut self, container: Container) {
        let fields = json!({ "container": container });
        self.containers.insert(container.name.clone(), container);
        if self.faults.tells_containers {
            self.tell("container_state_changed", fields);
        }
    }

    fn remove_container(&mut self, name: &str) {
        if self.containers.remove(name).is_some() && self.faults.tells_containers {
            self.tell("container_removed", json!({ "name": name }));
        }
    }
}

impl crate::bus::World for World {
    type Faults = Faults;

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn manners(&self) -> Manners {
        let Faults { success, instead, stalled, keep_alive_ms, .. } = &self.faults;
        Manners {
            success: *success,
            instead: instead.clone(),
            stalled: *stalled,
            keep_alive: keep_alive_ms.map(Duration::from_millis),
        }
    }

    fn take_next_post(&mut self) -> Option<NextPost> {
        self.faults.next_post.take()
    }

    fn take_told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    /// The tables stay.
    fn forget_process(&mut self) {
        self.seq = 0;
        self.told.clear();
        self.transients.clear();
        for container in self.containers.values_mut() {
            container.pending = None;
        }
        for approval in self.approvals.values_mut() {
            approval.building = false;
        }
    }
}

/// What the operator may do.
impl World {
    /// Begins the build; its result comes with `finish_build`.
    pub fn approve(&mut self, id: i64) -> Result<(), Refusal> {
        let approval = self.open_approval(id)?;
        approval.building = true;
        let (agent, is_spawn) = (approval.proposal.agent.clone(), approval.proposal.kind == "spawn");
        self.set_transient(&agent, if is_spawn { "spawning" } else { "rebuilding" });
        Ok(())
    }

    /// Says whether a build was under way.
    pub fn finish_build(&mut self, id: i64, ok: bool) -> bool {
        let Some(approval) = self.approvals.get(&id).filter(|approval| approval.building) else {
            return false;
        };
        let Proposal { agent, kind, sha_short, .. } = approval.proposal.clone();
        let spawned = (kind == "spawn").then(|| Container::running(&agent));
        if ok && let Some(mut container) = spawned.or_else(|| self.containers.get(&agent).cloned()) {
            container.deployed_sha = sha_short.or(container.deployed_sha);
            self.put_container(container);
        }
        let note = (!ok).then_some("error: builder for 'agent.drv' failed with exit code 1");
        self.resolve(id, if ok { "approved" } else { "failed" }, note);
        self.clear_transient(&agent);
        true
    }

    pub fn deny(&mut self, id: i64, note: Option<&str>) -> Result<(), Refusal> {
        self.open_approval(id)?;
        self.resolve(id, "denied", note);
        Ok(())
    }

    fn open_approval(&mut self, id: i64) -> Result<&mut Approval, Refusal> {
        let approval = self.approvals.get_mut(&id).ok_or(format!("approval {id} not found"))?;
        match &approval.ended {
            Some(end) => Err(format!("approval {id} is already {}", end.status)),
            None if approval.building => Err(format!("approval {id} is already being applied")),
            None => Ok(approval),
        }
    }

    pub fn answer_question(&mut self, id: i64, answer: &str, cancelled: bool) -> Result<(), Refusal> {
        let question = self.questions.get(&id).ok_or(format!("question {id} not found"))?;
        if question.ended.is_some() {
            return Err(format!("question {id} is already answered"));
        }
        if answer.is_empty() {
            return Err("answer is empty".to_owned());
        }
        self.answer(id, answer, "operator", cancelled);
        Ok(())
    }

    pub fn op_send(&mut self, to: &str, body: &str) -> Result<(), Refusal> {
        if body.is_empty() {
            return Err("body is empty".to_owned());
        }
        if body.len() > BODY_BYTES {
            return Err(format!("message body is {} bytes, the cap is {BODY_BYTES}", body.len()));
        }
        let is_known = matches!(to, "*" | "manager") || self.containers.contains_key(to);
        if !is_known {
            return Err(format!("no such recipient: {to}"));
        }
        self.say("operator", to, body);
        Ok(())
    }

    /// Shows that a lifecycle action has begun; `finish_lifecycle` ends it.
    pub fn begin_lifecycle(&mut self, verb: &str, name: &str) -> Result<(), Refusal> {
        let container = self.containers.get(name).ok_or(format!("no such container: {name}"))?;
        if let Some(pending) = &container.pending {
            return Err(format!("{name} is {pending}"));
        }
        if verb == "destroy" && container.is_manager {
            return Err("the manager cannot be destroyed".to_owned());
        }
        let action = match verb {
            "start" => "starting",
            "kill" => "stopping",
            "restart" => "restarting",
            "destroy" => "destroying",
            _ => "rebuilding",
        };
        self.set_transient(name, action);
        Ok(())
    }

    pub fn finish_lifecycle(&mut self, verb: &str, name: &str, purge: bool) {
        if let Some(mut container) = self.containers.get(name).cloned() {
            match verb {
                "destroy" => {
                    self.remove_container(name);
                    if !purge {
                        let (state_bytes, last_seen) = (123_456, self.now());
                        let tombstone =
                            Tombstone { name: name.to_owned(), state_bytes, last_seen, has_creds: true };
                        self.tombstones.insert(name.to_owned(), tombstone);
                    }
                }
                _ => {
                    container.running = verb != "kill";
                    container.needs_update &= verb != "rebuild";
                    self.put_container(container);
                }
            }
        }
        self.clear_transient(name);
    }

    pub fn purge_tombstone(&mut self, name: &str) -> Result<(), Refusal> {
        if self.containers.contains_key(name) {
            return Err(format!("{name} is a live container"));
        }
        self.tombstones.remove(name).ok_or(format!("no such tombstone: {name}"))?;
        if self.faults.tells_containers {
            self.tell("tombstones_changed", json!({}));
        }
        Ok(())
    }

    pub fn request_spawn(&mut self, name: &str) -> Result<(), Refusal> {
        let is_good = !name.is_empty()
            && name.chars().count() <= NAME_CHARS
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_good {
            return Err(format!("bad agent name: {name:?} (at most {NAME_CHARS} of a-z, 0-9, -)"));
        }
        if self.containers.contains_key(name) {
            return Err(format!("{name} exists already"));
        }
        self.ask_approval(Proposal::spawn(name));
        Ok(())
    }

    pub fn update_all(&mut self) {
        for container in self.containers.values_mut() {
            container.needs_update = false;
        }
    }
}
