//! The frames of a ticket's socket, in their two shapes.

use deskbell_domain::{Entry, EntryKind, Event, Hash, ItemId, Millis, When};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::{Envelope, Head, Hitl, Legacy, Message, Session, Turn, nanos, when};
use super::reading::thread_of;
use super::threads::ticket_item;
use super::words::{LINE, line};
use super::{Alarm, WARREN, Warren, emit, turns};
use crate::{Effect, Effects};

/// warren's own name for itself as a speaker.
const WARREN_ID: &str = "warren";
/// Where what comes of something is not told, the history is read this often, each time after twice the wait.
const MOST_CHASES: u32 = 6;
const CHASE_MS: u32 = 1_000;

impl Warren {
    /// Takes one frame. `ticket` is whose socket it came on, where that is known.
    pub(super) fn hear(&mut self, text: &str, ticket: Option<&str>, now: Millis, out: &mut Effects) {
        if let Err(why) = self.take(text, ticket, now, out) {
            out.push(Effect::Odd { raw: text.as_bytes().to_vec(), why });
        }
    }

    fn take(
        &mut self,
        text: &str,
        ticket: Option<&str>,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let odd = |error: serde_json::Error| format!("it is not a frame of warren: {error}");
        let head: Head<'_> = serde_json::from_str(text).map_err(odd)?;
        match (head.event, head.kind) {
            (Some(event), _) => {
                let envelope: Envelope<'_> = serde_json::from_str(text).map_err(odd)?;
                self.take_envelope(&event, &envelope, ticket, text, now, out)
            }
            (None, Some(kind)) => {
                let legacy: Legacy = serde_json::from_str(text).map_err(odd)?;
                self.take_legacy(&kind, &legacy, ticket, text, now, out)
            }
            (None, None) => Err("it has neither a type nor an event".into()),
        }
    }

    fn take_envelope(
        &mut self,
        event: &str,
        envelope: &Envelope<'_>,
        ticket: Option<&str>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let at = when(envelope.timestamp.as_deref(), now);
        match event {
            "session_created" => {
                let session: Session = read(envelope.session, "session")?;
                self.session_created(session, ticket, now, out);
            }
            "turn_started" => {
                let turn: Turn = read(envelope.turn, "turn")?;
                let started = turns::started(&turn, envelope.timestamp.as_deref(), now);
                let status = turn.status.as_deref().unwrap_or("running");
                if let Some(task) = self.turns.start(&turn.id, &envelope.session_id, status, started) {
                    if let Some(room) = ticket.and_then(|ticket| self.rooms.get_mut(ticket)) {
                        room.unstarted = room.unstarted.saturating_sub(1);
                    }
                    out.push(emit(Event::Task(task)));
                    self.show_work(&envelope.session_id, now, out);
                }
                self.note_turn(&turn.id, "started", "Turn started", &envelope.session_id, started, raw, out);
            }
            "turn_ended" => {
                if envelope.turn_id.is_empty() {
                    return Err("it names no turn".into());
                }
                let status = envelope.status.as_deref().unwrap_or_default();
                let (turn, intent) = (&envelope.turn_id, envelope.intent.as_deref());
                let task = self.turns.end(turn, &envelope.session_id, status, intent, at.millis());
                out.extend(task.map(|task| emit(Event::Task(task))));
                self.end_with_turns(now, out);
                self.show_work(&envelope.session_id, now, out);
                let text = format!("Turn {}", line(status, 40));
                self.note_turn(&envelope.turn_id, "ended", &text, &envelope.session_id, at, raw, out);
            }
            "session_message_added" | "session_message_updated" => {
                let mut message: Message = read(envelope.message, "message")?;
                if message.session_id.is_empty() {
                    message.session_id.clone_from(&envelope.session_id);
                }
                message.turn_id = message.turn_id.or_else(|| Some(envelope.turn_id.clone()));
                self.message_told(&message, envelope, ticket, raw, now, out);
            }
            "hitl_request_pending" => {
                let hitl: Hitl = read(envelope.hitl, "hitl")?;
                self.asked(&hitl, envelope, ticket, raw, now, out)?;
            }
            "hitl_request_resolved" => {
                let hitl: Hitl = read(envelope.hitl, "hitl")?;
                if hitl.id.is_empty() {
                    return Err("it names no request".into());
                }
                self.resolved(hitl, at, raw, now, out);
            }
            other => return Err(format!("the event \"{}\" is not known", line(other, 80))),
        }
        if let Some(ticket) = ticket {
            self.welcome(ticket, now, out);
        }
        Ok(())
    }

    fn session_created(&mut self, session: Session, ticket: Option<&str>, now: Millis, out: &mut Effects) {
        let named = session.ticket_id.clone().filter(|id| !id.is_empty());
        let Some(ticket) = ticket.map(str::to_owned).or(named) else { return };
        if let Some(room) = self.rooms.get_mut(&ticket) {
            room.user = session.user_id.clone();
        }
        self.own.insert(ticket.clone(), session.id.clone());
        self.learn_session(session, &ticket, now, out);
    }

