//! The coordinator's tasks and the agents' telemetry. A turn is counted under its number, so that a row told
//! twice, on the socket and in the task's record, counts once.

use std::collections::BTreeMap;

use deskbell_domain::{Entry, EntryKind, Event, Hash, ItemId, Millis, Offer, Task, TaskStatus, Tone, When};
use serde_json::Value;

use super::conversation::odd;
use super::json::Row;
use super::words::{LINE, TITLE, first_line, line};
use super::{Ailang, Purpose, emit, request, threads};
use crate::recent::Recent;
use crate::{Effects, Reply};

const MOST: usize = 1_000;
const MOST_TURNS: usize = 5_000;
/// Records read at one reading.
const MOST_RECORDS: usize = 50;

/// Rows of the socket that are remembered, so that one told twice moves nothing.
const SEEN: usize = 10_000;

#[derive(Debug)]
pub(super) struct Works {
    known: BTreeMap<String, Work>,
    seen: Recent<()>,
}

#[derive(Clone, Debug, Default)]
struct Work {
    title: Option<String>,
    agent: Option<String>,
    thread: Option<String>,
    status: Option<TaskStatus>,
    phase: Option<String>,
    started: Option<When>,
    ended: Option<Millis>,
    turn: u32,
    /// Tokens in, tokens out and cost, by turn.
    turns: BTreeMap<u32, [u64; 3]>,
    /// Listed as running at the last reading.
    listed: bool,
    /// Its record was asked for on this connection.
    read: bool,
}

impl Works {
    pub fn new() -> Self {
        Self { known: BTreeMap::new(), seen: Recent::new(SEEN) }
    }

    pub fn forget_connection(&mut self) {
        for work in self.known.values_mut() {
            work.read = false;
        }
    }

    fn entry(&mut self, id: &str) -> Option<&mut Work> {
        if !self.known.contains_key(id) {
            if self.known.len() >= MOST {
                let over = self.known.iter().find(|(_, work)| !work.listed).map(|(id, _)| id.clone())?;
                self.known.remove(&over);
            }
            self.known.insert(id.to_owned(), Work::default());
        }
        self.known.get_mut(id)
    }

    /// Takes the list of what runs. Gives the tasks whose record is to be read.
    fn learn_all(&mut self, rows: &[Value], now: Millis, out: &mut Effects) -> Vec<String> {
        let mut gone: Vec<String> = Vec::new();
        let listed: Vec<String> = rows.iter().filter_map(|row| Row(row).id("id").ok()).collect();
        for (id, work) in self.known.iter_mut().filter(|(_, work)| work.listed) {
            if !listed.contains(id) {
                work.listed = false;
                gone.push(id.clone());
            }
        }
        for value in rows {
            let row = Row(value);
            let id = match row.id("id") {
                Ok(id) => id,
                Err(why) => {
                    odd(value.to_string(), &why, out);
                    continue;
                }
            };
            let Some(work) = self.entry(&id) else { continue };
            work.listed = true;
            work.title = row.text("title").or_else(|| work.title.take());
            work.agent = row.text("provider").or_else(|| work.agent.take());
            work.thread = row.id("thread_id").ok().or_else(|| work.thread.take());
            work.status = Some(status(row.text("status").as_deref().unwrap_or("running")));
            let started = row.time("started_at").or_else(|| row.time("created_at"));
            work.started = Some(started.map_or(When::Seen(now), When::Said));
        }
        let mut due = gone;
        due.extend(listed.into_iter().filter(|id| self.known.get(id).is_some_and(|work| !work.read)));
        due.truncate(MOST_RECORDS);
        for id in &due {
            if let Some(work) = self.known.get_mut(id) {
                work.read = true;
            }
        }
        due
    }

    fn tasks(&self, now: Millis) -> Vec<Task> {
        self.known.iter().map(|(id, work)| work.task(id, now)).collect()
    }
}

