//! The machine: open the stream and hold what it says, read the picture, apply what is newer, go live.

use deskbell_domain::{Fault, Millis};

use super::answers::{Errands, Need};
use super::desk::Desk;
use super::faults;
use super::frame::{Heard, Word, hear};
use super::marks::Marks;
use super::messages::Overlap;
use super::picture::{History, Picture};
use crate::hive::faults::flooded;
use crate::hive::{Call, Calls, Came, Held, Hold, Hole, MOST_HOLES, Overflow, Pace, gap, odd, text_of};
use crate::{Adapter, CallId, Effect, Effects, Frame, Reply, Request, Signal, StreamId, TimerId, Transport};

const STATE: &str = "/api/state";
const OLD_HISTORY: &str = "/messages/history?limit=200";

/// When to look whether the server has said what it accepted.
const PROOF: TimerId = TimerId(1);
/// When the picture may be read again.
const READ: TimerId = TimerId(2);

/// How many pictures older than the stream are taken for bad luck.
const MOST_STALE: u8 = 3;

#[derive(Clone, Copy, Debug)]
pub(super) struct Paths {
    stream: &'static str,
    history: &'static str,
}

impl Paths {
    pub const DASHBOARD: Self = Self { stream: "/dashboard/stream", history: "/dashboard/history" };
    /// Before the dashboard had a stream of its own.
    pub const MESSAGES: Self = Self { stream: "/messages/stream", history: OLD_HISTORY };
}

#[derive(Debug)]
pub(super) struct Machine {
    paths: Paths,
    /// Where the history is; moves to the old place on a server that has no other.
    history: &'static str,
    phase: Phase,
    calls: Calls,
    hold: Hold<Word>,
    desk: Desk,
    errands: Errands,
    /// The last that was heard in this connection. Dies with it: a restarted server counts from 0.
    last: Option<u64>,
    /// What the last readings hold.
    marks: Marks,
    /// What a history without a mark holds, and the stream has not told yet.
    overlap: Overlap,
    /// The picture may not be older than this: it was applied before the reading began.
    applied: Option<u64>,
    pace: Pace,
    /// The next reading begins in due time.
    waits: bool,
    stale: u8,
    holes: u8,
    is_live: bool,
    /// When the next proof is overdue.
    watching: Option<Millis>,
}

#[derive(Debug)]
enum Phase {
    Off,
    Opening,
    /// What the stream says is held until both are there.
    Reading {
        state: Option<Box<Picture>>,
        history: Option<History>,
    },
    Live,
}

impl Machine {
    pub fn new(paths: Paths) -> Self {
        Self {
            paths,
            history: paths.history,
            phase: Phase::Off,
            calls: Calls::default(),
            hold: Hold::default(),
            desk: Desk::new(),
            errands: Errands::new(),
            last: None,
            marks: Marks::default(),
            overlap: Overlap::default(),
            applied: None,
            pace: Pace::default(),
            waits: false,
            stale: 0,
            holes: 0,
            is_live: false,
            watching: None,
        }
    }

    fn clear(&mut self) {
        self.phase = Phase::Off;
        self.calls.clear();
        self.hold.clear();
        self.desk.clear();
        self.errands.clear();
        self.last = None;
        self.marks = Marks::default();
        self.overlap = Overlap::default();
        self.applied = None;
        self.pace.clear();
        self.waits = false;
        self.stale = 0;
        self.holes = 0;
        self.is_live = false;
        self.watching = None;
    }

    fn fail(&mut self, fault: Fault, out: &mut Effects) {
        self.phase = Phase::Off;
        self.hold.clear();
        self.calls.forget_readings();
        out.push(Effect::Fail(fault));
    }

    /// Holds the stream and reads both again, at once or in due time.
    fn read(&mut self, now: Millis, out: &mut Effects) {
        match self.phase {
            Phase::Off | Phase::Opening => return,
            Phase::Live => self.applied = self.last.max(self.marks.state),
            Phase::Reading { .. } => {}
        }
        self.phase = Phase::Reading { state: None, history: None };
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
        self.calls.send(Call::History, Request::get(self.history), out);
        // The old history has no mark: the state is read behind it, whose mark then holds for both.
        if self.history != OLD_HISTORY {
            self.calls.send(Call::State, Request::get(STATE), out);
        }
    }

