//! Reading all the server holds: after every connect, and when events may have been missed.

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{Covers, Event, Fault, FaultCode, ItemId, Millis, Next, Snapshot, Verdict};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::answer::Answer;
use super::asking::asked_line;
use super::asks::{End, Wish};
use super::delivery::took;
use super::frame::{Head, SessionInfo, Status};
use super::stream::read_end;
use super::words::{TITLE, line};
use super::{Opencode, Phase, Purpose, emit, evidence};
use crate::{Effect, Effects, Reply};

/// Frames and bytes that wait while the lists are read; far above what any project sends in that time.
const MOST_HELD: usize = 20_000;
const MOST_HELD_BYTES: usize = 32 << 20;
/// Asks that are gone, and are looked for in the records of their calls.
const MOST_RECORDS: usize = 20;
/// What `GET /session` gives at most: the newest.
const MOST_LISTED: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Permissions,
    Questions,
    Sessions,
    Statuses,
}

impl List {
    const ALL: [Self; 4] = [Self::Permissions, Self::Questions, Self::Sessions, Self::Statuses];

    fn path(self) -> &'static str {
        match self {
            Self::Permissions => "/permission",
            Self::Questions => "/question",
            Self::Sessions => "/session",
            Self::Statuses => "/session/status",
        }
    }
}

type Rows = Vec<Box<RawValue>>;

/// What the calls of a session show.
#[derive(Debug)]
enum Record {
    Due,
    Here(Reply),
    Unreadable,
}

/// What has come so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    permissions: Option<Rows>,
    questions: Option<Rows>,
    sessions: Option<Rows>,
    statuses: Option<BTreeMap<String, Box<RawValue>>>,
    /// Sessions whose asks are gone without a word: what their calls show of it.
    records: BTreeMap<String, Record>,
    held: Vec<String>,
    held_bytes: usize,
}

impl Reading {
    /// Keeps a frame until the lists are in.
    pub fn hold(&mut self, text: &str, out: &mut Effects) {
        self.held_bytes = self.held_bytes.saturating_add(text.len());
        if self.held.len() >= MOST_HELD || self.held_bytes > MOST_HELD_BYTES {
            out.push(Effect::Fail(Fault::new(
                FaultCode::TooLarge,
                "opencode sent too much before it had told what it holds.",
                "",
                Next::Soon,
            )));
            return;
        }
        self.held.push(text.to_owned());
    }

    fn is_whole(&self) -> bool {
        self.permissions.is_some()
            && self.questions.is_some()
            && self.sessions.is_some()
            && self.statuses.is_some()
            && self.records.values().all(|record| !matches!(record, Record::Due))
    }

    /// The asks that are open there, or whose end waits among the frames.
    fn accounts_for(&self) -> BTreeSet<ItemId> {
        let listed = |kind: &str, rows: &Option<Rows>| -> Vec<ItemId> {
            let ids = rows.iter().flatten().filter_map(|row| serde_json::from_str::<Listed>(row.get()).ok());
            ids.map(|row| ItemId::of(kind, row.id)).collect()
        };
        let mut known = listed("permission", &self.permissions);
        known.extend(listed("question", &self.questions));
        known.extend(self.held.iter().filter_map(|frame| Some(end_of(frame)?.0)));
        known.into_iter().collect()
    }
}

impl Opencode {
    pub(super) fn read_all(&mut self, out: &mut Effects) {
        if self.recording {
            return;
        }
        // What an earlier reading asked for is older than what is asked for now.
        self.calls.retain(|_, purpose| !matches!(purpose, Purpose::List(_) | Purpose::Record(_)));
        let mut reading = Box::new(Reading::default());
        if let Phase::Reading(earlier) = &mut self.phase {
            reading.held = std::mem::take(&mut earlier.held);
            reading.held_bytes = earlier.held_bytes;
        }
        self.phase = Phase::Reading(reading);
        for list in List::ALL {
            let request = self.paths.list(list.path());
            self.call(request, Purpose::List(list), out);
        }
    }

    pub(super) fn listed(&mut self, list: List, reply: Result<Reply, Fault>, now: Millis, out: &mut Effects) {
        let Phase::Reading(reading) = &mut self.phase else { return };
        let took = reply.and_then(|reply| {
            let path = list.path();
            match list {
                List::Permissions => reading.permissions = Some(read(&reply, path)?),
                List::Questions => reading.questions = Some(read(&reply, path)?),
                List::Sessions => reading.sessions = Some(read(&reply, path)?),
                List::Statuses => reading.statuses = Some(read(&reply, path)?),
            }
            Ok(())
        });
        if let Err(fault) = took {
            return self.fail_reading(fault, out);
        }
        if reading.is_whole() {
            self.read_records(out);
            self.take_if_whole(now, out);
        }
    }

