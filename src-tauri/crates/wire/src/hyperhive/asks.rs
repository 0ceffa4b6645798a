//! Approvals and questions: rows and events of the server as asks, and how they end.

use deskbell_domain::{
    Ask, AskBody, AskState, By, Choice, Entry, EntryKind, Field, Input, ItemId, Millis, Offer, Outcome,
    Settlement, Subject, Tone, Urgency, When,
};

use super::frame::{Approval, Question};
use super::recent::Recent;
use super::words::{clip, clip_line, one_line};

/// Whoever it was: approvals do not say who decided them.
pub(super) const SOMEBODY: &str = "another operator";

/// A deadline this close to the asking is one to break through for.
const URGENT_SECONDS: i64 = 600;

/// What is open and what has ended, as far as the server has told.
#[derive(Debug)]
pub(super) struct Board {
    open: Recent<ItemId, Ask>,
    ended: Recent<ItemId, End>,
}

/// How an ask ended, in the server's words. Whether it was us is not in them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    pub at: When,
    pub by: By,
    pub outcome: Outcome,
}

impl End {
    pub fn settle(self, item: ItemId, ask: Option<Ask>) -> Settlement {
        Settlement { item, at: self.at, by: self.by, outcome: self.outcome, ask: ask.map(Box::new) }
    }
}

impl Board {
    const MOST: usize = 8192;

    pub fn new() -> Self {
        Self { open: Recent::new(Self::MOST), ended: Recent::new(Self::MOST) }
    }

    pub fn get(&self, item: &ItemId) -> Option<&Ask> {
        self.open.get(item)
    }

    pub fn opened(&self) -> impl Iterator<Item = &Ask> {
        self.open.values()
    }

    pub fn end(&self, item: &ItemId) -> Option<&End> {
        self.ended.get(item)
    }

    /// Takes an ask in; says whether that is news. One that ended never comes back.
    pub fn open(&mut self, ask: &Ask) -> bool {
        if self.ended.contains(&ask.item) {
            return false;
        }
        match self.open.get(&ask.item) {
            Some(known) if Ask { asked: ask.asked, ..known.clone() } == *ask => false,
            Some(_) | None => {
                self.open.insert(ask.item.clone(), ask.clone());
                true
            }
        }
    }

    /// Takes an end in; says whether that is news.
    pub fn close(&mut self, item: &ItemId, end: End) -> bool {
        if self.ended.contains(item) {
            return false;
        }
        self.open.remove(item);
        self.ended.insert(item.clone(), end)
    }

    /// Only these are open.
    pub fn keep_open(&mut self, listed: impl Fn(&ItemId) -> bool) {
        self.open.retain(listed);
    }

    pub fn clear(&mut self) {
        self.open.clear();
        self.ended.clear();
    }
}

pub(super) fn approval_item(id: i64) -> ItemId {
    ItemId::of("approval", id)
}

pub(super) fn question_item(id: i64) -> ItemId {
    ItemId::of("question", id)
}

/// The server never says when an approval was asked for.
pub(super) fn approval_ask(row: &Approval, now: Millis) -> Ask {
    let about = row.description.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let sha = row.sha_short.as_deref().filter(|sha| !sha.is_empty());
    let (what, is_spawn) = match row.subject() {
        "spawn" => (format!("Spawn {}", row.agent), true),
        "apply_commit" => (format!("Apply {}", sha.unwrap_or("a change")), false),
        other => {
            let kind = if other.is_empty() { "Approve" } else { other };
            (sha.map_or_else(|| kind.to_owned(), |sha| format!("{kind} {sha}")), false)
        }
    };
    let whole = about.map_or_else(|| what.clone(), |about| format!("{what}: {about}"));
    let (title, detail) = clip_line(&whole, about);
    let subject = match (&row.diff, &row.diff_html) {
        (Some(unified), _) if !unified.is_empty() => Subject::Diff { unified: unified.clone() },
        (_, Some(text)) if !text.is_empty() => Subject::Text { text: text.clone() },
        (_, _) if is_spawn => Subject::Spawn { agent: row.agent.clone() },
        (_, _) => Subject::Nothing,
    };
    let mut note = Field::text("note", "Reason", false, 4_000);
    note.hint = Some("The manager is shown it.".to_owned());
    Ask {
        item: approval_item(row.id),
        agent: named(&row.agent),
        thread: None,
        asked: When::Seen(now),
        expires: None,
        urgency: Urgency::Normal,
        body: AskBody::Approval { title, detail, subject },
        offers: vec![
            Offer::plain("approve", "Approve", Tone::Yes),
            Offer::plain("deny", "Deny", Tone::No).with_field(note),
        ],
        state: AskState::Open,
    }
}

