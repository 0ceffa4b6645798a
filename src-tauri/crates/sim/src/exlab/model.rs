//! What an ExLab-Wizard holds: sessions with their queues in memory, findings and overrides with the runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::parts::{Draft, End, Problem, Quirks};
use crate::Dice;

/// A status and an error envelope.
pub(super) type Refusal = (u16, Value);

#[derive(Debug)]
pub(super) struct World {
    pub quirks: Quirks,
    pub sessions: BTreeMap<String, Session>,
    problems: Vec<Problem>,
    /// The overrides and revocations of each run.
    records: BTreeMap<String, Vec<Value>>,
    /// What the last audit published, and when.
    published: (Vec<Problem>, i64),
    last_audit: i64,
    pub told: Vec<String>,
    dice: Dice,
    now: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Session {
    pub draft: Draft,
    pub state: &'static str,
    phase: Option<&'static str>,
    pending: Value,
    error: Value,
    result: Value,
    started_at: String,
    left: VecDeque<Value>,
    /// An answer was taken, and has not been worked on yet.
    resumed: bool,
    /// What nobody has read yet; nothing is the end.
    pub queue: VecDeque<Option<String>>,
    /// Readers that are gone without the queue having noticed: each takes a frame with it.
    pub dead_readers: u32,
    pub openings: u32,
    /// Every frame it ever said.
    pub said: Vec<String>,
}

impl Session {
    pub fn is_over(&self) -> bool {
        matches!(self.state, "done" | "failed" | "aborted")
    }

    fn say(&mut self, frame: Value) {
        self.said.push(frame.to_string());
        if self.dead_readers > 0 {
            self.dead_readers -= 1;
            return;
        }
        self.queue.push_back(Some(frame.to_string()));
    }

    fn enter(&mut self, state: &'static str, phase: &'static str, at: &str) {
        (self.state, self.phase) = (state, Some(phase));
        self.say(json!({ "kind": "phase", "phase": phase, "at": at }));
    }

    /// Only success is said; of all else there is just the end of the queue.
    fn end(&mut self, state: &'static str) {
        self.state = state;
        self.queue.push_back(None);
    }

    pub fn handle(&self, id: &str) -> Value {
        json!({
            "session_id": id,
            "state": self.state,
            "current_phase": self.phase,
            "next_action": if self.state == "input_required" { "awaiting_input" } else { "none" },
            "pending_input": self.pending,
            "error": self.error,
            "result": self.result,
        })
    }
}

impl World {
    pub fn new(seed: u64, now: Option<i64>) -> Self {
        Self {
            quirks: Quirks::default(),
            sessions: BTreeMap::new(),
            problems: Vec::new(),
            records: BTreeMap::new(),
            published: (Vec::new(), 0),
            last_audit: 0,
            told: Vec::new(),
            dice: Dice::new(seed),
            now,
        }
    }

    fn seconds(&self) -> i64 {
        self.now.unwrap_or_else(|| Timestamp::now().as_second())
    }

    pub fn time(&self) -> String {
        stamp(self.seconds())
    }

    /// Sessions live in memory only; findings and overrides are files.
    pub fn forget_process(&mut self) {
        self.sessions.clear();
        self.told.clear();
        self.published = (Vec::new(), 0);
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.dice.throw(), self.dice.throw());
        let (a, b) = (format!("{a:016x}"), format!("{b:016x}"));
        format!("{}-{}-4{}-8{}-{}", &a[..8], &a[8..12], &a[13..], &b[1..4], &b[4..])
    }
}

/// Sessions.
impl World {
    pub fn start_session(&mut self, draft: Draft) -> String {
        let (id, started_at) = (self.id(), self.time());
        let left = draft.forms.iter().cloned().collect();
        let mut session = Session {
            draft,
            state: "pending",
            phase: None,
            pending: Value::Null,
            error: Value::Null,
            result: Value::Null,
            started_at: started_at.clone(),
            left,
            resumed: false,
            queue: VecDeque::new(),
            dead_readers: 0,
            openings: 0,
            said: Vec::new(),
        };
        session.enter("validating", "validating_inputs", &started_at);
        session.enter("rendering", "rendering_template", &started_at);
        self.sessions.insert(id.clone(), session);
        id
    }

