//! One session as it is known: what the server last said of it, and what is shown of that.

use deskbell_domain::{
    Ask, AskState, Entry, EntryKind, Event, Hash, IntentId, ItemId, Millis, Offer, Task, TaskStatus, Thread,
    ThreadState, Urgency, When,
};
use serde_json::Value;

use super::emit;
use super::form::{Form, cancel};
use super::shapes::{Handle, Operation, millis};
use super::waits::Waits;
use crate::words::{LINE, TITLE, line};
use crate::{CallId, Effects, StreamId};

/// A session that waits for input is given up by the server after so long.
const PATIENCE_MS: i64 = 3_600_000;

#[derive(Debug)]
pub(super) struct Session {
    pub id: String,
    /// The server's list has named it; what only an old answer names is not shown.
    pub listed: bool,
    label: String,
    place: String,
    started: Option<Millis>,
    pub state: String,
    pub phase: Option<String>,
    /// Told on the queue only; void when the phase is over.
    progress: Option<(String, u8)>,
    pub form: Option<Form>,
    waits: Waits,
    /// When it last was at work: a wait began no sooner.
    worked: Option<Millis>,
    expires: Option<Millis>,
    /// The queue told that the session waits.
    pub heard_ask: bool,
    /// It told work after that: what a later look shows waiting is another wait, even for the same.
    pub moved_on: Option<CallId>,
    pub own: Option<Own>,
    updated: When,
    pub ended: Option<Millis>,
    /// How it ended is in the history.
    pub told_end: bool,
    pub queue: Queue,
    /// Its queue closed without saying that it ended.
    pub cut: bool,
    /// Its queue went with the connection.
    pub lost: bool,
    pub looking: Option<CallId>,
    /// To be looked at again once the look under way is done.
    pub again: bool,
    /// Of the queue's messages, to tell equal ones apart.
    pub heard: u32,
    pub last_heard: Option<Hash>,
}

/// The queue of a session is consumed by reading it: it is opened once, and never again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    Unopened,
    Open(StreamId),
    Over,
}

/// What we ourselves last did to a session.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub intent: IntentId,
    pub item: ItemId,
    pub deed: Deed,
    /// The server said that it has it.
    pub taken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Answer { words: String },
    Cancel,
}

impl Session {
    pub fn new(id: &str, waits: Waits, now: Millis) -> Self {
        Self {
            id: id.to_owned(),
            listed: false,
            label: String::new(),
            place: String::new(),
            started: None,
            state: String::new(),
            phase: None,
            progress: None,
            form: None,
            waits,
            worked: None,
            expires: None,
            heard_ask: false,
            moved_on: None,
            own: None,
            updated: When::Seen(now),
            ended: None,
            told_end: false,
            queue: Queue::Unopened,
            cut: false,
            lost: false,
            looking: None,
            again: false,
            heard: 0,
            last_heard: None,
        }
    }

    pub fn learn(&mut self, operation: &Operation) {
        self.label = line(operation.run_label.as_deref().unwrap_or_default(), TITLE);
        let place = [&operation.equipment_id, &operation.project_short_id];
        let place: Vec<String> = place.into_iter().flatten().map(|name| line(name, TITLE)).collect();
        self.place = place.join(", ");
        if !self.listed {
            self.listed = true;
            self.started = operation.started_at.as_deref().and_then(millis);
            self.updated = self.started.map_or(self.updated, When::Said);
        }
    }

