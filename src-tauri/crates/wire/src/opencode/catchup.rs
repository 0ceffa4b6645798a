//! Reading back what was said while nobody listened: the stream repeats nothing, but the conversations are kept.

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{Entry, EntryKind, Event, Gap, ItemId, Millis, When};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::{MessageInfo, Part, SessionInfo, millis};
use super::words::{LINE, TITLE, line};
use super::{Opencode, Purpose, emit, session};
use crate::recent::Recent;
use crate::{CallId, Effect, Effects, Reply};

/// Conversations that are read back after one connect; those changed last come first.
const MOST: usize = 50;
/// And after the first connect, to have something to show.
const MOST_AT_FIRST: usize = 10;
/// Calls under way at once.
const AT_ONCE: usize = 4;
const MOST_TRIES: u8 = 3;
/// Messages of one conversation that are read back.
pub(super) const MESSAGES: usize = 100;
/// Pieces of which is remembered when they were last heard.
const HEARD: usize = 4_000;

#[derive(Debug)]
pub(super) struct Catchup {
    /// Whether a whole picture was ever read.
    pub begun: bool,
    /// Sessions in the middle of something, as far as the stream told: what follows may be missed.
    open: BTreeSet<String>,
    /// Sessions of which something may have been missed.
    behind: BTreeMap<String, Missed>,
    /// The last call that was made before a piece was heard on the stream.
    heard: Recent<u64>,
}

/// What is known of a conversation that is to be read back.
#[derive(Clone, Copy, Debug, Default)]
struct Missed {
    /// How often it was tried in vain.
    tries: u8,
    /// Nothing of it was known before: its beginning is not missed.
    at_first: bool,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    info: &'a RawValue,
    #[serde(borrow, default)]
    parts: Vec<&'a RawValue>,
}

impl Catchup {
    pub fn new() -> Self {
        Self { begun: false, open: BTreeSet::new(), behind: BTreeMap::new(), heard: Recent::new(HEARD) }
    }

    /// Something of a session came on the stream that more follows on.
    pub fn goes_on(&mut self, session: &str) {
        if self.open.len() < HEARD {
            self.open.insert(session.to_owned());
        }
    }

    /// The stream told that a session rests: nothing of it is missed.
    pub fn rests(&mut self, session: &str) {
        self.open.remove(session);
    }

    /// Whatever else the stream tells of it, the next connect reads this session back.
    pub fn falls_behind(&mut self, session: &str) {
        if self.behind.len() < HEARD {
            self.behind.entry(session.to_owned()).or_default();
        }
    }

    pub fn heard(&mut self, part: &str, last_call: u64) {
        self.heard.keep(part, last_call);
    }

    /// Whether the stream told of a piece after this call was made: then it knows better.
    fn is_older(&self, call: CallId, part: &str) -> bool {
        self.heard.get(part).is_some_and(|before| *before >= call.0)
    }
}

impl Opencode {
    /// Notes of which sessions something was missed, now that the lists are in and before they are learnt.
    pub(super) fn compare(&mut self, listed: &[SessionInfo], busy: Vec<String>, out: &mut Effects) {
        let catchup = &mut self.catchup;
        let mut missed = std::mem::take(&mut catchup.open);
        missed.extend(self.sessions.at_work().map(str::to_owned));
        missed.extend(busy);
        let mut newest: Vec<&SessionInfo> = listed.iter().collect();
        newest.sort_by(|a, b| {
            b.time.updated.unwrap_or(0.0).total_cmp(&a.time.updated.unwrap_or(0.0)).then(a.id.cmp(&b.id))
        });
        let most = if catchup.begun { usize::MAX } else { MOST_AT_FIRST };
        let news = newest.iter().filter(|info| self.sessions.is_news(info)).take(most);
        missed.extend(news.map(|info| info.id.clone()));
        catchup.behind.retain(|id, _| listed.iter().any(|info| info.id == *id));
        let mut room = MOST;
        let mut left = 0;
        for info in newest {
            if !missed.contains(&info.id) && !catchup.behind.contains_key(&info.id) {
                continue;
            }
            if room == 0 {
                left += 1;
                catchup.behind.remove(&info.id);
                continue;
            }
            room -= 1;
            let at_first = !catchup.begun;
            catchup.behind.entry(info.id.clone()).or_insert(Missed { tries: 0, at_first }).tries = 0;
        }
        if left > 0 {
            out.push(gap(format!("More went on than is read back: {left} sessions are left out.")));
        }
    }

