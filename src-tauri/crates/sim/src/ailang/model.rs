//! What the hub holds: threads with their messages, approvals, tasks, agents and letters.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::parts::{Quirks, Received};

/// A batch holds so many messages at most.
pub(super) const BATCH: usize = 50;
/// A list by REST holds so many at most.
const PAGE: usize = 100;

#[derive(Debug)]
pub(super) struct Client {
    pub frames: mpsc::Sender<String>,
    /// The last acknowledged, by thread subscribed.
    pub acks: BTreeMap<String, u64>,
}

#[derive(Debug)]
pub(super) struct Thread {
    title: String,
    agent: String,
    status: String,
    pub messages: Vec<Value>,
}

#[derive(Debug)]
pub(super) struct Task {
    pub title: String,
    pub thread: String,
    pub events: Vec<Value>,
    pub diff: String,
}

#[derive(Debug)]
pub(super) struct World {
    now: Option<i64>,
    last: u64,
    /// How many frames were sent and requests seen.
    pub pulse: u64,
    pub quirks: Quirks,
    pub threads: BTreeMap<String, Thread>,
    pub approvals: BTreeMap<String, Value>,
    pub tasks: BTreeMap<String, Task>,
    pub agents: BTreeMap<String, Option<i64>>,
    pub letters: BTreeMap<String, Value>,
    pub received: Vec<Received>,
    pub clients: BTreeMap<u64, Client>,
    /// So many frames are lost on their way.
    pub lose: u32,
    /// The next frame comes after the one that follows it.
    pub swap: bool,
    held: Option<(String, Option<(String, u64)>)>,
}

impl World {
    pub fn new(seed: u64, now: Option<i64>) -> Self {
        Self {
            now,
            last: seed.wrapping_mul(1_000) % 1_000_000,
            pulse: 0,
            quirks: Quirks::default(),
            threads: BTreeMap::new(),
            approvals: BTreeMap::new(),
            tasks: BTreeMap::new(),
            agents: BTreeMap::new(),
            letters: BTreeMap::new(),
            received: Vec::new(),
            clients: BTreeMap::new(),
            lose: 0,
            swap: false,
            held: None,
        }
    }

    /// Unix milliseconds.
    pub fn time(&self) -> i64 {
        self.now.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }

    pub fn clock(&self) -> String {
        jiff::Timestamp::from_millisecond(self.time()).map(|at| at.to_string()).unwrap_or_default()
    }

    pub fn new_id(&mut self, kind: &str) -> String {
        self.last += 1;
        format!("{kind}_{:06}", self.last)
    }

