//! ExLab-Wizard. The contract in our own words is in `NOTES.md`.

mod delivery;
mod detection;
mod faults;
mod form;
mod judging;
mod looking;
mod override_record;
mod problems;
mod queue;
mod reading;
mod requests;
mod session;
mod shapes;
#[cfg(test)]
mod tests;
mod waits;

use std::collections::BTreeMap;

use deskbell_domain::{Event, Fault, FaultCode, IntentId, Millis, Next, Source, State};

use self::delivery::Delivery;
use self::problems::{Board, Heard};
use self::reading::Reading;
use self::session::{Queue, Session};
use self::shapes::Setup;
use self::waits::Waits;
use crate::{
    Adapter, CallId, Dialect, Effect, Effects, Frame, Login, Reply, Request, Sent, Setting, Signal,
    StateFile, StreamId, TimerId, Transport,
};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "exlab",
    title: "ExLab-Wizard",
    about: "Sessions of a lab's ExLab-Wizard: the input their plugins wait for, and the findings of its audits",
    default_url: "http://127.0.0.1:8000",
    settings: &[Setting {
        name: "server_json",
        about: "Where ExLab-Wizard leaves its server.json, if not in the usual folder; an address pins it instead",
        many: false,
    }],
    logins: Login::PROXIED,
    state_file: Some(StateFile { setting: "server_json", usual: "exlab-wizard/server.json" }),
    detection: Some(detection::DETECTION),
    // Audits come every half a minute, but only while they are switched on.
    silence_ms: None,
    adapter: |source| Ok(Box::new(Exlab::new(source)?)),
    body: crate::body::nothing,
    attachment: crate::dialect::no_attachment,
};

/// The next look at everything.
const POLL: TimerId = TimerId(1);

/// One ExLab-Wizard, spoken to. Its problems channel is the link; its truth about sessions is REST.
#[derive(Debug)]
pub(crate) struct Exlab {
    /// Its address is in the file it leaves behind.
    located: bool,
    phase: Phase,
    live: bool,
    reading: Option<Reading>,
    /// Everything is to be read once more after the reading under way.
    again: bool,
    /// Readings in a row that failed.
    failures: u8,
    calls: BTreeMap<CallId, Purpose>,
    last_call: u64,
    timers: BTreeMap<TimerId, IntentId>,
    last_timer: u32,
    sessions: BTreeMap<String, Session>,
    /// Of sessions that were not seen yet in the life of this adapter.
    past: BTreeMap<String, Waits>,
    streams: BTreeMap<StreamId, String>,
    last_stream: u32,
    /// Running sessions whose queue was lost, which is yet to be said.
    lost_queues: usize,
    board: Board,
    deliveries: BTreeMap<IntentId, Delivery>,
    /// A recording is read: nothing can be asked for.
    recording: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Down,
    /// It is found out whether it is an ExLab-Wizard, and set up.
    Greeting,
    Opening,
    Up,
}

/// What a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
    Setup,
    Operations,
    Problems,
    Session(String),
    /// Delivers an intent.
    Post(IntentId),
    /// Reads the overrides recorded with a run.
    Run(IntentId),
}

impl Exlab {
    pub fn new(source: &Source) -> Result<Self, Fault> {
        if let Some([_, _, ..]) = source.settings.get("server_json").map(Vec::as_slice) {
            return Err(Fault::new(
                FaultCode::Settings,
                "The setting \"server_json\" is given more than once.",
                "Give one path; another ExLab-Wizard is a source of its own.",
                Next::Never,
            ));
        }
        Ok(Self {
            located: source.url.is_empty(),
            phase: Phase::Down,
            live: false,
            reading: None,
            again: false,
            failures: 0,
            calls: BTreeMap::new(),
            last_call: 0,
            timers: BTreeMap::new(),
            last_timer: POLL.0,
            sessions: BTreeMap::new(),
            past: BTreeMap::new(),
            streams: BTreeMap::new(),
            last_stream: StreamId::MAIN.0,
            lost_queues: 0,
            board: Board::default(),
            deliveries: BTreeMap::new(),
            recording: false,
        })
    }

    fn session(&mut self, id: &str, now: Millis) -> &mut Session {
        self.sessions.entry(id.to_owned()).or_insert_with(|| {
            let waits = self.past.remove(id).unwrap_or_default();
            Session::new(id, waits, now)
        })
    }

    fn call(&mut self, request: Request, purpose: Purpose, out: &mut Effects) -> CallId {
        self.last_call += 1;
        let call = CallId(self.last_call);
        let delivers = match &purpose {
            Purpose::Post(intent) => Some(intent.clone()),
            Purpose::Setup
            | Purpose::Operations
            | Purpose::Problems
            | Purpose::Session(_)
            | Purpose::Run(_) => None,
        };
        self.calls.insert(call, purpose);
        out.push(Effect::Http { call, request, delivers });
        call
    }

    fn arm(&mut self, intent: &IntentId, after_ms: u32, out: &mut Effects) {
        self.last_timer = self.last_timer.wrapping_add(1).max(POLL.0 + 1);
        let timer = TimerId(self.last_timer);
        self.timers.insert(timer, intent.clone());
        out.push(Effect::Arm { timer, after_ms });
    }

