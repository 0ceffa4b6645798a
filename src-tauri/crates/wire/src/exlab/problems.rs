//! The findings of the audit: whole lists, deltas that cannot be trusted to be whole, and their order in time.

use std::collections::BTreeMap;

use deskbell_domain::{
    Entry, EntryKind, Event, Field, Finding, FindingState, Hash, Input, ItemId, Millis, Offer, Severity,
    Tone, When,
};
use serde_json::value::RawValue;

use super::shapes::{Problems, ProblemsFrame, Row, millis};
use super::{emit, odd};
use crate::words::{LINE, TITLE, line};
use crate::{Effect, Effects};

/// Far above what a person would work through; what is over it is said, and not kept.
const MOST_FINDINGS: usize = 20_000;
/// How many lists older than what was heard are taken for bad luck.
const MOST_STALE: u8 = 3;
/// How often everything is read again, whatever was heard.
const WHOLE_EVERY_MS: i64 = 60_000;

/// What the last audits found.
#[derive(Debug, Default)]
pub(super) struct Board {
    rows: BTreeMap<ItemId, Known>,
    /// When the newest audit taken in was made.
    mark: Option<Millis>,
    /// A whole list of this connection is known; else a list is taken whatever its age.
    whole: bool,
    /// What is known may not be all: a delta tells only one of two findings with the same rule and path.
    doubt: bool,
    /// The first list is where we begin, and no news.
    told: bool,
    stale: u8,
    read: Option<Millis>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    row: Row,
    raw: String,
    /// When it was first seen in this engine's life: the server does not tell.
    seen: Millis,
}

/// What came of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Not understood, or older than what is known.
    Nothing,
    /// An audit was made: the server's own list is to be read.
    Audit,
}

impl Board {
    /// A new connection: the server may be another one, with another clock.
    pub fn forget_connection(&mut self) {
        (self.mark, self.whole, self.doubt, self.stale, self.read) = (None, false, false, 0, None);
    }

    pub fn is_due(&self, now: Millis) -> bool {
        self.doubt || self.read.is_none_or(|read| now.since(read) >= WHOLE_EVERY_MS)
    }

    pub fn row(&self, item: &ItemId) -> Option<&Row> {
        self.rows.get(item).map(|known| &known.row)
    }

    pub fn findings(&self) -> Vec<Finding> {
        self.rows.iter().map(|(item, known)| finding(item, known)).collect()
    }

    pub fn hear(&mut self, text: &str, now: Millis, out: &mut Effects) -> Heard {
        let frame: ProblemsFrame<'_> = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => {
                out.push(odd(text, error.to_string()));
                return Heard::Nothing;
            }
        };
        if !matches!(&*frame.kind, "snapshot" | "delta") {
            let why = format!("\"{}\" is no word of the problems channel", line(&frame.kind, TITLE));
            out.push(odd(text, why));
            return Heard::Nothing;
        }
        let Some(at) = frame.audit_at.as_deref().and_then(millis) else {
            out.push(odd(text, "it does not say of which audit it is".to_owned()));
            return Heard::Nothing;
        };
        // On connect, the last audit that was published comes after a fresh one.
        if self.mark.is_some_and(|mark| at < mark) {
            return Heard::Nothing;
        }
        self.doubt = true;
        if self.mark == Some(at) {
            return Heard::Audit;
        }
        self.mark = Some(at);
        out.push(emit(Event::Audit(at)));
        if frame.kind == "snapshot" {
            let (rows, whole) = read_rows(frame.findings.unwrap_or_default(), now, out);
            self.whole |= whole;
            self.replace(rows, whole, at, out);
        } else {
            for (item, known) in read_rows(frame.removed.unwrap_or_default(), now, out).0 {
                self.remove(&item, &known.raw, at, out);
            }
            let news = frame.added.into_iter().chain(frame.changed).flatten().collect();
            for (item, known) in read_rows(news, now, out).0 {
                self.put(item, known, at, out);
            }
        }
        Heard::Audit
    }

    /// Takes the server's own list in. Says whether what is known now is all there is.
    pub fn read(&mut self, problems: Problems, now: Millis, out: &mut Effects) -> bool {
        let at = millis(&problems.audit_at);
        let is_old = at.zip(self.mark).is_some_and(|(at, mark)| at < mark);
        self.read = Some(now);
        if is_old && self.whole && self.stale < MOST_STALE {
            // What was heard is newer; a server whose list never catches up is believed in the end.
            self.stale += 1;
            return true;
        }
        let (rows, whole) = read_rows(problems.findings, now, out);
        self.mark = at.or(self.mark);
        out.extend(at.map(Event::Audit).map(emit));
        (self.whole, self.doubt, self.stale) = (whole, !whole, 0);
        self.replace(rows, whole, at.unwrap_or(now), out);
        self.told = true;
        whole
    }

    /// Where a list could not be read to its end, what is missing from it stays.
    fn replace(&mut self, rows: BTreeMap<ItemId, Known>, whole: bool, at: Millis, out: &mut Effects) {
        if whole {
            let gone = self.rows.iter().filter(|(item, _)| !rows.contains_key(*item));
            let gone: Vec<(ItemId, String)> =
                gone.map(|(item, known)| (item.clone(), known.raw.clone())).collect();
            for (item, raw) in gone {
                self.remove(&item, &raw, at, out);
            }
        }
        for (item, known) in rows {
            self.put(item, known, at, out);
        }
    }

    fn remove(&mut self, item: &ItemId, raw: &str, at: Millis, out: &mut Effects) {
        if let Some(known) = self.rows.remove(item) {
            out.push(emit(Event::FindingGone(item.clone())));
            self.tell("gone", item, &known.row, raw, at, out);
        }
    }

    fn put(&mut self, item: ItemId, mut new: Known, at: Millis, out: &mut Effects) {
        let word = match self.rows.get(&item) {
            Some(known) if known.row == new.row => return,
            Some(known) => {
                new.seen = known.seen;
                "changed"
            }
            None if self.rows.len() >= MOST_FINDINGS => return,
            None => "new",
        };
        out.push(emit(Event::Finding(finding(&item, &new))));
        self.tell(word, &item, &new.row, &new.raw, at, out);
        self.rows.insert(item, new);
    }

    fn tell(&self, word: &str, item: &ItemId, row: &Row, raw: &str, at: Millis, out: &mut Effects) {
        if !self.told {
            return;
        }
        let shown = if row.override_active { ", overridden" } else { "" };
        let text = format!("Finding {word}: {} at {} ({}{shown})", text(row), row.offending_path, row.tier);
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("audit", format!("{}:{word}:{}", at.0, item.rest())),
            at: When::Said(at),
            kind: EntryKind::Finding,
            agent: None,
            thread: None,
            ask: None,
            text: line(&text, LINE),
            raw: raw.to_owned(),
        })));
    }
}

