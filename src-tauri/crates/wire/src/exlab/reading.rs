//! Reading all the server holds: after every connect, every few seconds, and after every audit.

use std::collections::BTreeSet;

use deskbell_domain::{Covers, Event, Fault, FaultCode, Millis, Next, Snapshot};

use super::faults::{check, strange};
use super::session::{Queue, Session};
use super::shapes::{Operation, Operations, Problems};
use super::{Exlab, POLL, Phase, Purpose, emit, odd, requests};
use crate::{Effect, Effects, Reply};

/// Sessions, and forms that appeared unheard, are looked for this often.
const POLL_MS: u32 = 5_000;
/// And this often while a session runs whose queue is lost.
const UNHEARD_POLL_MS: u32 = 2_000;
/// So many failed readings in a row end the link. A single one costs no queue.
const MOST_FAILURES: u8 = 3;
/// How long the queue of a session that has ended may take to tell its last words.
const LAST_WORDS_MS: i64 = 3_000;
/// Far above what one computer runs at a time; what is over it is said, and not kept.
const MOST_SESSIONS: usize = 500;

/// What is still to come.
#[derive(Debug)]
pub(super) struct Reading {
    operations: bool,
    problems: bool,
    looks: BTreeSet<String>,
    /// Whether the lists can be trusted to be all there is.
    all_asks: bool,
    all_findings: bool,
}

impl Exlab {
    pub(super) fn read(&mut self, problems: bool, now: Millis, out: &mut Effects) {
        if self.phase != Phase::Up {
            return;
        }
        if self.reading.is_some() {
            self.again = true;
            return;
        }
        for id in self.ended_unheard(now) {
            // A success has words of its own, and they did not come.
            let is_lost = |session: &Session| session.state == "done" && !session.told_end;
            self.lost_queues += usize::from(self.sessions.get(&id).is_some_and(is_lost));
            self.close_queue(&id, out);
        }
        self.forget_ended();
        self.again = false;
        self.reading = Some(Reading {
            operations: true,
            problems,
            looks: BTreeSet::new(),
            all_asks: true,
            all_findings: problems,
        });
        self.call(requests::operations(), Purpose::Operations, out);
        if problems {
            self.call(requests::problems(), Purpose::Problems, out);
        }
    }

    /// Sessions that have ended, and whose queue is still open though it had time to say so.
    fn ended_unheard(&self, now: Millis) -> Vec<String> {
        let open = |session: &&Session| {
            session.ended.is_some_and(|at| now.since(at) >= LAST_WORDS_MS)
                && matches!(session.queue, Queue::Open(_))
        };
        self.sessions.values().filter(open).map(|session| session.id.clone()).collect()
    }

    /// Of ended sessions, only so many are remembered.
    fn forget_ended(&mut self) {
        if self.sessions.len() > MOST_SESSIONS {
            self.sessions.retain(|_, session| {
                !session.is_over() || !session.told_end || matches!(session.queue, Queue::Open(_))
            });
        }
    }

    pub(super) fn operations_came(&mut self, reply: Result<Reply, Fault>, now: Millis, out: &mut Effects) {
        let Some(reading) = &mut self.reading else { return };
        reading.operations = false;
        let read = reply.and_then(|reply| {
            check("its operations", &reply)?;
            serde_json::from_slice::<Operations>(&reply.body).map_err(|_| strange("its operations", &reply))
        });
        let rows = match read {
            Ok(read) => read.operations,
            Err(fault) => return self.reading_failed(fault, out),
        };
        let mut is_whole = true;
        let mut to_look: BTreeSet<String> = self
            .sessions
            .values()
            .filter(|session| !session.is_over() || (session.listed && !session.told_end))
            .map(|session| session.id.clone())
            .collect();
        for (index, row) in rows.iter().enumerate() {
            let why = match serde_json::from_str::<Operation>(row.get()) {
                Ok(_) if index >= MOST_SESSIONS => format!("there are more than {MOST_SESSIONS} sessions"),
                Ok(operation) => {
                    let session = self.session(&operation.id, now);
                    session.learn(&operation);
                    if !session.is_over() || session.state != operation.state {
                        to_look.insert(operation.id);
                    }
                    continue;
                }
                Err(error) => error.to_string(),
            };
            out.push(odd(row.get(), why));
            is_whole = false;
            if index >= MOST_SESSIONS {
                break;
            }
        }
        if let Some(reading) = &mut self.reading {
            reading.all_asks &= is_whole;
            reading.looks.clone_from(&to_look);
        }
        for id in to_look {
            self.look(&id, now, out);
        }
        self.finish_reading(now, out);
    }

    pub(super) fn problems_came(&mut self, reply: Result<Reply, Fault>, now: Millis, out: &mut Effects) {
        let Some(reading) = &mut self.reading else { return };
        reading.problems = false;
        let read = reply.and_then(|reply| {
            check("its problems", &reply)?;
            serde_json::from_slice::<Problems>(&reply.body).map_err(|_| strange("its problems", &reply))
        });
        match read {
            Ok(problems) => reading.all_findings &= self.board.read(problems, now, out),
            Err(fault) => return self.reading_failed(fault, out),
        }
        self.finish_reading(now, out);
    }

    fn reading_failed(&mut self, fault: Fault, out: &mut Effects) {
        self.failures = self.failures.saturating_add(1);
        if !self.live || self.failures >= MOST_FAILURES || fault.code == FaultCode::Unauthorized {
            let next =
                if self.live && fault.code == FaultCode::WrongDialect { Next::Soon } else { fault.next };
            return self.fail(Fault { next, ..fault }, out);
        }
        self.reading = None;
        self.calls.retain(|_, purpose| !matches!(purpose, Purpose::Operations | Purpose::Problems));
        out.push(Effect::Arm { timer: POLL, after_ms: UNHEARD_POLL_MS });
    }

    /// A look of the reading is done; what it could not see is not taken for gone.
    pub(super) fn seen(&mut self, id: &str, was_seen: bool, now: Millis, out: &mut Effects) {
        if let Some(reading) = &mut self.reading {
            reading.all_asks &= was_seen || !reading.looks.contains(id);
            reading.looks.remove(id);
            self.finish_reading(now, out);
        }
    }

    fn finish_reading(&mut self, now: Millis, out: &mut Effects) {
        let whole =
            |reading: &mut Reading| !reading.operations && !reading.problems && reading.looks.is_empty();
        let Some(reading) = self.reading.take_if(whole) else { return };
        self.failures = 0;
        out.push(emit(Event::Snapshot(Box::new(Snapshot {
            covers: Covers { asks: reading.all_asks, findings: reading.all_findings, ..Covers::default() },
            asks: self.sessions.values().filter_map(|session| session.ask(now)).collect(),
            findings: if reading.all_findings { self.board.findings() } else { Vec::new() },
            ..Snapshot::default()
        }))));
        self.tell_gaps(out);
        if !std::mem::replace(&mut self.live, true) {
            out.push(Effect::Live);
        }
        if self.again {
            return self.read(true, now, out);
        }
        let unheard =
            self.sessions.values().any(|session| !session.is_over() && session.queue == Queue::Over);
        let after_ms = if unheard { UNHEARD_POLL_MS } else { POLL_MS };
        out.push(Effect::Arm { timer: POLL, after_ms });
    }
}