    /// One more frame was sent, or request seen.
    pub fn beat(&mut self) {
        self.pulse += 1;
        if let Some(left) = &mut self.quirks.cut_after {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.quirks.cut_after = None;
                self.disconnect();
            }
        }
    }

    /// Ends every socket, as the end of the process does.
    pub fn disconnect(&mut self) {
        self.clients.clear();
        self.held = None;
    }

    pub fn put_thread(&mut self, title: &str, agent: &str) -> String {
        let id = self.new_id("thread");
        let (title, agent) = (title.to_owned(), agent.to_owned());
        self.agents.entry(agent.clone()).or_insert(None);
        let thread = Thread { title, agent, status: "active".into(), messages: Vec::new() };
        self.threads.insert(id.clone(), thread);
        id
    }

    /// Adds a message to a thread, and tells it to those who subscribed to that. Gives it as it is stored.
    pub fn say(&mut self, thread: &str, mut message: Value) -> Option<Value> {
        let (id, at) = (self.new_id("msg"), self.time());
        let known = self.threads.get_mut(thread)?;
        let seq = known.messages.len() as u64 + 1;
        for (name, value) in [
            ("id", json!(id)),
            ("thread_id", json!(thread)),
            ("message_seq", json!(seq)),
            ("created_at", json!(at)),
        ] {
            message[name] = value;
        }
        known.messages.push(message.clone());
        let times = if self.quirks.tells_twice { 2 } else { 1 };
        for _ in 0..times {
            self.tell("message", &message, Some((thread.to_owned(), seq)));
        }
        Some(message)
    }

    /// A frame to everybody, or to those who subscribed to a thread and did not acknowledge so far.
    pub fn tell(&mut self, kind: &str, data: &Value, of: Option<(String, u64)>) {
        let frame = json!({ "type": kind, "timestamp": self.time(), "data": data }).to_string();
        if self.lose > 0 {
            self.lose -= 1;
            return;
        }
        if self.swap && self.held.is_none() {
            self.swap = false;
            self.held = Some((frame, of));
            return;
        }
        self.deliver(frame, of);
        if let Some((frame, of)) = self.held.take() {
            self.deliver(frame, of);
        }
        self.beat();
    }

    fn deliver(&mut self, frame: String, of: Option<(String, u64)>) {
        for client in self.clients.values() {
            let wanted =
                of.as_ref().is_none_or(|(thread, seq)| client.acks.get(thread).is_some_and(|ack| seq > ack));
            if wanted {
                // A slow reader loses it without a word.
                let _ = client.frames.try_send(frame.clone());
            }
        }
    }

    /// What a client says on its socket.
    pub fn hear(&mut self, client: u64, text: &str) -> Option<String> {
        self.beat();
        let frame: Value = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => return Some(self.trouble("PARSE_ERROR", &error.to_string())),
        };
        let data = &frame["data"];
        let thread = data["thread_id"].as_str().unwrap_or_default();
        match frame["type"].as_str().unwrap_or_default() {
            "ping" => Some(json!({ "type": "pong", "timestamp": self.time() }).to_string()),
            "subscribe" if thread.is_empty() => Some(self.trouble("INVALID_SUBSCRIBE", "no thread")),
            "subscribe" => {
                let from = data["from_seq"].as_u64().unwrap_or(0);
                let Some(known) = self.threads.get(thread) else {
                    return Some(self.trouble("SUBSCRIBE_FAILED", "no such thread"));
                };
                let later =
                    known.messages.iter().filter(|message| message["message_seq"].as_u64() > Some(from));
                let messages: Vec<&Value> = later.take(BATCH).collect();
                let has_more = messages.len() == BATCH;
                let data = json!({ "thread_id": thread, "messages": messages, "has_more": has_more });
                let batch = json!({ "type": "batch", "timestamp": self.time(), "data": data });
                self.clients.get_mut(&client)?.acks.insert(thread.to_owned(), from);
                Some(batch.to_string())
            }
            "ack" => {
                let seq = data["ack_seq"].as_u64();
                match (self.clients.get_mut(&client)?.acks.get_mut(thread), seq) {
                    (_, None) => Some(self.trouble("INVALID_ACK", "no ack_seq")),
                    (None, _) => Some(self.trouble("ACK_FAILED", "not subscribed")),
                    (Some(ack), Some(seq)) => {
                        *ack = seq.max(*ack);
                        None
                    }
                }
            }
            other => Some(self.trouble("UNKNOWN_EVENT", other)),
        }
    }

    fn trouble(&self, code: &str, message: &str) -> String {
        json!({ "type": "error", "timestamp": self.time(), "data": { "code": code, "message": message } })
            .to_string()
    }

    pub fn put_approval(&mut self, mut row: Value) -> String {
        let id = self.new_id("appr");
        row["id"] = json!(id);
        row["status"] = json!("pending");
        row["created_at"] = json!(self.time());
        self.approvals.insert(id.clone(), row);
        id
    }

    /// Decides an approval, once. Says whether it was pending.
    pub fn decide(&mut self, id: &str, status: &str, by: &str, notes: &str) -> bool {
        let at = self.time();
        let Some(row) = self.approvals.get_mut(id).filter(|row| row["status"] == "pending") else {
            return false;
        };
        row["status"] = json!(status);
        row["reviewed_by"] = json!(by);
        row["reviewed_at"] = json!(at);
        row["review_notes"] = json!(notes);
        true
    }

    pub fn put_task(&mut self, title: &str, thread: &str) -> String {
        let id = self.new_id("task");
        let diff = "--- a/src/parse.ail\n+++ b/src/parse.ail\n@@ -1 +1 @@\n-old\n+new\n".to_owned();
        let (title, thread) = (title.to_owned(), thread.to_owned());
        let task = Task { title, thread, events: Vec::new(), diff };
        self.tasks.insert(id.clone(), task);
        id
    }

    pub fn set_diff(&mut self, id: &str, diff: &str) {
        if let Some(task) = self.tasks.get_mut(id) {
            diff.clone_into(&mut task.diff);
        }
    }

    pub fn start_agent(&mut self, id: &str) {
        let now = self.time();
        self.agents.insert(id.to_owned(), Some(now));
    }

    /// A row of a task's stream: stored, and told to everybody.
    pub fn work(&mut self, id: &str, mut row: Value) {
        let (event, at) = (self.new_id("ev"), self.time());
        let Some(task) = self.tasks.get_mut(id) else { return };
        row["task_id"] = json!(id);
        row["thread_id"] = json!(task.thread);
        let mut stored = row.clone();
        stored["id"] = json!(event);
        stored["created_at"] = json!(at);
        task.events.push(stored);
        self.tell("task_stream", &row, None);
    }

    pub fn put_letter(&mut self, mut letter: Value) -> String {
        let id = self.new_id("inbox");
        letter["id"] = json!(id);
        letter["message_id"] = json!(id);
        letter["status"] = json!("unread");
        letter["created_at"] = json!(self.time());
        self.letters.insert(id.clone(), letter.clone());
        self.tell("inbox_message", &letter, None);
        id
    }

    /// The questions nobody answered. A person's message answers the one it names, or the oldest of its thread.
    pub fn waiting(&self) -> Vec<Value> {
        let mut waiting = Vec::new();
        for thread in self.threads.values() {
            let mut open: Vec<&Value> = Vec::new();
            for message in &thread.messages {
                if message["from_type"] == "human" {
                    let metadata = message["metadata_json"].as_str().unwrap_or_default();
                    let metadata: Value = serde_json::from_str(metadata).unwrap_or_default();
                    let at = match &metadata["deskbell"]["answers"] {
                        Value::Null => Some(0).filter(|_| !open.is_empty()),
                        named => open.iter().position(|id| *id == named),
                    };
                    if let Some(at) = at {
                        open.remove(at);
                    }
                } else if message["kind"] == "question" {
                    open.push(&message["id"]);
                }
            }
            waiting.extend(open.into_iter().cloned());
        }
        waiting
    }

    pub fn threads(&self) -> Value {
        let row = |(id, thread): (&String, &Thread)| {
            json!({ "id": id, "title": thread.title, "created_at": self.clock(), "created_by_type": "human",
                    "created_by_id": "user", "status": thread.status, "target_agent": thread.agent,
                    "last_seq": thread.messages.len(), "updated_at": self.clock() })
        };
        self.threads.iter().map(row).take(PAGE).collect()
    }

    /// An empty list is `null`.
    pub fn messages(&self, thread: &str) -> Value {
        let messages = self.threads.get(thread).map(|thread| thread.messages.as_slice()).unwrap_or_default();
        list(messages.iter().take(PAGE).cloned().collect())
    }

    pub fn approvals(&self, status: &str) -> Value {
        let rows = self.approvals.values().filter(|row| status == "all" || row["status"] == status);
        let rows: Vec<Value> = rows.cloned().collect();
        let count = |status: &str| self.approvals.values().filter(|row| row["status"] == status).count();
        if status == "all" && self.quirks.wraps_all {
            return json!({ "approvals": rows, "total": rows.len(), "pending_count": count("pending"),
                           "approved_count": count("approved"), "rejected_count": count("rejected") });
        }
        list(rows)
    }

    pub fn running(&self) -> Value {
        let row = |(id, task): (&String, &Task)| {
            json!({ "id": id, "title": task.title, "status": "running", "type": "feature", "thread_id": task.thread,
                    "created_at": self.time() })
        };
        list(self.tasks.iter().map(row).collect())
    }

    pub fn agents(&self) -> Value {
        let running = self.agents.iter().filter_map(|(id, since)| {
            since.map(|since| json!({ "instance_id": id, "pid": 1_000 + since % 1_000, "started_at": since }))
        });
        json!({ "known": self.agents.keys().collect::<Vec<_>>(), "running": running.collect::<Vec<_>>() })
    }

    pub fn inbox(&self, inbox: &str, unread: bool) -> Value {
        let wanted =
            |letter: &&Value| letter["to_inbox"] == inbox && (!unread || letter["status"] == "unread");
        let letters: Vec<&Value> = self.letters.values().rev().filter(wanted).take(BATCH).collect();
        json!({ "messages": letters, "counts": { "total": self.letters.len() } })
    }
}

fn list(rows: Vec<Value>) -> Value {
    if rows.is_empty() { Value::Null } else { Value::Array(rows) }
}
