use deskbell_domain::{Auth, Change, SecretRef, Source, SourceId};

use super::*;
use crate::search::Progress;
use crate::{Fact, Upkeep, Write};

fn writer() -> (tempfile::TempDir, Writer, mpsc::Receiver<Committed>) {
    let dir = tempfile::tempdir().unwrap();
    let lock = Arc::new(FolderLock::take(dir.path()).unwrap());
    let (conn, _) = database::open(dir.path()).unwrap();
    let (told, committed) = mpsc::channel(64);
    let progress: Arc<Progress> = Arc::default();
    let keeper = Keeper::new(Upkeep::new(Arc::clone(&progress)));
    let follower = Follower { progress, indexer: None };
    let writer =
        Writer::new(dir.path().to_owned(), lock, conn, told, Arc::default(), follower, keeper).unwrap();
    (dir, writer, committed)
}

fn queued(op: Op, durable: bool) -> (Queued, Option<oneshot::Receiver<Result<(), StoreError>>>) {
    let (sender, receiver) = oneshot::channel();
    let write = Write { source: SourceId::new("s"), ops: vec![op], received: None };
    (Queued { write, durable: durable.then_some(sender), _room: None }, durable.then_some(receiver))
}

fn line(n: usize) -> Op {
    Op::Change(Change::Entry(deskbell_domain::Entry {
        item: deskbell_domain::ItemId::of("message", n),
        at: deskbell_domain::When::Said(deskbell_domain::Millis(0)),
        kind: deskbell_domain::EntryKind::Message,
        agent: None,
        thread: None,
        ask: None,
        text: String::new(),
        raw: "x".repeat(10_000),
    }))
}

fn lanes(queued: impl IntoIterator<Item = Queued>) -> Lanes {
    let mut lanes = Lanes::default();
    queued.into_iter().for_each(|queued| lanes.push_back(queued));
    lanes
}

fn synchronous(writer: &Writer) -> i64 {
    writer.conn.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_commit_waits_for_the_disk_only_where_somebody_waits_for_the_commit() {
    let (_dir, mut writer, _committed) = writer();
    for (durable, expected) in [(true, 2), (false, 1), (true, 2)] {
        let (write, done) = queued(Op::Setting { name: "a".into(), value: "1".into() }, durable);
        writer.write(&mut lanes([write])).unwrap();
        assert_eq!(synchronous(&writer), expected);
        assert!(done.is_none_or(|done| done.blocking_recv().unwrap().is_ok()));
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_queued_and_names_the_disk() {
    let (dir, mut writer, mut committed) = writer();
    let source = Source {
        id: SourceId::new("s"),
        name: "S".into(),
        dialect: "hyperhive".into(),
        url: "http://127.0.0.1:1".into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: Default::default(),
        paused: false,
    };
    let mut waiting = lanes([queued(Op::Source(source), false).0]);
    writer.write(&mut waiting).unwrap();

    // The database may not grow any more: to SQLite that is a full disk.
    let pages: i64 = writer.conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let _: i64 =
        writer.conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0)).unwrap();
    (0..20).for_each(|n| waiting.push_back(queued(line(n), false).0));
    let (answer, refused) = queued(line(20), true);
    waiting.push_back(answer);
    let error = writer.write(&mut waiting).unwrap_err();
    assert_eq!(error, StoreError::Full { folder: dir.path().to_owned() });
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");
    assert_eq!(refused.unwrap().blocking_recv().unwrap(), Err(error), "whoever waits is told at once");
    assert_eq!(waiting.iter().count(), 20);
    assert!(committed.try_recv().is_err());

    let _: i64 = writer.conn.query_row("PRAGMA max_page_count = 100000", [], |row| row.get(0)).unwrap();
    writer.write(&mut waiting).unwrap();
    let mut items = Vec::new();
    while let Ok(committed) = committed.try_recv() {
        items.extend(committed.facts.into_iter().map(|fact| match fact {
            Fact::Entry(row) => row.entry.item.rest().to_owned(),
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(items, (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
}