    /// Works on: up to the next wait for input, or to the end. Says whether there was something to do.
    pub fn step(&mut self, id: &str) -> bool {
        let at = self.time();
        let Some(session) = self.sessions.get_mut(id) else { return false };
        if session.is_over() || (session.state == "input_required" && !session.resumed) {
            return false;
        }
        session.resumed = false;
        session.pending = Value::Null;
        session.enter("plugin_pass", "running_plugins", &at);
        if let Some(form) = session.left.pop_front() {
            (session.state, session.phase) = ("input_required", Some("input_required"));
            session.pending = form.clone();
            session.say(json!({
                "kind": "input_required", "fields": form["fields"], "reason": form["reason"], "plugin": form["plugin"],
            }));
            return true;
        }
        if let End::Failed(code, message) = session.draft.end.clone() {
            session.phase = None;
            session.error = json!({ "code": code, "message": message });
            session.end("failed");
            return true;
        }
        session.enter("cache_write", "writing_cache", &at);
        session.enter("post_validate", "validating_post_creation", &at);
        session.enter("sync_queued", "queueing_nas_sync", &at);
        let path = format!(
            "/srv/lab/data/{}/{}/Runs/Run_{}",
            session.draft.equipment,
            session.draft.project,
            &id[..8]
        );
        session.result = json!({ "path": path, "sync_status": "pending", "blocked": false, "findings": [] });
        session.phase = Some("done");
        session.say(json!({ "kind": "done", "result": session.result }));
        session.end("done");
        true
    }

    pub fn say_progress(&mut self, id: &str, phase: &str, current: u64, total: u64) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.say(json!({ "kind": "progress", "phase": phase, "current": current, "total": total }));
        }
    }

    /// Nobody answered for an hour.
    pub fn abandon(&mut self, id: &str) -> bool {
        let Some(session) = self.sessions.get_mut(id).filter(|session| session.state == "input_required")
        else {
            return false;
        };
        session.phase = None;
        session.error = json!({ "code": "session_abandoned", "message": "no input within 3600 s" });
        session.end("aborted");
        true
    }

    /// The body it is answered with is stale, and work goes on later. Says so, or refuses.
    pub fn resume(&mut self, id: &str) -> Result<Value, Refusal> {
        let session = self.open_session(id)?;
        if session.state != "input_required" || session.resumed {
            return Err(refusal(500, "internal_error", "internal server error"));
        }
        session.resumed = true;
        Ok(session.handle(id))
    }

    pub fn cancel(&mut self, id: &str, discard_files: bool) -> Result<Value, Refusal> {
        let session = self.open_session(id)?;
        session.phase = None;
        session.error = json!({ "code": "cancelled", "discard_files": discard_files });
        session.result = session.error.clone();
        session.end("aborted");
        Ok(session.handle(id))
    }

    fn open_session(&mut self, id: &str) -> Result<&mut Session, Refusal> {
        let unknown = || refusal(404, "session_not_found", &format!("unknown session '{id}'"));
        let session = self.sessions.get_mut(id).ok_or_else(unknown)?;
        if session.is_over() {
            return Err(refusal(409, "session_already_completed", "session is already in a terminal state"));
        }
        Ok(session)
    }

    /// Done and aborted are left out, failed is kept.
    pub fn operations(&self) -> Value {
        let listed = self.sessions.iter().filter(|(_, session)| !matches!(session.state, "done" | "aborted"));
        let row = |(id, session): (&String, &Session)| {
            json!({
                "id": id, "state": session.state, "started_at": session.started_at,
                "equipment_id": session.draft.equipment, "project_short_id": session.draft.project,
                "run_label": session.draft.label, "plugin_name": session.pending["plugin"],
                "suspended_reason": session.pending["reason"],
            })
        };
        json!({ "operations": listed.map(row).collect::<Vec<_>>() })
    }
}

/// Findings.
impl World {
    pub fn put_problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub fn fix_problem(&mut self, gone: impl Fn(&Problem) -> bool) {
        self.problems.retain(|problem| !gone(problem));
    }

    /// As it is now, with what the records of the runs make of it.
    pub fn problems(&self) -> Vec<Problem> {
        let judged =
            |problem: &Problem| Problem { override_active: self.is_overridden(problem), ..problem.clone() };
        self.problems.iter().map(judged).collect()
    }

