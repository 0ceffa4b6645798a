//! How fast the store takes lines in, against bare rusqlite on the same rows:
//! `cargo run --release -p deskbell-store --example intake [LINES]`

use std::time::Instant;

use deskbell_domain::{
    Auth, Change, Entry, EntryKind, Hash, ItemId, Millis, SecretRef, Source, SourceId, When,
};
use deskbell_store::{Op, Opened, Store, Write};
use rusqlite::{Connection, params};

type Failure = Box<dyn std::error::Error>;

/// As many rows in one transaction as a careful program would put there.
const BATCH: usize = 500;

/// 300 bytes raw; the item is a hash, as it is where a server gives its messages no id.
fn line(n: usize) -> Entry {
    Entry {
        item: ItemId::of("message", Hash::of_bytes(&n.to_le_bytes())),
        at: When::Said(Millis(1_700_000_000_000 + n as i64 / 2)),
        kind: if n.is_multiple_of(3) { EntryKind::Message } else { EntryKind::Stream },
        agent: Some(["coder", "tester", "planner", "writer"][n % 4].to_owned()),
        thread: Some(ItemId::of("session", n % 50)),
        ask: None,
        text: "y".repeat(60),
        raw: "x".repeat(300),
    }
}

fn bare(name: &str, schema: &str, lines: &[Entry]) -> Result<f64, Failure> {
    let dir = tempfile::tempdir()?;
    let mut conn = Connection::open(dir.path().join("bare.db"))?;
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
    conn.execute_batch(
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, item TEXT NOT NULL, at INTEGER NOT NULL,
           said INTEGER NOT NULL, kind TEXT NOT NULL, agent TEXT, thread TEXT, ask TEXT, text TEXT NOT NULL,
           raw TEXT NOT NULL) STRICT;",
    )?;
    conn.execute_batch(schema)?;
    let start = Instant::now();
    for batch in lines.chunks(BATCH) {
        let transaction = conn.transaction()?;
        for line in batch {
            transaction
                .prepare_cached(
                    "INSERT INTO entry (source, item, at, said, kind, agent, thread, ask, text, raw)
                     VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?8)",
                )?
                .execute(params![
                    line.item.as_str(),
                    line.at.millis().0,
                    line.at.is_said(),
                    line.kind.as_str(),
                    line.agent,
                    line.thread.as_ref().map(ItemId::as_str),
                    line.text,
                    line.raw,
                ])?;
        }
        transaction.commit()?;
    }
    Ok(report(name, lines.len(), start))
}

async fn ours(lines: Vec<Entry>) -> Result<f64, Failure> {
    let dir = tempfile::tempdir()?;
    let Opened { store, mut committed, .. } = Store::open(dir.path())?;
    let id = SourceId::new("s");
    let source = Source {
        id: id.clone(),
        name: "S".to_owned(),
        dialect: "hyperhive".to_owned(),
        url: "http://127.0.0.1:1".to_owned(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: Default::default(),
        paused: false,
    };
    store.write_durable(Write { source: id.clone(), ops: vec![Op::Source(source)], received: None }).await?;
    let count = lines.len();
    let start = Instant::now();
    let writing = tokio::spawn(async move {
        for line in lines {
            let ops = vec![Op::Change(Change::Entry(line))];
            store.write(Write { source: id.clone(), ops, received: None }).await;
        }
        store
    });
    let mut told = 0;
    while told < count {
        told += committed.recv().await.ok_or("the writer ended early")?.facts.len();
    }
    let rate = report("the store, one line a write, told after the commit", count, start);
    writing.await?.close().await;
    Ok(rate)
}

fn report(name: &str, count: usize, start: Instant) -> f64 {
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!("{name:<60} {rate:>9.0} lines/s");
    rate
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let count = std::env::args().nth(1).map_or(Ok(300_000), |text| text.parse())?;
    let lines: Vec<Entry> = (0..count).map(line).collect();
    let plain = bare("bare rusqlite, no index", "", &lines)?;
    let unique = bare(
        "bare rusqlite, unique by source and item",
        "CREATE UNIQUE INDEX entry_item ON entry (source, item);",
        &lines,
    )?;
    let indexed = bare(
        "bare rusqlite, unique, and the store's other indexes",
        "CREATE UNIQUE INDEX entry_item ON entry (source, item);
         CREATE INDEX entry_kind ON entry (source, kind, at);
         CREATE INDEX entry_thread ON entry (source, thread, at);
         CREATE INDEX entry_agent ON entry (source, agent, at);",
        &lines,
    )?;
    let store = ours(lines).await?;
    for (name, rate) in [("no index", plain), ("unique", unique), ("all indexes", indexed)] {
        println!("the store : bare, {name:<42} {:>9.2}", store / rate);
    }
    Ok(())
}
