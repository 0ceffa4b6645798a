//! The machine: open the stream and hold what it says, read the history, then the state, apply what is newer,
//! go live. The state is read after the history, so that it stands above it.

use std::collections::{BTreeMap, VecDeque};

use deskbell_domain::{Event, Fault, Gap, IntentId, Millis};

use super::errands::{Errands, Need, Seen};
use super::faults;
use super::frame::{Heard, Row, hear};
use super::history::History;
use super::owed::Owed;
use super::picture::{Login, Picture};
use super::show::Show;
use crate::{
    Adapter, CallId, Effect, Effects, Frame, Reply, Request, Sent, Signal, StreamId, TimerId, Transport,
};

const STREAM: &str = "/events/stream";
const HISTORY: &str = "/events/history";
const STATE: &str = "/api/state";

/// When to look at the state again: the published version tells none of its changes.
const POLL: TimerId = TimerId(1);
/// When the history may be read again.
const READ: TimerId = TimerId(2);

const POLL_MS: u32 = 30_000;
const POLL_LOGIN_MS: u32 = 2_000;
const POLL_PROOF_MS: u32 = 500;

/// The history is not read more often than so many times in so long.
const MOST_READS: usize = 4;
const READS_MS: i64 = 2_000;
/// How many readings in a row may leave a row in doubt.
const MOST_HOLES: u8 = 3;
/// What may wait for a reading.
const MOST_HELD: usize = 20_000;
const MOST_HELD_BYTES: usize = 32 << 20;

#[derive(Debug)]
pub(super) struct Machine {
    show: Show,
    errands: Errands,
    phase: Phase,
    calls: BTreeMap<CallId, Call>,
    last_call: u64,
    held: Vec<Held>,
    held_bytes: usize,
    /// Up to here, everything was heard or read in this connection. Nothing while the server counts nothing.
    last: Option<u64>,
    /// What the history told before the stream did, while the server counts nothing.
    owed: Owed,
    /// Rows were heard since the history was read.
    heard: bool,
    /// When the last readings began.
    reads: VecDeque<Millis>,
    /// The next reading begins in due time.
    waits: bool,
    holes: u8,
    is_live: bool,
}

#[derive(Debug)]
enum Phase {
    Off,
    Opening,
    /// What the stream says is held until both are there.
    Reading(Option<Box<History>>),
    Live,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    History,
    State,
    Delivery(IntentId),
}

/// A row that waits for the history.
#[derive(Debug)]
struct Held {
    seq: Option<u64>,
    /// Nothing where it was not understood and only holds its place in the count.
    row: Option<(Heard, String)>,
}

impl Machine {
    pub fn new(parent: Option<String>) -> Self {
        Self {
            show: Show::new(parent),
            errands: Errands::default(),
            phase: Phase::Off,
            calls: BTreeMap::new(),
            last_call: 0,
            held: Vec::new(),
            held_bytes: 0,
            last: None,
            owed: Owed::default(),
            heard: false,
            reads: VecDeque::new(),
            waits: false,
            holes: 0,
            is_live: false,
        }
    }

    /// Nothing of a connection outlives it but what was told in it.
    fn clear(&mut self) {
        self.errands.clear();
        self.phase = Phase::Off;
        self.calls.clear();
        self.drop_held();
        self.last = None;
        self.owed.clear();
        self.heard = false;
        self.reads.clear();
        self.waits = false;
        self.holes = 0;
        self.is_live = false;
    }

    fn drop_held(&mut self) {
        self.held.clear();
        self.held_bytes = 0;
    }

    fn fail(&mut self, fault: Fault, out: &mut Effects) {
        self.phase = Phase::Off;
        self.drop_held();
        self.calls.retain(|_, call| matches!(call, Call::Delivery(_)));
        out.push(Effect::Fail(fault));
    }

    fn call(&mut self, call: Call, request: Request, out: &mut Effects) {
        let delivers = match &call {
            Call::Delivery(intent) => Some(intent.clone()),
            Call::History | Call::State => None,
        };
        self.last_call += 1;
        let id = CallId(self.last_call);
        self.calls.insert(id, call);
        out.push(Effect::Http { call: id, request, delivers });
    }

    /// Holds the stream and reads the history again, at once or in due time.
    fn read(&mut self, now: Millis, out: &mut Effects) {
        if matches!(self.phase, Phase::Off | Phase::Opening) {
            return;
        }
        self.phase = Phase::Reading(None);
        self.calls.retain(|_, call| matches!(call, Call::Delivery(_)));
        let oldest = self.reads.front().filter(|_| self.reads.len() >= MOST_READS);
        match oldest.map(|at| READS_MS.saturating_sub(now.since(*at)).min(READS_MS)) {
            Some(wait) if wait > 0 => {
                self.waits = true;
                out.push(Effect::Arm { timer: READ, after_ms: u32::try_from(wait).unwrap_or_default() });
            }
            Some(_) | None => self.ask(now, out),
        }
    }