    fn is_overridden(&self, problem: &Problem) -> bool {
        let Some(rows) = self.records.get(&problem.run_path) else { return false };
        let revoked: BTreeSet<&str> = rows.iter().filter_map(|row| row["revokes"].as_str()).collect();
        rows.iter().any(|row| {
            row["problem_class"].as_str() == Some(&problem.rule)
                && row["id"].as_str().is_some_and(|id| !revoked.contains(id))
        })
    }

    /// Each audit is at least a second after the last one.
    fn next_audit(&mut self) -> i64 {
        self.last_audit = self.seconds().max(self.last_audit + 1);
        self.last_audit
    }

    pub fn problem_list(&self) -> Value {
        json!({ "findings": self.problems(), "audit_at": stamp(self.last_audit) })
    }

    /// What a new listener of the channel is told.
    pub fn greeting(&mut self) -> Vec<String> {
        let fresh = snapshot(&self.problems(), self.next_audit());
        let (published, at) = &self.published;
        if self.quirks.stale_snapshot && *at > 0 {
            vec![fresh, snapshot(published, *at)]
        } else {
            vec![fresh]
        }
    }

    /// Looks at everything and tells what changed; two findings of one rule on one path are told as one.
    pub fn audit(&mut self) {
        let (now, at) = (self.problems(), self.next_audit());
        let before = std::mem::replace(&mut self.published, (now.clone(), at)).0;
        if now.is_empty() {
            return self.told.push(snapshot(&now, at));
        }
        let (old, new) = (by_identity(&before), by_identity(&now));
        let added: Vec<&Problem> = new
            .iter()
            .filter(|(identity, _)| !old.contains_key(*identity))
            .map(|(_, problem)| *problem)
            .collect();
        let removed: Vec<&Problem> = old
            .iter()
            .filter(|(identity, _)| !new.contains_key(*identity))
            .map(|(_, problem)| *problem)
            .collect();
        let changed: Vec<&Problem> = new
            .iter()
            .filter(|(identity, problem)| old.get(*identity).is_some_and(|known| known != *problem))
            .map(|(_, problem)| *problem)
            .collect();
        let delta = json!({ "kind": "delta", "added": added, "removed": removed, "changed": changed, "audit_at": stamp(at) });
        self.told.push(delta.to_string());
    }

    pub fn override_problem(&mut self, run_path: &str, body: &Value) -> Result<Value, Refusal> {
        check_reason(body)?;
        let record = json!({
            "id": self.id(), "problem_class": body["problem_class"], "operator": body["operator"],
            "recorded_at": self.time(), "reason": body["reason"], "revoked": false, "expires_at": body["expires_at"],
        });
        self.records.entry(run_path.to_owned()).or_default().push(record.clone());
        Ok(record)
    }

    /// Takes any id, known or not.
    pub fn revoke(&mut self, run_path: &str, body: &Value) -> Result<Value, Refusal> {
        check_reason(body)?;
        let record = json!({
            "id": self.id(), "revokes": body["revokes"], "operator": body["operator"],
            "recorded_at": self.time(), "reason": body["reason"], "revoked": true,
        });
        self.records.entry(run_path.to_owned()).or_default().push(record.clone());
        Ok(record)
    }

    pub fn run(&self, path: &str) -> Value {
        let rows = self.records.get(path).cloned().unwrap_or_default();
        json!({ "path": path, "plugins_applied": [], "validation_overrides": rows })
    }
}

fn by_identity(problems: &[Problem]) -> BTreeMap<(&str, &str), &Problem> {
    problems
        .iter()
        .map(|problem| ((problem.rule.as_str(), problem.offending_path.as_str()), problem))
        .collect()
}

fn snapshot(findings: &[Problem], at: i64) -> String {
    json!({ "kind": "snapshot", "findings": findings, "audit_at": stamp(at) }).to_string()
}

fn stamp(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

fn check_reason(body: &Value) -> Result<(), Refusal> {
    let length = body["reason"].as_str().map_or(0, |reason| reason.chars().count());
    if (10..=500).contains(&length) {
        return Ok(());
    }
    Err(refusal(422, "validation_failed", "String should have at least 10 characters"))
}

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    (status, json!({ "error": { "code": code, "message": message, "trace_id": "6542cd381bcc" } }))
}