    fn fail_reading(&mut self, fault: Fault, out: &mut Effects) {
        self.calls.retain(|_, purpose| !matches!(purpose, Purpose::List(_) | Purpose::Record(_)));
        out.push(Effect::Fail(fault));
    }

    /// An ask that is gone without a word may have been answered while nobody listened: the record of the call that
    /// waited for it is read before it is taken for vanished.
    fn read_records(&mut self, out: &mut Effects) {
        let Phase::Reading(reading) = &mut self.phase else { return };
        let accounted = reading.accounts_for();
        let gone = self.asks.iter().filter(|(item, known)| known.is_missed() && !accounted.contains(item));
        for (_, known) in gone.take(MOST_RECORDS) {
            if known.wish.call().is_some() {
                reading.records.insert(known.wish.session().to_owned(), Record::Due);
            }
        }
        for session in reading.records.keys().cloned().collect::<Vec<_>>() {
            let request = self.paths.messages(&session);
            self.call(request, Purpose::Record(session), out);
        }
    }

    pub(super) fn recorded(
        &mut self,
        session: &str,
        reply: Result<Reply, Fault>,
        now: Millis,
        out: &mut Effects,
    ) {
        let Phase::Reading(reading) = &mut self.phase else { return };
        let record = match reply {
            // It is as large at the next try.
            Err(fault) if fault.code == FaultCode::TooLarge => Record::Unreadable,
            Err(fault) => return self.fail_reading(fault, out),
            Ok(reply) => Record::Here(reply),
        };
        reading.records.insert(session.to_owned(), record);
        self.take_if_whole(now, out);
    }

    fn take_if_whole(&mut self, now: Millis, out: &mut Effects) {
        match std::mem::replace(&mut self.phase, Phase::Live) {
            Phase::Reading(reading) if reading.is_whole() => self.take_all(*reading, now, out),
            other => self.phase = other,
        }
    }

    /// Everything is in: the whole picture first, then what came meanwhile.
    fn take_all(&mut self, reading: Reading, now: Millis, out: &mut Effects) {
        let rows = reading.sessions.unwrap_or_default();
        let listed: Vec<SessionInfo> = rows.iter().filter_map(|row| parse(row, out)).collect();
        // A full list may leave some out, and so may one that could not be read whole.
        let lists_all = rows.len() < MOST_LISTED && listed.len() == rows.len();
        let statuses = reading.statuses.unwrap_or_default();
        let statuses: BTreeMap<String, Status> =
            statuses.into_iter().filter_map(|(id, row)| Some((id, parse(&row, out)?))).collect();
        self.compare(&listed, statuses.keys().cloned().collect(), out);
        let begun = self.note_begun(&listed, now);
        if lists_all {
            self.sessions.keep_listed(&listed);
        }
        for info in listed {
            self.sessions.learn(info);
        }
        self.sessions.set_all(statuses);
        self.asks.unlist();
        for row in reading.permissions.unwrap_or_default() {
            if let Some(permission) = parse(&row, out) {
                self.asks.open(Wish::Permission(permission), row.get(), now);
            }
        }
        for row in reading.questions.unwrap_or_default() {
            if let Some(question) = parse(&row, out) {
                self.asks.open(Wish::Question(question), row.get(), now);
            }
        }
        for frame in &reading.held {
            self.foresee(frame);
        }
        for (session, record) in &reading.records {
            if let Record::Here(record) = record {
                self.take_record(session, record);
            }
        }

        let mut snapshot = Snapshot {
            covers: Covers { asks: true, threads: lists_all, tasks: lists_all, ..Covers::default() },
            threads: self.sessions.threads(),
            tasks: self.sessions.tasks(),
            entries: begun,
            ..Snapshot::default()
        };
        let won = self.settle_listed(&mut snapshot, now);
        self.show_listed(&mut snapshot, now);
        out.push(emit(Event::Snapshot(Box::new(snapshot))));
        out.extend(won);
        for frame in &reading.held {
            // A frame may say that all must be read again; then the rest waits for that.
            match &mut self.phase {
                Phase::Reading(again) => again.hold(frame, out),
                Phase::Down | Phase::Live => self.hear(frame, now, out),
            }
        }
        if matches!(self.phase, Phase::Live) {
            out.push(Effect::Live);
        }
        self.find_missing(out);
        self.catch_up(out);
    }

    /// Learns of an ending from a frame that still waits, so that what ended meanwhile is not taken for vanished.
    fn foresee(&mut self, frame: &str) {
        let Some((item, answer)) = end_of(frame) else { return };
        if let Some(known) = self.asks.get_mut(&item)
            && known.end.is_none()
            && known.shown.is_some()
        {
            known.end = Some(End { answer, raw: frame.to_owned() });
        }
    }