    fn ask(&mut self, now: Millis, out: &mut Effects) {
        self.waits = false;
        self.reads.push_back(now);
        if self.reads.len() > MOST_READS {
            self.reads.pop_front();
        }
        self.call(Call::History, Request::get(HISTORY), out);
    }

    /// Reads the state. A reading of it that is under way may be older than the need: it begins anew.
    fn look(&mut self, out: &mut Effects) {
        match &self.phase {
            Phase::Live | Phase::Reading(Some(_)) => {
                self.calls.retain(|_, call| *call != Call::State);
                self.call(Call::State, Request::get(STATE), out);
            }
            // It comes by itself, after the history.
            Phase::Off | Phase::Opening | Phase::Reading(None) => {}
        }
    }

    fn need(&mut self, need: Need, out: &mut Effects) {
        match need {
            Need::Nothing => {}
            Need::State => self.look(out),
        }
    }

    fn frame(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        if matches!(self.phase, Phase::Off) {
            return;
        }
        let Some(text) = text_of(frame, out) else { return };
        let told = hear(text);
        let seq = told.seq;
        if let (Phase::Live, Some(seq), Some(last)) = (&self.phase, seq, self.last) {
            if seq <= last {
                return;
            }
            if seq > last.saturating_add(1) {
                out.push(gap(last, seq));
                self.read(now, out);
            } else {
                self.last = Some(seq);
            }
        }
        let heard = match told.heard {
            Ok(heard) => heard,
            Err(why) => {
                out.push(odd(text.as_bytes(), why));
                None
            }
        };
        if matches!(self.phase, Phase::Live) {
            if let Some(heard) = heard {
                self.hear(heard, text, now, out);
            }
            return;
        }
        self.held_bytes += text.len();
        self.held.push(Held { seq, row: heard.map(|heard| (heard, text.to_owned())) });
        if self.held.len() > MOST_HELD || self.held_bytes > MOST_HELD_BYTES {
            self.fail(faults::flooded(), out);
        }
    }

    /// Takes in a row, and reads again what it makes doubtful.
    fn hear(&mut self, heard: Heard, raw: &str, now: Millis, out: &mut Effects) {
        let row = heard.row.clone();
        self.heard = true;
        if self.last.is_some() {
            self.show.hear(&heard, raw, &mut self.errands, now, out);
        } else {
            for (heard, raw) in self.owed.take((heard, raw.to_owned())) {
                self.show.hear(&heard, &raw, &mut self.errands, now, out);
            }
        }
        self.show.tell(now, out);
        match row {
            Row::Changed(_) => self.look(out),
            // Without a count, a loss shows nowhere but in the history.
            Row::TurnEnd { .. } if self.last.is_none() => self.read(now, out),
            Row::TurnEnd { .. } if self.errands.waits() => self.look(out),
            Row::TurnStart { .. } | Row::TurnEnd { .. } | Row::Note(_) | Row::Stream(_) => {}
        }
    }

    fn reply(&mut self, call: CallId, reply: Reply, now: Millis, out: &mut Effects) {
        match self.calls.remove(&call) {
            None => {}
            Some(Call::Delivery(intent)) => {
                let need = self.errands.came(&intent, Ok(reply), now, out);
                self.need(need, out);
            }
            Some(Call::History) => {
                let read = faults::check(HISTORY, &reply).and_then(|()| {
                    History::read(&reply.body).map_err(|_| faults::strange(HISTORY, "something else"))
                });
                match read {
                    Ok(history) => {
                        self.phase = Phase::Reading(Some(Box::new(history)));
                        self.look(out);
                    }
                    Err(fault) => self.fail(fault, out),
                }
            }
            Some(Call::State) => {
                let read = faults::check(STATE, &reply).and_then(|()| {
                    Picture::read(&reply.body).map_err(|_| faults::strange(STATE, "something else"))
                });
                match read {
                    Ok(picture) => self.state(picture, now, out),
                    Err(fault) => self.fail(fault, out),
                }
            }
        }
    }

    fn state(&mut self, picture: Picture, now: Millis, out: &mut Effects) {
        match std::mem::replace(&mut self.phase, Phase::Live) {
            Phase::Reading(Some(history)) => self.release(*history, picture, now, out),
            Phase::Live => {
                self.show.see_state(picture, &self.errands, now, out);
                self.judge(now, out);
            }
            phase @ (Phase::Off | Phase::Opening | Phase::Reading(None)) => self.phase = phase,
        }
    }

