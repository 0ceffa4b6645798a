//! The world behind the chat: tickets, sessions, turns, messages, what waits, and who listens.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::fault::Faults;
use crate::Dice;

/// More than this many listeners of one ticket, and the next hears nothing.
const LISTENERS: usize = 10;

/// What goes to a socket.
#[derive(Clone, Debug)]
pub(super) enum Out {
    Text(String),
    /// A close frame with nothing in it.
    EmptyClose,
    /// The connection ends without a word.
    Cut,
}

#[derive(Debug)]
pub(super) struct Listener {
    pub ticket: String,
    pub tab: String,
    pub session: String,
    /// Connected, and forgotten.
    pub zombie: bool,
    pub out: mpsc::Sender<Out>,
}

#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub title: String,
    pub status: &'static str,
    pub created: String,
    pub updated: String,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub ticket: String,
    pub source: &'static str,
    pub user: String,
    /// The first words.
    pub query: String,
    pub created: String,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub session: String,
    pub turn: Option<String>,
    pub kind: &'static str,
    pub author: Option<String>,
    pub content: String,
    pub created: String,
    pub updated: String,
}

#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub session: String,
    /// Whose text began it: all of it is told there and nowhere else.
    pub listener: u64,
    pub status: &'static str,
}

#[derive(Clone, Debug)]
pub(super) struct Hitl {
    pub session: String,
    pub turn: String,
    pub kind: &'static str,
    pub payload: Value,
    pub status: &'static str,
    pub answer: Option<String>,
    pub comment: Option<String>,
    /// By `resolveHITLRequest`, and not elsewhere.
    pub by_request: bool,
}

#[derive(Debug)]
pub(super) struct World {
    pub faults: Faults,
    /// How many frames were sent and requests seen.
    pub pulse: u64,
    pub user: String,
    pub tickets: BTreeMap<String, Ticket>,
    pub sessions: BTreeMap<String, Session>,
    pub messages: BTreeMap<String, Message>,
    pub turns: BTreeMap<String, Turn>,
    pub hitls: BTreeMap<String, Hitl>,
    pub listeners: BTreeMap<u64, Listener>,
    last_listener: u64,
    dice: Dice,
    clock: i128,
}

impl World {
    pub fn new(seed: u64, user: &str) -> Self {
        Self {
            faults: Faults::default(),
            pulse: 0,
            user: user.to_owned(),
            tickets: BTreeMap::new(),
            sessions: BTreeMap::new(),
            messages: BTreeMap::new(),
            turns: BTreeMap::new(),
            hitls: BTreeMap::new(),
            listeners: BTreeMap::new(),
            last_listener: 0,
            dice: Dice::new(seed),
            clock: 0,
        }
    }

    /// A time of its own for each thing that happens.
    fn now(&mut self) -> String {
        self.clock = (self.clock + 1_000).max(Timestamp::now().as_nanosecond());
        Timestamp::from_nanosecond(self.clock).unwrap_or_default().to_string()
    }

    fn seconds(&self) -> i64 {
        i64::try_from(self.clock / 1_000_000_000).unwrap_or_default()
    }

    fn id(&mut self) -> String {
        let (a, b) = (self.dice.throw(), self.dice.throw());
        let (high, low) = (a >> 32, b & 0xffff_ffff_ffff);
        format!("{high:08x}-{:04x}-4{:03x}-9{:03x}-{low:012x}", a & 0xffff, (a >> 16) & 0xfff, b >> 52)
    }

    pub fn open_ticket(&mut self, id: &str, title: &str) {
        let now = self.now();
        let ticket = Ticket { title: title.to_owned(), status: "open", created: now.clone(), updated: now };
        self.tickets.insert(id.to_owned(), ticket);
    }

    pub fn turn_ticket(&mut self, id: &str, status: &'static str) -> Option<&Ticket> {
        let now = self.now();
        let ticket = self.tickets.get_mut(id)?;
        ticket.status = status;
        ticket.updated = now;
        Some(ticket)
    }

