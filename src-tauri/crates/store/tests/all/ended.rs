//! How it ended, what a line of history is about.

use deskbell_domain::{By, Ended, Entry, EntryKind, ItemId, LineOutcome, Millis, Outcome, Verdict};
use deskbell_store::{Fact, History, Op};

use crate::samples::{Desk, ask, asked, entry, line, receipt, settled, settled_by};

fn about(item: &str, n: i64, kind: EntryKind) -> Entry {
    Entry { ask: Some(ItemId::new(item)), kind, ..entry(n, n) }
}

fn answered(n: i64, verdict: Verdict) -> Entry {
    let receipt = deskbell_domain::Receipt { verdict, ..receipt("1", n) };
    Entry { raw: serde_json::to_string(&receipt).unwrap(), ..about("approval:1", n, EntryKind::Receipt) }
}

fn ended(outcome: LineOutcome, by: By) -> Option<Ended> {
    Some(Ended { outcome, by })
}

/// How the lines ended, the oldest first.
fn all(desk: &Desk) -> Vec<Option<Ended>> {
    let rows = desk.reader().history(&History::default()).unwrap();
    rows.into_iter().rev().map(|row| row.ended).collect()
}

#[tokio::test]
async fn every_line_of_an_ask_ends_with_it_whichever_comes_first() {
    let mut desk = Desk::new().await;
    desk.durable(line(about("approval:1", 1, EntryKind::Ask))).await;
    desk.durable(line(about("approval:2", 2, EntryKind::Ask))).await;
    desk.durable(line(entry(3, 3))).await;
    assert_eq!(all(&desk), [None, None, None]);
    let facts = desk.told(asked(ask("approval:1", settled(100, Outcome::Approved)))).await;
    let approved = ended(LineOutcome::Approved, By::Other("bob".into()));
    assert!(
        matches!(&facts[..], [.., Fact::Change(_), Fact::Entry(row)] if row.ended == approved && row.entry.at.millis() == Millis(1)),
        "what is on screen is told: {facts:?}"
    );
    desk.durable(line(about("approval:1", 4, EntryKind::Notice))).await;
    assert_eq!(all(&desk), [approved.clone(), None, None, approved]);
}

#[tokio::test]
async fn what_was_taken_for_vanished_may_have_ended_otherwise() {
    let desk = Desk::new().await;
    desk.durable(line(about("approval:1", 1, EntryKind::Ask))).await;
    desk.durable(asked(ask("approval:1", settled_by(By::Nobody, Outcome::Vanished)))).await;
    assert_eq!(all(&desk), [ended(LineOutcome::Vanished, By::Nobody)]);
    desk.durable(asked(ask("approval:1", settled_by(By::Us, Outcome::Approved)))).await;
    assert_eq!(all(&desk), [ended(LineOutcome::Approved, By::Us)]);
}

#[tokio::test]
async fn a_receipt_that_did_not_win_keeps_its_own_verdict() {
    let desk = Desk::new().await;
    let lost = Verdict::Lost { to: Some("bob".into()) };
    for (n, verdict) in [(1, lost), (2, Verdict::Unknown), (3, Verdict::Discarded), (4, Verdict::Won)] {
        desk.durable(line(answered(n, verdict))).await;
    }
    let own = [
        ended(LineOutcome::Lost, By::Other("bob".into())),
        ended(LineOutcome::Unknown, By::Us),
        ended(LineOutcome::Discarded, By::Us),
    ];
    let with = |last: Option<Ended>| own.iter().cloned().chain([last]).collect::<Vec<_>>();
    assert_eq!(all(&desk), with(None));
    desk.durable(asked(ask("approval:1", settled_by(By::Us, Outcome::Denied { note: None })))).await;
    assert_eq!(all(&desk), with(ended(LineOutcome::Denied, By::Us)));
}

#[tokio::test]
async fn what_is_carried_along_stays_unless_it_is_known_better_here() {
    let desk = Desk::new().await;
    let there = ended(LineOutcome::Approved, By::Other("us".into()));
    for (n, item) in [(1, "approval:1"), (2, "approval:2")] {
        let entry = about(item, n, EntryKind::Ask);
        desk.durable(Op::Carried { entry, ended: there.clone() }).await;
    }
    assert_eq!(all(&desk), [there.clone(), there.clone()], "a name is no word of ours");
    desk.durable(asked(ask("approval:2", settled_by(By::Nobody, Outcome::Expired)))).await;
    assert_eq!(all(&desk), [there, ended(LineOutcome::Expired, By::Nobody)]);
}