impl Work {
    fn task(&self, id: &str, now: Millis) -> Task {
        let sum = |which: usize| {
            let total = self
                .turns
                .values()
                .filter_map(|turn| turn.get(which))
                .fold(0, |a: u64, b| a.saturating_add(*b));
            Some(total).filter(|_| !self.turns.is_empty())
        };
        Task {
            item: ItemId::of("task", id),
            title: line(self.title.as_deref().unwrap_or(id), TITLE),
            agent: self.agent.as_deref().map(|agent| line(agent, TITLE)),
            thread: self.thread.as_deref().map(threads::item),
            status: self.status.clone().unwrap_or(TaskStatus::Running),
            phase: self.phase.clone(),
            progress: None,
            turns: Some(self.turn).filter(|turn| *turn > 0),
            tokens_in: sum(0),
            tokens_out: sum(1),
            cost_micros: sum(2),
            started: self.started.unwrap_or(When::Seen(now)),
            ended: self.ended,
            offers: vec![Offer::plain("diff", "Read the diff", Tone::Neutral)],
        }
    }

    /// One row of a task's stream, live or from its record.
    fn follow(&mut self, row: Row<'_>, at: When) {
        let turn = row.count("turn_num").unwrap_or(0).min(u64::from(u32::MAX)) as u32;
        self.turn = self.turn.max(turn);
        self.agent = row.text("agent_id").or_else(|| self.agent.take());
        self.thread = row.id("thread_id").ok().or_else(|| self.thread.take());
        if self.title.is_none() {
            self.title = row.text("directive").map(|words| first_line(&words, TITLE));
        }
        match row.text("stream_type").as_deref() {
            Some("turn_end") if self.turns.len() < MOST_TURNS || self.turns.contains_key(&turn) => {
                let of = |name| row.count(name).unwrap_or(0);
                self.turns.insert(turn, [of("tokens_in"), of("tokens_out"), row.micros("cost").unwrap_or(0)]);
            }
            Some("tool_use") => self.phase = row.text("tool_name").map(|tool| line(&tool, TITLE)),
            Some("error") => {
                self.phase = row.text("error_msg").map(|words| line(&format!("Failed: {words}"), TITLE));
            }
            Some("status") => {
                let told = row.text("status").map(|word| status(&word));
                if let Some(TaskStatus::Done | TaskStatus::Failed | TaskStatus::Cancelled) = told {
                    self.ended = self.ended.or(Some(at.millis()));
                }
                self.status = told.or_else(|| self.status.take());
            }
            Some(_) | None => {}
        }
    }
}

fn status(word: &str) -> TaskStatus {
    match word {
        "running" | "in_progress" | "working" | "active" | "started" => TaskStatus::Running,
        "pending" | "queued" | "waiting" | "pending_approval" => TaskStatus::Waiting,
        "completed" | "done" | "success" | "succeeded" => TaskStatus::Done,
        "failed" | "error" => TaskStatus::Failed,
        "cancelled" | "canceled" | "stopped" => TaskStatus::Cancelled,
        other => TaskStatus::Unknown(line(other, TITLE)),
    }
}

/// What a row of a task's stream says, and as what.
fn told(row: Row<'_>, kind: &str) -> Result<(EntryKind, String), String> {
    let text = |name: &str| row.text(name).unwrap_or_default();
    let turn = row.count("turn_num").map_or_else(|| "A turn".to_owned(), |turn| format!("Turn {turn}"));
    Ok(match kind {
        "turn_start" => (EntryKind::Turn, format!("{turn} begins")),
        "turn_end" => {
            let count = |name: &str| row.count(name).unwrap_or(0);
            let cost = row.micros("cost").map_or_else(String::new, |micros| {
                format!(", ${}.{:06}", micros / 1_000_000, micros % 1_000_000)
            });
            let words =
                format!("{turn}: {} tokens in, {} out{cost}", count("tokens_in"), count("tokens_out"));
            (EntryKind::Turn, words)
        }
        "text" => (EntryKind::Stream, text("text")),
        "tool_use" => (EntryKind::Stream, format!("{}: {}", text("tool_name"), text("tool_input"))),
        "tool_result" => (EntryKind::Stream, format!("{} gave: {}", text("tool_name"), text("tool_output"))),
        "error" => (EntryKind::Lifecycle, format!("Failed: {}", text("error_msg"))),
        "status" => (EntryKind::Lifecycle, format!("Is {}", text("status"))),
        other => return Err(format!("the stream type \"{}\" is not known", line(other, TITLE))),
    })
}

/// The same row is the same line, whether it comes on the socket or in the task's record: it has no id there.
fn identity(row: Row<'_>, task: &str) -> ItemId {
    let names = [
        "stream_type",
        "turn_num",
        "text",
        "tool_name",
        "tool_input",
        "tool_output",
        "error_msg",
        "status",
        "tokens_in",
        "tokens_out",
    ];
    ItemId::of("stream", Hash::of(&(task, names.map(|name| row.text(name).filter(|text| text != "0")))))
}

