//! The operator's inbox: letters that wait to be read. It is shown as a thread, whose offers name the unread ones.

use std::collections::{BTreeMap, BTreeSet};

use deskbell_domain::{
    Choice, Entry, EntryKind, Field, Input, ItemId, Millis, Offer, Thread, ThreadState, Tone, When,
};
use serde_json::Value;

use super::json::Row;
use super::words::{LINE, TITLE, line};

/// The server gives the newest fifty.
const MOST: usize = 50;
/// Between a letter's title and its id.
const MARK: &str = " · ";

pub(super) const OPERATOR: &str = "user";

#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// Nothing where the server has no inbox.
    unread: Option<BTreeMap<String, Letter>>,
    updated: Option<Millis>,
}

#[derive(Clone, Debug)]
struct Letter {
    title: String,
    at: Option<Millis>,
}

pub(super) fn item() -> ItemId {
    ItemId::of("inbox", OPERATOR)
}

/// The letter a choice of an offer names.
pub(super) fn chosen(label: &str) -> Option<&str> {
    label.rsplit_once(MARK).map(|(_, id)| id)
}

impl Inbox {
    /// The list of what is unread. Gives those letters that nobody had told of.
    pub fn learn_all<'a>(&mut self, rows: Option<&'a [Value]>) -> Vec<&'a Value> {
        let before = std::mem::replace(&mut self.unread, rows.map(|_| BTreeMap::new())).unwrap_or_default();
        let rows = rows.unwrap_or_default();
        for row in rows {
            self.learn(Row(row));
        }
        let unread = self.unread.iter().flatten().map(|(id, _)| id).filter(|id| !before.contains_key(*id));
        let news: BTreeSet<&String> = unread.collect();
        rows.iter().filter(|row| Row(row).id("id").is_ok_and(|id| news.contains(&id))).collect()
    }

    /// One more letter; only the operator's own are theirs to read.
    pub fn learn(&mut self, row: Row<'_>) {
        let Ok(id) = row.id("id") else { return };
        let at = row.time("created_at");
        let ours = row.text("to_inbox").as_deref() == Some(OPERATOR);
        let unread = row.text("status").is_none_or(|status| status == "unread");
        if !ours || !unread || id.contains(MARK) {
            return;
        }
        self.updated = self.updated.max(at);
        let title = line(row.text("title").as_deref().unwrap_or("A letter"), TITLE);
        let letters = self.unread.get_or_insert_default();
        letters.insert(id, Letter { title, at });
        if letters.len() > MOST
            && let Some(oldest) =
                letters.iter().min_by_key(|(id, letter)| (letter.at, *id)).map(|(id, _)| id.clone())
        {
            letters.remove(&oldest);
        }
    }

    /// It was read or acknowledged.
    pub fn done(&mut self, id: &str) {
        if let Some(unread) = &mut self.unread {
            unread.remove(id);
        }
    }

    pub fn all_done(&mut self) {
        if let Some(unread) = &mut self.unread {
            unread.clear();
        }
    }

    pub fn thread(&self) -> Option<Thread> {
        let unread = self.unread.as_ref()?;
        let mut letters: Vec<(&String, &Letter)> = unread.iter().collect();
        letters.sort_by_key(|(id, letter)| (std::cmp::Reverse(letter.at), *id));
        let options: Vec<Choice> =
            letters.iter().map(|(id, letter)| Choice::plain(format!("{}{MARK}{id}", letter.title))).collect();
        let mut offers = Vec::new();
        if !options.is_empty() {
            let letter = || Field {
                id: "letter".into(),
                label: "Letter".into(),
                required: true,
                hint: None,
                input: Input::Pick { options: options.clone(), many: false, other: false, max_bytes: None },
            };
            offers.push(Offer::plain("read", "Mark as read", Tone::Neutral).with_field(letter()));
            offers.push(Offer::plain("ack", "Acknowledge", Tone::Yes).with_field(letter()));
            offers.push(
                Offer::plain("ackAll", "Acknowledge all", Tone::Yes)
                    .confirmed()
                    .explained(format!("{} letters wait.", options.len())),
            );
        }
        Some(Thread {
            item: item(),
            title: "Inbox".into(),
            parent: None,
            agent: None,
            state: ThreadState::Idle,
            updated: self.updated.map_or(When::Seen(Millis::default()), When::Said),
            offers,
        })
    }
}

/// A letter as a line of history, whoever it is to.
pub(super) fn entry(value: &Value, raw: &str, now: Millis) -> Result<Entry, String> {
    let row = Row(value);
    let id = row.id("id")?;
    let (from, to, title) = (row.must("from_agent")?, row.must("to_inbox")?, row.must("title")?);
    let payload = row.text("payload").map_or_else(String::new, |payload| format!(": {payload}"));
    let to_us = to == OPERATOR;
    let to = if to_us { String::new() } else { format!("To {to}: ") };
    Ok(Entry {
        item: ItemId::of("letter", &id),
        at: row.when("created_at", now),
        kind: EntryKind::Message,
        agent: Some(line(&from, TITLE)),
        thread: Some(item()).filter(|_| to_us),
        ask: None,
        text: line(&format!("{to}{title}{payload}"), LINE),
        raw: raw.to_owned(),
    })
}
