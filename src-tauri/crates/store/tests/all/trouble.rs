use deskbell_domain::SourceId;
use deskbell_store::{Fact, Health, Op, Stage, StoreError};
use rusqlite::Connection;

use crate::samples::{Desk, entry, line, outbox_row, write};

#[tokio::test]
async fn while_nothing_can_be_written_the_operator_is_told_and_the_rest_is_kept() {
    let mut desk = Desk::new().await;
    // Somebody sits on the database with a tool.
    let other = Connection::open(desk.data().join("deskbell.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for n in 0..10 {
        desk.store.write(write("s", vec![line(entry(n, n))])).await;
    }
    let answer = write("s", vec![Op::Outbox(outbox_row("i1", Stage::Queued))]);
    let error = desk.store.write_durable(answer.clone()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Failed { why, .. } if why.contains("locked")), "{error}");
    assert!(matches!(desk.store.health(), Health::Failing { .. }));
    assert!(desk.committed.try_recv().is_err(), "nothing is told that is not committed");

    other.execute_batch("ROLLBACK").unwrap();
    let mut items = Vec::new();
    while items.len() < 10 {
        items.extend(desk.committed.recv().await.unwrap().facts);
    }
    let expected: Vec<_> = (0..10).map(|n| entry(n, n)).collect();
    let items: Vec<_> = items
        .into_iter()
        .map(|fact| match fact {
            Fact::Entry(row) => row.entry,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(items, expected, "what was queued is written after all, in its order");
    assert_eq!(desk.store.health(), Health::Well);
    assert!(desk.reader().outbox().unwrap().is_empty(), "what was refused was not written");
    desk.store.write_durable(answer).await.unwrap();
}

#[tokio::test]
async fn a_flood_waits_instead_of_filling_the_memory() {
    let mut desk = Desk::new().await;
    let other = Connection::open(desk.data().join("deskbell.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = desk.store.clone();
    let written = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = written.clone();
    let flood = tokio::spawn(async move {
        for n in 0..64 {
            let mut large = entry(n, n);
            large.raw = "x".repeat(1024 * 1024);
            store.write(write("s", vec![line(large)])).await;
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    });
    // Refused by the writer itself: so it has looked at all that was queued before.
    desk.store.write_durable(write("s", vec![line(entry(0, 0))])).await.unwrap_err();
    while desk.store.health() == Health::Well {
        tokio::task::yield_now().await;
    }
    let queued = written.load(std::sync::atomic::Ordering::Relaxed);
    assert!(queued < 17, "{queued} MiB are queued");
    other.execute_batch("ROLLBACK").unwrap();
    let mut told = 0;
    while told < 64 {
        told += desk.committed.recv().await.unwrap().facts.len();
    }
    flood.await.unwrap();
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().entries, 64);
}
