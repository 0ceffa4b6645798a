//! The machine: open the stream and hold what it says, read the history, then the state, apply what is newer,
//! go live. The state is read after the history, so that it stands above it.

use deskbell_domain::{Fault, Millis, State};

use super::errands::{Errands, Need};
use super::frame::{Heard, Row, hear};
use super::history::History;
use super::owed::Owed;
use super::picture::{Login, Picture};
use super::show::Show;
use crate::hive::faults::{check, flooded, strange};
use crate::hive::{Call, Calls, Came, Held, Hold, Hole, MOST_HOLES, Overflow, Pace, gap, odd, text_of};
use crate::{Adapter, CallId, Effect, Effects, Frame, Reply, Request, Signal, StreamId, TimerId, Transport};

/// How faults call it.
const WHOM: &str = "a hyperhive agent";

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

#[derive(Debug)]
pub(super) struct Machine {
    show: Show,
    errands: Errands,
    phase: Phase,
    calls: Calls,
    hold: Hold<Heard>,
    /// Up to here, everything was heard or read in this connection. Nothing while the server counts nothing.
    last: Option<u64>,
    /// What the history told before the stream did, while the server counts nothing.
    owed: Owed,
    /// Rows were heard since the history was read.
    heard: bool,
    pace: Pace,
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

impl Machine {
    pub fn new(parent: Option<String>) -> Self {
        Self {
            show: Show::new(parent),
            errands: Errands::default(),
            phase: Phase::Off,
            calls: Calls::default(),
            hold: Hold::default(),
            last: None,
            owed: Owed::default(),
            heard: false,
            pace: Pace::default(),
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
        self.hold.clear();
        self.last = None;
        self.owed.clear();
        self.heard = false;
        self.pace.clear();
        self.waits = false;
        self.holes = 0;
        self.is_live = false;
    }

    fn fail(&mut self, fault: Fault, out: &mut Effects) {
        self.phase = Phase::Off;
        self.hold.clear();
        self.calls.forget_readings();
        out.push(Effect::Fail(fault));
    }

    /// Holds the stream and reads the history again, at once or in due time.
    fn read(&mut self, now: Millis, out: &mut Effects) {
        if matches!(self.phase, Phase::Off | Phase::Opening) {
            return;
        }
        self.phase = Phase::Reading(None);
        self.calls.forget_readings();
        match self.pace.wait(now) {
            Some(after_ms) => {
                self.waits = true;
                out.push(Effect::Arm { timer: READ, after_ms });
            }
            None => self.ask(now, out),
        }
    }

    fn ask(&mut self, now: Millis, out: &mut Effects) {
        self.waits = false;
        self.pace.begin(now);
        self.calls.send(Call::History, Request::get(HISTORY), out);
    }

    /// Reads the state. A reading of it that is under way may be older than the need: it begins anew.
    fn look(&mut self, out: &mut Effects) {
        match &self.phase {
            Phase::Live | Phase::Reading(Some(_)) => {
                self.calls.forget(&Call::State);
                self.calls.send(Call::State, Request::get(STATE), out);
            }
            // It comes by itself, after the history.
            Phase::Off | Phase::Opening | Phase::Reading(None) => {}
        }
    }

    fn need(&mut self, need: Need, now: Millis, out: &mut Effects) {
        match need {
            Need::Nothing => {}
            Need::State => self.look(out),
            Need::All => self.read(now, out),
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
                out.push(gap(Hole { after: last, before: seq }));
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
        if let Err(Overflow) = self.hold.push(Held { seq, word: heard, raw: text.to_owned() }) {
            self.fail(flooded(), out);
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
            Row::TurnStart { .. } | Row::TurnEnd { .. } if self.errands.waits() => self.look(out),
            Row::TurnStart { .. } | Row::TurnEnd { .. } | Row::Note(_) | Row::Stream(_) => {}
        }
    }

    fn reply(&mut self, call: CallId, reply: Reply, now: Millis, out: &mut Effects) {
        match self.calls.take(call) {
            None => {}
            Some(Call::Delivery(intent)) => {
                let need = self.errands.came(&intent, Came::Reply(reply), now, out);
                self.need(need, now, out);
            }
            Some(Call::History) => {
                let read = check(WHOM, HISTORY, &reply).and_then(|()| {
                    History::read(&reply.body).map_err(|_| strange(WHOM, HISTORY, "something else"))
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
                let read = check(WHOM, STATE, &reply).and_then(|()| {
                    Picture::read(&reply.body).map_err(|_| strange(WHOM, STATE, "something else"))
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
        if let Some(hole) = self.hold.hole(history.seq) {
            self.holes = self.holes.saturating_add(1);
            out.push(gap(hole));
            if self.holes < MOST_HOLES {
                self.phase = Phase::Reading(None);
                return self.read(now, out);
            }
        }
        self.holes = 0;
        self.heard = false;
        self.last = history.seq;
        let fresh = self.show.see(&history, picture, &mut self.errands, now, out);
        if history.seq.is_none() {
            self.owed.add(&fresh);
        }
        let mut ends = false;
        for Held { seq, word, raw } in self.hold.take() {
            if let (Some(seq), Some(last)) = (seq, self.last) {
                if seq <= last {
                    continue;
                }
                self.last = Some(seq);
            }
            let Some(heard) = word else { continue };
            ends |= matches!(heard.row, Row::TurnEnd { .. });
            self.heard = true;
            let news = if history.seq.is_some() { vec![(heard, raw)] } else { self.owed.take((heard, raw)) };
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

    /// A fresh state is there.
    fn judge(&mut self, now: Millis, out: &mut Effects) {
        let (need, sends) = self.errands.look(self.show.seen(), now, out);
        for (intent, request) in sends {
            self.calls.send(Call::Delivery(intent), request, out);
        }
        let after_ms = if self.errands.waits() {
            POLL_PROOF_MS
        } else if self.show.picture.login() == Login::UnderWay {
            POLL_LOGIN_MS
        } else {
            POLL_MS
        };
        out.push(Effect::Arm { timer: POLL, after_ms });
        self.need(need, now, out);
    }
}

impl Adapter for Machine {
    fn recall(&mut self, known: &State) {
        self.show.logins.recall(known);
    }

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
            Signal::NoReply { call, sent, fault } => match self.calls.take(call) {
                None => {}
                Some(Call::History | Call::State) => self.fail(fault, out),
                Some(Call::Delivery(intent)) => {
                    let need = self.errands.came(&intent, Came::Nothing(sent), now, out);
                    self.need(need, now, out);
                }
            },
            Signal::Timer { timer: POLL } if matches!(self.phase, Phase::Live) => {
                // Without a count, what the last turn left behind is checked in due time.
                if self.last.is_none() && self.heard { self.read(now, out) } else { self.look(out) }
            }
            Signal::Timer { timer: READ } if std::mem::take(&mut self.waits) => self.ask(now, out),
            Signal::Do { accepted, attempt } if !matches!(self.phase, Phase::Off | Phase::Opening) => {
                let (need, request) = self.errands.take(&accepted, attempt, self.show.seen(), now, out);
                if let Some(request) = request {
                    self.calls.send(Call::Delivery(accepted.id().clone()), request, out);
                }
                self.need(need, now, out);
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
