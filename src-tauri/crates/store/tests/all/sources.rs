use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use deskbell_domain::{
    Agent, AgentState, AskState, Change, Finding, FindingState, Hash, IntentId, ItemId, Millis, Severity,
    SourceId, Task, TaskStatus, Thread, ThreadState, Transient, Verdict, When,
};
use deskbell_store::{CountsRow, Fact, Fate, History, NoticeRow, Op, Stage, StoreError};

use crate::samples::{
    Desk, ask, asked, data_of, entry, key, line, outbox_row, receipt, reopen, source, write,
};

fn agent(name: &str) -> Agent {
    Agent {
        item: ItemId::of("agent", name),
        name: name.into(),
        state: AgentState::Unknown("dreaming".into()),
        transient: Some(Transient { kind: "rebuilding".into(), since: When::Seen(Millis(3)) }),
        facts: BTreeMap::from([("model".into(), "m".into())]),
        offers: vec![],
    }
}

fn thread(name: &str, updated: i64) -> Thread {
    Thread {
        item: ItemId::of("thread", name),
        title: name.into(),
        parent: None,
        agent: None,
        state: ThreadState::Busy,
        updated: When::Said(Millis(updated)),
        offers: vec![],
    }
}

fn task() -> Task {
    Task {
        item: ItemId::of("task", 1),
        title: "t".into(),
        agent: None,
        thread: None,
        status: TaskStatus::Unknown("odd".into()),
        phase: None,
        progress: Some(50),
        turns: Some(1),
        tokens_in: Some(u64::from(u32::MAX) + 1),
        tokens_out: None,
        cost_micros: Some(1),
        started: When::Seen(Millis(3)),
        ended: None,
        offers: vec![],
    }
}

fn finding() -> Finding {
    Finding {
        item: ItemId::of("finding", 1),
        rule: "r".into(),
        path: "p".into(),
        severity: Severity::Unknown("dire".into()),
        text: "t".into(),
        state: FindingState::Overridden,
        seen: When::Seen(Millis(3)),
        news: None,
        offers: vec![],
    }
}

fn notice() -> NoticeRow {
    NoticeRow {
        key: key("approval:1"),
        shown: Hash::of_bytes(b"x"),
        fate: Fate::Shown,
        at: Millis(4),
        note: "n".into(),
        rung_at: Some(Millis(4)),
    }
}

#[tokio::test]
async fn sources_keep_their_place() {
    let desk = Desk::new().await;
    for id in ["b", "a"] {
        desk.durable(Op::Source(source(id))).await;
    }
    let mut renamed = source("s");
    renamed.name = "Renamed".into();
    renamed.paused = false;
    desk.durable(Op::Source(renamed.clone())).await;
    assert_eq!(desk.reader().sources().unwrap(), [renamed, source("b"), source("a")]);
}

#[tokio::test]
async fn things_are_told_once_and_go_when_they_are_gone() {
    let mut desk = Desk::new().await;
    let changes = [
        Change::Agent(agent("a")),
        Change::Thread(thread("t", 1)),
        Change::Task(task()),
        Change::Finding(finding()),
    ];
    for change in &changes {
        assert_eq!(desk.told(Op::Change(change.clone())).await, [Fact::Change(change.clone())]);
        assert_eq!(desk.told(Op::Change(change.clone())).await, [], "told again it is no news");
    }
    desk.durable(Op::Change(Change::Thread(thread("newer", 2)))).await;
    let reader = desk.reader();
    let s = SourceId::new("s");
    assert_eq!(reader.agents().unwrap(), [(s.clone(), agent("a"))]);
    assert_eq!(reader.threads().unwrap(), [(s.clone(), thread("newer", 2)), (s.clone(), thread("t", 1))]);
    assert_eq!(reader.tasks().unwrap(), [(s.clone(), task())]);
    assert_eq!(reader.findings().unwrap(), [(s.clone(), finding())]);
    let state = reader.state(&s).unwrap();
    assert_eq!(
        (state.agents.len(), state.threads.len(), state.tasks.len(), state.findings.len()),
        (1, 2, 1, 1)
    );

    let gone = Change::AgentGone(agent("a").item);
    assert!(desk.told(Op::Change(gone.clone())).await.contains(&Fact::Change(gone.clone())));
    assert_eq!(desk.told(Op::Change(gone)).await, []);
    desk.durable(Op::Change(Change::FindingGone(finding().item))).await;
    assert!(reader.agents().unwrap().is_empty() && reader.findings().unwrap().is_empty());
}

#[tokio::test]
async fn a_removed_source_leaves_receipts_and_nothing_else() {
    let mut desk = Desk::new().await;
    let lines = (0..2_500).map(|n| line(entry(n, n))).collect();
    desk.store.write(write("s", lines)).await;
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    desk.durable(Op::Change(Change::Agent(agent("a")))).await;
    desk.durable(Op::Notice(notice())).await;
    desk.durable(Op::Receipt(receipt("old", 1))).await;
    desk.durable(Op::Outbox(outbox_row("queued", Stage::Queued))).await;
    desk.durable(Op::Outbox(outbox_row("maybe", Stage::Maybe))).await;
    desk.durable(Op::SourceGone).await;

    let reader = desk.reader();
    let s = SourceId::new("s");
    assert!(reader.sources().unwrap().is_empty());
    assert!(reader.history(&History::default()).unwrap().is_empty());
    assert!(reader.asks(Some(9)).unwrap().is_empty() && reader.agents().unwrap().is_empty());
    assert!(reader.outbox().unwrap().is_empty());
    assert_eq!(reader.notice(&key("approval:1")).unwrap(), None);
    assert_eq!(reader.counts(&s).unwrap(), CountsRow::default());
    let verdict = |id| reader.receipt(&IntentId::new(id)).unwrap().unwrap().verdict;
    assert_eq!(reader.receipts(&key("approval:1")).unwrap().len(), 3);
    assert_eq!(verdict("queued"), Verdict::Discarded, "it was certainly never sent");
    assert_eq!(verdict("maybe"), Verdict::Unknown);

    let late = desk.store.write_durable(write("s", vec![line(entry(1, 1))])).await;
    assert_eq!(late, Err(StoreError::NoSuchSource { source_id: s.clone() }));

    // Added again, it begins anew, while the old lines are still being swept out.
    desk.durable(Op::Source(source("s"))).await;
    desk.durable(line(entry(1, 1))).await;
    assert_eq!(reader.history(&History::default()).unwrap().len(), 1);
    assert_eq!(reader.counts(&s).unwrap().entries, 1);
    assert!(desk.told(line(entry(2, 2))).await.len() > 1, "the receipts were told as well");
}