    /// A connection that was taken: its number. The welcome is sent unless it is one too many.
    pub fn connect(&mut self, ticket: &str, tab: &str, session: Option<&str>, out: mpsc::Sender<Out>) -> u64 {
        let replaced: Vec<u64> =
            self.of_ticket(ticket).filter(|(_, l)| l.tab == tab).map(|(n, _)| n).collect();
        for number in replaced {
            if let Some(old) = self.listeners.remove(&number) {
                let _ = old.out.try_send(Out::EmptyClose);
            }
        }
        let zombie = self.of_ticket(ticket).count() >= LISTENERS;
        self.last_listener += 1;
        let number = self.last_listener;
        let known = session.filter(|id| self.sessions.get(*id).is_some_and(|known| known.ticket == ticket));
        let (id, is_new) = match known {
            Some(id) => (id.to_owned(), false),
            None => (self.new_session(ticket, "web", &self.user.clone()), true),
        };
        let listener =
            Listener { ticket: ticket.to_owned(), tab: tab.to_owned(), session: id.clone(), zombie, out };
        self.listeners.insert(number, listener);
        let now = self.now();
        let status = json!({ "type": "status", "content": "Connected to chat", "timestamp": self.seconds() });
        let mut frames = vec![status];
        if is_new && let Some(session) = self.sessions.get(&id) {
            let session = json!({ "id": id, "ticket_id": ticket, "source": session.source,
                "user_id": session.user, "created_at": session.created, "last_active_at": session.created });
            let created =
                json!({ "event": "session_created", "timestamp": now, "session_id": id, "session": session });
            let at = if self.faults.status_first { 1 } else { 0 };
            frames.insert(at, created);
        }
        for frame in frames {
            self.tell(number, &frame);
        }
        number
    }

    fn of_ticket(&self, ticket: &str) -> impl Iterator<Item = (u64, &Listener)> {
        self.listeners.iter().filter(move |(_, l)| l.ticket == ticket && !l.zombie).map(|(n, l)| (*n, l))
    }

    pub fn turns_of(&self, session: &str) -> Vec<String> {
        let turns = self.turns.iter().filter(|(_, turn)| turn.session == session);
        turns.map(|(id, _)| id.clone()).collect()
    }

    pub fn new_session(&mut self, ticket: &str, source: &'static str, user: &str) -> String {
        let (id, created) = (self.id(), self.now());
        let (ticket, user) = (ticket.to_owned(), user.to_owned());
        let session = Session { ticket, source, user, query: String::new(), created };
        self.sessions.insert(id.clone(), session);
        id
    }

    /// One frame to one connection; one that is too slow loses it.
    pub fn tell(&mut self, listener: u64, frame: &Value) {
        let stalled = self.faults.stalled;
        if let Some(listener) = self.listeners.get(&listener).filter(|l| !l.zombie && !stalled) {
            for _ in 0..=usize::from(self.faults.twice) {
                let _ = listener.out.try_send(Out::Text(frame.to_string()));
            }
        }
        self.beat();
    }

