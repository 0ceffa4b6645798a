//! A desk to test on, and things to put on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deskbell_domain::{
    Ask, AskBody, AskState, Auth, By, Change, Choice, Consent, Entry, EntryKind, Field, Hash, Input, Intent,
    IntentId, ItemId, Key, Millis, Offer, Outcome, Receipt, SecretRef, Source, SourceId, Subject, Surface,
    Tone, Urgency, Value, Verdict, When,
};
use deskbell_store::{Committed, Fact, Op, Opened, OutboxRow, Reader, Stage, Store, Write};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub struct Desk {
    pub store: Store,
    pub committed: mpsc::Receiver<Committed>,
    dir: TempDir,
}

impl Desk {
    /// A fresh folder with the source `s`.
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let Opened { store, committed, report } = Store::open(&dir.path().join("data")).unwrap();
        assert_eq!(report, None);
        let desk = Self { store, committed, dir };
        desk.durable(Op::Source(source("s"))).await;
        desk
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn reader(&self) -> Reader {
        self.store.reader().unwrap()
    }

    /// Writes one op of the source `s`, and waits for the disk.
    pub async fn durable(&self, op: Op) {
        self.store.write_durable(write("s", vec![op])).await.unwrap();
    }

    /// Writes one op and gives back what was told of it.
    pub async fn told(&mut self, op: Op) -> Vec<Fact> {
        self.durable(op).await;
        // Told before the next durable write is: so what is there now is all there is.
        self.durable(Op::Setting { name: "mark".into(), value: "1".into() }).await;
        let mut facts = Vec::new();
        while let Ok(committed) = self.committed.try_recv() {
            facts.extend(committed.facts);
        }
        facts
    }

    /// Lets go of the store without closing it, and of the listener.
    pub fn drop_store(self) -> TempDir {
        self.dir
    }

    /// Ends the engine and keeps the folder.
    pub async fn close(self) -> TempDir {
        self.store.close().await;
        self.dir
    }
}

/// Waits until the search index has every line.
pub async fn until_indexed(store: &Store) {
    while store.behind() > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub fn data_of(dir: &TempDir) -> PathBuf {
    dir.path().join("data")
}

pub fn write(source: &str, ops: Vec<Op>) -> Write {
    Write { source: SourceId::new(source), ops, received: None }
}

pub fn source(id: &str) -> Source {
    Source {
        id: SourceId::new(id),
        name: id.to_uppercase(),
        dialect: "hyperhive".into(),
        url: "http://127.0.0.1:1".into(),
        auth: Auth::Basic { user: "me".into() },
        secret: SecretRef::Environment { name: "TOKEN".into() },
        settings: BTreeMap::from([("directory".into(), vec!["/a".into(), "/b".into()])]),
        paused: true,
    }
}

pub fn key(item: &str) -> Key {
    Key::new(SourceId::new("s"), ItemId::new(item))
}

pub fn offer() -> Offer {
    Offer::plain("answer", "Answer", Tone::Yes).behind_name("coder").explained("why").with_field(Field {
        id: "f".into(),
        label: "F".into(),
        required: true,
        hint: Some("hint".into()),
        input: Input::Pick { options: vec![Choice::plain("a")], many: true, other: true, max_bytes: Some(9) },
    })
}

pub fn ask(item: &str, state: AskState) -> Ask {
    Ask {
        item: ItemId::new(item),
        agent: Some("coder".into()),
        thread: Some(ItemId::new("thread:1")),
        asked: When::Said(Millis(100)),
        expires: None,
        urgency: Urgency::Urgent,
        body: AskBody::Approval {
            title: "Edit \u{0} a file\n".into(),
            detail: None,
            subject: Subject::Diff { unified: "--- a\n+++ b\n".into() },
        },
        offers: vec![offer()],
        state,
    }
}

pub fn settled(at: i64, outcome: Outcome) -> AskState {
    AskState::Settled { at: When::Seen(Millis(at)), by: By::Other("bob".into()), outcome }
}

pub fn settled_by(by: By, outcome: Outcome) -> AskState {
    AskState::Settled { at: When::Seen(Millis(100)), by, outcome }
}

pub fn entry(item: impl std::fmt::Display, at: i64) -> Entry {
    Entry {
        item: ItemId::of("message", item),
        at: When::Said(Millis(at)),
        kind: EntryKind::Message,
        agent: None,
        thread: None,
        ask: None,
        text: "hello".into(),
        raw: "{\"a\":1}".into(),
    }
}

pub fn line(entry: Entry) -> Op {
    Op::Change(Change::Entry(entry))
}

pub fn asked(ask: Ask) -> Op {
    Op::Change(Change::Ask(Box::new(ask)))
}

pub fn outbox_row(id: &str, stage: Stage) -> OutboxRow {
    OutboxRow {
        intent: Intent {
            id: IntentId::new(id),
            key: key("approval:1"),
            offer: "answer".into(),
            values: BTreeMap::from([(
                "f".into(),
                Value::Pick { chosen: vec!["a".into()], other: Some("mine".into()) },
            )]),
            shown: Hash::of_bytes(b"x"),
            consent: Consent::Typed("coder".into()),
        }
        .kept(),
        offer: offer(),
        title: "Edit a file".into(),
        surface: Surface::Notification,
        accepted_at: Millis(5),
        held_until: Some(Millis(9)),
        stage,
    }
}

pub fn receipt(id: &str, at: i64) -> Receipt {
    Receipt {
        intent: IntentId::new(id),
        key: key("approval:1"),
        title: "Edit a file".into(),
        offer: "answer".into(),
        label: "Answer".into(),
        surface: Surface::Window,
        shown: Hash::of_bytes(b"x"),
        answered_at: Millis(at),
        settled_at: Millis(at + 1),
        verdict: Verdict::Lost { to: Some("bob".into()) },
        note: "Bob was first.".into(),
    }
}

/// Opens the folder again. The last writer may still be letting go of it.
pub fn reopen(data: &Path) -> Opened {
    loop {
        match Store::open(data) {
            Ok(opened) => return opened,
            Err(deskbell_store::OpenError::Taken { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}
