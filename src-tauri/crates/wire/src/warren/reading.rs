//! What warren holds: its tickets, and what was said in each. Read at every start, after every loss, and now and
//! then, as nothing tells what others do.

use deskbell_domain::{
    Agent, AgentState, Covers, Entry, EntryKind, Event, Fault, FaultCode, ItemId, Millis, Next, Snapshot,
    When,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::frame::{Message, Session, Ticket};
use super::graphql::{self, PAGE};
use super::rooms::Room;
use super::threads::{session_item, session_thread, ticket_thread};
use super::words::{TITLE, line};
use super::{Alarm, Known, Phase, Purpose, WARREN, Warren, emit};
use crate::{Effect, Effects, Reply};

/// Tickets that are listened to at once.
const MOST_ROOMS: usize = 32;
/// Pages of one ticket's history that are read.
const MOST_PAGES: usize = 25;
const REFRESH_MS: u32 = 60_000;

/// A list of tickets being read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    waits: usize,
    found: Vec<Ticket>,
    /// Open tickets that warren has and did not list.
    unlisted: u64,
}

impl Warren {
    pub(super) fn list(&mut self, out: &mut Effects) {
        if self.recording || self.listing.is_some() {
            return;
        }
        self.listing = Some(Listing { waits: self.wanted.len().max(1), ..Listing::default() });
        if self.wanted.is_empty() {
            return self.call(graphql::list(), Purpose::List, out);
        }
        for id in self.wanted.clone() {
            self.call(graphql::ticket(&id), Purpose::Wanted(id), out);
        }
    }

    /// A part of the list is in. `wanted` is the ticket that was asked for by its id.
    pub(super) fn listed(
        &mut self,
        wanted: Option<&str>,
        reply: Result<Reply, Fault>,
        now: Millis,
        out: &mut Effects,
    ) {
        let said = match reply.and_then(|reply| graphql::read(&reply)) {
            Ok(said) => said,
            Err(fault) => return self.fail(fault, out),
        };
        let Some(listing) = &mut self.listing else { return };
        let fault = match wanted {
            Some(id) => match said.data.ticket.as_deref().and_then(|row| parse::<Ticket>(row, out)) {
                Some(ticket) => {
                    listing.found.push(ticket);
                    None
                }
                None => Some(no_ticket(id, &said.errors)),
            },
            None => match (said.data.open, said.data.resolved) {
                (None, None) => Some(refused("the list of tickets", &said.errors)),
                (open, resolved) => {
                    if let Some(open) = &open {
                        let read = open.tickets.as_ref().map_or(0, Vec::len);
                        let read = u64::try_from(read).unwrap_or(u64::MAX);
                        listing.unlisted = open.total_count.unwrap_or(0).saturating_sub(read);
                    }
                    for page in [open, resolved].into_iter().flatten() {
                        let rows = page.tickets.unwrap_or_default();
                        listing.found.extend(rows.iter().filter_map(|row| parse::<Ticket>(row, out)));
                    }
                    None
                }
            },
        };
        if let Some(fault) = fault {
            return self.fail(fault, out);
        }
        listing.waits = listing.waits.saturating_sub(1);
        if listing.waits == 0
            && let Some(listing) = self.listing.take()
        {
            self.take_list(listing, now, out);
        }
    }

