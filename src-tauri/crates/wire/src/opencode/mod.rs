//! opencode (`opencode serve`). The contract in our own words is in `NOTES.md`.

mod answer;
mod asking;
mod asks;
mod body;
mod catchup;
mod delivery;
mod detection;
mod ending;
mod evidence;
mod frame;
mod permission;
mod question;
mod reading;
mod request;
mod session;
mod stream;
mod transcript;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use deskbell_domain::{Event, Fault, FaultCode, IntentId, Millis, Next, Source};

use self::asks::Asks;
use self::catchup::Catchup;
use self::delivery::Delivery;
use self::reading::{List, Reading};
use self::request::Paths;
use self::session::Sessions;
use self::transcript::Transcript;
use crate::recent::Recent;
use crate::words;
use crate::{
    Adapter, CallId, Dialect, Effect, Effects, Frame, Login, Reply, Request, Sent, Setting, Signal, StreamId,
    TimerId, Transport,
};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "opencode",
    title: "opencode",
    about: "The server of the opencode coding agent: permissions, questions and sessions of one project",
    default_url: "http://127.0.0.1:4096",
    settings: &[Setting {
        name: "directory",
        about: "The project's folder on the server, as an absolute path; without it, the folder opencode was started in",
        many: false,
    }],
    logins: &[Login::None, detection::LOGIN, Login::Bearer, Login::Header(""), Login::Cookie("")],
    state_file: None,
    detection: Some(detection::DETECTION),
    // It sends a heartbeat every 10 s.
    silence_ms: Some(30_000),
    adapter: |source| Ok(Box::new(Opencode::new(source)?)),
    body: body::of,
    attachment: crate::dialect::no_attachment,
};

/// Events whose id is remembered, so that one told twice is taken once.
const SEEN: usize = 4_096;

/// One opencode server, spoken to.
#[derive(Debug)]
pub(crate) struct Opencode {
    paths: Paths,
    phase: Phase,
    calls: BTreeMap<CallId, Purpose>,
    last_call: u64,
    timers: BTreeMap<TimerId, IntentId>,
    last_timer: u32,
    sessions: Sessions,
    asks: Asks,
    transcript: Transcript,
    catchup: Catchup,
    seen: Recent<()>,
    /// Sessions that were looked for and not found.
    unknown: Recent<()>,
    deliveries: BTreeMap<IntentId, Delivery>,
    /// A recording is read: nothing can be asked for.
    recording: bool,
}

#[derive(Debug)]
enum Phase {
    Down,
    /// The stream is open, and what the server holds is being read; frames wait.
    Reading(Box<Reading>),
    Live,
}

/// What a call is for.
#[derive(Clone, Debug)]
enum Purpose {
    List(List),
    Session(String),
    /// Delivers an intent.
    Post(IntentId),
    /// Reads whether what an intent is about still waits.
    Look(IntentId),
    /// Reads how the work went on after an ask was gone.
    Dig(IntentId),
    /// Reads how work went on whose ask is gone.
    Record(String),
    /// Reads back what was said in a session.
    Story(String),
}

