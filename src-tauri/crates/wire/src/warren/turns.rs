//! Turns: one for each text, several at once, told apart by their id.

use deskbell_domain::{ItemId, Millis, Task, TaskStatus, When};

use super::frame::{millis, when};
use super::recent::Recent;
use super::threads::session_item;
use super::words::{TITLE, first_line, line};

const KNOWN: usize = 1_024;

#[derive(Debug)]
pub(super) struct Turns {
    known: Recent<Turn>,
}

#[derive(Debug)]
struct Turn {
    session: String,
    title: Option<String>,
    phase: Option<String>,
    status: TaskStatus,
    started: When,
    ended: Option<Millis>,
    /// The connection its end would have come on is gone.
    lost: bool,
}

impl Turns {
    pub fn new() -> Self {
        Self { known: Recent::new(KNOWN) }
    }

    /// A turn, if this is news. One that ended does not start again.
    pub fn start(&mut self, id: &str, session: &str, status: &str, started: When) -> Option<Task> {
        match self.known.get_mut(id) {
            Some(turn) if !turn.session.is_empty() => return None,
            // Its end, or its first message, was told before its start.
            Some(turn) => {
                session.clone_into(&mut turn.session);
                turn.started = turn.started.or_better(started);
            }
            None => self.known.keep(
                id,
                Turn {
                    session: session.to_owned(),
                    title: None,
                    phase: None,
                    status: status_of(status),
                    started,
                    ended: None,
                    lost: false,
                },
            ),
        }
        self.task(id)
    }

    pub fn end(&mut self, id: &str, status: &str, intent: Option<&str>, at: When) -> Option<Task> {
        if self.known.get(id).is_none() {
            self.start(id, "", "running", at);
        }
        let turn = self.known.get_mut(id)?;
        turn.status = status_of(status);
        turn.ended = Some(at.millis());
        turn.lost = false;
        turn.phase = intent.map(|intent| line(intent, TITLE)).filter(|intent| !intent.is_empty());
        self.task(id)
    }

    /// The words that started it.
    pub fn name(&mut self, id: &str, words: &str) -> Option<Task> {
        let turn = self.known.get_mut(id)?;
        let title = first_line(words, TITLE);
        if title.is_empty() || turn.title.is_some() {
            return None;
        }
        turn.title = Some(title);
        self.task(id)
    }

    /// The history holds a turn's answer: where its end was not heard, this is it.
    pub fn answered(&mut self, id: &str, created: Option<&str>) -> Option<Task> {
        let turn = self.known.get_mut(id).filter(|turn| turn.lost)?;
        turn.status = TaskStatus::Done;
        turn.ended = millis(created);
        turn.lost = false;
        self.task(id)
    }

    /// Their connection is gone, so their end will not be heard. Says whether any was under way.
    pub fn lose(&mut self, of: impl Fn(&str) -> bool) -> bool {
        let mut any = false;
        for (_, turn) in self.known.values_mut() {
            if turn.status == TaskStatus::Running && !turn.lost && of(&turn.session) {
                turn.lost = true;
                any = true;
            }
        }
        any
    }

    /// Those whose end was not heard and of which the history tells none.
    pub fn give_up(&mut self, of: impl Fn(&str) -> bool) -> Vec<Task> {
        let mut given_up = Vec::new();
        for (id, turn) in self.known.values_mut() {
            if turn.lost && turn.status == TaskStatus::Running && of(&turn.session) {
                turn.status = TaskStatus::Unknown("not heard of since the connection was lost".into());
                given_up.push(id.clone());
            }
        }
        given_up.iter().filter_map(|id| self.task(id)).collect()
    }

    pub fn runs(&self, session: &str) -> bool {
        self.known.values().any(|(_, turn)| turn.is_running() && turn.session == session)
    }

    pub fn any_runs(&self) -> bool {
        self.known.values().any(|(_, turn)| turn.is_running())
    }

    fn task(&self, id: &str) -> Option<Task> {
        let turn = self.known.get(id)?;
        Some(Task {
            item: ItemId::of("turn", id),
            title: turn.title.clone().unwrap_or_else(|| "Turn".to_owned()),
            agent: Some(super::WARREN.to_owned()),
            thread: (!turn.session.is_empty()).then(|| session_item(&turn.session)),
            status: turn.status.clone(),
            phase: turn.phase.clone(),
            progress: None,
            turns: None,
            tokens_in: None,
            tokens_out: None,
            cost_micros: None,
            started: turn.started,
            ended: turn.ended,
            offers: Vec::new(),
        })
    }
}

impl Turn {
    fn is_running(&self) -> bool {
        self.status == TaskStatus::Running && !self.lost
    }
}

fn status_of(word: &str) -> TaskStatus {
    match word {
        "running" => TaskStatus::Running,
        "completed" => TaskStatus::Done,
        "aborted" => TaskStatus::Cancelled,
        other => TaskStatus::Unknown(line(other, 40)),
    }
}

pub(super) fn started(turn: &super::frame::Turn, told: Option<&str>, now: Millis) -> When {
    when(turn.started_at.as_deref().or(told), now)
}
