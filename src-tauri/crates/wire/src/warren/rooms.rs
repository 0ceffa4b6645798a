//! One socket for each ticket that is followed.
//!
//! What waits is resolved and what was said is read over GraphQL, so the link lives by that; a socket brings what
//! happens now, and the asks of the turns that were started on it.

use deskbell_domain::{Entry, EntryKind, Event, Fault, FaultCode, Gap, ItemId, Millis, Next, When};

use super::frame::Ticket;
use super::threads::{ticket_item, ticket_thread};
use super::words::line;
use super::{Alarm, Phase, Warren, emit};
use crate::{Effect, Effects, StreamId, Transport};

/// A connection that hears nothing for this long is the one too many: warren takes it and forgets it.
const SILENCE_MS: u32 = 3_000;
const FULL_MS: u32 = 30_000;
const REOPEN_MS: u32 = 500;
const MOST_REOPEN_MS: u32 = 60_000;
/// A socket that lasted this long was well.
const LASTING_MS: i64 = 30_000;
/// The close code that stands for an empty close frame.
pub(super) const EMPTY_CLOSE: u16 = 1005;

#[derive(Debug)]
pub(super) struct Room {
    pub ticket: Ticket,
    pub state: RoomState,
    stream: Option<StreamId>,
    opened: Millis,
    /// In a row, without a lasting success between them.
    failures: u32,
    /// Who we are here.
    pub user: Option<String>,
    /// So many words were said on this connection, and the start of their turns was not heard.
    pub unstarted: u32,
    /// How often the history was read after an echo of words whose turn is told to somebody else.
    pub chased: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoomState {
    Down,
    Opening,
    /// Open, and nothing was heard yet.
    Silent,
    Welcomed,
    /// Another client with our tab took our place. Taking it back would begin a fight.
    Replaced,
    Full,
}

impl Room {
    pub fn new(ticket: Ticket) -> Self {
        Self {
            ticket,
            state: RoomState::Down,
            stream: None,
            opened: Millis(0),
            failures: 0,
            user: None,
            unstarted: 0,
            chased: 0,
        }
    }

    fn note(&self) -> Option<&'static str> {
        match self.state {
            RoomState::Replaced => Some("listened to by another window"),
            RoomState::Full => Some("full"),
            RoomState::Down if self.failures > 1 => Some("no live channel"),
            RoomState::Down | RoomState::Opening | RoomState::Silent | RoomState::Welcomed => None,
        }
    }
}

impl Warren {
    pub(super) fn open_room(&mut self, ticket: &str, out: &mut Effects) {
        let Some(room) = self.rooms.get_mut(ticket) else { return };
        if let Some(old) = room.stream.take() {
            self.streams.remove(&old);
            out.push(Effect::Close { stream: old });
        }
        self.last_stream = self.last_stream.wrapping_add(1).max(1);
        let stream = StreamId(self.last_stream);
        room.stream = Some(stream);
        room.state = RoomState::Opening;
        self.streams.insert(stream, ticket.to_owned());
        let mut path = format!("/ws/chat/ticket/{}?tab={}", encode(ticket), self.tab);
        if let Some(session) = self.own.get(ticket) {
            path.push_str("&session_id=");
            path.push_str(&encode(session));
        }
        out.push(Effect::Open { stream, transport: Transport::WebSocket, path });
    }

    pub(super) fn opened(&mut self, stream: StreamId, now: Millis, out: &mut Effects) {
        let Some(ticket) = self.streams.get(&stream).cloned() else { return };
        let Some(room) = self.rooms.get_mut(&ticket) else { return };
        room.state = RoomState::Silent;
        room.opened = now;
        self.arm(Alarm::Silence(stream), SILENCE_MS, out);
        self.read_room(&ticket, out);
    }

    /// A frame came: this is no connection too many.
    pub(super) fn welcome(&mut self, ticket: &str, now: Millis, out: &mut Effects) {
        if let Some(room) = self.rooms.get_mut(ticket)
            && room.state == RoomState::Silent
        {
            room.state = RoomState::Welcomed;
            self.show_ticket(ticket, now, out);
        }
    }

    pub(super) fn silence(&mut self, stream: StreamId, now: Millis, out: &mut Effects) {
        let Some(ticket) = self.streams.get(&stream).cloned() else { return };
        let Some(room) = self.rooms.get_mut(&ticket).filter(|room| room.state == RoomState::Silent) else {
            return;
        };
        room.state = RoomState::Full;
        room.stream = None;
        self.streams.remove(&stream);
        out.push(Effect::Close { stream });
        let words = format!(
            "Ticket full: {} has as many listeners as warren lets hear anything (10), so nothing is heard of it.",
            line(&ticket, 80)
        );
        if self.rooms.values().any(|room| room.state == RoomState::Welcomed) {
            self.say_of_ticket("full", &ticket, words, now, out);
            self.show_ticket(&ticket, now, out);
            self.arm(Alarm::Reopen(ticket), FULL_MS, out);
        } else {
            let advice = "Close another window that shows this ticket; it is tried again in half a minute.";
            let next = Next::After(Millis(FULL_MS.into()));
            out.push(Effect::Fail(Fault::new(FaultCode::Server, words, advice, next)));
        }
    }

