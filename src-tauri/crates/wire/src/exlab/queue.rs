//! What a session's queue says: lines of history, and each a reason to look at the session itself.

use deskbell_domain::{EntryKind, Event, Gap, Hash, Millis, When};
use serde_json::Value;

use super::session::Queue;
use super::shapes::{SessionFrame, millis};
use super::{Exlab, emit, odd};
use crate::words::{TITLE, line};
use crate::{CallId, Effect, Effects, StreamId, Transport};

/// A socket each: more sessions than this are only looked at.
const MOST_QUEUES: usize = 64;

impl Exlab {
    /// Opens the queue of a session that runs, the first time it is seen to.
    pub(super) fn open_queue(&mut self, id: &str, out: &mut Effects) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.queue != Queue::Unopened
            || session.is_over()
            || !session.listed
            || self.streams.len() >= MOST_QUEUES
        {
            return;
        }
        self.last_stream = self.last_stream.wrapping_add(1).max(1);
        let stream = StreamId(self.last_stream);
        session.queue = Queue::Open(stream);
        self.streams.insert(stream, id.to_owned());
        let path = super::requests::session_events(id);
        out.push(Effect::Open { stream, transport: Transport::WebSocket, path });
    }

    /// A session that has ended says nothing any more, and its queue may stay open for ever.
    pub(super) fn close_queue(&mut self, id: &str, out: &mut Effects) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if let Queue::Open(stream) = session.queue {
            session.queue = Queue::Over;
            self.streams.remove(&stream);
            out.push(Effect::Close { stream });
        }
    }

    /// Only success is told before the close: all else is for a look to find out.
    pub(super) fn queue_closed(&mut self, stream: StreamId, now: Millis, out: &mut Effects) {
        let Some(id) = self.streams.remove(&stream) else { return };
        if let Some(session) = self.sessions.get_mut(&id) {
            session.queue = Queue::Over;
            session.cut = !session.told_end;
        }
        self.look(&id, now, out);
    }

    pub(super) fn hear(&mut self, id: &str, text: &str, now: Millis, out: &mut Effects) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let frame: SessionFrame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => return out.push(odd(text, error.to_string())),
        };
        let hash = Hash::of_bytes(text.as_bytes());
        if session.last_heard.as_ref() == Some(&hash) {
            return;
        }
        let at = frame.at.as_deref().and_then(millis);
        let phase = frame.phase.as_deref().map(|phase| line(phase, TITLE));
        let of = |name: &Option<String>| phase.clone().or_else(|| name.clone()).unwrap_or_default();
        let (kind, said) = match (frame.kind.as_str(), &phase) {
            ("phase", Some(phase)) => {
                if std::mem::take(&mut session.heard_ask) && session.form.is_some() {
                    session.moved_on = Some(CallId(self.last_call));
                }
                session.touch(at, now);
                session.work(at.unwrap_or(now));
                (EntryKind::Lifecycle, phase.replace('_', " "))
            }
            ("progress", Some(phase)) => {
                let (current, total) = (frame.current.unwrap_or_default(), frame.total.unwrap_or_default());
                session.set_progress(phase, current, total);
                (EntryKind::Stream, format!("{}: {current} of {total}", phase.replace('_', " ")))
            }
            ("warning", _) => (
                EntryKind::Lifecycle,
                format!("Warning in {}: {}", of(&None), frame.message.unwrap_or_default()),
            ),
            ("input_required", _) => {
                session.heard_ask = true;
                let who = frame.plugin.unwrap_or_else(|| "a plugin".to_owned());
                (EntryKind::Lifecycle, format!("{who} waits for input: {}", frame.reason.unwrap_or_default()))
            }
            ("done", _) => (EntryKind::Lifecycle, done_words(frame.result.as_ref())),
            ("failed", _) => (
                EntryKind::Lifecycle,
                format!("Failed: {}", frame.error.map(|error| error.words()).unwrap_or_default()),
            ),
            (other, _) => {
                return out.push(odd(text, format!("\"{}\" is no word of a session", line(other, TITLE))));
            }
        };
        session.heard = session.heard.wrapping_add(1);
        session.last_heard = Some(hash.clone());
        if matches!(frame.kind.as_str(), "done" | "failed") {
            session.tell_end(said, now, text, out);
        } else {
            let rest = format!("{}:{hash}:{id}", session.heard);
            let at = at.map_or(When::Seen(now), When::Said);
            out.push(emit(Event::Entry(session.entry("heard", &rest, kind, at, said, text.to_owned()))));
        }
        if self.recording {
            return;
        }
        if frame.kind == "progress" {
            session.show(now, out);
        } else {
            self.look(id, now, out);
        }
    }

    /// Says that something may be missing of sessions whose queue was lost.
    pub(super) fn tell_gaps(&mut self, out: &mut Effects) {
        let lost = std::mem::take(&mut self.lost_queues);
        if lost > 0 {
            let whose = if lost == 1 { "one session".to_owned() } else { format!("{lost} sessions") };
            let why = format!(
                "The queue of {whose} was lost, and ExLab-Wizard does not repeat it; where each stands is read instead."
            );
            out.push(emit(Event::Gap(Gap { why })));
        }
    }
}

pub(super) fn done_words(result: Option<&Value>) -> String {
    let of = |name: &str| result.and_then(|result| result.get(name));
    let text = |name: &str| of(name).and_then(Value::as_str);
    let mut words = format!("Done: {}", text("path").unwrap_or("nothing named"));
    if let Some(sync) = text("sync_status") {
        words = format!("{words}, sync {sync}");
    }
    if of("blocked").and_then(Value::as_bool) == Some(true) {
        words.push_str(", blocked by findings");
    }
    words
}
