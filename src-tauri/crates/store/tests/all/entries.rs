use deskbell_domain::{EntryKind, ItemId, Millis, SourceId, When};
use deskbell_store::{CountsRow, Fact, History, Op};

use crate::samples::{Desk, entry, line, source, write};

#[tokio::test]
async fn a_line_told_again_changes_nothing() {
    let mut desk = Desk::new().await;
    let first = desk.told(line(entry(1, 10))).await;
    assert!(matches!(&first[..], [Fact::Entry(row)] if row.entry == entry(1, 10)), "{first:?}");
    assert_eq!(desk.told(line(entry(1, 10))).await, []);
    assert_eq!(desk.reader().history(&History::default()).unwrap().len(), 1);
}

#[tokio::test]
async fn an_altered_line_is_altered_in_its_place() {
    let mut desk = Desk::new().await;
    for n in 1..=3 {
        desk.durable(line(entry(n, 10))).await;
    }
    let before = desk.reader().history(&History::default()).unwrap();
    let mut altered = entry(2, 10);
    altered.text = "more".into();
    altered.raw = "{\"a\":2}".into();
    altered.agent = Some("coder".into());
    let facts = desk.told(line(altered.clone())).await;
    assert!(matches!(facts.last(), Some(Fact::Entry(row)) if row.entry == altered));
    let after = desk.reader().history(&History::default()).unwrap();
    assert_eq!(after[1].entry, altered);
    let cursors = |rows: &[deskbell_store::EntryRow]| rows.iter().map(|row| row.cursor).collect::<Vec<_>>();
    assert_eq!(cursors(&before), cursors(&after));
}

#[tokio::test]
async fn a_line_from_another_machine_is_added_and_alters_none_that_is_here() {
    let mut desk = Desk::new().await;
    let facts = desk.told(Op::Carried { entry: entry(1, 10), ended: None }).await;
    assert!(matches!(&facts[..], [Fact::Entry(row)] if row.entry == entry(1, 10)), "{facts:?}");
    let mut forged = entry(1, 10);
    forged.text = "approved".into();
    assert_eq!(desk.told(Op::Carried { entry: forged, ended: None }).await, []);
    let rows = desk.reader().history(&History::default()).unwrap();
    assert!(matches!(&rows[..], [row] if row.entry == entry(1, 10)), "{rows:?}");
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().entries, 1);
}

#[tokio::test]
async fn the_same_item_of_two_sources_is_two_lines() {
    let desk = Desk::new().await;
    desk.store.write_durable(write("t", vec![Op::Source(source("t"))])).await.unwrap();
    desk.durable(line(entry(1, 10))).await;
    desk.store.write_durable(write("t", vec![line(entry(1, 10))])).await.unwrap();
    let rows = desk.reader().history(&History::default()).unwrap();
    let sources: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
    assert_eq!(sources, ["t", "s"]);
}

#[tokio::test]
async fn a_line_comes_back_as_it_went_in() {
    let desk = Desk::new().await;
    let mut odd = entry("\u{0}\u{202e}', DROP TABLE entry; --", -7);
    odd.at = When::Seen(Millis(-7));
    odd.kind = EntryKind::Odd;
    odd.agent = Some(String::new());
    odd.thread = Some(ItemId::new("thread:ünï"));
    odd.ask = Some(ItemId::new("approval:1"));
    odd.text = "a\u{0}b".into();
    odd.raw = "x".repeat(3 * 1024 * 1024);
    desk.durable(line(odd.clone())).await;
    assert_eq!(desk.reader().history(&History::default()).unwrap()[0].entry, odd);
}

#[tokio::test]
async fn lines_and_odd_frames_are_counted_once() {
    let mut desk = Desk::new().await;
    let mut odd = entry(2, 10);
    odd.kind = EntryKind::Odd;
    for _ in 0..2 {
        desk.store.write(write("s", vec![line(entry(1, 10)), line(odd.clone())])).await;
    }
    desk.durable(line(entry(3, 10))).await;
    let counts = CountsRow { asks_open: 0, entries: 3, odd: 1 };
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap(), counts);
    let mut told = 0;
    while told < 3 {
        let committed = desk.committed.recv().await.unwrap();
        told += committed.facts.len() as u64;
        assert_eq!(committed.counts.entries, told, "the counts come with what is told");
    }

    let mut understood = odd;
    understood.kind = EntryKind::Message;
    desk.durable(line(understood)).await;
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().odd, 0);
}

#[tokio::test]
async fn what_is_committed_is_told_in_the_order_of_writes_and_is_there_to_read() {
    let mut desk = Desk::new().await;
    let reader = desk.reader();
    let store = desk.store.clone();
    let writing = tokio::spawn(async move {
        for n in 0..5_000 {
            let mut write = write("s", vec![line(entry(n, n))]);
            write.received = Some(Millis(n));
            store.write(write).await;
        }
    });
    let mut told = 0;
    while told < 5_000 {
        let committed = desk.committed.recv().await.unwrap();
        assert_eq!(committed.received, Some(Millis(told)), "the first of those told together");
        for fact in committed.facts {
            assert!(matches!(fact, Fact::Entry(row) if row.entry == entry(told, told)));
            told += 1;
        }
        assert_eq!(committed.counts.entries, told as u64, "after the last of them");
        let newest = reader.history(&History { limit: Some(1), ..History::default() }).unwrap();
        assert!(newest[0].entry.at.millis() >= Millis(told - 1), "nothing is told before it is committed");
    }
    writing.await.unwrap();
}
