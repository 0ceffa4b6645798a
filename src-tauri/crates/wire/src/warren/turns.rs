//! Turns: one for each text, several at once, told apart by their id.

use deskbell_domain::{ItemId, Millis, Task, TaskStatus, When};

use super::frame::{Message, millis, when};
use super::threads::session_item;
use super::words::{TITLE, first_line, line};
use crate::recent::Recent;

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
    /// Nothing until its start, or its first message, was told.
    started: Option<When>,
    ended: Option<Millis>,
    /// Its start came on a socket.
    heard: bool,
    /// It was passed on.
    told: bool,
    /// Its end will not be heard: the connection it would have come on is gone, or was another's.
    lost: bool,
}

impl Turns {
    pub fn new() -> Self {
        Self { known: Recent::new(KNOWN) }
    }

    fn know(&mut self, id: &str, session: &str) -> Option<&mut Turn> {
        if self.known.get(id).is_none() {
            let turn = Turn {
                session: session.to_owned(),
                title: None,
                phase: None,
                status: TaskStatus::Running,
                started: None,
                ended: None,
                heard: false,
                told: false,
                lost: true,
            };
            self.known.keep(id, turn);
        }
        let turn = self.known.get_mut(id)?;
        if turn.session.is_empty() {
            session.clone_into(&mut turn.session);
        }
        Some(turn)
    }

    /// A turn, if this is news. One that ended does not start again.
    pub fn start(&mut self, id: &str, session: &str, status: &str, started: When) -> Option<Task> {
        let turn = self.know(id, session).filter(|turn| !turn.heard)?;
        turn.heard = true;
        turn.started.get_or_insert(started);
        if turn.ended.is_none() {
            turn.status = status_of(status);
            turn.lost = false;
        }
        self.task(id)
    }

    pub fn end(
        &mut self,
        id: &str,
        session: &str,
        status: &str,
        intent: Option<&str>,
        at: Millis,
    ) -> Option<Task> {
        let turn = self.know(id, session)?;
        turn.status = status_of(status);
        turn.ended = Some(at);
        turn.lost = false;
        turn.phase = intent.map(|intent| line(intent, TITLE)).filter(|intent| !intent.is_empty());
        self.task(id)
    }

    /// The words that started it.
    pub fn name(&mut self, id: &str, words: &str) -> Option<Task> {
        let turn = self.known.get_mut(id).filter(|turn| turn.title.is_none())?;
        let title = first_line(words, TITLE);
        if title.is_empty() {
            return None;
        }
        turn.title = Some(title);
        if turn.told { self.task(id) } else { None }
    }

    /// A message of the history. Where a turn's end was not heard, its answer is its end.
    pub fn read(&mut self, message: &Message) -> Option<Task> {
        let id = message.turn_id.as_deref().filter(|id| !id.is_empty())?;
        let at = millis(message.created_at.as_deref());
        let turn = self.know(id, &message.session_id)?;
        let unknown = turn.started.is_none();
        turn.started = turn.started.or(at.map(When::Said));
        let mut news = unknown && turn.ended.is_some();
        if message.kind == "response" && turn.lost {
            turn.status = TaskStatus::Done;
            turn.ended = at;
            turn.lost = false;
            news = true;
        }
        if message.kind == "user"
            && let Some(task) = self.name(id, &message.content)
        {
            return Some(task);
        }
        if news { self.task(id) } else { None }
    }

    /// Their connection is gone, so their end will not be heard. Says whether any was under way.
    pub fn lose(&mut self, of: impl Fn(&str) -> bool) -> bool {
        let mut any = false;
        for (_, turn) in self.known.values_mut() {
            if turn.is_running() && of(&turn.session) {
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
            if turn.told && turn.lost && turn.status == TaskStatus::Running && of(&turn.session) {
                turn.status = TaskStatus::Unknown("not heard of since the connection was lost".into());
                given_up.push(id.clone());
            }
        }
        given_up.iter().filter_map(|id| self.task(id)).collect()
    }

    /// Whether the end of one of its turns will be told to nobody here.
    pub fn any_lost(&self, session: &str) -> bool {
        self.known.values().any(|(_, turn)| turn.lost && turn.ended.is_none() && turn.session == session)
    }

    /// Whether it came to its end, as far as anything tells.
    pub fn is_over(&self, id: &str) -> bool {
        self.known.get(id).is_some_and(|turn| match turn.status {
            TaskStatus::Done | TaskStatus::Cancelled | TaskStatus::Failed => true,
            TaskStatus::Running | TaskStatus::Waiting | TaskStatus::Unknown(_) => false,
        })
    }

    pub fn runs(&self, session: &str) -> bool {
        self.known.values().any(|(_, turn)| turn.is_running() && turn.session == session)
    }

    pub fn any_runs(&self) -> bool {
        self.known.values().any(|(_, turn)| turn.is_running())
    }

    /// As it is now, once it is known when it began.
    fn task(&mut self, id: &str) -> Option<Task> {
        let turn = self.known.get_mut(id)?;
        let started = turn.started?;
        turn.told = true;
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
            started,
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
