//! Broker messages: they have no id on the wire, so their content and their count make one.

use std::collections::BTreeMap;

use deskbell_domain::{
    Entry, EntryKind, Hash, Input, ItemId, Millis, Offer, Thread, ThreadState, Tone, When,
};

use super::asks::said_or_seen;
use super::frame::Message;
use super::recent::Recent;
use super::words::one_line;
use crate::hive::{OPERATOR, SKEW_MS};

/// What the server calls everybody.
pub(super) const EVERYBODY: &str = "*";
/// The broker takes no longer body, in bytes.
pub(super) const BODY_BYTES: u32 = 1024;

/// How often each message has come in this connection.
#[derive(Debug)]
pub(super) struct Post {
    counts: Recent<Hash, u32>,
}

impl Post {
    pub fn new() -> Self {
        Self { counts: Recent::new(4096) }
    }

    pub fn clear(&mut self) {
        self.counts.clear();
    }

    /// The id of one more such message.
    pub fn next(&mut self, message: &Message) -> ItemId {
        let hash = identity(message);
        let count = self.counts.get(&hash).copied().unwrap_or(0).saturating_add(1);
        self.counts.insert(hash.clone(), count);
        nth(message, &hash, count)
    }

    /// The ids of the history's rows, oldest first. What comes later is counted on from there.
    pub fn history<'a>(&mut self, rows: impl Iterator<Item = &'a Message>) -> Vec<ItemId> {
        let mut counts: BTreeMap<Hash, u32> = BTreeMap::new();
        let items = rows
            .map(|message| {
                let hash = identity(message);
                let count = counts.entry(hash.clone()).or_default();
                *count = count.saturating_add(1);
                nth(message, &hash, *count)
            })
            .collect();
        for (hash, count) in counts {
            // The window may have slid past a twin that was already counted.
            let known = self.counts.get(&hash).copied().unwrap_or(0);
            self.counts.insert(hash, count.max(known));
        }
        items
    }
}

/// Tells which of the messages that waited for a history without a mark it holds already.
#[derive(Debug, Default)]
pub(super) struct Overlap(BTreeMap<Hash, u32>);

impl Overlap {
    pub fn of<'a>(rows: impl Iterator<Item = &'a Message>) -> Self {
        let mut left = BTreeMap::new();
        for message in rows {
            *left.entry(identity(message)).or_default() += 1;
        }
        Self(left)
    }

    /// Whether this one is in the history; each row answers for one message.
    pub fn takes(&mut self, message: &Message) -> bool {
        match self.0.get_mut(&identity(message)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }
}

fn identity(message: &Message) -> Hash {
    Hash::of(&(&message.kind, &message.from, &message.to, &message.body, message.at))
}

/// It begins with the time, as ids of servers do that give some: what comes together is kept together.
fn nth(message: &Message, hash: &Hash, count: u32) -> ItemId {
    let at = message.at.unwrap_or_default();
    ItemId::of("message", if count > 1 { format!("{at}.{hash}.{count}") } else { format!("{at}.{hash}") })
}

/// Whose conversation with the others it belongs to.
fn counterpart(message: &Message) -> &str {
    if message.from == OPERATOR { &message.to } else { &message.from }
}

pub(super) fn message_entry(item: ItemId, message: &Message, raw: &str, now: Millis) -> Entry {
    let with = counterpart(message);
    let to = if message.to == EVERYBODY { "everybody" } else { &message.to };
    let words = one_line(&message.body);
    // The words were read when they were sent; that they arrived is a step of its own.
    let (kind, text) = if message.kind == "delivered" {
        (EntryKind::Lifecycle, format!("delivered to {to}: {words}"))
    } else {
        (EntryKind::Message, format!("{} → {to}: {words}", message.from))
    };
    Entry {
        item,
        at: said_or_seen(message.at, now),
        kind,
        agent: (with != EVERYBODY).then(|| with.to_owned()),
        thread: Some(thread_item(with)),
        ask: None,
        text,
        raw: raw.to_owned(),
    }
}

pub(super) fn message_thread(message: &Message, now: Millis) -> Thread {
    let with = counterpart(message);
    let everybody = with == EVERYBODY;
    Thread {
        item: thread_item(with),
        title: if everybody { "Everybody".to_owned() } else { with.to_owned() },
        parent: None,
        agent: (!everybody).then(|| with.to_owned()),
        state: ThreadState::Idle,
        updated: said_or_seen(message.at, now),
        offers: vec![send_offer(if everybody { "Send to everybody" } else { "Send" })],
    }
}

/// One thread for each conversation, at its latest time.
pub(super) fn threads<'a>(rows: impl Iterator<Item = &'a Message>, now: Millis) -> Vec<Thread> {
    let mut latest: BTreeMap<ItemId, Thread> = BTreeMap::new();
    for message in rows {
        let thread = message_thread(message, now);
        let is_older = |known: &Thread| known.updated.millis() > thread.updated.millis();
        if !latest.get(&thread.item).is_some_and(is_older) {
            latest.insert(thread.item.clone(), thread);
        }
    }
    latest.into_values().collect()
}

fn thread_item(name: &str) -> ItemId {
    ItemId::of("thread", name)
}

pub(super) fn send_offer(label: &str) -> Offer {
    let mut body = deskbell_domain::Field::text("body", "Message", true, BODY_BYTES);
    body.input =
        Input::Text { multiline: true, min: 1, max: BODY_BYTES, max_bytes: Some(BODY_BYTES), default: None };
    Offer::plain("send", label, Tone::Neutral).with_field(body)
}

/// Whether a message is of that moment or later.
pub(super) fn is_since(message: &Message, moment: Millis) -> bool {
    message.at.is_some_and(|at| When::Said(Millis::from_seconds(at)).millis().plus(SKEW_MS) >= moment)
}