impl Opencode {
    pub fn new(source: &Source) -> Result<Self, Fault> {
        let directory = match source.settings.get("directory").map(Vec::as_slice) {
            None | Some([]) => None,
            Some([only]) if is_absolute(only) => Some(only.as_str()),
            Some([only]) => return Err(bad_directory(format!("\"{only}\" is not an absolute path."))),
            Some(several) => return Err(bad_directory(format!("{} directories are given.", several.len()))),
        };
        Ok(Self {
            paths: Paths::new(directory),
            phase: Phase::Down,
            calls: BTreeMap::new(),
            last_call: 0,
            timers: BTreeMap::new(),
            last_timer: 0,
            sessions: Sessions::default(),
            asks: Asks::default(),
            transcript: Transcript::new(),
            catchup: Catchup::new(),
            seen: Recent::new(SEEN),
            unknown: Recent::new(SEEN),
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
        let delivers = if let Purpose::Post(intent) = &purpose { Some(intent.clone()) } else { None };
        self.calls.insert(call, purpose);
        out.push(Effect::Http { call, request, delivers });
    }

    fn arm(&mut self, intent: &IntentId, after_ms: u32, out: &mut Effects) {
        self.last_timer = self.last_timer.wrapping_add(1);
        let timer = TimerId(self.last_timer);
        self.timers.insert(timer, intent.clone());
        out.push(Effect::Arm { timer, after_ms });
    }

    /// Everything of the last connection is void; what is known of asks and sessions stays.
    fn forget_connection(&mut self) {
        self.phase = Phase::Down;
        self.calls.clear();
        self.timers.clear();
        self.deliveries.clear();
        self.transcript.begin_again();
    }

    fn reply(&mut self, call: CallId, reply: Result<Reply, (Sent, Fault)>, now: Millis, out: &mut Effects) {
        match self.calls.remove(&call) {
            Some(Purpose::List(list)) => self.listed(list, reply.map_err(|(_, fault)| fault), now, out),
            Some(Purpose::Session(id)) => self.session_told(&id, reply.ok(), now, out),
            Some(Purpose::Post(intent)) => self.posted(&intent, reply, now, out),
            Some(Purpose::Look(intent)) => self.looked(&intent, reply.map_err(|(_, fault)| fault), now, out),
            Some(Purpose::Dig(intent)) => self.dug(&intent, reply.ok(), now, out),
            Some(Purpose::Record(session)) => {
                self.recorded(&session, reply.map_err(|(_, fault)| fault), now, out);
            }
            Some(Purpose::Story(session)) => self.story_told(call, &session, reply.ok(), now, out),
            // A reply to a call of an earlier reading.
            None => {}
        }
    }

    fn frame(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        match frame {
            Frame::Text(text) => match &mut self.phase {
                Phase::Reading(reading) => reading.hold(text, out),
                Phase::Down | Phase::Live => self.hear(text, now, out),
            },
            Frame::Bytes(bytes) => {
                out.push(Effect::Odd {
                    raw: bytes.to_vec(),
                    why: "opencode sends text, and this is not".into(),
                });
            }
        }
    }
}

impl Adapter for Opencode {
    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.forget_connection();
                let path = self.paths.events();
                out.push(Effect::Open { stream: StreamId::MAIN, transport: Transport::Sse, path });
            }
            Signal::Stop => self.forget_connection(),
            Signal::Opened { stream: StreamId::MAIN } => self.read_all(out),
            Signal::Frame { stream: StreamId::MAIN, frame } => self.frame(frame, now, out),
            // There is only the main stream.
            Signal::Located { .. } | Signal::Opened { .. } | Signal::Frame { .. } | Signal::Closed { .. } => {
            }
            Signal::Reply { call, reply } => self.reply(call, Ok(reply), now, out),
            Signal::NoReply { call, sent, fault } => self.reply(call, Err((sent, fault)), now, out),
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
        match frame {
            // A recording of the stream has a time and `data:` before each event.
            Frame::Text(text) => {
                let event = match text.split_once("data:") {
                    Some((before, event)) if !before.contains('{') => event.trim(),
                    Some(_) | None => text,
                };
                self.hear(event, now, out);
            }
            Frame::Bytes(_) => self.frame(frame, now, out),
        }
        self.recording = false;
    }
}

fn emit(event: Event) -> Effect {
    Effect::Emit(event)
}

fn is_absolute(path: &str) -> bool {
    // The server may run on another system than we do.
    path.starts_with('/') || path.chars().nth(1) == Some(':') || path.starts_with("\\\\")
}

fn bad_directory(what: String) -> Fault {
    Fault::new(
        FaultCode::Settings,
        format!("The setting \"directory\" cannot be used: {what}"),
        "Give one absolute path of a folder on the opencode server, or leave it out.",
        Next::Never,
    )
}
