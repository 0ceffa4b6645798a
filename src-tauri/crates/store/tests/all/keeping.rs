use std::time::Duration;

use deskbell_domain::{AskState, EntryKind, ItemId, Millis, Outcome, Portion, Rule, SourceId};
use deskbell_store::{History, Job, Op, RULES, Reader, Store, Terms, Why};

use crate::samples::{
    Desk, ask, asked, data_of, entry, line, receipt, settled, source, until_indexed, write,
};

const DAY: i64 = 86_400_000;
const NOW: Millis = Millis(100 * DAY);

fn of(kind: Option<EntryKind>) -> Portion {
    Portion { source: None, kind }
}

fn rules(rules: &[Rule]) -> Op {
    Op::Setting { name: RULES.into(), value: serde_json::to_string(rules).unwrap() }
}

/// A hundred lines of each of two sources, one a day; every tenth is a receipt, every tenth is odd.
async fn full() -> Desk {
    let mut desk = Desk::new().await;
    desk.durable(Op::Source(source("t"))).await;
    for id in ["s", "t"] {
        let lines = (0..100).map(|n| {
            let mut it = entry(format!("{id}{n}"), n * DAY);
            it.kind = [EntryKind::Receipt, EntryKind::Odd, EntryKind::Stream][usize::min(n as usize % 10, 2)];
            it.raw = "x".repeat(1_000);
            line(it)
        });
        desk.store.write_durable(write(id, lines.collect())).await.unwrap();
    }
    while desk.committed.try_recv().is_ok() {}
    desk
}

/// A desk on which nobody looks at what is told: unheard, it would make the writer wait.
async fn unheard() -> Desk {
    let mut desk = Desk::new().await;
    let mut committed = std::mem::replace(&mut desk.committed, tokio::sync::mpsc::channel(1).1);
    tokio::spawn(async move { while committed.recv().await.is_some() {} });
    desk
}

