//! What was said in a ticket. A message comes by its envelope and by the ticket's history; the newer telling counts.

use deskbell_domain::{Entry, EntryKind, Hash, ItemId, Millis};

use super::frame::{Message, millis, nanos, when};
use super::threads::session_item;
use super::words::{LINE, line};
use crate::recent::Recent;

/// Messages whose last telling is remembered.
const KNOWN: usize = 8_192;
/// Own words that are remembered, to find an intent whose fate is not known.
const SAID: usize = 1_024;

#[derive(Debug)]
pub(super) struct Telling {
    known: Recent<Version>,
    /// When these words were last said by a person.
    said: Recent<Millis>,
}

#[derive(Debug)]
struct Version {
    /// In nanoseconds: changes come within the same millisecond.
    stamp: i128,
    content: Hash,
    turn: Option<String>,
}

impl Telling {
    pub fn new() -> Self {
        Self { known: Recent::new(KNOWN), said: Recent::new(SAID) }
    }

    /// The entry of a message, unless this telling is known or older than one that is.
    /// `stamp` is when it was told, where the message itself does not say when it was changed.
    pub fn take(&mut self, message: &Message, stamp: Option<i128>, raw: &str, now: Millis) -> Option<Entry> {
        let stamp = nanos(message.updated_at.as_deref())
            .or(stamp)
            .or(nanos(message.created_at.as_deref()))
            .unwrap_or_default();
        let content = Hash::of_bytes(message.content.as_bytes());
        if let Some(known) = self.known.get_mut(&message.id) {
            if known.content == content || known.stamp > stamp {
                return None;
            }
            *known = Version { stamp, content, turn: message.turn_id.clone().or(known.turn.take()) };
        } else {
            let turn = message.turn_id.clone();
            self.known.keep(&message.id, Version { stamp, content, turn });
        }
        if message.kind == "user" {
            let at = millis(message.created_at.as_deref()).unwrap_or(now);
            self.said.keep(&said_key(&message.session_id, &message.content), at);
        }
        Some(entry(message, raw, now))
    }

    /// The turn that a message is of.
    pub fn turn_of(&self, message: &str) -> Option<&str> {
        self.known.get(message)?.turn.as_deref()
    }

    /// Whether these words were said in one of these sessions, at that time or later.
    pub fn was_said(&self, sessions: &[&str], text: &str, since: Option<Millis>) -> bool {
        sessions.iter().any(|session| {
            let at = self.said.get(&said_key(session, text));
            at.is_some_and(|at| since.is_none_or(|since| *at >= since))
        })
    }
}

fn said_key(session: &str, text: &str) -> String {
    Hash::of(&(session, text)).as_str().to_owned()
}

/// warren's own kinds: `user`, `trace`, `plan`, `response`, `warning`. A trace of `---` is a divider.
fn entry(message: &Message, raw: &str, now: Millis) -> Entry {
    let kind = match message.kind.as_str() {
        "user" | "response" => EntryKind::Message,
        _ => EntryKind::Stream,
    };
    let text = match (message.kind.as_str(), line(&message.content, LINE)) {
        (_, text) if text.is_empty() => format!("({}, without words)", line(&message.kind, 40)),
        ("plan" | "warning", text) => format!("{}: {text}", message.kind),
        ("user" | "trace" | "response", text) => text,
        (other, text) => format!("{}: {text}", line(other, 40)),
    };
    let author = message.author.as_ref();
    let author = author.map(|a| if a.display_name.is_empty() { &a.user_id } else { &a.display_name });
    let author = author.filter(|name| message.kind == "user" && !name.is_empty());
    Entry {
        item: ItemId::of("message", &message.id),
        at: when(message.created_at.as_deref(), now),
        kind,
        agent: Some(author.map_or(super::WARREN.to_owned(), |name| line(name, 80))),
        thread: (!message.session_id.is_empty()).then(|| session_item(&message.session_id)),
        ask: None,
        text,
        raw: raw.to_owned(),
    }
}