    /// A line for each session that began while nobody listened.
    pub(super) fn note_begun(&mut self, listed: &[SessionInfo], now: Millis) -> Vec<Entry> {
        if !std::mem::replace(&mut self.catchup.begun, true) {
            return Vec::new();
        }
        let fresh = listed.iter().filter(|info| self.sessions.get(&info.id).is_none());
        fresh
            .map(|info| {
                let raw = serde_json::json!({ "listed": info.id }).to_string();
                begun(info, &raw, now)
            })
            .collect()
    }

    /// Goes on reading back, as far as not enough is under way.
    pub(super) fn catch_up(&mut self, out: &mut Effects) {
        let under_way: BTreeSet<&str> = self
            .calls
            .values()
            .filter_map(
                |purpose| if let Purpose::Story(session) = purpose { Some(session.as_str()) } else { None },
            )
            .collect();
        let room = AT_ONCE.saturating_sub(under_way.len());
        let next: Vec<String> = self
            .catchup
            .behind
            .keys()
            .filter(|id| !under_way.contains(id.as_str()))
            .take(room)
            .cloned()
            .collect();
        for session in next {
            let request = self.paths.messages(&session);
            self.call(request, Purpose::Story(session), out);
        }
    }

    /// A conversation was read back, or cannot be.
    pub(super) fn story_told(
        &mut self,
        call: CallId,
        session: &str,
        reply: Option<Reply>,
        now: Millis,
        out: &mut Effects,
    ) {
        let body = reply.as_ref().filter(|reply| reply.status == 200).map(|reply| reply.body.as_slice());
        match body.map(serde_json::from_slice::<Vec<Row<'_>>>) {
            Some(Ok(rows)) => {
                let missed = self.catchup.behind.remove(session).unwrap_or_default();
                if !self.take_story(call, &rows, now, out) && !missed.at_first {
                    let called = self.called(session);
                    let why = format!("Of {called} only the last {MESSAGES} messages can be read back.");
                    out.push(gap(why));
                }
            }
            // It was deleted meanwhile.
            None if reply.as_ref().is_some_and(|reply| reply.status == 404) => {
                self.catchup.behind.remove(session);
            }
            Some(Err(_)) | None => self.try_again(session, out),
        }
        self.catch_up(out);
    }

    fn try_again(&mut self, session: &str, out: &mut Effects) {
        let Some(missed) = self.catchup.behind.get_mut(session) else { return };
        missed.tries += 1;
        if missed.tries >= MOST_TRIES {
            self.catchup.behind.remove(session);
            let called = self.called(session);
            out.push(gap(format!("What was said meanwhile in {called} cannot be read back.")));
        }
    }

    /// Tells whether it reaches back to what was known.
    fn take_story(&mut self, call: CallId, rows: &[Row<'_>], now: Millis, out: &mut Effects) -> bool {
        let mut reaches_back = rows.len() < MESSAGES;
        for row in rows {
            let Some(info) = read::<MessageInfo>(row.info, out) else { continue };
            reaches_back |= self.transcript.knows_message(&info.id);
            self.transcript.message_read_back(&info, row.info.get(), now).tell_or_odd(row.info, out);
            for raw in &row.parts {
                let Some(part) = read::<Part>(raw, out) else { continue };
                if !self.catchup.is_older(call, &part.id) {
                    self.transcript.read_back(&part, &info, raw.get(), now).tell_or_odd(raw, out);
                }
            }
        }
        reaches_back
    }

    fn called(&self, session: &str) -> String {
        match self.sessions.get(session).and_then(|info| info.title.as_deref()) {
            Some(title) => format!("\"{}\"", line(title, TITLE)),
            None => format!("the session {}", line(session, TITLE)),
        }
    }
}

/// The line of history that tells of a new session.
pub(super) fn begun(info: &SessionInfo, raw: &str, now: Millis) -> Entry {
    let text = format!("Session started: {}", info.title.as_deref().unwrap_or_default());
    Entry {
        item: ItemId::of("created", &info.id),
        at: millis(info.time.created).map_or(When::Seen(now), When::Said),
        kind: EntryKind::Lifecycle,
        agent: info.agent.as_deref().map(|agent| line(agent, TITLE)),
        thread: Some(session::item(&info.id)),
        ask: None,
        text: line(&text, LINE),
        raw: raw.to_owned(),
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue, out: &mut Effects) -> Option<T> {
    match serde_json::from_str(raw.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            out.push(Effect::Odd { raw: raw.get().as_bytes().to_vec(), why: error.to_string() });
            None
        }
    }
}

fn gap(why: String) -> Effect {
    emit(Event::Gap(Gap { why }))
}
