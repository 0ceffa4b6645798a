use std::io::{Seek, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use deskbell_domain::AskState;
use deskbell_store::{History, Moved, Op, Opened, Stage, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::samples::{
    Desk, ask, asked, data_of, entry, key, line, outbox_row, receipt, reopen, source, write,
};

/// A folder in which everything was put, properly closed.
async fn filled() -> TempDir {
    let desk = Desk::new().await;
    let lines = (0..500).map(|n| line(entry(n, n))).collect();
    desk.store.write(write("s", lines)).await;
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    desk.durable(Op::Outbox(outbox_row("i1", Stage::Maybe))).await;
    desk.durable(Op::Receipt(receipt("i0", 7))).await;
    desk.durable(Op::Setting { name: "settings".into(), value: "{}".into() }).await;
    desk.close().await
}

/// Where the first page of a table begins, and how long it is.
fn first_page(database: &Path, table: &str) -> (u64, u64) {
    let conn = Connection::open(database).unwrap();
    let size: u64 = conn.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    let page: u64 = conn
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0))
        .unwrap();
    ((page - 1) * size, size)
}

fn scribble(database: &Path, (start, length): (u64, u64)) {
    let mut file = std::fs::OpenOptions::new().write(true).open(database).unwrap();
    file.seek(SeekFrom::Start(start)).unwrap();
    file.write_all(&vec![0xAA; length as usize]).unwrap();
}

fn kept(moved: &Moved) {
    assert!(moved.to.exists(), "the damaged one is kept");
    let words = moved.to_string();
    assert!(words.contains(&moved.to.display().to_string()), "{words}");
}

#[tokio::test]
async fn rubbish_is_put_aside_and_a_fresh_database_made() {
    for rubbish in [vec![0xAA; 10_000], b"not a database at all".to_vec()] {
        let dir = filled().await;
        std::fs::write(data_of(&dir).join("deskbell.db"), &rubbish).unwrap();
        std::fs::write(data_of(&dir).join("deskbell.db-wal"), "a log").unwrap();
        let Opened { store, report, .. } = reopen(&data_of(&dir));
        let moved = report.unwrap();
        kept(&moved);
        assert_eq!(std::fs::read(&moved.to).unwrap(), rubbish);
        let log = format!("{}-wal", moved.to.display());
        assert_eq!(std::fs::read(log).unwrap(), b"a log", "its log may hold the newest answers");
        assert!(moved.to_string().contains("nothing could be saved"), "{moved}");
        store.write_durable(write("s", vec![Op::Source(source("s")), line(entry(1, 1))])).await.unwrap();
        store.close().await;
        assert_eq!(reopen(&data_of(&dir)).report, None, "and that one is sound");
    }
}

#[tokio::test]
async fn a_database_cut_short_is_put_aside() {
    let dir = filled().await;
    let path = data_of(&dir).join("deskbell.db");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    kept(&reopen(&data_of(&dir)).report.unwrap());
}

#[tokio::test]
async fn damage_met_while_running_is_told_and_mended_at_the_next_start() {
    let dir = filled().await;
    let database = data_of(&dir).join("deskbell.db");
    scribble(&database, first_page(&database, "entry"));
    let opened = reopen(&data_of(&dir));
    assert_eq!(opened.report, None, "a clean end is trusted");
    let error = opened.store.reader().unwrap().history(&History::default()).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    let refused = opened.store.write_durable(write("s", vec![line(entry(900, 1))])).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Failed { why, .. } if why.contains("damaged")), "{refused}");
    opened.store.close().await;

    let Opened { store, report, .. } = reopen(&data_of(&dir));
    let moved = report.unwrap();
    kept(&moved);
    assert_eq!(
        moved.saved,
        [("outbox", 1), ("receipt", 1), ("source", 1), ("notice", 0), ("setting", 1)],
        "what may not be lost is saved"
    );
    let reader = store.reader().unwrap();
    assert_eq!(reader.sources().unwrap(), [source("s")]);
    assert_eq!(reader.outbox().unwrap(), [outbox_row("i1", Stage::Maybe)]);
    assert_eq!(reader.receipts(&key("approval:1")).unwrap(), [receipt("i0", 7)]);
    assert!(reader.history(&History::default()).unwrap().is_empty(), "the cache is not");
    store.write_durable(write("s", vec![line(entry(1, 1))])).await.unwrap();
    store.close().await;
    assert_eq!(reopen(&data_of(&dir)).report, None);
}

#[tokio::test]
async fn after_an_unclean_end_damage_is_looked_for() {
    let dir = filled().await;
    let database = data_of(&dir).join("deskbell.db");
    let page = first_page(&database, "entry");
    let opened = reopen(&data_of(&dir));
    opened
        .store
        .write_durable(write("s", vec![Op::Outbox(outbox_row("newest", Stage::Queued))]))
        .await
        .unwrap();
    // What a kill would leave: the newest only in the log.
    let unclean = tempfile::tempdir().unwrap();
    std::fs::create_dir(data_of(&unclean)).unwrap();
    for part in ["deskbell.db", "deskbell.db-wal"] {
        std::fs::copy(data_of(&dir).join(part), data_of(&unclean).join(part)).unwrap();
    }
    opened.store.close().await;
    scribble(&data_of(&unclean).join("deskbell.db"), page);

    // A start does not wait for it.
    let opened = reopen(&data_of(&unclean));
    assert_eq!(opened.report, None);
    let found = data_of(&unclean).join("deskbell.db.suspect");
    while !found.exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    opened.store.close().await;
    let Opened { store, report, .. } = reopen(&data_of(&unclean));
    let moved = report.unwrap();
    kept(&moved);
    let newest = store.reader().unwrap().outbox().unwrap();
    assert!(newest.contains(&outbox_row("newest", Stage::Queued)), "what stood only in the log is saved too");
}

#[tokio::test]
async fn what_was_not_looked_through_to_its_end_is_looked_through_after_a_clean_one() {
    let dir = filled().await;
    let database = data_of(&dir).join("deskbell.db");
    scribble(&database, first_page(&database, "entry"));
    let unproven = data_of(&dir).join("deskbell.db.unproven");
    std::fs::write(&unproven, "").unwrap();
    let opened = reopen(&data_of(&dir));
    let found = data_of(&dir).join("deskbell.db.suspect");
    while !found.exists() || unproven.exists() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    opened.store.close().await;
    let opened = reopen(&data_of(&dir));
    kept(&opened.report.unwrap());
    assert!(!found.exists() && !unproven.exists(), "the new one is trusted");
}