    /// Everything of the last connection is void; what is known of sessions and findings stays.
    fn forget_connection(&mut self) {
        self.phase = Phase::Down;
        self.live = false;
        self.reading = None;
        self.again = false;
        self.failures = 0;
        self.calls.clear();
        self.timers.clear();
        self.streams.clear();
        self.deliveries.clear();
        self.board.forget_connection();
        for session in self.sessions.values_mut() {
            session.looking = None;
            session.again = false;
            session.moved_on = None;
            if let Queue::Open(_) = session.queue {
                session.queue = Queue::Over;
                session.lost = !session.told_end;
            }
        }
    }

    fn fail(&mut self, fault: Fault, out: &mut Effects) {
        self.reading = None;
        self.calls.clear();
        out.push(Effect::Fail(fault));
    }

    fn greet(&mut self, out: &mut Effects) {
        self.phase = Phase::Greeting;
        self.call(requests::setup(), Purpose::Setup, out);
    }

    fn greeted(&mut self, reply: Result<Reply, Fault>, out: &mut Effects) {
        let setup = reply.and_then(|reply| {
            faults::check("its setup", &reply)?;
            serde_json::from_slice::<Setup>(&reply.body).map_err(|_| faults::strange("its setup", &reply))
        });
        match setup {
            Err(fault) => self.fail(fault, out),
            Ok(setup) if !setup.ready => self.fail(faults::incomplete(&setup), out),
            Ok(_) if self.phase == Phase::Greeting => {
                self.phase = Phase::Opening;
                let path = requests::PROBLEM_EVENTS.to_owned();
                out.push(Effect::Open { stream: StreamId::MAIN, transport: Transport::WebSocket, path });
            }
            Ok(_) => {}
        }
    }

    fn reply(&mut self, call: CallId, reply: Result<Reply, (Sent, Fault)>, now: Millis, out: &mut Effects) {
        let Some(purpose) = self.calls.remove(&call) else { return };
        let read = |reply: Result<Reply, (Sent, Fault)>| reply.map_err(|(_, fault)| fault);
        match purpose {
            Purpose::Setup => self.greeted(read(reply), out),
            Purpose::Operations => self.operations_came(read(reply), now, out),
            Purpose::Problems => self.problems_came(read(reply), now, out),
            Purpose::Session(id) => self.looked(&id, call, read(reply), now, out),
            Purpose::Post(intent) => self.posted(&intent, reply, now, out),
            Purpose::Run(intent) => self.run_read(&intent, reply.ok(), out),
        }
    }

    fn frame(&mut self, stream: StreamId, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        let Some(text) = text_of(frame, out) else { return };
        if stream != StreamId::MAIN {
            if let Some(id) = self.streams.get(&stream).cloned() {
                self.hear(&id, text, now, out);
            }
        } else if self.board.hear(text, now, out) == Heard::Audit && self.phase == Phase::Up {
            // An audit is as good a moment as any to look at the sessions, too.
            self.read(true, now, out);
        }
    }
}

impl Adapter for Exlab {
    fn recall(&mut self, known: &State) {
        self.past = waits::recall(known);
    }

    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.forget_connection();
                if self.located { out.push(Effect::Locate) } else { self.greet(out) }
            }
            Signal::Stop => self.forget_connection(),
            Signal::Located { found: Ok(()) } => self.greet(out),
            Signal::Located { found: Err(fault) } => self.fail(fault, out),
            Signal::Opened { stream: StreamId::MAIN } => {
                self.phase = Phase::Up;
                self.read(true, now, out);
            }
            Signal::Opened { .. } => {}
            Signal::Frame { stream, frame } => self.frame(stream, frame, now, out),
            Signal::Closed { stream, .. } => self.queue_closed(stream, now, out),
            Signal::Reply { call, reply } => self.reply(call, Ok(reply), now, out),
            Signal::NoReply { call, sent, fault } => self.reply(call, Err((sent, fault)), now, out),
            Signal::Timer { timer: POLL } => self.read(self.board.is_due(now), now, out),
            Signal::Timer { timer } => {
                if let Some(intent) = self.timers.remove(&timer) {
                    self.waited(&intent, now, out);
                }
            }
            Signal::Do { accepted, attempt } => self.deliver(&accepted, attempt, now, out),
        }
    }

    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        let Some(text) = text_of(frame, out) else { return };
        // A line of a recording has who heard it before the frame.
        let text = text.find('{').and_then(|at| text.get(at..)).unwrap_or(text).trim_end();
        let is_audit = serde_json::from_str::<shapes::ProblemsFrame<'_>>(text)
            .is_ok_and(|frame| matches!(&*frame.kind, "snapshot" | "delta"));
        if is_audit {
            return problems::decode(text, now, out);
        }
        let recorded = "recording";
        self.recording = true;
        self.sessions.insert(recorded.to_owned(), Session::new(recorded, Waits::default(), now));
        self.hear(recorded, text, now, out);
        self.sessions.remove(recorded);
        self.recording = false;
    }
}

fn text_of<'a>(frame: Frame<'a>, out: &mut Effects) -> Option<&'a str> {
    match frame {
        Frame::Text(text) => Some(text),
        // ExLab sends its JSON in binary messages.
        Frame::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                out.push(Effect::Odd { raw: bytes.to_vec(), why: format!("not UTF-8: {error}") });
                None
            }
        },
    }
}

fn emit(event: Event) -> Effect {
    Effect::Emit(event)
}

fn odd(text: &str, why: String) -> Effect {
    Effect::Odd { raw: text.as_bytes().to_vec(), why }
}
