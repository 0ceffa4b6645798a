//! Frames become events. Whatever is not understood is odd, and closes nothing.

use deskbell_domain::{Entry, EntryKind, Event, Hash, ItemId, Millis, When};
use serde_json::Value;

use super::conversation::odd;
use super::json::Row;
use super::words::{LINE, TITLE, line};
use super::{Ailang, emit, inbox, work};
use crate::Effects;

impl Ailang {
    pub(super) fn hear(&mut self, text: &str, now: Millis, out: &mut Effects) {
        let before = out.len();
        let heard = match serde_json::from_str::<Value>(text) {
            Ok(frame) => self.understand(&frame, text, now, out),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = heard {
            // What could not be understood to its end says nothing at all.
            out.truncate(before);
            odd(text.to_owned(), &why, out);
        }
    }

    fn understand(&mut self, frame: &Value, raw: &str, now: Millis, out: &mut Effects) -> Result<(), String> {
        let row = Row(frame);
        let kind = row.must("type")?;
        let sent = row.time("timestamp");
        let nothing = Value::Null;
        let data = row.get("data").unwrap_or(&nothing);
        match kind.as_str() {
            "message" => self.live_message(data, raw, now, out),
            "batch" => self.batch(data, now, out),
            "task_stream" => self.task_told(data, raw, sent, now, out),
            "telemetry" => {
                out.push(emit(Event::Task(work::telemetry(data, sent, now)?)));
                Ok(())
            }
            "inbox_message" => {
                out.push(emit(Event::Entry(inbox::entry(data, raw, now)?)));
                self.inbox.learn(Row(data));
                out.extend(self.inbox.thread().map(Event::Thread).map(emit));
                Ok(())
            }
            "error" => self.trouble(Row(data), sent, raw, now, out),
            "pong" => Ok(()),
            // Its server never sends it; what it would tell is in the list of threads.
            "thread_state" => {
                Row(data).id("thread_id")?;
                self.read_all(false, out);
                Ok(())
            }
            other => Err(format!("the kind \"{}\" is not known", line(other, TITLE))),
        }
    }

    /// What the hub could not do for us. It closes nothing; the next reading subscribes again what needs it.
    fn trouble(
        &mut self,
        row: Row<'_>,
        sent: Option<Millis>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let code = row.must("code")?;
        let message = row.text("message").unwrap_or_default();
        let what = match code.as_str() {
            "SUBSCRIBE_FAILED" | "FETCH_FAILED" | "BATCH_FAILED" => {
                self.threads.give_up_waiting();
                "The hub could not give the messages of a thread; they are asked for again"
            }
            "ACK_FAILED" => {
                self.threads.give_up_waiting();
                "The hub knows nothing of a subscription; it is made again"
            }
            "PARSE_ERROR" | "UNKNOWN_EVENT" | "INVALID_SUBSCRIBE" | "INVALID_ACK" => {
                "The hub did not understand a frame of ours"
            }
            other => return Err(format!("the error code \"{}\" is not known", line(other, TITLE))),
        };
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("error", Hash::of_bytes(raw.as_bytes())),
            at: sent.map_or(When::Seen(now), When::Said),
            kind: EntryKind::Lifecycle,
            agent: None,
            thread: None,
            ask: None,
            text: line(&format!("{what}: {message} ({code})"), LINE),
            raw: raw.to_owned(),
        })));
        Ok(())
    }
}