async fn until_done(store: &Store) {
    // A durable write is written after what was ordered before it has begun.
    loop {
        store
            .write_durable(write("s", vec![Op::Setting { name: "mark".into(), value: "1".into() }]))
            .await
            .unwrap();
        if store.upkeep().job().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn tidied(store: &Store, with: &[Rule]) {
    store.write_durable(write("s", vec![rules(with)])).await.unwrap();
    store.tidy(NOW);
    until_done(store).await;
}

fn items(reader: &Reader) -> Vec<String> {
    let all = History { limit: Some(1_000), ..History::default() };
    reader.history(&all).unwrap().into_iter().map(|row| row.entry.item.rest().to_owned()).collect()
}

#[tokio::test]
async fn without_a_rule_everything_is_kept() {
    let desk = full().await;
    tidied(&desk.store, &[]).await;
    assert_eq!(items(&desk.reader()).len(), 200);
    assert_eq!(desk.reader().storage(NOW).unwrap().removed, []);
}

#[tokio::test]
async fn a_rule_of_days_takes_out_what_is_older_and_no_receipts() {
    let mut desk = full().await;
    let rule = Rule {
        portion: Portion { source: Some(SourceId::new("t")), kind: None },
        days: Some(30),
        ..Rule::default()
    };
    desk.durable(rules(std::slice::from_ref(&rule))).await;
    let before = desk.reader().storage(NOW).unwrap();
    assert_eq!((before.excess, before.rules), (vec![63], vec![rule.clone()]));
    tidied(&desk.store, &[rule]).await;
    let left = items(&desk.reader());
    let is_kept = |id: &str, n: i64| id == "s" || n >= 70 || n % 10 == 0;
    let mut expected: Vec<String> = ["s", "t"]
        .into_iter()
        .flat_map(|id| (0..100).filter(move |n| is_kept(id, *n)).map(move |n| format!("{id}{n}")))
        .collect();
    let mut sorted = left.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    let after = desk.reader().storage(NOW).unwrap();
    let of_t = |kind| after.shares.iter().find(|it| it.source.as_str() == "t" && it.kind == kind).unwrap();
    assert_eq!((of_t(EntryKind::Odd).entries, of_t(EntryKind::Odd).frame_bytes), (3, 3_000));
    assert_eq!(of_t(EntryKind::Receipt).entries, 10);
    let gone: u64 = after.removed.iter().map(|row| row.entries).sum();
    assert_eq!((gone, after.excess), (63, vec![0]));
    let newest = after.removed.iter().map(|row| row.until).max();
    assert_eq!(newest, Some(Millis(69 * DAY)));
    assert!(after.removed.iter().all(|row| row.why == Why::Rule && row.at == NOW));
    // Whoever shows the counts is told of them.
    let mut counts = None;
    while let Ok(committed) = desk.committed.try_recv() {
        if committed.facts.is_empty() {
            assert_eq!(committed.source.as_str(), "t");
            counts = Some(committed.counts);
        }
    }
    assert_eq!(counts.map(|counts| (counts.entries, counts.odd)), Some((37, 3)));
    assert_eq!(desk.reader().counts(&SourceId::new("t")).unwrap().entries, 37);
}

#[tokio::test]
async fn a_rule_of_entries_or_bytes_takes_out_the_oldest_of_all_its_lines() {
    for rule in [
        Rule { entries: Some(20), ..Rule::default() },
        // Each says five letters, with a frame of a thousand.
        Rule { bytes: Some(20 * 1_005), ..Rule::default() },
    ] {
        let desk = full().await;
        tidied(&desk.store, &[rule]).await;
        let left: Vec<String> =
            items(&desk.reader()).into_iter().filter(|item| !item.ends_with('0')).collect();
        assert_eq!(left.len(), 20);
        assert!(left.iter().all(|item| item[1..].parse::<i64>().unwrap() >= 89), "{left:?}");
    }
}

#[tokio::test]
async fn receipts_go_where_they_are_named_and_the_record_of_an_answer_never_does() {
    let desk = full().await;
    desk.durable(Op::Receipt(receipt("i1", 7))).await;
    tidied(&desk.store, &[Rule { portion: of(Some(EntryKind::Receipt)), days: Some(1), ..Rule::default() }])
        .await;
    let left = items(&desk.reader());
    assert_eq!((left.len(), left.iter().any(|item| item == "s90")), (180, false));
    assert!(desk.reader().receipt(&receipt("i1", 7).intent).unwrap().is_some());
}

#[tokio::test]
async fn what_belongs_to_an_ask_that_has_not_ended_stays_until_it_ends() {
    let desk = full().await;
    for n in 0..2 {
        let mut about = entry(format!("about{n}"), 1);
        about.ask = Some(ItemId::new("approval:1"));
        desk.durable(line(about)).await;
    }
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    let counted = || desk.reader().cleared(&Portion::default(), None).unwrap();
    assert_eq!(counted(), 180, "without those two");
    desk.store.clear(Portion::default(), None, NOW);
    until_done(&desk.store).await;
    let left: Vec<String> = items(&desk.reader()).into_iter().filter(|item| !item.ends_with('0')).collect();
    assert_eq!(left, ["about1"], "and receipts");
    assert_eq!(items(&desk.reader()).iter().filter(|item| item.starts_with("about")).count(), 2);
    assert_eq!(counted(), 0);
    desk.durable(asked(ask("approval:1", settled(200, Outcome::Approved)))).await;
    assert_eq!(counted(), 2);
    desk.store.clear(Portion::default(), None, NOW);
    until_done(&desk.store).await;
    assert!(!items(&desk.reader()).iter().any(|item| item.starts_with("about")));
}

#[tokio::test]
async fn what_is_cleared_is_counted_before_and_told_after() {
    let desk = full().await;
    let portion = Portion { source: Some(SourceId::new("s")), kind: Some(EntryKind::Odd) };
    let before = Some(Millis(50 * DAY + 1));
    assert_eq!(desk.reader().cleared(&portion, before).unwrap(), 5);
    assert_eq!(desk.reader().cleared(&Portion::default(), None).unwrap(), 180);
    desk.store.clear(portion.clone(), before, NOW);
    until_done(&desk.store).await;
    assert_eq!(items(&desk.reader()).len(), 195);
    let removed = desk.reader().storage(NOW).unwrap().removed;
    assert_eq!(removed.len(), 1);
    assert_eq!((removed[0].why, removed[0].entries, removed[0].until), (Why::Cleared, 5, Millis(41 * DAY)));
}

#[tokio::test]
async fn lines_that_take_the_numbers_of_those_that_are_gone_are_found() {
    let desk = full().await;
    until_indexed(&desk.store).await;
    desk.store.clear(Portion::default(), None, NOW);
    until_done(&desk.store).await;
    let find = |words: &str| desk.reader().search(&History::default(), &Terms::parse(words)).unwrap().len();
    // Both before the index has followed, and after.
    for round in 0..3 {
        let lines = (0..10).map(|n| {
            let mut it = entry(format!("new{round}.{n}"), n);
            it.text = "something new".into();
            line(it)
        });
        desk.store.write_durable(write("s", lines.collect())).await.unwrap();
        assert_eq!(find("\"something new\""), 10, "round {round}");
        until_indexed(&desk.store).await;
        assert_eq!((find("\"something new\""), find("hello -new")), (10, 20), "round {round}");
        desk.store.clear(Portion::default(), None, NOW);
        until_done(&desk.store).await;
        if round == 1 {
            until_indexed(&desk.store).await;
        }
    }
}

fn size(desk: &Desk) -> (u64, u64) {
    let storage = desk.reader().storage(NOW).unwrap();
    (storage.database + storage.log, storage.free)
}

#[tokio::test]
async fn the_space_of_what_was_cleared_is_given_back() {
    let desk = unheard().await;
    for from in (0..20_000).step_by(1_000) {
        let lines = (from..from + 1_000)
            .map(|n| line(deskbell_domain::Entry { raw: "x".repeat(900), ..entry(n, n) }));
        desk.store.write_durable(write("s", lines.collect())).await.unwrap();
    }
    let (before, _) = size(&desk);
    desk.store.clear(Portion::default(), Some(Millis(18_000)), NOW);
    until_done(&desk.store).await;
    let (after, free) = size(&desk);
    // What the search index was still to be told of takes a little, and frees it once the index has followed.
    assert!(after < before / 4 && free < before / 50, "{before} to {after}, {free} of them free");
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().entries, 2_000);
}

#[tokio::test]
async fn a_database_that_could_not_give_anything_back_is_written_anew_once() {
    let desk = full().await;
    desk.store.clear(Portion::default(), None, NOW);
    until_done(&desk.store).await;
    let dir = desk.close().await;
    let path = data_of(&dir).join("deskbell.db");
    let auto = || {
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.query_row("PRAGMA auto_vacuum", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    // As it was made before there was retention.
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM;").unwrap();
    drop(old);
    assert_eq!(auto(), 0);
    let store = Store::open(&data_of(&dir)).unwrap().store;
    let left = items(&store.reader().unwrap());
    store.compact();
    until_done(&store).await;
    assert_eq!(store.upkeep().trouble(), None);
    assert_eq!(items(&store.reader().unwrap()), left);
    store.close().await;
    assert_eq!(auto(), 2);
}

#[tokio::test]
async fn what_is_cancelled_stops_and_the_rest_stays() {
    let desk = unheard().await;
    let lines = |from: i64| (from..from + 1_000).map(|n| line(entry(n, n))).collect();
    for from in (0..30_000).step_by(1_000) {
        desk.store.write_durable(write("s", lines(from))).await.unwrap();
    }
    desk.store.clear(Portion::default(), None, NOW);
    let upkeep = desk.store.upkeep();
    let seen = loop {
        match upkeep.job() {
            Some(job @ Job { done: 1.., .. }) => break job,
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!(seen.total, 30_000);
    upkeep.cancel();
    until_done(&desk.store).await;
    let left = desk.reader().counts(&SourceId::new("s")).unwrap().entries;
    assert!((1..30_000).contains(&left), "{left}");
    let removed: u64 = desk.reader().storage(NOW).unwrap().removed.iter().map(|row| row.entries).sum();
    assert_eq!((removed + left, upkeep.trouble()), (30_000, None));
}