    /// Learns of endings from what the calls of a session show.
    fn take_record(&mut self, session: &str, record: &Reply) {
        for (_, known) in self.asks.iter_mut() {
            if known.wish.session() != session || known.listed || !known.is_missed() {
                continue;
            }
            let answer = known.wish.call().and_then(|call| evidence::of_call(record, call));
            known.end = answer.map(|answer| evidence::end(answer, known.own.as_ref()));
        }
    }

    /// Puts those that ended while nobody listened into the snapshot.
    fn settle_listed(&mut self, snapshot: &mut Snapshot, now: Millis) -> Vec<Effect> {
        let mut done = Vec::new();
        for (_, known) in self.asks.iter_mut() {
            // The server had taken our answer, and no longer lists the ask: that was us.
            if let Some(own) = known.own.as_ref().filter(|own| own.taken)
                && !known.listed
                && !known.told
                && known.end.is_none()
            {
                let raw = serde_json::json!({ "taken": own.intent }).to_string();
                known.end = Some(End { answer: own.answer.clone(), raw });
            }
        }
        let ended: Vec<_> = self
            .asks
            .iter()
            .filter(|(_, known)| known.end.is_some() && !known.told)
            .map(|(item, _)| item.clone())
            .collect();
        for item in ended {
            let by = self.who_ended(&item, now);
            let own = self.asks.get(&item).and_then(|known| known.own.clone()).filter(|own| own.taken);
            if let Some((settlement, entry)) = self.settlement(&item, by, now) {
                snapshot.settled.push(settlement);
                snapshot.entries.push(entry);
            }
            if let Some(own) = own {
                self.deliveries.remove(&own.intent);
                done.push(Effect::Done {
                    intent: own.intent,
                    verdict: Verdict::Won,
                    note: took(&own.answer),
                });
            }
        }
        done
    }

    fn show_listed(&mut self, snapshot: &mut Snapshot, now: Millis) {
        for (_, known) in self.asks.iter_mut() {
            if !known.listed || known.end.is_some() {
                continue;
            }
            let ask = known.ask(&self.sessions);
            if known.shown.is_none() {
                snapshot.entries.push(asked_line(&ask, &known.raw, now));
            }
            known.shown.clone_from(&ask.thread);
            snapshot.asks.push(ask);
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    id: String,
}

/// The ending a frame tells of, if it tells of one.
fn end_of(frame: &str) -> Option<(ItemId, Answer)> {
    let head = serde_json::from_str::<Head<'_>>(frame).ok()?;
    read_end(&head)?.ok()
}

/// One row of a list; one that cannot be read is kept as odd, and costs nothing else.
fn parse<T: DeserializeOwned>(row: &RawValue, out: &mut Effects) -> Option<T> {
    match serde_json::from_str(row.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            out.push(Effect::Odd { raw: row.get().as_bytes().to_vec(), why: error.to_string() });
            None
        }
    }
}

fn read<T: DeserializeOwned>(reply: &Reply, path: &str) -> Result<T, Fault> {
    match reply.status {
        200 => serde_json::from_slice(&reply.body).map_err(|_| not_opencode(reply, path)),
        401 | 403 => Err(unauthorized(reply.status)),
        429 | 500.. => Err(Fault::new(
            FaultCode::Server,
            format!("opencode is in trouble: {path} answered {} {}", reply.status, beginning(reply)),
            "",
            Next::Soon,
        )),
        _ => Err(not_opencode(reply, path)),
    }
}

pub(super) fn unauthorized(status: u16) -> Fault {
    Fault::new(
        FaultCode::Unauthorized,
        format!("opencode wants a password, and the one given is missing or wrong ({status})."),
        "Set basic login with the user \"opencode\" and the password of OPENCODE_SERVER_PASSWORD.",
        Next::Never,
    )
}

fn not_opencode(reply: &Reply, path: &str) -> Fault {
    let kind = reply.content_type.as_deref().unwrap_or("nothing named");
    Fault::new(
        FaultCode::WrongDialect,
        format!(
            "This does not speak as opencode does: {path} answered {} with {kind}: {}",
            reply.status,
            beginning(reply)
        ),
        "Check that the address is that of `opencode serve` (1.18 or newer), without a path.",
        Next::Never,
    )
}

/// What a reply begins with, for an error text.
pub(super) fn beginning(reply: &Reply) -> String {
    let bytes = reply.body.get(..reply.body.len().min(1_000)).unwrap_or_default();
    line(&String::from_utf8_lossy(bytes), TITLE)
}