pub(super) fn question_ask(row: &Question, now: Millis) -> Ask {
    let text = row.question.as_deref().map(str::trim).filter(|text| !text.is_empty()).unwrap_or("?");
    let (title, detail) = clip_line(text, Some(text));
    let input = if row.options.is_empty() {
        Input::Text { multiline: true, min: 1, max: 10_000, max_bytes: None, default: None }
    } else {
        let mut options: Vec<Choice> = Vec::with_capacity(row.options.len());
        for option in &row.options {
            if !options.iter().any(|known| known.label == *option) {
                options.push(Choice::plain(option));
            }
        }
        Input::Pick { options, many: row.multi, other: true, max_bytes: None }
    };
    let answer =
        Field { id: "answer".to_owned(), label: "Answer".to_owned(), required: true, hint: None, input };
    let urgent = match (row.asked_at, row.deadline_at) {
        (Some(asked), Some(deadline)) => deadline.saturating_sub(asked) <= URGENT_SECONDS,
        (_, None) | (None, Some(_)) => false,
    };
    Ask {
        item: question_item(row.id),
        agent: named(&row.asker),
        thread: None,
        asked: said_or_seen(row.asked_at, now),
        expires: row.deadline_at.map(Millis::from_seconds),
        urgency: if urgent { Urgency::Urgent } else { Urgency::Normal },
        body: AskBody::Question { title, detail },
        offers: vec![
            Offer::plain("answer", "Answer", Tone::Yes).with_field(answer),
            Offer::plain("cancel", "Cancel the question", Tone::No)
                .explained("The agent is told that nobody will answer."),
        ],
        state: AskState::Open,
    }
}

pub(super) fn approval_end(row: &Approval, now: Millis) -> End {
    let note = row.note.clone().filter(|note| !note.trim().is_empty());
    let outcome = match row.status.as_deref() {
        Some("approved") => Outcome::Approved,
        Some("denied") => Outcome::Denied { note },
        Some("failed") => Outcome::Failed { note: note.unwrap_or_else(|| "no reason was given".to_owned()) },
        Some(other) => Outcome::Failed { note: format!("the server calls it \"{other}\"") },
        None => Outcome::Failed { note: "the server did not say how it ended".to_owned() },
    };
    End { at: said_or_seen(row.resolved_at, now), by: By::Other(SOMEBODY.to_owned()), outcome }
}

pub(super) fn question_end(row: &Question, now: Millis) -> End {
    let by = || By::Other(named(&row.answerer).unwrap_or_else(|| SOMEBODY.to_owned()));
    let (by, outcome) = match row.answer.trim() {
        "[expired]" if !row.cancelled => (By::Nobody, Outcome::Expired),
        "[cancelled]" => (by(), Outcome::Cancelled),
        _ if row.cancelled => (by(), Outcome::Cancelled),
        _ => (by(), Outcome::Answered { text: row.answer.clone() }),
    };
    End { at: said_or_seen(row.answered_at, now), by, outcome }
}

/// The line of history for an ask that opened.
pub(super) fn asked_entry(ask: &Ask, raw: &str) -> Entry {
    let who = ask.agent.as_deref().unwrap_or("somebody");
    Entry {
        item: ItemId::of("asked", &ask.item),
        at: ask.asked,
        kind: EntryKind::Ask,
        agent: ask.agent.clone(),
        thread: None,
        ask: Some(ask.item.clone()),
        text: format!("{who} asks: {}", one_line(ask.title())),
        raw: raw.to_owned(),
    }
}

/// The line of history for an ask that ended.
pub(super) fn settled_entry(ask: &Ask, end: &End, raw: &str) -> Entry {
    let word = match &end.outcome {
        Outcome::Approved => "Approved",
        Outcome::Denied { .. } => "Denied",
        Outcome::Answered { .. } => "Answered",
        Outcome::Cancelled => "Cancelled",
        Outcome::Expired => "Expired",
        Outcome::Failed { .. } => "Failed",
        Outcome::Vanished => "Lost",
    };
    let by = match &end.by {
        By::Other(name) if name != SOMEBODY => format!(" by {name}"),
        By::Other(_) | By::Us | By::Nobody => String::new(),
    };
    let note =
        end.outcome.note().map(|note| format!(" — {}", clip(&one_line(note), 300))).unwrap_or_default();
    Entry {
        item: ItemId::of("settled", &ask.item),
        at: end.at,
        kind: EntryKind::Ask,
        agent: ask.agent.clone(),
        thread: None,
        ask: Some(ask.item.clone()),
        text: format!("{word}{by}: {}{note}", one_line(ask.title())),
        raw: raw.to_owned(),
    }
}

pub(super) fn said_or_seen(seconds: Option<i64>, now: Millis) -> When {
    seconds.map_or(When::Seen(now), |seconds| When::Said(Millis::from_seconds(seconds)))
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}
