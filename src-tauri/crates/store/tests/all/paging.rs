use std::collections::BTreeSet;

use deskbell_domain::{Answerer, By, Entry, EntryKind, ItemId, LineOutcome, Millis, Outcome, SourceId};
use deskbell_store::{Cursor, EntryRow, History, Op, Place, Reader};

use crate::samples::{Desk, ask, asked, entry, line, settled_by, source, write};

/// 400 lines of two sources; four at each moment. What they are about ended in several ways.
async fn full() -> Desk {
    let desk = Desk::new().await;
    desk.durable(Op::Source(source("t"))).await;
    let other = |name: &str| By::Other(name.into());
    for (id, first, second) in [
        (
            "s",
            settled_by(By::Us, Outcome::Denied { note: None }),
            settled_by(other("mara"), Outcome::Approved),
        ),
        (
            "t",
            settled_by(By::Nobody, Outcome::Expired),
            settled_by(other("bob"), Outcome::Denied { note: None }),
        ),
    ] {
        let mut ops: Vec<Op> = (0..100).map(|n| line(nth(n))).collect();
        // Half of the lines are there when it ends.
        ops.extend([asked(ask("approval:0", first)), asked(ask("approval:1", second))]);
        ops.extend((100..200).map(|n| line(nth(n))));
        desk.store.write_durable(write(id, ops)).await.unwrap();
    }
    desk
}

fn nth(n: i64) -> Entry {
    let mut it = entry(n, n / 2);
    it.kind = EntryKind::ALL[n as usize % 9];
    it.agent = (n % 3 == 0).then(|| format!("agent{}", n % 2));
    it.thread = (n % 5 == 0).then(|| ItemId::of("thread", n % 2));
    it.ask = (n % 7 == 0).then(|| ItemId::of("approval", n % 2));
    it
}

/// All pages of so many, from the newest to the oldest.
fn pages(reader: &Reader, history: &History, limit: u32) -> Vec<EntryRow> {
    let mut rows: Vec<EntryRow> = Vec::new();
    loop {
        let place = rows.last().map_or(Place::Newest, |row| Place::Before(row.cursor));
        let page = reader.history(&History { place, limit: Some(limit), ..history.clone() }).unwrap();
        if page.is_empty() {
            return rows;
        }
        assert!(page.len() <= limit as usize);
        rows.extend(page);
    }
}

/// The same, from the oldest to the newest.
fn pages_up(reader: &Reader, history: &History, limit: u32) -> Vec<EntryRow> {
    let mut rows: Vec<EntryRow> = Vec::new();
    loop {
        let lowest = Place::Around(history.since.unwrap_or(Millis(i64::MIN)));
        let (place, limit) = match rows.first() {
            None => (lowest, 2 * limit),
            Some(row) => (Place::After(row.cursor), limit),
        };
        let mut page = reader.history(&History { place, limit: Some(limit), ..history.clone() }).unwrap();
        if page.is_empty() {
            return rows;
        }
        page.append(&mut rows);
        rows = page;
    }
}

#[tokio::test]
async fn pages_together_are_the_whole_newest_first() {
    let desk = full().await;
    let all = desk.reader().history(&History { limit: Some(1_000), ..History::default() }).unwrap();
    assert_eq!(all.len(), 400);
    assert!(all.windows(2).all(|pair| pair[0].cursor > pair[1].cursor));
    assert!(all.windows(2).all(|pair| pair[0].entry.at.millis() >= pair[1].entry.at.millis()));
    for limit in [1, 7, 399, 400] {
        assert_eq!(pages(&desk.reader(), &History::default(), limit), all);
        assert_eq!(pages_up(&desk.reader(), &History::default(), limit), all);
    }
}

