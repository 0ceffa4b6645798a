use deskbell_domain::{Millis, SourceId};
use deskbell_store::{Fact, History, Op, Reader, Stage, StoreError};

use crate::samples::{Desk, data_of, entry, key, line, outbox_row, receipt, reopen, source, write};

#[tokio::test]
async fn a_durable_write_is_there_without_a_close() {
    let desk = Desk::new().await;
    desk.durable(Op::Outbox(outbox_row("i1", Stage::Maybe))).await;
    // Read while the writer still has everything open: nothing was tidied up.
    let reader = Reader::open(&desk.data()).unwrap();
    assert_eq!(reader.outbox().unwrap(), [outbox_row("i1", Stage::Maybe)]);
}

#[tokio::test]
async fn what_was_queued_is_written_when_the_last_store_is_dropped() {
    let desk = Desk::new().await;
    let data = desk.data();
    for n in 0..3_000 {
        desk.store.write(write("s", vec![line(entry(n, n))])).await;
    }
    let dir = desk.drop_store();
    let opened = reopen(&data);
    assert_eq!(opened.store.reader().unwrap().counts(&SourceId::new("s")).unwrap().entries, 3_000);
    opened.store.close().await;
    drop(dir);
}

#[tokio::test]
async fn all_is_there_after_a_close_and_an_open() {
    let desk = Desk::new().await;
    desk.durable(Op::Outbox(outbox_row("i2", Stage::Held))).await;
    desk.durable(Op::Outbox(outbox_row("i1", Stage::Queued))).await;
    desk.durable(Op::Outbox(outbox_row("i2", Stage::Taken))).await;
    desk.durable(Op::Receipt(receipt("i0", 7))).await;
    desk.store.write(write("s", vec![line(entry(1, 1))])).await;
    let dir = desk.close().await;
    assert!(!data_of(&dir).join("deskbell.db-wal").exists(), "a clean end leaves no log behind");

    let opened = reopen(&data_of(&dir));
    assert_eq!(opened.report, None);
    let reader = opened.store.reader().unwrap();
    assert_eq!(reader.sources().unwrap(), [source("s")]);
    assert_eq!(reader.outbox().unwrap(), [outbox_row("i1", Stage::Queued), outbox_row("i2", Stage::Taken)]);
    assert_eq!(reader.receipts(&key("approval:1")).unwrap(), [receipt("i0", 7)]);
    assert_eq!(reader.counts(&SourceId::new("s")).unwrap().entries, 1);
    opened.store.close().await;
}

#[tokio::test]
async fn the_outbox_and_its_receipts_are_told_as_they_change() {
    let mut desk = Desk::new().await;
    let queued = outbox_row("i1", Stage::Queued);
    assert_eq!(desk.told(Op::Outbox(queued.clone())).await, [Fact::Outbox(queued.clone())]);
    assert_eq!(desk.told(Op::Outbox(queued)).await, []);
    assert_eq!(desk.told(Op::Receipt(receipt("i1", 7))).await, [Fact::Receipt(receipt("i1", 7))]);
    desk.durable(Op::OutboxGone(receipt("i1", 7).intent)).await;
    assert!(desk.reader().outbox().unwrap().is_empty());
    desk.durable(Op::Receipt(receipt("i2", 9))).await;
    let times: Vec<Millis> =
        desk.reader().receipts(&key("approval:1")).unwrap().iter().map(|row| row.answered_at).collect();
    assert_eq!(times, [Millis(9), Millis(7)], "newest first");
    assert!(desk.reader().receipts(&key("approval:2")).unwrap().is_empty());
}

#[tokio::test]
async fn a_write_is_written_whole_or_not_at_all() {
    let desk = Desk::new().await;
    let ops = vec![Op::Outbox(outbox_row("i1", Stage::Queued)), line(entry(1, 1))];
    desk.store.write_durable(write("nobody", ops)).await.unwrap_err();
    assert!(desk.reader().outbox().unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_taken_after_a_close() {
    let desk = Desk::new().await;
    desk.store.close().await;
    desk.store.close().await;
    let late = desk.store.write_durable(write("s", vec![line(entry(1, 1))])).await;
    assert_eq!(late, Err(StoreError::Closed));
    desk.store.write(write("s", vec![line(entry(1, 1))])).await;
    let reader = Reader::open(&desk.data()).unwrap();
    assert!(reader.history(&History::default()).unwrap().is_empty());
}