    fn need(&mut self, need: Need, now: Millis, out: &mut Effects) {
        match need {
            Need::Nothing => {}
            // A reading that is under way may be older than the need: it begins anew.
            Need::Picture => self.read(now, out),
        }
    }

    fn frame(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        if matches!(self.phase, Phase::Off) {
            return;
        }
        let Some(text) = text_of(frame, out) else { return };
        let Heard { seq, word } = hear(text);
        if seq.is_some_and(|seq| self.last.is_some_and(|last| seq <= last)) {
            return;
        }
        if let (Some(seq), Some(reached)) = (seq, self.last.max(self.marks.least()))
            && seq > reached.saturating_add(1)
            && matches!(self.phase, Phase::Live)
        {
            out.push(gap(Hole { after: reached, before: seq }));
            self.read(now, out);
        }
        self.last = seq.or(self.last);
        let word = match word {
            Ok(word) => Some(word),
            Err(why) => {
                out.push(odd(text.as_bytes(), why));
                None
            }
        };
        match (&self.phase, word) {
            (Phase::Off, _) | (Phase::Live, None) => {}
            (Phase::Live, Some(word)) => {
                if self.is_news(&word, seq) {
                    let need = self.desk.hear(word, text, true, &mut self.errands, now, out);
                    self.need(need, now, out);
                }
            }
            (Phase::Opening | Phase::Reading { .. }, word) => {
                let raw = if word.is_some() { text.to_owned() } else { String::new() };
                if let Err(Overflow) = self.hold.push(Held { seq, word, raw }) {
                    self.fail(flooded(), out);
                }
            }
        }
    }

    fn reply(&mut self, call: CallId, reply: Reply, now: Millis, out: &mut Effects) {
        match self.calls.take(call) {
            None => {}
            Some(Call::Delivery(intent)) => {
                let need = self.errands.came(&intent, Came::Reply(reply), &self.desk.board, now, out);
                self.need(need, now, out);
            }
            Some(Call::State) => {
                let read = faults::check(STATE, &reply)
                    .and_then(|()| Picture::read(&reply.body).map_err(|what| faults::strange(STATE, what)));
                match read {
                    Ok(picture) => {
                        if let Phase::Reading { state, .. } = &mut self.phase {
                            *state = Some(Box::new(picture));
                        }
                        self.release(now, out);
                    }
                    Err(fault) => self.fail(fault, out),
                }
            }
            Some(Call::History) => self.reply_history(&reply, now, out),
        }
    }

    fn reply_history(&mut self, reply: &Reply, now: Millis, out: &mut Effects) {
        let read = match faults::check(self.history, reply) {
            Ok(()) => History::read(&reply.body).map_err(|what| what.words()),
            Err(_) if reply.status == 404 => Err("nothing"),
            Err(fault) => return self.fail(fault, out),
        };
        let read = match read {
            Ok(read) => read,
            Err(_) if self.history != OLD_HISTORY => {
                self.history = OLD_HISTORY;
                return self.calls.send(Call::History, Request::get(OLD_HISTORY), out);
            }
            // Messages are not worth the link: asks come from the other reading.
            Err(what) => {
                self.history = self.paths.history;
                if reply.status != 404 {
                    out.push(odd(&reply.body, format!("the message history is {what}")));
                }
                History::none()
            }
        };
        let has_mark = read.seq.is_some();
        if let Phase::Reading { state, history } = &mut self.phase {
            *history = Some(read);
            if !has_mark {
                *state = None;
                self.calls.forget(&Call::State);
                self.calls.send(Call::State, Request::get(STATE), out);
            }
        }
        self.release(now, out);
    }

    /// Whether the readings have not told it. A history without a mark was read before the state: it holds nothing
    /// that is newer than that.
    fn is_news(&mut self, word: &Word, seq: Option<u64>) -> bool {
        let may_be_read = match (seq, self.marks.state) {
            (Some(seq), Some(mark)) => seq <= mark,
            (None, _) | (_, None) => true,
        };
        self.marks.are_before(word, seq)
            && !(may_be_read && matches!(word, Word::Message(message) if self.overlap.takes(message)))
    }

