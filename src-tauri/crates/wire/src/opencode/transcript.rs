//! What was said and done in the sessions, as lines of history. A piece grows in place under its own id.

use deskbell_domain::{Entry, EntryKind, Hash, ItemId, Millis, When};
use serde::Deserialize;
use serde_json::Value;

use super::frame::{MessageInfo, Part, ToolState, count, millis};
use super::session;
use super::words::{LINE, TITLE, first_line, line};
use crate::recent::Recent;

/// Messages whose author is remembered.
const AUTHORS: usize = 4_000;
/// Pieces that are growing at once, of at most [`LINE`] characters each.
const GROWING: usize = 256;
/// Pieces that are done, so that a late or repeated delta adds nothing.
const DONE: usize = 4_000;

#[derive(Debug)]
pub(super) struct Transcript {
    authors: Recent<Author>,
    growing: Recent<String>,
    done: Recent<()>,
    /// How each piece was last told, so that reading it back tells only what is new.
    told: Recent<Hash>,
    /// Messages whose failure was told.
    failed: Recent<()>,
}

#[derive(Clone, Debug)]
struct Author {
    operator: bool,
    agent: Option<String>,
}

/// Which piece of which message.
struct Piece<'a> {
    part: &'a str,
    session: &'a str,
    message: &'a str,
}

/// What a frame adds to the history.
#[derive(Debug)]
pub(super) enum Heard {
    Line(Box<Entry>),
    /// Nothing a person would miss.
    Nothing,
    Odd(String),
}

#[derive(Debug, Deserialize)]
pub(super) struct Delta {
    #[serde(rename = "sessionID")]
    pub session: String,
    #[serde(rename = "messageID")]
    message: String,
    #[serde(rename = "partID")]
    pub part: String,
    field: String,
    delta: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Updated {
    pub part: Part,
    pub time: Option<f64>,
}

impl Transcript {
    pub fn new() -> Self {
        Self {
            authors: Recent::new(AUTHORS),
            growing: Recent::new(GROWING),
            done: Recent::new(DONE),
            told: Recent::new(DONE),
            failed: Recent::new(DONE),
        }
    }

    /// The stream begins anew. What was added to a piece meanwhile is not known, so none of them grows on.
    pub fn begin_again(&mut self) {
        self.growing = Recent::new(GROWING);
    }

    /// Whether more of this piece can be added to what was heard of it.
    pub fn grows(&self, part: &str) -> bool {
        self.growing.has(part) && !self.done.has(part)
    }

    pub fn knows_message(&self, id: &str) -> bool {
        self.authors.has(id)
    }

    /// A message tells who speaks; its parts carry the words. Only its failure is a line of its own.
    pub fn message(&mut self, info: &MessageInfo, raw: &str, now: Millis) -> Heard {
        let agent = info.agent.as_deref().map(|agent| line(agent, TITLE));
        self.authors.keep(&info.id, Author { operator: info.role == "user", agent: agent.clone() });
        let Some(error) = &info.error else { return Heard::Nothing };
        self.failed.keep(&info.id, ());
        Heard::Line(Box::new(Entry {
            item: ItemId::of("message", &info.id),
            at: millis(info.time.created).map_or(When::Seen(now), When::Said),
            kind: EntryKind::Lifecycle,
            agent,
            thread: Some(session::item(&info.session)),
            ask: None,
            text: line(&format!("Stopped: {}", error.words()), LINE),
            raw: raw.to_owned(),
        }))
    }

    /// A message that was read back: its failure is told only where that is news.
    pub fn message_read_back(&mut self, info: &MessageInfo, raw: &str, now: Millis) -> Heard {
        let was_told = self.failed.has(&info.id);
        let heard = self.message(info, raw, now);
        if was_told { Heard::Nothing } else { heard }
    }

    /// The whole of a piece as it is now: it stands above whatever deltas came before.
    pub fn part(&mut self, updated: &Updated, raw: &str, now: Millis) -> Heard {
        let part = &updated.part;
        if let ("text" | "reasoning", text) = (part.kind.as_str(), part.text.as_deref()) {
            self.growing.keep(&part.id, line(text.unwrap_or_default(), LINE));
        }
        self.whole(part, millis(updated.time).map_or(When::Seen(now), When::Said), raw)
    }

    /// A piece that was read back: told only where that is news.
    pub fn read_back(&mut self, part: &Part, message: &MessageInfo, raw: &str, now: Millis) -> Heard {
        let at = millis(said_at(part, message)).map_or(When::Seen(now), When::Said);
        let before = self.told.get(&part.id).cloned();
        let heard = self.whole(part, at, raw);
        if before.is_some() && self.told.get(&part.id) == before.as_ref() { Heard::Nothing } else { heard }
    }