    fn message_told(
        &mut self,
        message: &Message,
        envelope: &Envelope<'_>,
        ticket: Option<&str>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) {
        let stamp = nanos(envelope.timestamp.as_deref());
        if let Some(entry) = self.telling.take(message, stamp, raw, now) {
            out.push(emit(Event::Entry(entry)));
        }
        if message.kind == "user" {
            let turn = message.turn_id.as_deref().unwrap_or_default();
            out.extend(self.turns.name(turn, &message.content).map(|task| emit(Event::Task(task))));
            let own = ticket.filter(|ticket| self.own.get(*ticket) == Some(&message.session_id));
            if let Some(ticket) = own {
                self.words_heard(ticket, &message.content, out);
            }
        }
    }

    fn take_legacy(
        &mut self,
        kind: &str,
        legacy: &Legacy,
        ticket: Option<&str>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let speaker = legacy.user.as_ref().map_or("", |user| user.id.as_str());
        match kind {
            "status" | "pong" => {}
            // The whole message comes by its envelope, or is read from the history: an echo is the same words again.
            "message" if speaker != WARREN_ID => {
                if let Some(ticket) = ticket {
                    self.echoed(ticket, speaker, &legacy.content, out);
                }
            }
            "message" | "history" => self.note_legacy(EntryKind::Message, legacy, ticket, raw, now, out),
            "trace" | "warning" => self.note_legacy(EntryKind::Stream, legacy, ticket, raw, now, out),
            "error" => {
                self.note_legacy(EntryKind::Lifecycle, legacy, ticket, raw, now, out);
                if let Some(ticket) = ticket {
                    self.words_refused(ticket, &legacy.content, out);
                }
            }
            other => return Err(format!("the type \"{}\" is not known", line(other, 80))),
        }
        if let Some(ticket) = ticket {
            self.welcome(ticket, now, out);
        }
        Ok(())
    }

    /// Somebody's words reached all who listen to the ticket; what comes of them is told to whoever sent them.
    fn echoed(&mut self, ticket: &str, speaker: &str, words: &str, out: &mut Effects) {
        let Some(room) = self.rooms.get_mut(ticket) else { return };
        let us = room.user.as_deref().is_none_or(|user| user == speaker);
        if us {
            self.words_heard(ticket, words, out);
        }
        self.chase_soon(ticket, out);
    }

    /// What comes of something will not be told: it is read, soon and then at longer and longer intervals.
    pub(super) fn chase_soon(&mut self, ticket: &str, out: &mut Effects) {
        let Some(room) = self.rooms.get_mut(ticket) else { return };
        room.chased = 0;
        self.arm(Alarm::Chase(ticket.to_owned()), CHASE_MS, out);
    }

    /// Reads what came of it, again and again for a while.
    pub(super) fn chase(&mut self, ticket: &str, out: &mut Effects) {
        let Some(room) = self.rooms.get_mut(ticket) else { return };
        room.chased += 1;
        let chased = room.chased;
        self.read_room(ticket, out);
        if chased < MOST_CHASES {
            self.arm(Alarm::Chase(ticket.to_owned()), CHASE_MS << chased, out);
        }
    }

    /// A frame of the older shape has no id: the same frame is the same line.
    fn note_legacy(
        &self,
        kind: EntryKind,
        legacy: &Legacy,
        ticket: Option<&str>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) {
        let name = legacy.user.as_ref().map(|user| line(&user.name, 80)).filter(|name| !name.is_empty());
        let at = legacy.timestamp.filter(|at| *at > 0).map(Millis::from_seconds);
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("said", Hash::of(&(ticket, raw))),
            at: at.map_or(When::Seen(now), When::Said),
            kind,
            agent: Some(name.unwrap_or_else(|| WARREN.to_owned())),
            thread: ticket.map(ticket_item),
            ask: None,
            text: line(&legacy.content, LINE),
            raw: raw.to_owned(),
        })));
    }

    #[allow(clippy::too_many_arguments, reason = "one line of history, field by field")]
    fn note_turn(
        &self,
        turn: &str,
        what: &str,
        text: &str,
        session: &str,
        at: When,
        raw: &str,
        out: &mut Effects,
    ) {
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of(what, turn),
            at,
            kind: EntryKind::Turn,
            agent: Some(WARREN.to_owned()),
            thread: thread_of(session),
            ask: None,
            text: text.to_owned(),
            raw: raw.to_owned(),
        })));
    }

    fn show_work(&mut self, session: &str, now: Millis, out: &mut Effects) {
        self.show_agent(out);
        self.show_session(session, now, out);
    }
}

fn read<'a, T: Deserialize<'a>>(part: Option<&'a RawValue>, name: &str) -> Result<T, String> {
    let part = part.ok_or_else(|| format!("it has no {name}"))?;
    serde_json::from_str(part.get()).map_err(|error| format!("its {name} makes no sense: {error}"))
}

/// When an intent was made: its id is a UUID v7, which begins with the time.
pub(super) fn made_at(intent: &str) -> Option<Millis> {
    let hex: String = intent.chars().filter(|c| *c != '-').take(12).collect();
    if hex.len() < 12 {
        return None;
    }
    i64::from_str_radix(&hex, 16).ok().map(Millis)
}

/// Where the server's clock and ours may be apart.
pub(super) const SKEW_MS: i64 = 60_000;