    pub fn item(&self) -> ItemId {
        ItemId::of("session", &self.id)
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "done" | "failed" | "aborted")
    }

    pub fn title(&self) -> String {
        if self.label.is_empty() { format!("Session {}", line(&self.id, 40)) } else { self.label.clone() }
    }

    /// Takes over what a look says, except for what it says of waiting.
    pub fn update(&mut self, handle: &Handle, now: Millis) {
        let was_over = self.is_over();
        let is_first = self.state.is_empty();
        if self.state != handle.state || self.phase != handle.current_phase {
            self.touch(None, now);
        }
        self.state.clone_from(&handle.state);
        self.phase.clone_from(&handle.current_phase);
        if handle.state != "input_required" {
            self.work(now);
        }
        // Of one that had ended before we saw it, nobody says when.
        if self.is_over() && !was_over && !is_first {
            self.ended = Some(now);
        }
    }

    /// Opens the ask that a look shows.
    pub fn wait_for(&mut self, pending: &Value, now: Millis, out: &mut Effects) {
        let is_first = self.waits.is_empty();
        let time = self.waits.next(&Hash::of(pending));
        let place = if self.place.is_empty() { String::new() } else { format!(" · {}", self.place) };
        let form = Form::new(&self.id, pending, time, &format!("{}{place}", self.title()));
        // Nobody tells since when it waits. It is not since before it last worked, and the first wait begins soon
        // after the session.
        let since = self.worked.or(self.started.filter(|_| is_first));
        let deadline = since.map(|at| at.plus(PATIENCE_MS)).or_else(|| self.waits.deadline(&form.item));
        self.expires = deadline.filter(|at| *at > now);
        let text = format!("Asks for input: {}", title_of(&form));
        let entry =
            self.entry("asked", form.item.rest(), EntryKind::Ask, When::Seen(now), text, pending.to_string());
        out.push(emit(Event::Entry(Entry {
            ask: Some(form.item.clone()),
            agent: form.plugin.clone(),
            ..entry
        })));
        self.form = Some(form);
    }

    pub fn ask(&self, now: Millis) -> Option<Ask> {
        let form = self.form.as_ref()?;
        Some(Ask {
            item: form.item.clone(),
            agent: form.plugin.clone(),
            thread: Some(self.item()),
            asked: When::Seen(now),
            expires: self.expires,
            urgency: Urgency::Normal,
            body: form.body.clone(),
            offers: form.offers.clone(),
            state: AskState::Open,
        })
    }

    pub fn show(&self, now: Millis, out: &mut Effects) {
        if !self.listed || self.state.is_empty() {
            return;
        }
        let (task, thread) = match self.state.as_str() {
            "pending" | "input_required" => (TaskStatus::Waiting, ThreadState::Idle),
            "done" => (TaskStatus::Done, ThreadState::Ended),
            "failed" => (TaskStatus::Failed, ThreadState::Ended),
            "aborted" => (TaskStatus::Cancelled, ThreadState::Ended),
            "validating" | "rendering" | "plugin_pass" | "cache_write" | "post_validate" | "sync_queued" => {
                (TaskStatus::Running, ThreadState::Busy)
            }
            other => (TaskStatus::Unknown(line(other, TITLE)), ThreadState::Unknown(line(other, TITLE))),
        };
        self.show_as(task, thread, out);
        if let Some(ask) = self.ask(now) {
            out.push(emit(Event::Ask(Box::new(ask))));
        }
    }

    /// The server no longer knows it.
    pub fn show_lost(&self, out: &mut Effects) {
        if self.listed {
            self.show_as(TaskStatus::Unknown("lost".to_owned()), ThreadState::Ended, out);
        }
    }

    fn show_as(&self, status: TaskStatus, state: ThreadState, out: &mut Effects) {
        let progress = self.progress.as_ref().filter(|(phase, _)| self.phase.as_ref() == Some(phase));
        let is_open = matches!(status, TaskStatus::Waiting | TaskStatus::Running);
        let offers: Vec<Offer> = if is_open { vec![cancel()] } else { Vec::new() };
        out.push(emit(Event::Thread(Thread {
            item: self.item(),
            title: self.title(),
            parent: None,
            agent: None,
            state,
            updated: self.updated,
            offers: Vec::new(),
        })));
        out.push(emit(Event::Task(Task {
            item: ItemId::of("task", &self.id),
            title: self.title(),
            agent: None,
            thread: Some(self.item()),
            status,
            phase: self.phase.as_deref().map(|phase| line(phase, TITLE)),
            progress: progress.map(|(_, percent)| *percent),
            turns: None,
            tokens_in: None,
            tokens_out: None,
            cost_micros: None,
            started: self.started.map_or(self.updated, When::Said),
            ended: self.ended,
            offers,
        })));
    }

    pub fn touch(&mut self, at: Option<Millis>, now: Millis) {
        self.updated = at.map_or(When::Seen(now), When::Said);
    }

    pub fn work(&mut self, at: Millis) {
        self.worked = self.worked.max(Some(at));
    }

    pub fn set_progress(&mut self, phase: &str, current: u64, total: u64) {
        let percent = (u128::from(current.min(total)) * 100).checked_div(u128::from(total));
        self.phase = Some(phase.to_owned());
        self.progress = percent.and_then(|percent| Some((phase.to_owned(), u8::try_from(percent).ok()?)));
    }

    /// A line of its history.
    pub fn entry(&self, kind: &str, rest: &str, of: EntryKind, at: When, text: String, raw: String) -> Entry {
        Entry {
            item: ItemId::of(kind, rest),
            at,
            kind: of,
            agent: None,
            thread: Some(self.item()),
            ask: None,
            text: line(&text, LINE),
            raw,
        }
    }

    /// How it ended: in the queue's own words where it has any, else in those of a look.
    pub fn tell_end(&mut self, text: String, now: Millis, raw: &str, out: &mut Effects) {
        if !std::mem::replace(&mut self.told_end, true) {
            let entry =
                self.entry("end", &self.id, EntryKind::Lifecycle, When::Seen(now), text, raw.to_owned());
            out.push(emit(Event::Entry(entry)));
        }
    }
}

pub(super) fn title_of(form: &Form) -> String {
    use deskbell_domain::AskBody;
    match &form.body {
        AskBody::Form { title, .. } | AskBody::Approval { title, .. } | AskBody::Question { title, .. } => {
            title.clone()
        }
        AskBody::Unknown { kind, .. } => format!("{kind}, in a form this version does not know"),
    }
}
