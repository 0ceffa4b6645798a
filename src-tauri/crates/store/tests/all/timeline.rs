use deskbell_domain::{Entry, EntryKind, ItemId, Millis, SourceId};
use deskbell_store::{History, Op, Timeline};

use crate::samples::{Desk, entry, line, source, write};

fn nth(n: i64) -> Entry {
    // About two days, some of it before 1970.
    let mut it = entry(n, (n - 50) * 977_777);
    it.kind = EntryKind::ALL[n as usize % 9];
    it.agent = (n % 3 == 0).then(|| format!("agent{}", n % 2));
    it.thread = (n % 5 == 0).then(|| ItemId::of("thread", n % 2));
    it.ask = (n % 7 == 0).then(|| ItemId::of("approval", n % 2));
    it
}

#[tokio::test]
async fn a_timeline_counts_what_the_pages_hold() {
    let desk = Desk::new().await;
    desk.durable(Op::Source(source("t"))).await;
    for id in ["s", "t"] {
        desk.store.write_durable(write(id, (0..200).map(|n| line(nth(n))).collect())).await.unwrap();
    }
    let reader = desk.reader();
    const HOUR: i64 = 3_600_000;
    // Whole hours; hours that are cut at one end, at both, and twice inside; and no hour whole.
    let edges = [
        [-9 * HOUR, 0, HOUR, 5 * HOUR, 9 * HOUR, 100 * HOUR],
        [-9 * HOUR - 1, 0, HOUR + HOUR / 2, 5 * HOUR, 9 * HOUR + 1, 30 * HOUR],
        [2 * HOUR + 1, 2 * HOUR + HOUR / 4, 2 * HOUR + HOUR / 2, 3 * HOUR, 3 * HOUR + 9, 4 * HOUR - 1],
        [HOUR / 2, HOUR + HOUR / 2, 2 * HOUR + HOUR / 2, 3 * HOUR + HOUR / 2, i64::MAX - 1, i64::MAX],
    ];
    let mut some = 0;
    for (n, edges) in (0..32).flat_map(|n| edges.map(|edges| (n, edges.map(Millis)))) {
        let pick = |bit: usize| n & (1 << bit) != 0;
        let wanted = History {
            source: pick(0).then(|| SourceId::new("t")),
            thread: pick(1).then(|| ItemId::of("thread", 1)),
            agent: pick(2).then(|| "agent0".to_owned()),
            kind: pick(3).then_some(EntryKind::Odd),
            ask: pick(4).then(|| ItemId::of("approval", 0)),
            limit: Some(1_000),
            ..History::default()
        };
        let rows = reader.history(&wanted).unwrap();
        let times: Vec<Millis> = rows.iter().map(|row| row.entry.at.millis()).collect();
        let counts = edges
            .windows(2)
            .map(|edge| times.iter().filter(|at| edge[0] <= **at && **at < edge[1]).count() as u64)
            .collect();
        let span = times.iter().min().copied().zip(times.iter().max().copied());
        some += usize::from(span.is_some());
        let with_times = History { since: Some(Millis(50)), until: Some(Millis(51)), ..wanted.clone() };
        assert_eq!(reader.timeline(&with_times, &edges).unwrap(), Timeline { span, counts }, "{wanted:?}");
    }
    assert!(some > 60, "only {some} filters found anything");
}

#[tokio::test]
async fn a_timeline_without_lines_or_without_times_is_empty() {
    let desk = Desk::new().await;
    let reader = desk.reader();
    let edges = [Millis(0), Millis(9)];
    assert_eq!(
        reader.timeline(&History::default(), &edges).unwrap(),
        Timeline { span: None, counts: vec![0] }
    );
    desk.durable(line(entry(1, 4))).await;
    let span = Some((Millis(4), Millis(4)));
    assert_eq!(reader.timeline(&History::default(), &[]).unwrap(), Timeline { span, counts: vec![] });
}
