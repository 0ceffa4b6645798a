use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deskbell_domain::{Change, SecretRef, When};
use deskbell_store::{Op, Opened, Store, Write};

use super::*;

/// Lines enough for a search without an index to take its time.
const LINES: usize = 4_000;

fn line(n: usize) -> Op {
    let raw = format!(r#"{{"body":"{}"}}"#, format!("word{n} ").repeat(300));
    Op::Change(Change::Entry(Entry {
        item: ItemId::of("message", n),
        at: When::Said(Millis(n as i64)),
        kind: EntryKind::Message,
        agent: None,
        thread: None,
        ask: None,
        text: "hello".into(),
        raw,
    }))
}

async fn fill(data: &std::path::Path) {
    let Opened { store, mut committed, .. } = Store::open(data).unwrap();
    tokio::spawn(async move { while committed.recv().await.is_some() {} });
    let source = Op::Source(Source {
        id: SourceId::new("s"),
        name: "S".into(),
        dialect: "hyperhive".into(),
        url: "http://127.0.0.1:1".into(),
        auth: deskbell_domain::Auth::None,
        secret: SecretRef::None,
        settings: BTreeMap::new(),
        paused: true,
    });
    let ops = std::iter::once(source).chain((0..LINES).map(line)).collect();
    store.write_durable(Write { source: SourceId::new("s"), ops, received: None }).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_long_search_holds_up_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fill(&data).await;
    std::fs::remove_file(data.join("search.db")).unwrap();
    let queries = Queries::new(Reader::open(&data).unwrap(), Arc::default(), Clock::default());
    let done = AtomicBool::new(false);
    let (search, longest, answers) = std::thread::scope(|scope| {
        let searching = scope.spawn(|| {
            let begun = Instant::now();
            let filter = HistoryFilter { search: Some("word".into()), ..HistoryFilter::default() };
            let rows = queries.history(&filter).unwrap();
            done.store(true, Ordering::Release);
            assert_eq!(rows.len(), 100);
            begun.elapsed()
        });
        let (mut longest, mut answers) = (Duration::ZERO, 0);
        while !done.load(Ordering::Acquire) {
            let begun = Instant::now();
            queries.sources().unwrap();
            (longest, answers) = (longest.max(begun.elapsed()), answers + 1);
        }
        (searching.join().unwrap(), longest, answers)
    });
    assert!(longest < search / 2, "one of {answers} answers took {longest:?}, the search {search:?}");
}
