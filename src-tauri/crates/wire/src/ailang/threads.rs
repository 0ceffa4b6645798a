//! The threads: what they are, and how far each is read on this connection.

use std::collections::BTreeMap;

use deskbell_domain::{Field, ItemId, Millis, Offer, Thread, ThreadState, Tone, When};
use serde_json::Value;

use super::asks::LONGEST_TEXT;
use super::json::Row;
use super::words::{TITLE, line};

/// More than the server lists at once (100), many times over.
const MOST: usize = 2_000;
/// Answers to a subscription that bring nothing before it is left to the next reading.
const MOST_IDLE: u8 = 3;

pub(super) fn item(thread: &str) -> ItemId {
    ItemId::of("thread", thread)
}

#[derive(Debug, Default)]
pub(super) struct Threads {
    known: BTreeMap<String, Known>,
    /// The list was full: there may be threads that it does not name.
    truncated: bool,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    title: Option<String>,
    agent: Option<String>,
    status: Option<String>,
    updated: Option<Millis>,
    /// What the list says is the newest.
    listed: u64,
    /// Everything up to here is read without a hole.
    pub last: u64,
    /// The newest that was heard of.
    pub heard: u64,
    /// Subscribed on this connection.
    pub subscribed: bool,
    /// A batch is to come.
    outstanding: bool,
    /// The server said that there is no more.
    pub caught_up: bool,
    idle: u8,
}

impl Threads {
    /// Subscriptions die with their connection.
    pub fn forget_connection(&mut self) {
        for known in self.known.values_mut() {
            known.subscribed = false;
            known.outstanding = false;
            known.caught_up = false;
            known.idle = 0;
        }
    }

    /// How many threads the server lists at most.
    const PAGE: usize = 100;

    pub fn learn_all(&mut self, rows: &[Value]) -> Vec<(String, String)> {
        self.truncated = rows.len() >= Self::PAGE;
        rows.iter().filter_map(|row| Some((row.to_string(), self.learn(row).err()?))).collect()
    }

    fn learn(&mut self, value: &Value) -> Result<(), String> {
        let row = Row(value);
        let id = row.id("id")?;
        let Some(known) = self.entry(&id) else { return Ok(()) };
        known.title = row.text("title");
        known.agent = row.text("target_agent");
        known.status = row.text("status");
        known.updated = row.time("updated_at").or_else(|| row.time("created_at"));
        known.listed = row.count("last_seq").unwrap_or(0);
        // Fewer messages than were read: the server begins anew, under the same name.
        if known.listed < known.last && !known.subscribed {
            known.last = 0;
            known.heard = 0;
        }
        Ok(())
    }

    /// A thread by its id, which is made known if there is room.
    pub fn entry(&mut self, id: &str) -> Option<&mut Known> {
        if !self.known.contains_key(id) {
            if self.known.len() >= MOST {
                return None;
            }
            self.known.insert(id.to_owned(), Known::default());
        }
        self.known.get_mut(id)
    }

    pub fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// Those that are to be subscribed, each with what was read last.
    pub fn take_due(&mut self) -> Vec<(String, u64)> {
        let mut due = Vec::new();
        for (id, known) in &mut self.known {
            if !known.subscribed || (known.listed > known.last && !known.outstanding) {
                known.expect();
                due.push((id.clone(), known.last));
            }
        }
        due
    }

    /// The server says that an answer will not come, and not to which subscription: those that wait are made
    /// again at the next reading.
    pub fn give_up_waiting(&mut self) {
        for known in self.known.values_mut().filter(|known| known.outstanding) {
            known.subscribed = false;
            known.outstanding = false;
        }
    }

    /// Whether every message there is was read.
    pub fn is_whole(&self) -> bool {
        !self.truncated && self.known.values().all(|known| known.caught_up)
    }

    pub fn all(&self) -> Vec<Thread> {
        self.known.iter().filter(|(_, known)| known.status.is_some()).map(|(id, k)| k.thread(id)).collect()
    }
}

impl Known {
    /// A subscription is sent.
    pub fn expect(&mut self) {
        self.subscribed = true;
        self.outstanding = true;
        self.caught_up = false;
    }

    pub fn is_expecting(&self) -> bool {
        self.outstanding
    }

    /// A batch is in. Tells whether to subscribe again from where it ended.
    pub fn batch_ended(&mut self, progress: bool, has_more: bool) -> bool {
        self.outstanding = false;
        self.idle = if progress { 0 } else { self.idle.saturating_add(1) };
        if (has_more && self.idle < MOST_IDLE) || (progress && self.heard > self.last) {
            self.expect();
            return true;
        }
        self.caught_up = !has_more;
        false
    }

    fn thread(&self, id: &str) -> Thread {
        let state = match self.status.as_deref() {
            Some("active") | None => ThreadState::Idle,
            Some("resolved" | "archived") => ThreadState::Ended,
            Some(other) => ThreadState::Unknown(line(other, TITLE)),
        };
        let mut offers = Vec::new();
        if state != ThreadState::Ended {
            let message = Field::text("text", "Message", true, LONGEST_TEXT);
            offers.push(Offer::plain("send", "Send a message", Tone::Neutral).with_field(message));
        }
        Thread {
            item: item(id),
            title: match line(self.title.as_deref().unwrap_or_default(), TITLE) {
                empty if empty.is_empty() => format!("Thread {}", line(id, TITLE)),
                title => title,
            },
            parent: None,
            agent: self.agent.as_deref().map(|agent| line(agent, TITLE)),
            state,
            updated: self.updated.map_or(When::Seen(Millis::default()), When::Said),
            offers,
        }
    }
}