    fn take_list(&mut self, listing: Listing, now: Millis, out: &mut Effects) {
        let first = self.phase == Phase::Listing;
        let mut followed: Vec<&Ticket> = listing
            .found
            .iter()
            .filter(|ticket| !self.wanted.is_empty() || ticket.status == "open")
            .collect();
        let beyond = u64::try_from(followed.len().saturating_sub(MOST_ROOMS)).unwrap_or(u64::MAX);
        followed.truncate(MOST_ROOMS);
        self.leave_out(listing.unlisted.saturating_add(beyond), now, out);
        let gone: Vec<String> = self
            .rooms
            .keys()
            .filter(|id| !followed.iter().any(|ticket| ticket.id == **id))
            .cloned()
            .collect();
        for id in gone {
            self.close_room(&id, now, out);
            if !listing.found.iter().any(|ticket| ticket.id == id) {
                self.call(graphql::ticket(&id), Purpose::Gone, out);
            }
        }
        let snapshot = Snapshot {
            covers: Covers { agents: true, ..Covers::default() },
            agents: vec![self.agent()],
            threads: listing.found.iter().map(|ticket| ticket_thread(ticket, None, now)).collect(),
            ..Snapshot::default()
        };
        out.push(emit(Event::Snapshot(Box::new(snapshot))));
        for ticket in followed {
            match self.rooms.get_mut(&ticket.id) {
                Some(room) => room.ticket = ticket.clone(),
                None => {
                    self.rooms.insert(ticket.id.clone(), Room::new(ticket.clone()));
                    self.unread.insert(ticket.id.clone());
                }
            }
        }
        let rooms: Vec<String> = self.rooms.keys().cloned().collect();
        for id in rooms {
            if first || self.unread.contains(&id) {
                self.open_room(&id, out);
            } else {
                self.show_ticket(&id, now, out);
                self.read_room(&id, out);
            }
        }
        if first {
            self.phase = Phase::Reading;
        }
        self.arm(Alarm::Refresh, REFRESH_MS, out);
        self.come_alive(out);
    }

    /// More tickets are open than are listened to: that is said, and not only counted.
    fn leave_out(&mut self, unheard: u64, now: Millis, out: &mut Effects) {
        if unheard == self.unheard {
            return;
        }
        self.unheard = unheard;
        let text = match unheard {
            0 => "Every open ticket is listened to again.".to_owned(),
            unheard => format!("Nothing is heard of {}", left_out(unheard)),
        };
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("unheard", format!("{unheard}:{}", now.0)),
            at: When::Seen(now),
            kind: EntryKind::Lifecycle,
            agent: Some(WARREN.to_owned()),
            thread: None,
            ask: None,
            raw: serde_json::json!({ "unheard": unheard }).to_string(),
            text,
        })));
    }

    pub(super) fn read_room(&mut self, ticket: &str, out: &mut Effects) {
        self.calls.retain(|_, purpose| !matches!(purpose, Purpose::Room { ticket: of, .. } if of == ticket));
        self.call(graphql::room(ticket, 0), Purpose::Room { ticket: ticket.to_owned(), offset: 0 }, out);
    }

    pub(super) fn room_told(
        &mut self,
        ticket: &str,
        offset: usize,
        reply: Result<Reply, Fault>,
        now: Millis,
        out: &mut Effects,
    ) {
        let said = match reply.and_then(|reply| graphql::read(&reply)) {
            Ok(said) => said,
            Err(fault) => return self.fail(fault, out),
        };
        if said.data.ticket.is_none() && said.data.ticket_session_messages.is_none() {
            return self.fail(refused(&format!("ticket {}", line(ticket, 80)), &said.errors), out);
        }
        if let Some(row) = said.data.ticket.as_deref().and_then(|row| parse::<Ticket>(row, out))
            && let Some(room) = self.rooms.get_mut(ticket)
        {
            room.ticket = row;
            self.show_ticket(ticket, now, out);
        }
        for row in said.data.ticket_sessions.unwrap_or_default() {
            if let Some(session) = parse::<Session>(&row, out) {
                self.learn_session(session, ticket, now, out);
            }
        }
        let rows = said.data.ticket_session_messages.unwrap_or_default();
        let mut snapshot = Snapshot::default();
        for row in &rows {
            let Some(message) = parse::<Message>(row, out) else { continue };
            snapshot.entries.extend(self.telling.take(&message, None, row.get(), now));
            snapshot.tasks.extend(self.turns.read(&message));
        }
        let more = rows.len() >= PAGE && offset < PAGE * (MOST_PAGES - 1);
        if !more {
            let sessions = &self.sessions;
            let of = |session: &str| sessions.get(session).is_some_and(|known| known.ticket == ticket);
            snapshot.tasks.extend(self.turns.give_up(of));
        }
        if !snapshot.entries.is_empty() || !snapshot.tasks.is_empty() {
            out.push(emit(Event::Snapshot(Box::new(snapshot))));
        }
        if more {
            let offset = offset + rows.len();
            let purpose = Purpose::Room { ticket: ticket.to_owned(), offset };
            return self.call(graphql::room(ticket, offset), purpose, out);
        }
        self.unread.remove(ticket);
        self.end_with_turns(now, out);
        self.look_for_words(ticket, out);
        self.come_alive(out);
    }

    /// A ticket that left the lists: archived, perhaps.
    pub(super) fn gone_told(&mut self, reply: Result<Reply, Fault>, now: Millis, out: &mut Effects) {
        let said = reply.and_then(|reply| graphql::read(&reply));
        if let Some(row) = said.ok().and_then(|said| said.data.ticket)
            && let Some(ticket) = parse::<Ticket>(&row, out)
        {
            out.push(emit(Event::Thread(ticket_thread(&ticket, None, now))));
        }
    }

    fn come_alive(&mut self, out: &mut Effects) {
        if self.phase == Phase::Reading && self.unread.is_empty() {
            self.phase = Phase::Live;
            out.push(Effect::Live);
        }
    }

    pub(super) fn learn_session(&mut self, session: Session, ticket: &str, now: Millis, out: &mut Effects) {
        let id = session.id.clone();
        self.sessions.keep(&id, Known { session, ticket: ticket.to_owned() });
        self.show_session(&id, now, out);
    }

    pub(super) fn show_session(&mut self, id: &str, now: Millis, out: &mut Effects) {
        if let Some(Known { session, ticket }) = self.sessions.get(id) {
            let busy = self.turns.runs(id);
            out.push(emit(Event::Thread(session_thread(session, ticket, busy, now))));
        }
    }

    /// Those of one ticket, or all.
    pub(super) fn show_sessions(&mut self, ticket: Option<&str>, now: Millis, out: &mut Effects) {
        let ids: Vec<String> = self
            .sessions
            .values()
            .filter(|(_, known)| ticket.is_none_or(|ticket| known.ticket == ticket))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            self.show_session(&id, now, out);
        }
    }

    fn agent(&self) -> Agent {
        let unheard = Some(self.unheard).filter(|unheard| *unheard > 0);
        Agent {
            item: ItemId::of("agent", "warren"),
            name: WARREN.to_owned(),
            state: if self.turns.any_runs() { AgentState::Working } else { AgentState::Running },
            transient: None,
            facts: unheard
                .map(|unheard| ("not listened to".to_owned(), left_out(unheard)))
                .into_iter()
                .collect(),
            offers: Vec::new(),
        }
    }

    pub(super) fn show_agent(&self, out: &mut Effects) {
        out.push(emit(Event::Agent(self.agent())));
    }

    fn fail(&mut self, fault: Fault, out: &mut Effects) {
        self.calls.retain(|_, purpose| matches!(purpose, Purpose::Post(_)));
        self.listing = None;
        out.push(Effect::Fail(fault));
    }
}