/// Five thousand lines, whose source is removed with the last of them.
async fn removed() -> Desk {
    let desk = Desk::new().await;
    let mut lines = (0..5_000).map(|n| line(entry(n, n)));
    desk.store.write_durable(write("s", lines.by_ref().take(4_000).collect())).await.unwrap();
    desk.store.write_durable(write("s", lines.chain([Op::SourceGone]).collect())).await.unwrap();
    desk
}

/// Returns when no line is left, nor a count of them.
fn await_sweep(data: &Path) {
    let conn = rusqlite::Connection::open(data.join("deskbell.db")).unwrap();
    let count = |table: &str| -> i64 {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    while ["entry", "raw", "gone", "hour"].into_iter().any(|table| count(table) != 0) {
        assert!(Instant::now() < deadline, "{} lines and {} counts are left", count("entry"), count("hour"));
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_removed_sources_lines_are_swept_out() {
    let desk = removed().await;
    await_sweep(&desk.data());
    desk.close().await;
}

#[tokio::test]
async fn a_sweep_goes_on_after_a_restart() {
    let dir = removed().await.close().await;
    let opened = reopen(&data_of(&dir));
    await_sweep(&data_of(&dir));
    opened.store.close().await;
}

#[tokio::test]
async fn a_flood_of_an_unknown_source_is_refused_without_redoing_the_others() {
    let mut desk = Desk::new().await;
    desk.committed.close();
    for n in 0..2_000 {
        desk.store.write(write(if n % 2 == 0 { "s" } else { "nobody" }, vec![line(entry(n, n))])).await;
    }
    desk.durable(line(entry(9_000, 1))).await;
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().entries, 1_001);
}

#[tokio::test]
async fn a_write_of_an_unknown_source_harms_no_other() {
    let mut desk = Desk::new().await;
    desk.store.write(write("s", vec![line(entry(1, 1))])).await;
    desk.store.write(write("nobody", vec![line(entry(1, 1))])).await;
    desk.store.write(write("s", vec![line(entry(2, 2))])).await;
    assert_eq!(desk.told(line(entry(3, 3))).await.len(), 3);
    let refused = desk.store.write_durable(write("nobody", vec![line(entry(1, 1))])).await.unwrap_err();
    assert!(refused.to_string().contains("\"nobody\""), "{refused}");
}

#[tokio::test]
async fn a_notice_is_one_for_each_ask_and_keeps_its_last_fate() {
    let desk = Desk::new().await;
    assert_eq!(desk.reader().notice(&key("approval:1")).unwrap(), None);
    desk.durable(Op::Notice(notice())).await;
    for (fate, rung_at) in [
        (Fate::Suppressed, None),
        (Fate::Pressed, Some(Millis(5))),
        (Fate::Replied, Some(Millis(5))),
        (Fate::Dismissed, Some(Millis(5))),
        (Fate::Withdrawn, Some(Millis(5))),
        (Fate::Failed, Some(Millis(5))),
    ] {
        let row = NoticeRow { fate, rung_at, ..notice() };
        desk.durable(Op::Notice(row.clone())).await;
        assert_eq!(desk.reader().notice(&key("approval:1")).unwrap(), Some(row));
    }
}

#[tokio::test]
async fn a_snooze_stands_beside_its_ask_until_it_ends() {
    let desk = Desk::new().await;
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    let snoozed = || {
        let reader = desk.reader();
        let one = reader.ask(&key("approval:1")).unwrap().unwrap().snoozed_until;
        assert_eq!(reader.asks(None).unwrap()[0].snoozed_until, one);
        one
    };
    assert_eq!(snoozed(), None);
    let snooze = |until| Op::Snooze { key: key("approval:1"), until };
    for until in [Some(Millis(7)), Some(Millis(9)), None] {
        desk.durable(snooze(until)).await;
        assert_eq!(snoozed(), until);
    }
    desk.durable(snooze(Some(Millis(9)))).await;
    desk.durable(Op::SourceGone).await;
    desk.durable(Op::Source(source("s"))).await;
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    assert_eq!(snoozed(), None, "a source takes with it what was snoozed");
}

#[tokio::test]
async fn settings_are_kept_by_name() {
    let desk = Desk::new().await;
    let set = |value: &str| Op::Setting { name: "settings".into(), value: value.into() };
    assert_eq!(desk.reader().setting("settings").unwrap(), None);
    desk.durable(set("{}")).await;
    // A setting belongs to no source.
    desk.store.write_durable(write("", vec![set("{\"a\":1}")])).await.unwrap();
    assert_eq!(desk.reader().setting("settings").unwrap().as_deref(), Some("{\"a\":1}"));
}
