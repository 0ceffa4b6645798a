//! The AILANG Collaboration Hub. The contract in our own words is in `NOTES.md`.

mod agents;
mod approval;
mod asks;
mod body;
mod conversation;
mod deed;
mod delivery;
mod detection;
mod hearing;
mod inbox;
mod json;
mod judging;
mod reading;
mod request;
mod threads;
mod work;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use deskbell_domain::{Event, Fault, IntentId, ItemId, Millis};

use self::agents::Agents;
use self::asks::Asks;
use self::delivery::Delivery;
use self::inbox::Inbox;
use self::reading::{List, Reading};
use self::threads::Threads;
use self::work::Works;
use crate::recent::Recent;
use crate::words;
use crate::{
    Adapter, CallId, Dialect, Effect, Effects, Frame, Login, Reply, Request, Sent, Signal, StreamId, TimerId,
    Transport,
};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "ailang",
    title: "AILANG hub",
    about: "The AILANG Collaboration Hub: approvals, questions, threads, agents and coordinator tasks",
    default_url: "http://127.0.0.1:1957",
    settings: &[],
    logins: &[
        Login::None,
        Login::Query("token"),
        Login::Bearer,
        Login::Basic(""),
        Login::Header(""),
        Login::Cookie(""),
    ],
    state_file: None,
    detection: Some(detection::DETECTION),
    // Its control pings come each 54 s, and the driver asks for a sign of life on its own.
    silence_ms: Some(120_000),
    adapter: |_| Ok(Box::new(Ailang::new())),
    body: body::of,
    attachment: crate::dialect::no_attachment,
};

/// Approvals are never pushed: what the server holds is read again this often.
const TICK_MS: u32 = 3_000;
const TICK: TimerId = TimerId(0);

/// Words of ours that were seen in a thread.
const SAID: usize = 4_000;

/// One hub, spoken to.
#[derive(Debug)]
pub(crate) struct Ailang {
    link: Phase,
    reading: Option<Box<Reading>>,
    /// Something was told that another reading is to show.
    again: bool,
    calls: BTreeMap<CallId, Purpose>,
    last_call: u64,
    timers: BTreeMap<TimerId, IntentId>,
    last_timer: u32,
    threads: Threads,
    asks: Asks,
    works: Works,
    inbox: Inbox,
    agents: Agents,
    deliveries: BTreeMap<IntentId, Delivery>,
    /// Intents whose message was seen in its thread.
    said: Recent<()>,
    /// The server has its messages under `/api/thread-messages`.
    renamed: bool,
    /// A recording is read: nothing can be asked for.
    recording: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Down,
    /// The socket is open, and what the server holds is being read.
    Open,
    Live,
}

/// What a call is for.
#[derive(Clone, Debug)]
enum Purpose {
    List(List),
    /// The record of a task's work.
    Events(String),
    /// What an approval would merge.
    Diff(ItemId),
    /// Delivers an intent.
    Post(IntentId),
    /// Reads what became of an intent.
    Look(IntentId),
}

impl Ailang {
    pub fn new() -> Self {
        Self {
            link: Phase::Down,
            reading: None,
            again: false,
            calls: BTreeMap::new(),
            last_call: 0,
            timers: BTreeMap::new(),
            last_timer: TICK.0,
            threads: Threads::default(),
            asks: Asks::new(),
            works: Works::new(),
            inbox: Inbox::default(),
            agents: Agents::default(),
            deliveries: BTreeMap::new(),
            said: Recent::new(SAID),
            renamed: false,
            recording: false,
        }
    }

    fn call(&mut self, request: Request, purpose: Purpose, out: &mut Effects) {
        if self.recording {
            return;
        }
        self.last_call += 1;
        let call = CallId(self.last_call);
        let delivers = match &purpose {
            Purpose::Post(intent) => Some(intent.clone()),
            Purpose::List(_) | Purpose::Events(_) | Purpose::Diff(_) | Purpose::Look(_) => None,
        };
        self.calls.insert(call, purpose);
        out.push(Effect::Http { call, request, delivers });
    }

    fn arm(&mut self, intent: &IntentId, after_ms: u32, out: &mut Effects) {
        self.last_timer = self.last_timer.wrapping_add(1).max(TICK.0 + 1);
        let timer = TimerId(self.last_timer);
        self.timers.insert(timer, intent.clone());
        out.push(Effect::Arm { timer, after_ms });
    }

    fn send(&self, frame: Option<String>, out: &mut Effects) {
        if let Some(text) = frame.filter(|_| !self.recording) {
            out.push(Effect::SendText { stream: StreamId::MAIN, text });
        }
    }

    /// Everything of the last connection is void; what is known of threads, asks and tasks stays.
    fn forget_connection(&mut self) {
        self.link = Phase::Down;
        self.reading = None;
        self.again = false;
        self.calls.clear();
        self.timers.clear();
        self.deliveries.clear();
        self.threads.forget_connection();
        self.works.forget_connection();
    }

    fn reply(&mut self, call: CallId, reply: Result<Reply, (Sent, Fault)>, now: Millis, out: &mut Effects) {
        match self.calls.remove(&call) {
            Some(Purpose::List(list)) => self.listed(list, reply.map_err(|(_, fault)| fault), now, out),
            Some(Purpose::Events(task)) => self.recorded(&task, reply.ok(), now, out),
            Some(Purpose::Diff(item)) => self.diff_told(&item, reply.ok(), out),
            Some(Purpose::Post(intent)) => self.posted(&intent, reply, now, out),
            Some(Purpose::Look(intent)) => self.looked(&intent, reply.ok(), now, out),
            // A reply to a call of an earlier reading.
            None => {}
        }
    }

    fn frame(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        match frame {
            Frame::Text(text) => self.hear(text, now, out),
            Frame::Bytes(bytes) => {
                let why = "the hub sends text, and this is not".into();
                out.push(Effect::Odd { raw: bytes.to_vec(), why });
            }
        }
    }
}

impl Adapter for Ailang {
    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.forget_connection();
                let path = "/ws?instance_id=user".to_owned();
                out.push(Effect::Open { stream: StreamId::MAIN, transport: Transport::WebSocket, path });
            }
            Signal::Stop => self.forget_connection(),
            Signal::Opened { stream: StreamId::MAIN } => {
                self.link = Phase::Open;
                self.read_all(true, out);
            }
            Signal::Frame { stream: StreamId::MAIN, frame } => self.frame(frame, now, out),
            // There is only the main stream.
            Signal::Located { .. } | Signal::Opened { .. } | Signal::Frame { .. } | Signal::Closed { .. } => {
            }
            Signal::Reply { call, reply } => self.reply(call, Ok(reply), now, out),
            Signal::NoReply { call, sent, fault } => self.reply(call, Err((sent, fault)), now, out),
            Signal::Timer { timer: TICK } => self.read_all(false, out),
            Signal::Timer { timer } => {
                if let Some(intent) = self.timers.remove(&timer) {
                    self.waited(&intent, now, out);
                }
            }
            Signal::Do { accepted, attempt } => self.deliver(&accepted, attempt, now, out),
        }
    }

    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        self.recording = true;
        self.frame(frame, now, out);
        self.recording = false;
    }
}

fn emit(event: Event) -> Effect {
    Effect::Emit(event)
}