fn left_out(unheard: u64) -> String {
    let tickets = if unheard == 1 { "1 open ticket".to_owned() } else { format!("{unheard} open tickets") };
    format!("{tickets}: {MOST_ROOMS} are the most at once. The setting \"ticket\" says which.")
}

/// One row of a list; one that cannot be read is kept as odd, and costs nothing else.
pub(super) fn parse<T: DeserializeOwned>(row: &RawValue, out: &mut Effects) -> Option<T> {
    if row.get() == "null" {
        return None;
    }
    match serde_json::from_str(row.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            out.push(Effect::Odd { raw: row.get().as_bytes().to_vec(), why: error.to_string() });
            None
        }
    }
}

fn no_ticket(id: &str, errors: &[String]) -> Fault {
    let why = errors.first().map(|why| format!(": {why}")).unwrap_or_default();
    Fault::new(
        FaultCode::Settings,
        format!("warren shows no ticket \"{}\"{why}.", line(id, 80)),
        "Check the setting \"ticket\", or leave it out to follow all open tickets.",
        Next::Never,
    )
}

fn refused(what: &str, errors: &[String]) -> Fault {
    let why = errors.first().map_or("it says nothing of it", String::as_str);
    Fault::new(
        FaultCode::Server,
        line(&format!("warren does not tell {what}: {why}"), TITLE * 2),
        "See that this login may read tickets, and that warren is 0.16 or newer.",
        Next::Soon,
    )
}

/// For a session that is only known by its id.
pub(super) fn thread_of(session: &str) -> Option<ItemId> {
    (!session.is_empty()).then(|| session_item(session))
}
