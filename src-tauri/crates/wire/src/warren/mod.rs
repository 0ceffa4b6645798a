//! warren. The contract in our own words is in `NOTES.md`.

mod answer;
mod asks;
mod body;
mod chat;
mod delivery;
mod frame;
mod graphql;
mod judging;
mod reading;
mod rooms;
mod telling;
mod threads;
mod turns;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{Event, Fault, FaultCode, Hash, IntentId, Millis, Next, Source};

use self::asks::Wish;
use self::delivery::Delivery;
use self::frame::Session;
use self::reading::Listing;
use self::rooms::Room;
use self::telling::Telling;
use self::turns::Turns;
use crate::recent::Recent;
use crate::words;
use crate::{
    Adapter, CallId, Dialect, Effect, Effects, Frame, Login, Reply, Request, Sent, Setting, Signal, StreamId,
    TimerId,
};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "warren",
    title: "warren",
    about: "The ticket chat of warren, an agent for security alerts: its questions, tool approvals and sessions",
    default_url: "http://127.0.0.1:8080",
    settings: &[Setting {
        name: "ticket",
        about: "The id of a ticket to follow; without it, all open tickets are followed",
        many: true,
    }],
    // Its two cookies at once: `token_id=…; token_secret=…`.
    logins: &[Login::None, Login::Header("Cookie"), Login::Bearer, Login::Basic(""), Login::Cookie("")],
    state_file: None,
    // Its port is anybody's, and a stranger hears nothing from it that only warren says.
    detection: None,
    // Its pings come every 54 s.
    silence_ms: Some(120_000),
    adapter: |source| Ok(Box::new(Warren::new(source)?)),
    body: body::of,
    attachment: crate::dialect::no_attachment,
};

/// What warren calls itself.
const WARREN: &str = "Warren";
/// Sessions and asks that are remembered.
const SESSIONS: usize = 1_024;
const WISHES: usize = 1_024;
const MOST_WANTED: usize = 32;

/// One warren, spoken to.
#[derive(Debug)]
pub(crate) struct Warren {
    /// The tickets to follow; none means all that are open.
    wanted: Vec<String>,
    /// Our name beside the user's: a connection with the same one takes our place.
    tab: String,
    phase: Phase,
    calls: BTreeMap<CallId, Purpose>,
    last_call: u64,
    alarms: BTreeMap<TimerId, Alarm>,
    last_timer: u32,
    rooms: BTreeMap<String, Room>,
    streams: BTreeMap<StreamId, String>,
    last_stream: u32,
    /// Rooms whose history is not read yet.
    unread: BTreeSet<String>,
    listing: Option<Listing>,
    /// Open tickets that are not listened to.
    unheard: u64,
    /// Our own session in each ticket: the next connection takes it up again.
    own: BTreeMap<String, String>,
    sessions: Recent<Known>,
    telling: Telling,
    turns: Turns,
    wishes: Recent<Wish>,
    deliveries: BTreeMap<IntentId, Delivery>,
    /// A recording is read: nothing can be asked for.
    recording: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Down,
    /// Which tickets there are is being read.
    Listing,
    /// The sockets are being opened, and the history of each ticket read.
    Reading,
    Live,
}

#[derive(Debug)]
struct Known {
    session: Session,
    ticket: String,
}

/// What a call is for.
#[derive(Clone, Debug)]
enum Purpose {
    List,
    /// A ticket the operator named.
    Wanted(String),
    /// A ticket that left the lists.
    Gone,
    Room {
        ticket: String,
        offset: usize,
    },
    /// Delivers an intent.
    Post(IntentId),
    /// Reads how what an intent is about stands.
    Look(IntentId),
}

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Alarm {
    Refresh,
    Silence(StreamId),
    Reopen(String),
    Chase(String),
    Delivery(IntentId),
}

impl Warren {
    pub fn new(source: &Source) -> Result<Self, Fault> {
        let mut wanted: Vec<String> = Vec::new();
        for id in source.settings.get("ticket").map(Vec::as_slice).unwrap_or_default() {
            let id = id.trim();
            if id.is_empty() {
                return Err(bad_setting("an id is blank."));
            }
            if !wanted.iter().any(|known| known == id) {
                wanted.push(id.to_owned());
            }
        }
        if wanted.len() > MOST_WANTED {
            return Err(bad_setting(&format!(
                "{} tickets are given, and {MOST_WANTED} are the most.",
                wanted.len()
            )));
        }
        Ok(Self {
            wanted,
            tab: format!("deskbell-{}", Hash::of(&(&source.id, &source.url))),
            phase: Phase::Down,
            calls: BTreeMap::new(),
            last_call: 0,
            alarms: BTreeMap::new(),
            last_timer: 0,
            rooms: BTreeMap::new(),
            streams: BTreeMap::new(),
            last_stream: 0,
            unread: BTreeSet::new(),
            listing: None,
            unheard: 0,
            own: BTreeMap::new(),
            sessions: Recent::new(SESSIONS),
            telling: Telling::new(),
            turns: Turns::new(),
            wishes: Recent::new(WISHES),
            deliveries: BTreeMap::new(),
            recording: false,
        })
    }

