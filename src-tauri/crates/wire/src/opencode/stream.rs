//! The event stream, event by event.

use deskbell_domain::{Entry, EntryKind, Event, Hash, ItemId, Millis, When};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::Answer;
use super::asks::{End, Wish};
use super::catchup::begun;
use super::frame::{Head, MessageInfo, SessionInfo, Status, Trouble};
use super::transcript::{Delta, Heard, Updated};
use super::words::{LINE, TITLE, line};
use super::{Opencode, Phase, emit, session};
use crate::{Effect, Effects};

/// Events that say nothing a person at this desk would miss.
const QUIET: &[&str] = &[
    "catalog.updated",
    "file.watcher.updated",
    "installation.update-available",
    "installation.updated",
    "integration.connection.updated",
    "integration.updated",
    "lsp.updated",
    "mcp.tools.changed",
    "models-dev.refreshed",
    "plugin.added",
    "project.directories.updated",
    "project.updated",
    "reference.updated",
    "server.connected",
    "server.heartbeat",
    "session.diff",
    "vcs.branch.updated",
];

#[derive(Deserialize)]
struct Told {
    info: SessionInfo,
}

#[derive(Deserialize)]
struct Spoken {
    info: MessageInfo,
}

#[derive(Deserialize)]
struct PermissionReplied {
    #[serde(rename = "requestID")]
    request: String,
    reply: String,
}