/// Each row by what makes it one finding: rule and path are not enough. Says whether all could be read.
fn read_rows(raws: Vec<Box<RawValue>>, now: Millis, out: &mut Effects) -> (BTreeMap<ItemId, Known>, bool) {
    let mut rows = BTreeMap::new();
    let mut whole = true;
    for raw in raws {
        if rows.len() >= MOST_FINDINGS {
            let why = format!("there are more than {MOST_FINDINGS} findings; the others are not kept");
            out.push(odd(raw.get(), why));
            return (rows, false);
        }
        match serde_json::from_str::<Row>(raw.get()) {
            Ok(row) => {
                let whose = (&row.rule, &row.run_path, &row.offending_path, &row.offending_kind);
                let item = ItemId::of("finding", Hash::of(&(whose, &row.matched_token, &row.rule_detail)));
                rows.insert(item, Known { row, raw: raw.get().to_owned(), seen: now });
            }
            Err(error) => {
                out.push(odd(raw.get(), error.to_string()));
                whole = false;
            }
        }
    }
    (rows, whole)
}

fn finding(item: &ItemId, Known { row, seen, .. }: &Known) -> Finding {
    let reason = Field {
        id: "reason".to_owned(),
        label: "Reason".to_owned(),
        required: true,
        hint: Some("10 to 500 characters; it is kept with the run".to_owned()),
        input: Input::Text { multiline: true, min: 10, max: 500, max_bytes: None, default: None },
    };
    let operator = Field {
        input: Input::Text { multiline: false, min: 0, max: 100, max_bytes: None, default: None },
        ..Field::text("operator", "Your name", false, 100)
    };
    let offer = if row.override_active {
        Offer::plain("revoke", "Revoke the override", Tone::No).with_field(reason).with_field(operator)
    } else {
        let until = Field {
            id: "expires_at".to_owned(),
            label: "Until".to_owned(),
            required: false,
            hint: Some("The last day; without it, for good".to_owned()),
            input: Input::Date { default: None },
        };
        Offer::plain("override", "Override", Tone::Yes)
            .explained(format!(
                "All findings of the rule {} at this run are taken for accepted.",
                line(&row.rule, TITLE)
            ))
            .with_field(reason)
            .with_field(operator)
            .with_field(until)
    };
    Finding {
        item: item.clone(),
        rule: row.rule.clone(),
        path: row.offending_path.clone(),
        severity: match row.tier.as_str() {
            "hard" => Severity::Error,
            "soft" => Severity::Warning,
            other => Severity::Unknown(other.to_owned()),
        },
        text: text(row),
        state: if row.override_active { FindingState::Overridden } else { FindingState::Open },
        seen: When::Seen(*seen),
        news: None,
        offers: vec![offer],
    }
}

fn text(row: &Row) -> String {
    let mut text = match row.rule_detail.trim() {
        "" => row.rule.replace('_', " "),
        detail => detail.to_owned(),
    };
    if let Some(token) = row.matched_token.as_deref().filter(|token| !text.contains(token)) {
        text = format!("{text}: {token}");
    }
    if row.synced_under_prior_policy {
        text.push_str(" (synced under an earlier policy)");
    }
    line(&text, LINE)
}

/// What [`Effect`]s of a lone frame of a recording are, outside any connection.
pub(super) fn decode(text: &str, now: Millis, out: &mut Effects) {
    let mut board = Board { told: true, ..Board::default() };
    board.hear(text, now, out);
    if !out.iter().any(|effect| matches!(effect, Effect::Emit(_) | Effect::Odd { .. })) {
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("audit", Hash::of_bytes(text.as_bytes())),
            at: When::Seen(now),
            kind: EntryKind::Finding,
            agent: None,
            thread: None,
            ask: None,
            text: "An audit that found nothing new".to_owned(),
            raw: text.to_owned(),
        })));
    }
}