    /// Both are there: the picture, then what is newer.
    fn release(&mut self, history: History, picture: Picture, now: Millis, out: &mut Effects) {
        if let Some((after, before)) = self.hole(history.seq) {
            self.holes = self.holes.saturating_add(1);
            out.push(gap(after, before));
            if self.holes < MOST_HOLES {
                self.phase = Phase::Reading(None);
                return self.read(now, out);
            }
        }
        self.holes = 0;
        self.heard = false;
        self.last = history.seq;
        let fresh = self.show.see(&history, picture, &mut self.errands, now, out);
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if history.seq.is_none() {
            self.owed.add(&fresh);
        }
        let mut ends = false;
        for Held { seq, row } in held {
            if let (Some(seq), Some(last)) = (seq, self.last) {
                if seq <= last {
                    continue;
                }
                self.last = Some(seq);
            }
            let Some(row) = row else { continue };
            ends |= matches!(row.0.row, Row::TurnEnd { .. });
            self.heard = true;
            let news = if history.seq.is_some() { vec![row] } else { self.owed.take(row) };
            for (heard, raw) in news {
                self.show.hear(&heard, &raw, &mut self.errands, now, out);
            }
        }
        self.show.settle_turn(out);
        self.show.tell(now, out);
        if !std::mem::replace(&mut self.is_live, true) {
            out.push(Effect::Live);
        }
        self.judge(now, out);
        if ends && self.last.is_none() {
            self.read(now, out);
        }
    }

    /// Whether something is missing between a history and what was held for it.
    fn hole(&self, mark: Option<u64>) -> Option<(u64, u64)> {
        let mut after = mark?;
        for seq in self.held.iter().filter_map(|held| held.seq) {
            if seq > after.saturating_add(1) {
                return Some((after, seq));
            }
            after = after.max(seq);
        }
        None
    }

    /// A fresh state is there.
    fn judge(&mut self, now: Millis, out: &mut Effects) {
        let (picture, busy, open) = (&self.show.picture, self.show.is_busy(), self.show.logins.open());
        for (intent, request) in self.errands.look(Seen { picture, busy, open }, now, out) {
            self.call(Call::Delivery(intent), request, out);
        }
        let after_ms = if self.errands.waits() {
            POLL_PROOF_MS
        } else if self.show.picture.login() == Login::UnderWay {
            POLL_LOGIN_MS
        } else {
            POLL_MS
        };
        out.push(Effect::Arm { timer: POLL, after_ms });
    }
}

impl Adapter for Machine {
    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.clear();
                self.phase = Phase::Opening;
                let path = STREAM.to_owned();
                out.push(Effect::Open { stream: StreamId::MAIN, transport: Transport::Sse, path });
            }
            Signal::Stop => self.clear(),
            Signal::Opened { stream: StreamId::MAIN } if matches!(self.phase, Phase::Opening) => {
                self.phase = Phase::Reading(None);
                self.ask(now, out);
            }
            Signal::Frame { stream: StreamId::MAIN, frame } => self.frame(frame, now, out),
            Signal::Reply { call, reply } => self.reply(call, reply, now, out),
            Signal::NoReply { call, sent, fault } => match self.calls.remove(&call) {
                None => {}
                Some(Call::History | Call::State) => self.fail(fault, out),
                Some(Call::Delivery(intent)) => {
                    let came: Result<Reply, Sent> = Err(sent);
                    let need = self.errands.came(&intent, came, now, out);
                    self.need(need, out);
                }
            },
            Signal::Timer { timer: POLL } if matches!(self.phase, Phase::Live) => {
                // Without a count, what the last turn left behind is checked in due time.
                if self.last.is_none() && self.heard { self.read(now, out) } else { self.look(out) }
            }
            Signal::Timer { timer: READ } if std::mem::take(&mut self.waits) => self.ask(now, out),
            Signal::Do { accepted, attempt } if !matches!(self.phase, Phase::Off | Phase::Opening) => {
                let (picture, busy, open) =
                    (&self.show.picture, self.show.is_busy(), self.show.logins.open());
                let seen = Seen { picture, busy, open };
                let (need, request) = self.errands.take(&accepted, attempt, seen, now, out);
                if let Some(request) = request {
                    self.call(Call::Delivery(accepted.id().clone()), request, out);
                }
                self.need(need, out);
            }
            // Of another stream, of a timer that is void, or before anything was read.
            Signal::Located { .. }
            | Signal::Opened { .. }
            | Signal::Frame { .. }
            | Signal::Closed { .. }
            | Signal::Timer { .. }
            | Signal::Do { .. } => {}
        }
    }

    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        let Some(text) = text_of(frame, out) else { return };
        // A recording of the stream has `data:` before each event.
        let text = text.trim_start().strip_prefix("data:").map_or(text, str::trim);
        match hear(text).heard {
            Ok(Some(heard)) => self.show.recount(&heard, text, now, out),
            Ok(None) => {}
            Err(why) => out.push(odd(text.as_bytes(), why)),
        }
    }
}

fn text_of<'a>(frame: Frame<'a>, out: &mut Effects) -> Option<&'a str> {
    match frame {
        Frame::Text(text) => Some(text),
        Frame::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                out.push(odd(bytes, format!("not UTF-8: {error}")));
                None
            }
        },
    }
}

fn odd(raw: &[u8], why: String) -> Effect {
    Effect::Odd { raw: raw.to_vec(), why }
}

fn gap(after: u64, before: u64) -> Effect {
    let why = format!("The stream skipped from {after} to {before}; the history was read again.");
    Effect::Emit(Event::Gap(Gap { why }))
}