    /// `code` is that of warren's close frame; nothing where the connection just broke.
    pub(super) fn socket_closed(
        &mut self,
        stream: StreamId,
        code: Option<u16>,
        now: Millis,
        out: &mut Effects,
    ) {
        let Some(ticket) = self.streams.remove(&stream) else { return };
        self.lose_turns(Some(&ticket), now, out);
        let Some(room) = self.rooms.get_mut(&ticket) else { return };
        let was = room.state;
        room.stream = None;
        room.state = RoomState::Down;
        if was == RoomState::Welcomed && code == Some(EMPTY_CLOSE) {
            room.state = RoomState::Replaced;
            let words = format!(
                "Another window listens to ticket {} in our place. It is left to it; sending takes it back.",
                line(&ticket, 80)
            );
            self.say_of_ticket("replaced", &ticket, words, now, out);
        } else {
            if matches!(was, RoomState::Silent | RoomState::Welcomed) && now.since(room.opened) >= LASTING_MS
            {
                room.failures = 0;
            }
            let delay = REOPEN_MS.saturating_mul(1 << room.failures.min(10)).min(MOST_REOPEN_MS);
            room.failures = room.failures.saturating_add(1);
            self.arm(Alarm::Reopen(ticket.clone()), delay, out);
        }
        self.show_ticket(&ticket, now, out);
        match self.phase {
            // It was never read: GraphQL may well answer where the socket was refused.
            Phase::Reading if was == RoomState::Opening => self.read_room(&ticket, out),
            // Whether only the socket is gone, or warren itself.
            Phase::Live => self.list(out),
            Phase::Down | Phase::Listing | Phase::Reading => {}
        }
    }

    pub(super) fn reopen(&mut self, ticket: &str, out: &mut Effects) {
        let down =
            |room: &Room| matches!(room.state, RoomState::Down | RoomState::Full | RoomState::Replaced);
        if self.rooms.get(ticket).is_some_and(down) {
            self.open_room(ticket, out);
        }
    }

    pub(super) fn close_room(&mut self, ticket: &str, now: Millis, out: &mut Effects) {
        self.lose_turns(Some(ticket), now, out);
        if let Some(stream) = self.rooms.remove(ticket).and_then(|room| room.stream) {
            self.streams.remove(&stream);
            out.push(Effect::Close { stream });
        }
    }

    /// The ends of turns are told to the connection that started them, once.
    pub(super) fn lose_turns(&mut self, ticket: Option<&str>, now: Millis, out: &mut Effects) {
        let sessions = &self.sessions;
        let of = |session: &str| match ticket {
            Some(ticket) => sessions.get(session).is_some_and(|known| known.ticket == ticket),
            None => true,
        };
        let mut said = false;
        for (_, room) in self.rooms.iter_mut().filter(|(id, _)| ticket.is_none_or(|ticket| *id == ticket)) {
            said |= std::mem::take(&mut room.unstarted) > 0;
        }
        if self.turns.lose(of) || said {
            let why = "The connection was lost while a turn was under way: what it asked meanwhile cannot be read again. What was said is read back.";
            out.push(emit(Event::Gap(Gap { why: why.into() })));
            self.show_agent(out);
            self.show_sessions(ticket, now, out);
        }
    }

    pub(super) fn show_ticket(&mut self, ticket: &str, now: Millis, out: &mut Effects) {
        if let Some(room) = self.rooms.get(ticket) {
            out.push(emit(Event::Thread(ticket_thread(&room.ticket, room.note(), now))));
        }
    }

    fn say_of_ticket(&self, what: &str, ticket: &str, text: String, now: Millis, out: &mut Effects) {
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of(what, format!("{ticket}:{}", now.0)),
            at: When::Seen(now),
            kind: EntryKind::Lifecycle,
            agent: None,
            thread: Some(ticket_item(ticket)),
            ask: None,
            raw: serde_json::json!({ what: ticket }).to_string(),
            text,
        })));
    }

    /// The socket of a ticket, where words can be said on it.
    pub(super) fn voice(&self, ticket: &str) -> Option<StreamId> {
        self.rooms.get(ticket).filter(|room| room.state == RoomState::Welcomed)?.stream
    }
}

/// Percent-encodes everything but letters, digits, `-` and `_`: a server's id must never become a path of its own.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
