//! A history made up from numbers: the same on every machine.

use std::collections::BTreeMap;

use deskbell_domain::{
    Auth, Change, Entry, EntryKind, Hash, ItemId, Millis, SecretRef, Source, SourceId, Thread, ThreadState,
    When,
};
use deskbell_store::Op;

/// When the first line was said.
const BEGUN: i64 = 1_700_000_000_000;
/// One line in so many milliseconds.
const STEP_MS: i64 = 400;

const WORDS: [&str; 24] = [
    "build",
    "deploy",
    "staging",
    "red",
    "green",
    "review",
    "the parser",
    "a test",
    "waits for review",
    "merged",
    "retry",
    "error",
    "in src/main.rs",
    "coder",
    "migrates the table",
    "writes",
    "reads",
    "asks",
    "why",
    "approved",
    "denied",
    "等待审批",
    "token",
    "cost",
];

pub fn source_id() -> SourceId {
    SourceId::new("s")
}

pub fn source() -> Op {
    Op::Source(Source {
        id: source_id(),
        name: "s".into(),
        dialect: "hyperhive".into(),
        url: "http://127.0.0.1:1".into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: BTreeMap::new(),
        paused: false,
    })
}

pub fn line(n: usize) -> Op {
    Op::Change(Change::Entry(entry(n)))
}

/// A conversation of which nothing is told but that there is one.
pub fn thread(n: usize) -> Op {
    Op::Change(Change::Thread(Thread {
        item: ItemId::of("session", n),
        title: text(n),
        parent: None,
        agent: None,
        state: ThreadState::Idle,
        updated: When::Said(Millis(at(n))),
        offers: Vec::new(),
    }))
}

pub fn at(n: usize) -> i64 {
    BEGUN + n as i64 * STEP_MS
}

/// What it says: eight words, a sha, and seldom something rare, which a million lines fill a page with.
pub fn text(n: usize) -> String {
    let mut state = n as u64;
    let mut throw = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
    };
    let mut words: Vec<&str> =
        (0..8).filter_map(|_| WORDS.get(throw() as usize % WORDS.len()).copied()).collect();
    if n % 10_000 == 777 {
        words.push("Quetzalcoatl");
    }
    let sha = if n % 10_000 == 55 { "a73f9c01b2".to_owned() } else { format!("{:010x}", throw()) };
    format!("{} {sha}", words.join(" "))
}

fn entry(n: usize) -> Entry {
    let text = text(n);
    let raw = format!(
        r#"{{"kind":"message","seq":{n},"from":"coder","to":"operator","body":"{text}","more":"{}"}}"#,
        self::text(n / 7)
    );
    Entry {
        item: ItemId::of("message", format!("{}.{}", at(n) / 1_000, Hash::of_bytes(&n.to_le_bytes()))),
        at: When::Said(Millis(at(n))),
        kind: if n.is_multiple_of(3) { EntryKind::Message } else { EntryKind::Stream },
        agent: ["coder", "tester", "planner", "writer"].get(n % 4).map(|agent| (*agent).to_owned()),
        thread: Some(ItemId::of("session", n % 50)),
        ask: None,
        text,
        raw,
    }
}