impl Ailang {
    pub(super) fn task_told(
        &mut self,
        value: &Value,
        raw: &str,
        sent: Option<Millis>,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let row = Row(value);
        let task = row.id("task_id")?;
        let at = sent.or_else(|| row.time("created_at")).map_or(When::Seen(now), When::Said);
        let entry = stream_line(row, &task, at, raw)?;
        if sent.is_some() && !self.works.seen.keep(&format!("{} {}", entry.item, at.millis().0), ()) {
            return Ok(());
        }
        if let Some(work) = self.works.entry(&task) {
            work.follow(row, at);
            work.started = work.started.or(Some(at));
            out.push(emit(Event::Task(work.task(&task, now))));
        }
        let changed = entry.kind == EntryKind::Lifecycle;
        out.push(emit(Event::Entry(entry)));
        // A task that changes its state may begin or end to wait for an approval.
        if changed && self.link == super::Phase::Live && !self.recording {
            self.read_all(false, out);
        }
        Ok(())
    }

    /// The tasks that run, as the coordinator lists them.
    pub(super) fn running_listed(&mut self, rows: &[Value], now: Millis, out: &mut Effects) -> Vec<Task> {
        for task in self.works.learn_all(rows, now, out) {
            let request = request::get_of("/api/coordinator/tasks/", &task, "/events?limit=1000&format=json");
            self.call(request, Purpose::Events(task), out);
        }
        self.works.tasks(now)
    }

    /// A task's record is here: what was missed on the socket is in it.
    pub(super) fn recorded(&mut self, task: &str, reply: Option<Reply>, now: Millis, out: &mut Effects) {
        let Some(reply) = reply.filter(|reply| reply.status == 200) else { return };
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else { return };
        let Some(Value::Array(events)) = body.get("events") else { return };
        for value in events {
            let row = Row(value);
            let at = row.when("created_at", now);
            let raw = value.to_string();
            match stream_line(row, task, at, &raw) {
                Ok(entry) => out.push(emit(Event::Entry(entry))),
                Err(why) => odd(raw, &why, out),
            }
            if let Some(work) = self.works.entry(task) {
                work.follow(row, at);
            }
        }
        if let Some(work) = self.works.known.get(task) {
            out.push(emit(Event::Task(work.task(task, now))));
        }
    }
}

fn stream_line(row: Row<'_>, task: &str, at: When, raw: &str) -> Result<Entry, String> {
    let kind = row.must("stream_type")?;
    let (kind, text) = told(row, &kind)?;
    Ok(Entry {
        item: identity(row, task),
        at,
        kind,
        agent: row.text("agent_id").map(|agent| line(&agent, TITLE)),
        thread: row.id("thread_id").ok().map(|thread| threads::item(&thread)),
        ask: None,
        text: line(&text, LINE),
        raw: raw.to_owned(),
    })
}

/// What one running agent says of itself: a task of its own, as it names no other.
pub(super) fn telemetry(value: &Value, sent: Option<Millis>, now: Millis) -> Result<Task, String> {
    let row = Row(value);
    let id = row.id("instance_id")?;
    let word = row.must("status")?;
    let status = status(&word);
    let at = sent.unwrap_or(now);
    let lasted = row.count("duration_sec").unwrap_or(0).min(1 << 32) as i64;
    let over = matches!(status, TaskStatus::Done | TaskStatus::Failed | TaskStatus::Cancelled);
    Ok(Task {
        item: ItemId::of("instance", &id),
        title: line(&id, TITLE),
        agent: Some(line(&id, TITLE)),
        thread: None,
        phase: None,
        progress: None,
        turns: row.count("turns").map(|turns| turns.min(u64::from(u32::MAX)) as u32),
        tokens_in: row.count("tokens_in"),
        tokens_out: row.count("tokens_out"),
        cost_micros: row.micros("cost"),
        started: match sent {
            Some(at) => When::Said(at.plus(-lasted * 1_000)),
            None => When::Seen(now.plus(-lasted * 1_000)),
        },
        ended: Some(at).filter(|_| over),
        status,
        offers: Vec::new(),
    })
}