#[derive(Deserialize)]
struct QuestionReplied {
    #[serde(rename = "requestID")]
    request: String,
    #[serde(default)]
    answers: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct OfSession {
    #[serde(rename = "sessionID")]
    session: Option<String>,
    status: Option<Status>,
    error: Option<Trouble>,
    #[serde(default)]
    todos: Vec<Todo>,
    file: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Todo {
    #[serde(default)]
    content: String,
    #[serde(default)]
    status: String,
}

/// The end an event tells of, if it tells of one.
pub(super) fn read_end(head: &Head<'_>) -> Option<Result<(ItemId, Answer), String>> {
    let odd = |error: serde_json::Error| error.to_string();
    Some(match head.kind.as_ref() {
        "permission.replied" => head.read::<PermissionReplied>().map_err(odd).and_then(|told| {
            match Answer::from_reply(&told.reply) {
                Some(answer) => Ok((ItemId::of("permission", told.request), answer)),
                None => Err(format!("the reply \"{}\" is not known", line(&told.reply, TITLE))),
            }
        }),
        "question.replied" => head
            .read::<QuestionReplied>()
            .map(|told| (ItemId::of("question", told.request), Answer::Picked(told.answers)))
            .map_err(odd),
        "question.rejected" => head
            .read::<QuestionReplied>()
            .map(|told| (ItemId::of("question", told.request), Answer::Dismiss))
            .map_err(odd),
        _ => return None,
    })
}

impl Opencode {
    /// Takes one event.
    pub(super) fn hear(&mut self, text: &str, now: Millis, out: &mut Effects) {
        let odd = |why: String| Effect::Odd { raw: text.as_bytes().to_vec(), why };
        let head: Head<'_> = match serde_json::from_str(text) {
            Ok(head) => head,
            Err(error) => return out.push(odd(format!("it is not an event of opencode: {error}"))),
        };
        if head.id.as_ref().is_some_and(|id| self.seen.has(id)) {
            return;
        }
        if let Err(why) = self.take(&head, text, now, out) {
            out.push(odd(why));
        }
        if let Some(id) = &head.id {
            self.seen.keep(id, ());
        }
    }

    fn take(&mut self, head: &Head<'_>, raw: &str, now: Millis, out: &mut Effects) -> Result<(), String> {
        if let Some(end) = read_end(head) {
            let (item, answer) = end?;
            self.ended(&item, End { answer, raw: raw.to_owned() }, now, out);
            return Ok(());
        }
        let odd = |error: serde_json::Error| error.to_string();
        match head.kind.as_ref() {
            quiet if QUIET.contains(&quiet) => {}
            "permission.asked" => self.asked(Wish::Permission(head.read().map_err(odd)?), raw, now, out),
            "question.asked" => self.asked(Wish::Question(head.read().map_err(odd)?), raw, now, out),
            "session.created" => {
                let Told { info } = head.read().map_err(odd)?;
                let line = begun(&info, raw, now);
                self.session_changed(info, out);
                out.push(emit(Event::Entry(line)));
            }
            "session.updated" => {
                let Told { info } = head.read().map_err(odd)?;
                // What it tells of the next thing said comes before that.
                self.catchup.goes_on(&info.id);
                self.session_changed(info, out);
            }
            "session.deleted" => {
                let Told { info } = head.read().map_err(odd)?;
                self.session_deleted(&info.id, head, raw, now, out);
            }
            "message.updated" => {
                let Spoken { info } = head.read().map_err(odd)?;
                let heard = self.transcript.message(&info, raw, now);
                return heard.tell(out);
            }
            "message.part.updated" => {
                let updated: Updated = head.read().map_err(odd)?;
                self.catchup.goes_on(&updated.part.session);
                self.catchup.heard(&updated.part.id, self.last_call);
                return self.transcript.part(&updated, raw, now).tell(out);
            }
            "message.part.delta" => {
                let delta: Delta = head.read().map_err(odd)?;
                self.catchup.goes_on(&delta.session);
                if self.transcript.grows(&delta.part) {
                    self.catchup.heard(&delta.part, self.last_call);
                }
                return self.transcript.delta(&delta, raw, now).tell(out);
            }
            _ => return self.take_of_session(head, raw, now, out),
        }
        Ok(())
    }

    /// Events that are about a session, or about the whole server.
    fn take_of_session(
        &mut self,
        head: &Head<'_>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        let about: OfSession = head.read().map_err(|error| error.to_string())?;
        let session = about.session.as_deref();
        let text = match head.kind.as_ref() {
            "session.status" => {
                let (Some(session), Some(status)) = (session, about.status) else {
                    return Err("it names no session or no status".into());
                };
                self.status_changed(session, status, head, raw, now, out);
                return Ok(());
            }
            "session.idle" => {
                let Some(session) = session else { return Err("it names no session".into()) };
                let idle = Status { kind: "idle".into(), message: None };
                self.status_changed(session, idle, head, raw, now, out);
                return Ok(());
            }
            "session.error" => {
                // What was under way ends after the session rests.
                if let Some(session) = session {
                    self.catchup.falls_behind(session);
                }
                let words =
                    about.error.map_or_else(|| "an error without words".to_owned(), |error| error.words());
                format!("Stopped: {words}")
            }
            "session.compacted" => "The conversation was compacted".to_owned(),
            "message.removed" => "A message was removed".to_owned(),
            "message.part.removed" => "A part of a message was removed".to_owned(),
            "todo.updated" => plan(&about.todos),
            "file.edited" => format!("Edited {}", about.file.as_deref().unwrap_or("a file")),
            "command.executed" => format!("Ran the command /{}", about.name.as_deref().unwrap_or("?")),
            "server.instance.disposed" | "global.disposed" => {
                "opencode started the project afresh: what waited there is read again".to_owned()
            }
            kind => return Err(format!("the kind \"{}\" is not known", line(kind, TITLE))),
        };
        self.note(Line { item: event_item(head, raw), at: When::Seen(now), session, text: &text, raw }, out);
        // What waited lived in memory, and no event tells what became of it.
        if head.kind.ends_with(".disposed") && matches!(self.phase, Phase::Live) {
            self.read_all(out);
        }
        Ok(())
    }

    pub(super) fn session_changed(&mut self, info: SessionInfo, out: &mut Effects) {
        let id = info.id.clone();
        if self.sessions.learn(info) {
            self.show_session(&id, out);
            self.show_again(out);
        }
    }

    fn show_session(&self, session: &str, out: &mut Effects) {
        out.extend(self.sessions.thread(session).map(Event::Thread).map(emit));
        out.extend(self.sessions.task(session).map(Event::Task).map(emit));
    }

    fn session_deleted(&mut self, session: &str, head: &Head<'_>, raw: &str, now: Millis, out: &mut Effects) {
        let item = event_item(head, raw);
        self.note(
            Line { item, at: When::Seen(now), session: Some(session), text: "Session deleted", raw },
            out,
        );
        out.push(emit(Event::ThreadGone(session::item(session))));
        out.push(emit(Event::TaskGone(session::task_item(session))));
        self.sessions.forget(session);
    }

    fn status_changed(
        &mut self,
        session: &str,
        status: Status,
        head: &Head<'_>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) {
        let text = match (status.kind.as_str(), &status.message) {
            ("idle", _) => "Is idle".to_owned(),
            ("busy", _) => "Works".to_owned(),
            ("retry", Some(message)) => format!("Tries again: {message}"),
            (other, _) => format!("Is in the state \"{other}\""),
        };
        let idle = status.kind == "idle";
        if idle {
            self.catchup.rests(session);
        } else {
            self.catchup.goes_on(session);
        }
        if !self.sessions.set(session, status) {
            return;
        }
        self.show_session(session, out);
        let item = event_item(head, raw);
        self.note(Line { item, at: When::Seen(now), session: Some(session), text: &text, raw }, out);
        // An idle session waits for nothing: if something of it is still open here, an event was missed.
        let stale = self.asks.waiting().any(|(_, known)| known.wish.session() == session);
        if idle && stale && matches!(self.phase, Phase::Live) && !self.recording {
            self.read_all(out);
        }
    }

    fn note(&self, line_of: Line<'_>, out: &mut Effects) {
        let Line { item, at, session, text, raw } = line_of;
        out.push(emit(Event::Entry(Entry {
            item,
            at,
            kind: EntryKind::Lifecycle,
            agent: session.and_then(|session| self.sessions.agent(session)),
            thread: session.map(session::item),
            ask: None,
            text: line(text, LINE),
            raw: raw.to_owned(),
        })));
    }
}

/// A line of history about a session or the server.
struct Line<'a> {
    item: ItemId,
    at: When,
    session: Option<&'a str>,
    text: &'a str,
    raw: &'a str,
}

impl Heard {
    /// Tells a row of a list, which is kept as odd where it is not understood.
    pub fn tell_or_odd(self, raw: &RawValue, out: &mut Effects) {
        if let Err(why) = self.tell(out) {
            out.push(Effect::Odd { raw: raw.get().as_bytes().to_vec(), why });
        }
    }

    fn tell(self, out: &mut Effects) -> Result<(), String> {
        match self {
            Self::Line(entry) => out.push(emit(Event::Entry(*entry))),
            Self::Nothing => {}
            Self::Odd(why) => return Err(why),
        }
        Ok(())
    }
}

fn event_item(head: &Head<'_>, raw: &str) -> ItemId {
    match &head.id {
        Some(id) => ItemId::of("event", id),
        None => ItemId::of("event", Hash::of_bytes(raw.as_bytes())),
    }
}

fn plan(todos: &[Todo]) -> String {
    let done = todos.iter().filter(|todo| todo.status == "completed").count();
    let now = todos.iter().find(|todo| todo.status == "in_progress");
    let now = now.map_or_else(String::new, |todo| format!("; now: {}", todo.content));
    format!("The plan: {done} of {} done{now}", todos.len())
}