    /// When both readings are there: the picture, then what is newer.
    fn release(&mut self, now: Millis, out: &mut Effects) {
        let Phase::Reading { state: Some(picture), history: Some(history) } = &mut self.phase else { return };
        let marks = Marks { state: picture.seq, history: history.seq };
        if marks.state.is_some_and(|seq| self.applied.is_some_and(|applied| seq < applied)) {
            self.stale = self.stale.saturating_add(1);
            return if self.stale < MOST_STALE {
                self.read(now, out)
            } else {
                self.fail(faults::stale(), out)
            };
        }
        if let Some(hole) = self.hold.hole(marks.least()) {
            // Where only a message can be missing, a history that never catches up must not keep the asks away.
            let is_of_messages = marks.state.is_some_and(|seq| hole.before <= seq.saturating_add(1));
            self.holes = self.holes.saturating_add(1);
            if self.holes < MOST_HOLES || !is_of_messages {
                out.push(gap(hole));
                return self.read(now, out);
            }
        }
        let Phase::Reading { state: Some(picture), history: Some(history) } =
            std::mem::replace(&mut self.phase, Phase::Live)
        else {
            return;
        };
        (self.stale, self.holes) = (0, 0);
        self.marks = marks;
        self.desk.see(&picture, &history, &mut self.errands, now, out);
        // Without a mark, the rows themselves say which messages they hold.
        let rows = history.rows.rows.iter().map(|(message, _)| message);
        self.overlap = if marks.history.is_none() { Overlap::of(rows) } else { Overlap::default() };
        let mut need = Need::Nothing;
        for Held { seq, word, raw } in self.hold.take() {
            let Some(word) = word else { continue };
            if self.is_news(&word, seq)
                && self.desk.hear(word, &raw, true, &mut self.errands, now, out) == Need::Picture
            {
                need = Need::Picture;
            }
        }
        if marks.state.is_none() {
            // Nothing tells what is still under way from what is new.
            self.overlap = Overlap::default();
        }
        let seen = (&self.desk.board, &self.desk.roster);
        self.errands.look(seen, &mut self.calls, now, out);
        if !std::mem::replace(&mut self.is_live, true) {
            out.push(Effect::Live);
        }
        self.need(need, now, out);
    }

    /// Looks when the next proof is overdue.
    fn watch(&mut self, now: Millis, out: &mut Effects) {
        let due = self.errands.next_due();
        if due != self.watching {
            self.watching = due;
            if let Some(due) = due {
                let after_ms = u32::try_from(due.since(now).max(0)).unwrap_or_default();
                out.push(Effect::Arm { timer: PROOF, after_ms });
            }
        }
    }
}

impl Adapter for Machine {
    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects) {
        match signal {
            Signal::Start => {
                self.clear();
                self.phase = Phase::Opening;
                let path = self.paths.stream.to_owned();
                out.push(Effect::Open { stream: StreamId::MAIN, transport: Transport::Sse, path });
            }
            Signal::Stop => self.clear(),
            Signal::Opened { stream: StreamId::MAIN } if matches!(self.phase, Phase::Opening) => {
                self.phase = Phase::Reading { state: None, history: None };
                self.ask(now, out);
            }
            Signal::Frame { stream: StreamId::MAIN, frame } => self.frame(frame, now, out),
            Signal::Reply { call, reply } => self.reply(call, reply, now, out),
            Signal::NoReply { call, sent, fault } => match self.calls.take(call) {
                None => {}
                Some(Call::State | Call::History) => self.fail(fault, out),
                Some(Call::Delivery(intent)) => {
                    let came = Came::Nothing(sent);
                    let need = self.errands.came(&intent, came, &self.desk.board, now, out);
                    self.need(need, now, out);
                }
            },
            Signal::Timer { timer: PROOF } => {
                self.watching = None;
                let need = self.errands.overdue(now);
                self.need(need, now, out);
            }
            Signal::Timer { timer: READ } if std::mem::take(&mut self.waits) => self.ask(now, out),
            Signal::Do { accepted, attempt } if !matches!(self.phase, Phase::Off | Phase::Opening) => {
                let known = (&self.desk.board, &self.desk.roster);
                let need = self.errands.take(&accepted, attempt, known, &mut self.calls, now, out);
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
        self.watch(now, out);
    }

    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects) {
        let Some(text) = text_of(frame, out) else { return };
        match hear(text).word {
            Ok(word) => {
                let _nothing_to_read = self.desk.hear(word, text, false, &mut self.errands, now, out);
            }
            Err(why) => out.push(odd(text.as_bytes(), why)),
        }
    }
}