    fn call(&mut self, request: Request, purpose: Purpose, out: &mut Effects) {
        if self.recording {
            return;
        }
        self.last_call += 1;
        let call = CallId(self.last_call);
        let delivers = match &purpose {
            Purpose::Post(intent) => Some(intent.clone()),
            Purpose::List | Purpose::Wanted(_) | Purpose::Gone | Purpose::Room { .. } | Purpose::Look(_) => {
                None
            }
        };
        self.calls.insert(call, purpose);
        out.push(Effect::Http { call, request, delivers });
    }

    /// One alarm of a kind: a newer one takes its place.
    fn arm(&mut self, alarm: Alarm, after_ms: u32, out: &mut Effects) {
        if self.recording {
            return;
        }
        let known = self.alarms.iter().find(|(_, known)| **known == alarm).map(|(timer, _)| *timer);
        let timer = known.unwrap_or_else(|| {
            self.last_timer = self.last_timer.wrapping_add(1);
            TimerId(self.last_timer)
        });
        self.alarms.insert(timer, alarm);
        out.push(Effect::Arm { timer, after_ms });
    }

    /// Everything of the last connection is void; what is known of tickets, turns and asks stays.
    fn forget_connection(&mut self, now: Millis, out: &mut Effects) {
        self.phase = Phase::Down;
        self.calls.clear();
        self.alarms.clear();
        self.deliveries.clear();
        self.listing = None;
        self.lose_turns(None, now, out);
        self.tell_held_ends(now, out);
        self.rooms.clear();
        self.streams.clear();
        self.unread.clear();
    }

    fn reply(&mut self, call: CallId, reply: Result<Reply, (Sent, Fault)>, now: Millis, out: &mut Effects) {
        let read = |reply: Result<Reply, (Sent, Fault)>| reply.map_err(|(_, fault)| fault);
        match self.calls.remove(&call) {
            Some(Purpose::List) => self.listed(None, read(reply), now, out),
            Some(Purpose::Wanted(id)) => self.listed(Some(&id), read(reply), now, out),
            Some(Purpose::Gone) => self.gone_told(read(reply), now, out),
            Some(Purpose::Room { ticket, offset }) => self.room_told(&ticket, offset, read(reply), now, out),
            Some(Purpose::Post(intent)) => self.posted(&intent, reply, now, out),
            Some(Purpose::Look(intent)) => self.looked(&intent, read(reply), now, out),
            // A reply to a call of an earlier reading.
            None => {}
        }
    }

    fn ring(&mut self, alarm: Alarm, now: Millis, out: &mut Effects) {
        match alarm {
            Alarm::Refresh => self.list(out),
            Alarm::Silence(stream) => self.silence(stream, now, out),
            Alarm::Reopen(ticket) => self.reopen(&ticket, out),
            Alarm::Chase(ticket) => self.chase(&ticket, out),
            Alarm::Delivery(intent) => self.waited(&intent, out),
        }
    }

    fn frame(&mut self, frame: Frame<'_>, ticket: Option<&str>, now: Millis, out: &mut Effects) {
        match frame {
            Frame::Text(text) => self.hear(text, ticket, now, out),
            Frame::Bytes(bytes) => {
                out.push(Effect::Odd {
                    raw: bytes.to_vec(),
                    why: "warren sends text, and this is not".into(),
                });
            }
        }
    }
}

impl Adapter for Warren {
    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.forget_connection(now, out);
                self.phase = Phase::Listing;
                self.list(out);
            }
            Signal::Stop => {
                self.forget_connection(now, out);
                // What remembers them may end with this.
                out.extend(self.turns.give_up(|_| true).into_iter().map(|task| emit(Event::Task(task))));
            }
            // There is no state file.
            Signal::Located { .. } => {}
            Signal::Opened { stream } => self.opened(stream, now, out),
            Signal::Frame { stream, frame } => {
                let ticket = self.streams.get(&stream).cloned();
                self.frame(frame, ticket.as_deref(), now, out);
            }
            Signal::Closed { stream, code } => self.socket_closed(stream, code, now, out),
            Signal::Reply { call, reply } => self.reply(call, Ok(reply), now, out),
            Signal::NoReply { call, sent, fault } => self.reply(call, Err((sent, fault)), now, out),
            Signal::Timer { timer } => {
                if let Some(alarm) = self.alarms.remove(&timer) {
                    self.ring(alarm, now, out);
                }
            }
            Signal::Do { accepted, attempt } => self.deliver(&accepted, attempt, now, out),
        }
    }

    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        self.recording = true;
        match frame {
            // A recording may have who heard it before each frame.
            Frame::Text(text) => {
                let frame = match text.split_once("FRAME str ") {
                    Some((before, frame)) if !before.contains('{') => frame,
                    Some(_) | None => text,
                };
                self.hear(frame, None, now, out);
            }
            Frame::Bytes(_) => self.frame(frame, None, now, out),
        }
        self.recording = false;
    }
}

fn emit(event: Event) -> Effect {
    Effect::Emit(event)
}

fn bad_setting(what: &str) -> Fault {
    Fault::new(
        FaultCode::Settings,
        format!("The setting \"ticket\" cannot be used: {what}"),
        "Give the ids of tickets as warren shows them, or leave the setting out.",
        Next::Never,
    )
}
