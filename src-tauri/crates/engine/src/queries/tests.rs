use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deskbell_domain::{Change, SecretRef, When};
use deskbell_store::{History, Op, Opened, Store, Write};

use super::*;
use crate::timeline::count_found;

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

#[tokio::test]
async fn what_is_found_is_counted_when_it_was_and_of_too_many_the_newest() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fill(&data).await;
    let reader = Reader::open(&data).unwrap();
    let edges = [0, 1_000, 2_000, 4_000].map(Millis);
    let counted = |history: &History, words: &str, is_long: bool| {
        let view = count_found(&reader, history, &Terms::parse(words), &edges, || is_long).unwrap();
        assert_eq!(view.span, Some((Millis(0), Millis(3_999))), "also of what is not found");
        (view.counts, view.counted_from)
    };
    let all = History::default();
    assert_eq!(counted(&all, "word12", false), (vec![11, 100, 0], None));
    assert_eq!(counted(&all, "nothing", false), (vec![0, 0, 0], None));
    assert_eq!(counted(&all, "word", false), (vec![0, 0, 2_000], Some(Millis(2_000))));
    assert_eq!(counted(&all, "word", true), (vec![0, 0, 250], Some(Millis(3_750))));
    let times = History { since: Some(Millis(7)), until: Some(Millis(8)), ..History::default() };
    assert_eq!(counted(&times, "word12", false), (vec![11, 100, 0], None), "whatever its own times");

    let queries = Queries::new(Reader::open(&data).unwrap(), Arc::default(), Clock::default());
    let filter = HistoryFilter { search: Some("word12".into()), ..HistoryFilter::default() };
    assert_eq!(queries.timeline(&filter, &edges).unwrap().counts, [11, 100, 0]);
    let filter = HistoryFilter { search: Some("  ".into()), ..HistoryFilter::default() };
    assert_eq!(queries.timeline(&filter, &edges).unwrap().counts, [1_000, 1_000, 2_000]);
}
