//! Sessions: which hangs under which, which is at work, and what the operator may do with each.

use std::collections::BTreeMap;

use deskbell_domain::{Field, ItemId, Millis, Offer, Task, TaskStatus, Thread, ThreadState, Tone, When};

use super::frame::{SessionInfo, Status, micros, millis};
use super::words::{TITLE, line};

/// More than any list gives; the least recently changed go first.
const MOST: usize = 5_000;
/// Deeper than any real nesting; ends a walk in a circle too.
const DEEPEST: usize = 64;
/// In characters; opencode names no limit.
const LONGEST_PROMPT: u32 = 100_000;

#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: BTreeMap<String, SessionInfo>,
    /// Those that are not idle.
    at_work: BTreeMap<String, Status>,
}

/// Where a walk up the parents ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Top<'a> {
    pub id: &'a str,
    /// A session on the way that is not known yet.
    pub missing: Option<&'a str>,
}

pub(super) fn item(session: &str) -> ItemId {
    ItemId::of("session", session)
}

pub(super) fn task_item(session: &str) -> ItemId {
    ItemId::of("task", session)
}

impl Sessions {
    /// Takes what is told of a session, unless something newer is known.
    pub fn learn(&mut self, info: SessionInfo) -> bool {
        if let Some(known) = self.known.get(&info.id)
            && info.time.updated.unwrap_or(0.0) < known.time.updated.unwrap_or(0.0)
        {
            return false;
        }
        self.known.insert(info.id.clone(), info);
        if self.known.len() > MOST {
            let oldest = self
                .known
                .values()
                .min_by(|a, b| a.time.updated.unwrap_or(0.0).total_cmp(&b.time.updated.unwrap_or(0.0)))
                .map(|info| info.id.clone());
            if let Some(oldest) = oldest {
                self.forget(&oldest);
            }
        }
        true
    }

    pub fn forget(&mut self, session: &str) {
        self.known.remove(session);
        self.at_work.remove(session);
    }

    /// Takes the whole list of who is at work: whoever it does not name is idle.
    pub fn set_all(&mut self, statuses: BTreeMap<String, Status>) {
        self.at_work = statuses.into_iter().filter(|(_, status)| status.kind != "idle").collect();
    }

    /// Tells whether that is news.
    pub fn set(&mut self, session: &str, status: Status) -> bool {
        if status.kind == "idle" {
            return self.at_work.remove(session).is_some();
        }
        if self.at_work.get(session) == Some(&status) || self.at_work.len() >= MOST {
            return false;
        }
        self.at_work.insert(session.to_owned(), status);
        true
    }

    /// Those that are not idle, as far as we know.
    pub fn at_work(&self) -> impl Iterator<Item = &str> {
        self.at_work.keys().map(String::as_str)
    }

    /// Whether something went on in a session since we last heard of it.
    pub fn is_news(&self, info: &SessionInfo) -> bool {
        let known = self.known.get(&info.id);
        known.is_none_or(|known| info.time.updated.unwrap_or(0.0) > known.time.updated.unwrap_or(0.0))
    }

    /// A whole list is here: what it does not name is gone.
    pub fn keep_listed(&mut self, listed: &[SessionInfo]) {
        self.known.retain(|id, _| listed.iter().any(|info| info.id == *id));
    }

    pub fn get(&self, session: &str) -> Option<&SessionInfo> {
        self.known.get(session)
    }

    pub fn agent(&self, session: &str) -> Option<String> {
        self.known.get(session)?.agent.as_deref().map(|agent| line(agent, TITLE))
    }

    pub fn top<'a>(&'a self, session: &'a str) -> Top<'a> {
        let mut id = session;
        for _ in 0..DEEPEST {
            match self.known.get(id) {
                None => return Top { id, missing: Some(id) },
                Some(SessionInfo { parent: Some(parent), .. }) => id = parent,
                Some(SessionInfo { parent: None, .. }) => break,
            }
        }
        Top { id, missing: None }
    }

    pub fn threads(&self) -> Vec<Thread> {
        self.known.keys().filter_map(|id| self.thread(id)).collect()
    }

    pub fn tasks(&self) -> Vec<Task> {
        self.known.keys().filter_map(|id| self.task(id)).collect()
    }

    pub fn thread(&self, session: &str) -> Option<Thread> {
        let info = self.known.get(session)?;
        let archived = info.time.archived.is_some();
        let state = match self.at_work.get(session).map(|status| status.kind.as_str()) {
            Some("busy") => ThreadState::Busy,
            Some("retry") => ThreadState::Unknown("retrying".into()),
            Some(other) => ThreadState::Unknown(line(other, TITLE)),
            None if archived => ThreadState::Ended,
            None => ThreadState::Idle,
        };
        let mut offers = Vec::new();
        // A subagent listens to its parent alone.
        if info.parent.is_none() && !archived {
            offers.push(Offer::plain("prompt", "Send a message", Tone::Neutral).with_field(Field::text(
                "text",
                "Message",
                true,
                LONGEST_PROMPT,
            )));
        }
        if self.at_work.contains_key(session) {
            offers.push(
                Offer::plain("abort", "Stop", Tone::No)
                    .confirmed()
                    .explained("Stops what this session is doing now. What is already done stays done."),
            );
        }
        Some(Thread {
            item: item(session),
            title: title(info),
            parent: info.parent.as_deref().map(item),
            agent: self.agent(session),
            state,
            updated: said(info.time.updated),
            offers,
        })
    }

    /// A task is the work of one top session; its subagents count their own.
    pub fn task(&self, session: &str) -> Option<Task> {
        let info = self.known.get(session).filter(|info| info.parent.is_none())?;
        let tokens = info.tokens.clone().unwrap_or_default();
        let status = match self.at_work.get(session) {
            Some(status) if status.kind == "busy" => TaskStatus::Running,
            Some(status) if status.kind == "retry" => TaskStatus::Unknown("retrying".into()),
            Some(status) => TaskStatus::Unknown(line(&status.kind, TITLE)),
            None if tokens.output() > 0 => TaskStatus::Done,
            None => TaskStatus::Waiting,
        };
        Some(Task {
            item: task_item(session),
            title: title(info),
            agent: self.agent(session),
            thread: Some(item(session)),
            phase: self
                .at_work
                .get(session)
                .and_then(|status| status.message.as_deref())
                .map(|m| line(m, TITLE)),
            progress: None,
            turns: None,
            tokens_in: Some(tokens.input()),
            tokens_out: Some(tokens.output()),
            cost_micros: micros(info.cost),
            started: said(info.time.created),
            ended: if status == TaskStatus::Done { millis(info.time.updated) } else { None },
            status,
            offers: Vec::new(),
        })
    }
}

fn title(info: &SessionInfo) -> String {
    match line(info.title.as_deref().unwrap_or_default(), TITLE) {
        empty if empty.is_empty() => format!("Session {}", line(&info.id, TITLE)),
        title => title,
    }
}

fn said(time: Option<f64>) -> When {
    millis(time).map_or(When::Seen(Millis::default()), When::Said)
}