    fn whole(&mut self, part: &Part, at: When, raw: &str) -> Heard {
        let (kind, text) = match part.kind.as_str() {
            "step-start" | "snapshot" => return Heard::Nothing,
            "text" | "reasoning" => {
                let text = part.text.as_deref().unwrap_or_default();
                // The operator's own words are never streamed: they come without a time.
                if part.time.is_none() || part.time.as_ref().is_some_and(|time| time.end.is_some()) {
                    self.done.keep(&part.id, ());
                }
                if text.trim().is_empty() {
                    return Heard::Nothing;
                }
                let kind = match self.authors.get(&part.message) {
                    Some(author) if author.operator && part.synthetic != Some(true) => EntryKind::Message,
                    Some(_) => EntryKind::Stream,
                    None if part.time.is_none() => EntryKind::Message,
                    None => EntryKind::Stream,
                };
                let thinking = if part.kind == "reasoning" { "Thinking: " } else { "" };
                (kind, format!("{thinking}{text}"))
            }
            "tool" => (EntryKind::Stream, tool_line(part)),
            "step-finish" => (EntryKind::Turn, turn_line(part)),
            "patch" => (
                EntryKind::Stream,
                format!("Changed {}", part.files.as_deref().unwrap_or_default().join(", ")),
            ),
            "file" => {
                let name = part.filename.as_deref().or(part.url.as_deref()).unwrap_or("without a name");
                (EntryKind::Message, format!("File: {name}"))
            }
            "agent" => {
                (EntryKind::Message, format!("Calls the agent {}", part.name.as_deref().unwrap_or("?")))
            }
            "subtask" => (
                EntryKind::Stream,
                format!(
                    "Subagent {}: {}",
                    part.agent.as_deref().unwrap_or("?"),
                    part.description.as_deref().unwrap_or_default()
                ),
            ),
            "retry" => {
                let why =
                    part.error.as_ref().map_or_else(String::new, |error| format!(": {}", error.words()));
                (EntryKind::Lifecycle, format!("Tries again ({}){why}", count(part.attempt)))
            }
            "compaction" => (EntryKind::Lifecycle, "The conversation was compacted".to_owned()),
            kind => return Heard::Odd(format!("a part of the kind \"{}\" is not known", line(kind, TITLE))),
        };
        let text = line(&text, LINE);
        self.told.keep(&part.id, Hash::of(&(kind, &text)));
        let of = Piece { part: &part.id, session: &part.session, message: &part.message };
        self.entry(of, kind, at, text, raw)
    }

    /// More of a piece. What goes beyond one line of history is in the whole that follows.
    pub fn delta(&mut self, delta: &Delta, raw: &str, now: Millis) -> Heard {
        if delta.field != "text" {
            return Heard::Odd(format!(
                "a delta of the field \"{}\" is not known",
                line(&delta.field, TITLE)
            ));
        }
        if self.done.has(&delta.part) {
            return Heard::Nothing;
        }
        // Its beginning was not heard: the whole, which is to come, stands for it.
        let Some(text) = self.growing.get_mut(&delta.part) else { return Heard::Nothing };
        let room = LINE.saturating_sub(text.chars().count());
        if room == 0 {
            return Heard::Nothing;
        }
        text.extend(delta.delta.chars().take(room));
        if text.trim().is_empty() {
            return Heard::Nothing;
        }
        let text = line(text, LINE);
        let of = Piece { part: &delta.part, session: &delta.session, message: &delta.message };
        self.entry(of, EntryKind::Stream, When::Seen(now), text, raw)
    }

    fn entry(&self, of: Piece<'_>, kind: EntryKind, at: When, text: String, raw: &str) -> Heard {
        Heard::Line(Box::new(Entry {
            item: ItemId::of("part", of.part),
            at,
            kind,
            agent: self.authors.get(of.message).and_then(|author| author.agent.clone()),
            thread: Some(session::item(of.session)),
            ask: None,
            text,
            raw: raw.to_owned(),
        }))
    }
}

/// When a piece was last changed, as far as the conversation tells.
fn said_at(part: &Part, message: &MessageInfo) -> Option<f64> {
    let call = part.state.as_ref().map(|state| &state.time);
    let own = [call, part.time.as_ref()].into_iter().flatten();
    own.filter_map(|time| time.end.or(time.start)).next().or(message.time.completed).or(message.time.created)
}

fn tool_line(part: &Part) -> String {
    let tool = part.tool.as_deref().unwrap_or("a tool");
    let Some(state) = &part.state else { return tool.to_owned() };
    let what = tool_subject(state);
    let head = if what.is_empty() { tool.to_owned() } else { format!("{tool} {what}") };
    match state.status.as_str() {
        "pending" => format!("{head}: getting ready"),
        "running" => format!("{head}: running"),
        "completed" => format!("{head}: done"),
        "error" => format!("{head}: {}", state.error.as_deref().unwrap_or("failed")),
        other => format!("{head}: {other}"),
    }
}

/// What a tool call is about, by the argument that says most.
fn tool_subject(state: &ToolState) -> String {
    let argument = ["command", "filePath", "pattern", "url", "description", "path"]
        .iter()
        .find_map(|name| state.input.get(name).and_then(Value::as_str));
    first_line(argument.or(state.title.as_deref()).unwrap_or_default(), TITLE)
}

fn turn_line(part: &Part) -> String {
    let tokens = part.tokens.clone().unwrap_or_default();
    let cost = part.cost.filter(|cost| *cost > 0.0).map_or_else(String::new, |cost| format!(", ${cost:.4}"));
    format!("A turn: {} tokens in, {} out{cost}", tokens.input(), tokens.output())
}