#[tokio::test]
async fn every_filter_gives_what_holds_and_nothing_else() {
    let desk = full().await;
    let reader = desk.reader();
    let all = pages(&reader, &History::default(), 1_000);
    let sources = [None, Some(SourceId::new("t"))];
    let threads = [None, Some(ItemId::of("thread", 1))];
    let agents = [None, Some("agent0".to_owned())];
    let kinds = [None, Some(EntryKind::Odd)];
    let asks = [None, Some(ItemId::of("approval", 0))];
    let times = [(None, None), (Some(Millis(20)), Some(Millis(80)))];
    let outcomes = [None, Some(LineOutcome::Denied)];
    let bob = Answerer::Other(Some("bob".into()));
    let answerers = [None, Some(Answerer::Us), Some(Answerer::Other(None)), Some(bob)];
    let mut some = 0;
    for n in 0..512 {
        let pick = |bit: usize| usize::from(n & (1 << bit) != 0);
        let (since, until) = times[pick(5)];
        let wanted = History {
            source: sources[pick(0)].clone(),
            thread: threads[pick(1)].clone(),
            agent: agents[pick(2)].clone(),
            kind: kinds[pick(3)],
            ask: asks[pick(4)].clone(),
            outcome: outcomes[pick(6)],
            by: answerers[n >> 7].clone(),
            since,
            until,
            ..History::default()
        };
        let mut expected = all.clone();
        expected.retain(|EntryRow { source, entry, ended, .. }| {
            wanted.source.as_ref().is_none_or(|it| it == source)
                && (wanted.thread.is_none() || wanted.thread == entry.thread)
                && (wanted.agent.is_none() || wanted.agent == entry.agent)
                && wanted.kind.is_none_or(|it| it == entry.kind)
                && (wanted.ask.is_none() || wanted.ask == entry.ask)
                && wanted.outcome.is_none_or(|it| ended.as_ref().is_some_and(|ended| ended.outcome == it))
                && wanted.by.as_ref().is_none_or(|it| ended.as_ref().is_some_and(|ended| it.is(&ended.by)))
                && since.is_none_or(|it| entry.at.millis() >= it)
                && until.is_none_or(|it| entry.at.millis() < it)
        });
        some += usize::from(!expected.is_empty());
        assert_eq!(pages(&reader, &wanted, 3), expected, "{wanted:?}");
        assert_eq!(pages_up(&reader, &wanted, 3), expected, "{wanted:?}");
        let first = History { place: Place::Before(all[0].cursor), limit: Some(1_000), ..wanted };
        expected.retain(|row| row.cursor < all[0].cursor);
        assert_eq!(reader.history(&first).unwrap(), expected, "a place after the end moves no end");
    }
    assert!(some > 100, "only {some} filters found anything");
}

#[tokio::test]
async fn pages_stay_put_while_lines_arrive() {
    let desk = full().await;
    let reader = desk.reader();
    let all = pages(&reader, &History::default(), 1_000);
    let mut rows = Vec::new();
    let mut place = Place::Newest;
    for n in 0..40 {
        let page = reader.history(&History { place, limit: Some(10), ..History::default() }).unwrap();
        place = page.last().map_or(place, |row| Place::Before(row.cursor));
        rows.extend(page);
        desk.durable(line(entry(1_000 + n, 1_000 + n))).await;
    }
    assert_eq!(rows, all);
}

#[tokio::test]
async fn the_way_up_reaches_what_arrived_on_the_way_and_each_line_once() {
    let desk = full().await;
    let reader = desk.reader();
    let oldest = History { place: Place::Around(Millis(0)), limit: Some(2), ..History::default() };
    let mut place = Place::After(reader.history(&oldest).unwrap()[0].cursor);
    let mut seen = BTreeSet::new();
    for n in 0.. {
        let page = reader.history(&History { place, limit: Some(10), ..History::default() }).unwrap();
        let Some(newest) = page.first() else { break };
        place = Place::After(newest.cursor);
        assert!(page.iter().all(|row| seen.insert(row.cursor)), "each once");
        if n < 10 {
            desk.durable(line(entry(1_000 + n, 1_000 + n))).await;
        }
    }
    assert_eq!(seen.len(), 400 - 1 + 10);
}

#[tokio::test]
async fn a_time_is_in_the_middle_of_the_page_around_it() {
    let desk = full().await;
    let reader = desk.reader();
    let around = |at, limit| {
        let place = Place::Around(Millis(at));
        let rows = reader.history(&History { place, limit: Some(limit), ..History::default() }).unwrap();
        rows.iter().map(|row| row.entry.at.millis().0).collect::<Vec<_>>()
    };
    assert_eq!(around(50, 8), [50, 50, 50, 50, 49, 49, 49, 49]);
    assert_eq!(around(50, 4), [50, 50, 49, 49], "the nearest of that time");
    assert_eq!(around(1_000, 3), [99, 99, 99], "after the end is at the end");
    assert_eq!(around(-9, 4), [0, 0], "half a page before the beginning");
}

#[tokio::test]
async fn a_page_has_an_end_whatever_is_asked() {
    let desk = Desk::new().await;
    let lines = (0..1_500).map(|n| line(entry(n, n))).collect();
    desk.store.write_durable(write("s", lines)).await.unwrap();
    let count = |limit| desk.reader().history(&History { limit, ..History::default() }).unwrap().len();
    assert_eq!(count(None), 100);
    assert_eq!(count(Some(u32::MAX)), 1_000);
    assert_eq!(count(Some(0)), 0);
}

#[test]
fn a_cursor_reads_back_what_it_writes() {
    for text in ["1763712000000.42", "-7.1"] {
        assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
    }
    for bad in ["", "1", "1.x", "a.1", "1.2.3"] {
        assert!(bad.parse::<Cursor>().unwrap_err().to_string().contains("cursor of a row"), "{bad}");
    }
}