    /// One more frame was sent, or request seen.
    pub fn beat(&mut self) {
        self.pulse += 1;
        if let Some(left) = &mut self.faults.cut_after {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.faults.cut_after = None;
                self.cut();
            }
        }
    }

    /// Words of the one who listens there, and what they lead to. Says whether they were heard: those of a connection
    /// that was cut meanwhile are not.
    pub fn take_words(&mut self, listener: u64, words: &str) -> bool {
        let turn = self.hear_words(listener, words);
        if let Some(turn) = &turn {
            self.work(turn, words);
        }
        turn.is_some()
    }

    /// Words of the one who listens there: everybody hears them, and a turn begins.
    pub fn hear_words(&mut self, listener: u64, words: &str) -> Option<String> {
        let l = self.listeners.get(&listener)?;
        let (ticket, session, user) = (l.ticket.clone(), l.session.clone(), self.user.clone());
        if let Some(session) = self.sessions.get_mut(&session)
            && session.query.is_empty()
        {
            words.clone_into(&mut session.query);
        }
        self.now();
        let echo = json!({ "type": "message", "content": words, "user": { "id": user, "name": user },
                           "timestamp": self.seconds() });
        let hears: Vec<u64> = self.of_ticket(&ticket).map(|(number, _)| number).collect();
        let late = self.faults.late_echo;
        let echoes = |world: &mut Self| hears.iter().for_each(|number| world.tell(*number, &echo));
        if !late {
            echoes(self);
        }
        let turn = self.begin_turn(listener, &session, words);
        if late {
            echoes(self);
        }
        self.add_message(&session, Some(&turn), "trace", None, "looking into it");
        Some(turn)
    }

    pub fn waiting(&self) -> usize {
        self.hitls.values().filter(|hitl| hitl.status == "pending").count()
    }

    fn begin_turn(&mut self, listener: u64, session: &str, words: &str) -> String {
        let (id, now) = (self.id(), self.now());
        let turn = Turn { session: session.to_owned(), listener, status: "running" };
        self.turns.insert(id.clone(), turn);
        let started = json!({ "event": "turn_started", "timestamp": now, "session_id": session, "turn_id": id,
            "turn": { "id": id, "session_id": session, "status": "running", "started_at": now } });
        self.tell(listener, &started);
        let user = self.user.clone();
        self.add_message(session, Some(&id), "user", Some(&user), words);
        id
    }

    /// What the words are about decides what the turn does: `tool …` wants leave, `ask …` wants to know, anything
    /// else is answered at once.
    fn work(&mut self, turn: &str, words: &str) {
        let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
        match first {
            "tool" => {
                let payload = json!({ "tool_name": "bq_query", "tool_args": { "sql": rest, "n": 3 } });
                self.ask(turn, "tool_approval", payload);
            }
            "ask" => {
                let options = rest.split_once('?').map(|(_, o)| o.split_whitespace().collect::<Vec<_>>());
                let options = options.filter(|options| !options.is_empty());
                self.ask(turn, "question", json!({ "question": rest, "options": options }));
            }
            "wait" => {}
            _ => self.finish_turn(turn, &format!("Done: {words}")),
        }
    }

    pub fn ask(&mut self, turn: &str, kind: &'static str, mut payload: Value) -> Option<String> {
        let Turn { session, listener, .. } = self.turns.get(turn)?.clone();
        let message = self.add_message(&session, Some(turn), "trace", None, "waiting for the operator");
        payload["message_id"] = message.into();
        let (id, now) = (self.id(), self.now());
        let frame = json!({ "event": "hitl_request_pending", "timestamp": now, "session_id": session,
            "hitl": { "id": id, "session_id": session, "type": kind, "status": "pending", "user_id": self.user, "payload": payload } });
        let hitl = Hitl {
            session,
            turn: turn.to_owned(),
            kind,
            payload,
            status: "pending",
            answer: None,
            comment: None,
            by_request: false,
        };
        self.hitls.insert(id.clone(), hitl);
        self.tell(listener, &frame);
        Some(id)
    }

    /// What `resolveHITLRequest` does.
    pub fn resolve(
        &mut self,
        id: &str,
        approved: bool,
        answer: Option<&str>,
        comment: Option<&str>,
    ) -> Result<Hitl, &'static str> {
        let hitl = self.hitls.get_mut(id).ok_or("HITL request not found")?;
        if hitl.status != "pending" {
            return Err("HITL request is not pending; cannot respond");
        }
        hitl.status = if approved { "approved" } else { "denied" };
        hitl.answer = answer.map(str::to_owned);
        hitl.comment = comment.map(str::to_owned);
        let hitl = hitl.clone();
        self.tell_end(id, &hitl, hitl.status);
        let words = match (&hitl.answer, approved) {
            (Some(answer), _) => format!("Going with {answer}."),
            (None, true) => "The query found nothing unusual.".to_owned(),
            (None, false) => "Then without it.".to_owned(),
        };
        self.finish_turn(&hitl.turn, &words);
        Ok(hitl)
    }

    /// The server gives up waiting; the frame says `pending` all the same.
    pub fn give_up(&mut self, id: &str) -> bool {
        let Some(hitl) = self.hitls.get_mut(id).filter(|hitl| hitl.status == "pending") else { return false };
        hitl.status = "expired";
        let hitl = hitl.clone();
        self.tell_end(id, &hitl, "pending");
        self.end_turn(&hitl.turn, "aborted");
        true
    }

    fn tell_end(&mut self, id: &str, hitl: &Hitl, status: &str) {
        let now = self.now();
        let bare = self.faults.bare_ends;
        let frame = json!({ "event": "hitl_request_resolved", "timestamp": now, "hitl": { "id": id,
            "session_id": if bare { "" } else { &hitl.session }, "type": if bare { "" } else { hitl.kind },
            "status": status, "response": { "answer": hitl.answer, "comment": hitl.comment } } });
        if let Some(listener) = self.turns.get(&hitl.turn).map(|turn| turn.listener) {
            self.tell(listener, &frame);
        }
    }

    pub fn finish_turn(&mut self, turn: &str, words: &str) {
        let Some(session) = self.turns.get(turn).map(|turn| turn.session.clone()) else { return };
        self.add_message(&session, Some(turn), "response", None, words);
        self.end_turn(turn, "completed");
    }

    fn end_turn(&mut self, id: &str, status: &'static str) {
        let now = self.now();
        let Some(turn) = self.turns.get_mut(id) else { return };
        turn.status = status;
        let (session, listener) = (turn.session.clone(), turn.listener);
        let frame = json!({ "event": "turn_ended", "timestamp": now, "session_id": session, "turn_id": id, "status": status });
        self.tell(listener, &frame);
    }

    pub fn add_message(
        &mut self,
        session: &str,
        turn: Option<&str>,
        kind: &'static str,
        author: Option<&str>,
        content: &str,
    ) -> String {
        let (id, now) = (self.id(), self.now());
        let message = Message {
            session: session.to_owned(),
            turn: turn.map(str::to_owned),
            kind,
            author: author.map(str::to_owned),
            content: content.to_owned(),
            created: now.clone(),
            updated: now,
        };
        self.messages.insert(id.clone(), message);
        self.tell_message("session_message_added", &id);
        id
    }

    pub fn change_message(&mut self, id: &str, content: &str) {
        let now = self.now();
        let Some(message) = self.messages.get_mut(id) else { return };
        content.clone_into(&mut message.content);
        message.updated = now;
        self.tell_message("session_message_updated", id);
    }

    fn tell_message(&mut self, event: &str, id: &str) {
        let Some(message) = self.messages.get(id) else { return };
        let turn = message.turn.as_ref().and_then(|turn| self.turns.get(turn));
        let Some(listener) = turn.map(|turn| turn.listener) else { return };
        let mut told = json!({ "id": id, "session_id": message.session, "turn_id": message.turn,
            "type": message.kind, "content": message.content, "created_at": message.created });
        if let Some(author) = &message.author {
            told["author"] = json!({ "user_id": author, "display_name": author });
        }
        let frame = json!({ "event": event, "timestamp": message.updated, "session_id": message.session,
            "turn_id": message.turn, "message": told });
        self.tell(listener, &frame);
    }

    /// Every socket ends without a word; whose turns were told there is told no more.
    pub fn cut(&mut self) {
        for (_, listener) in std::mem::take(&mut self.listeners) {
            // One that is full is dropped with its sender.
            let _ = listener.out.try_send(Out::Cut);
        }
    }
}
