use std::time::Duration;

use deskbell_domain::{
    Answerer, By, Change, Entry, EntryKind, ItemId, LineOutcome, Millis, Outcome, SourceId,
};
use deskbell_store::{EntryRow, Found, History, Op, Place, Reader, Store, Terms};

use crate::samples::{Desk, ask, asked, data_of, entry, line, settled_by, source, until_indexed, write};

const WORDS: [&str; 12] = [
    "Deploy",
    "build",
    "is",
    "RED",
    "at 7f3a9c1",
    "审批",
    "等待审批中",
    "src/main.rs",
    "ok",
    "naïve",
    "error",
    "retry",
];

/// 600 lines of two sources, many in one second, some of another time, told by their frames.
fn nth(n: usize) -> Entry {
    let mut it = entry(n, [1_000 * (n as i64 / 40), 500][usize::from(n.is_multiple_of(11))]);
    let words =
        |step: usize| (0..3).map(move |k| WORDS[(n * step + k + n / 12) % 12]).collect::<Vec<_>>().join(" ");
    it.text = words(1);
    it.raw = format!(r#"{{"deep":[{{"body":"{} \"x\" {n}"}}]}}"#, words(7));
    it.kind = EntryKind::ALL[n % 9];
    it.agent = n.is_multiple_of(3).then(|| format!("agent{}", n % 2));
    it.thread = n.is_multiple_of(5).then(|| ItemId::of("thread", n % 2));
    it.ask = n.is_multiple_of(7).then(|| ItemId::of("approval", n % 2));
    it
}

async fn full() -> Desk {
    let desk = Desk::new().await;
    desk.durable(Op::Source(source("t"))).await;
    for (id, of) in [("s", 0..300), ("t", 300..600)] {
        desk.store.write_durable(write(id, of.map(|n| line(nth(n))).collect())).await.unwrap();
    }
    // What the index has already, and what it does not have yet.
    until_indexed(&desk.store).await;
    let mara = || settled_by(By::Other("mara".into()), Outcome::Approved);
    desk.durable(asked(ask("approval:0", mara()))).await;
    desk.durable(asked(ask("approval:1", settled_by(By::Us, Outcome::Denied { note: None })))).await;
    desk
}

fn pages(reader: &Reader, history: &History, terms: &str, limit: u32) -> Vec<Found> {
    let (terms, mut found) = (Terms::parse(terms), Vec::<Found>::new());
    loop {
        let place = found.last().map_or(Place::Newest, |found| Place::Before(found.row.cursor));
        let page = reader.search(&History { place, limit: Some(limit), ..history.clone() }, &terms).unwrap();
        if page.is_empty() {
            return found;
        }
        assert!(page.len() <= limit as usize);
        found.extend(page);
    }
}

/// The same, from the oldest to the newest.
fn pages_up(reader: &Reader, history: &History, terms: &str, limit: u32) -> Vec<Found> {
    let (terms, mut found) = (Terms::parse(terms), Vec::<Found>::new());
    loop {
        let (place, limit) = match found.first() {
            None => (Place::Around(Millis(0)), 2 * limit),
            Some(found) => (Place::After(found.row.cursor), limit),
        };
        let mut page =
            reader.search(&History { place, limit: Some(limit), ..history.clone() }, &terms).unwrap();
        if page.is_empty() {
            return found;
        }
        page.append(&mut found);
        found = page;
    }
}

fn items(found: &[Found]) -> Vec<String> {
    found.iter().map(|found| found.row.entry.item.to_string()).collect()
}

/// What a person would find, reading line after line.
fn read(all: &[EntryRow], wanted: &[&str], unwanted: &[&str]) -> Vec<String> {
    let holds = |row: &EntryRow, word: &&str| {
        format!("{}\n{}", row.entry.text, row.entry.raw).to_lowercase().contains(&word.to_lowercase())
    };
    let mut rows: Vec<&EntryRow> = all
        .iter()
        .filter(|row| {
            wanted.iter().all(|word| holds(row, word)) && !unwanted.iter().any(|word| holds(row, word))
        })
        .collect();
    let number = |row: &EntryRow| row.entry.item.rest().parse::<usize>().unwrap();
    rows.sort_by_key(|row| std::cmp::Reverse((row.entry.at.millis().0 / 1_000, number(row))));
    rows.into_iter().map(|row| row.entry.item.to_string()).collect()
}

type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: [Case; 12] = [
    ("deploy", &["deploy"], &[]),
    ("DEPLOY retry", &["deploy", "retry"], &[]),
    ("error -build -审批", &["error"], &["build", "审批"]),
    ("-deploy", &[], &["deploy"]),
    ("\"is red\"", &["is red"], &[]),
    ("3a9c", &["3a9c"], &[]),
    ("main.rs", &["main.rs"], &[]),
    ("审批", &["审批"], &[]),
    ("待审", &["待审"], &[]),
    ("审", &["审"], &[]),
    ("naï*", &["naï"], &[]),
    ("nothing has this", &["nothing has this"], &[]),
];

#[tokio::test]
async fn the_index_and_the_lines_themselves_find_the_same_and_all_of_it() {
    let desk = full().await;
    let all = desk.reader().history(&History { limit: Some(1_000), ..History::default() }).unwrap();
    assert_eq!(all.len(), 600);
    until_indexed(&desk.store).await;
    let dir = desk.close().await;
    let reader = Reader::open(&data_of(&dir)).unwrap();
    for has_index in [true, false] {
        if !has_index {
            std::fs::remove_file(data_of(&dir).join("search.db")).unwrap();
        }
        for (terms, wanted, unwanted) in CASES {
            let expected = read(&all, wanted, unwanted);
            assert_eq!(expected.is_empty(), terms == "nothing has this", "{terms} proves nothing");
            for limit in [7, 600] {
                let found = pages(&reader, &History::default(), terms, limit);
                assert_eq!(items(&found), expected, "{terms}, {limit} at a time, with an index: {has_index}");
                let up = pages_up(&reader, &History::default(), terms, limit.min(400));
                assert_eq!(
                    up, found,
                    "{terms}, {limit} at a time, from the oldest, with an index: {has_index}"
                );
            }
        }
    }
}

#[tokio::test]
async fn filters_and_words_hold_together() {
    let desk = full().await;
    until_indexed(&desk.store).await;
    let reader = desk.reader();
    let all = pages(&reader, &History::default(), "deploy", 600);
    for filter in [
        History { source: Some(SourceId::new("t")), ..History::default() },
        History { source: Some(SourceId::new("none")), ..History::default() },
        History { kind: Some(EntryKind::ALL[4]), ..History::default() },
        History { agent: Some("agent1".into()), ..History::default() },
        History { thread: Some(ItemId::of("thread", 1)), ..History::default() },
        History { since: Some(Millis(3_000)), until: Some(Millis(9_000)), ..History::default() },
        History { until: Some(Millis(501)), ..History::default() },
        History { outcome: Some(LineOutcome::Denied), ..History::default() },
        History { by: Some(Answerer::Us), ..History::default() },
        History { by: Some(Answerer::Other(None)), ..History::default() },
        History {
            by: Some(Answerer::Other(Some("mara".into()))),
            agent: Some("agent0".into()),
            ..History::default()
        },
        History {
            source: Some(SourceId::new("s")),
            agent: Some("agent0".into()),
            kind: Some(EntryKind::ALL[0]),
            ..History::default()
        },
    ] {
        let fits = |found: &&Found| {
            let Found { row: EntryRow { source, entry, ended, .. }, .. } = found;
            let at = entry.at.millis();
            filter.source.as_ref().is_none_or(|wanted| wanted == source)
                && filter.kind.is_none_or(|kind| kind == entry.kind)
                && filter.agent.as_ref().is_none_or(|agent| entry.agent.as_ref() == Some(agent))
                && filter.thread.as_ref().is_none_or(|thread| entry.thread.as_ref() == Some(thread))
                && filter.outcome.is_none_or(|wanted| ended.as_ref().is_some_and(|it| it.outcome == wanted))
                && filter.by.as_ref().is_none_or(|wanted| ended.as_ref().is_some_and(|it| wanted.is(&it.by)))
                && filter.since.is_none_or(|since| at >= since)
                && filter.until.is_none_or(|until| at < until)
        };
        let expected: Vec<Found> = all.iter().filter(fits).cloned().collect();
        assert_eq!(
            expected.is_empty(),
            filter.source == Some(SourceId::new("none")),
            "{filter:?} proves nothing"
        );
        assert_eq!(pages(&reader, &filter, "deploy", 5), expected, "{filter:?}");
        assert_eq!(pages_up(&reader, &filter, "deploy", 5), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn the_best_of_what_is_found_comes_first_and_of_equals_the_newest() {
    let desk = Desk::new().await;
    let texts = ["It is red", "Bored", "It is red again", "nothing", "Red, red, red"];
    for (n, text) in texts.into_iter().enumerate() {
        let mut it = entry(n, n as i64 * 1_000);
        (it.text, it.raw) = (text.into(), r#"{"body":"red as well"}"#.into());
        desk.durable(line(it)).await;
    }
    let best = |limit| {
        let history = History { limit: Some(limit), ..History::default() };
        let found = desk.reader().best(&history, &Terms::parse("red")).unwrap();
        found.into_iter().map(|found| found.row.entry.text).collect::<Vec<_>>()
    };
    let expected = ["Red, red, red", "It is red again", "It is red", "Bored", "nothing"];
    // With what the index has, and with what it does not have yet.
    assert_eq!(best(9), expected);
    until_indexed(&desk.store).await;
    assert_eq!(best(9), expected);
    assert_eq!(best(2), expected[..2]);
}

#[tokio::test]
async fn a_line_is_found_by_what_it_says_now() {
    let desk = Desk::new().await;
    let mut it = entry(1, 50);
    it.text = "The first words".into();
    desk.durable(line(it.clone())).await;
    until_indexed(&desk.store).await;
    it.text = "The later words".into();
    desk.durable(line(it.clone())).await;
    let found = |words: &str| pages(&desk.reader(), &History::default(), words, 10).len();
    // At once, and whenever the index has followed.
    assert_eq!((found("\"first words\""), found("\"later words\"")), (0, 1));
    desk.durable(line(entry(2, 60))).await;
    until_indexed(&desk.store).await;
    assert_eq!((found("\"first words\""), found("\"later words\"")), (0, 1));
}

#[tokio::test]
async fn what_was_removed_is_found_no_more() {
    let desk = full().await;
    until_indexed(&desk.store).await;
    let found = |desk: &Desk| pages(&desk.reader(), &History::default(), "deploy", 600).len();
    let before = found(&desk);
    desk.store.write_durable(write("t", vec![Op::SourceGone])).await.unwrap();
    let left = found(&desk);
    assert!(0 < left && left < before, "{left} of {before}");
    // Swept out and indexed anew, it is the same.
    let dir = desk.close().await;
    let opened = Store::open(&data_of(&dir)).unwrap();
    until_indexed(&opened.store).await;
    let reader = opened.store.reader().unwrap();
    assert_eq!(pages(&reader, &History::default(), "deploy", 600).len(), left);
}

#[tokio::test]
async fn an_index_that_is_of_no_use_is_made_again() {
    let desk = full().await;
    until_indexed(&desk.store).await;
    let expected = items(&pages(&desk.reader(), &History::default(), "deploy", 600));
    let dir = desk.close().await;
    let index = data_of(&dir).join("search.db");
    let good = std::fs::read(&index).unwrap();
    let other = {
        let other = Desk::new().await;
        other.durable(line(entry(1, 1))).await;
        until_indexed(&other.store).await;
        std::fs::read(data_of(&other.close().await).join("search.db")).unwrap()
    };
    let mut torn = good.clone();
    torn[200..4_000].fill(7);
    for (what, bytes) in
        [("no index", Vec::new()), ("rubbish", b"rubbish".repeat(999)), ("torn", torn), ("of another", other)]
    {
        std::fs::write(&index, bytes).unwrap();
        let found = |reader: &Reader| items(&pages(reader, &History::default(), "deploy", 600));
        let opened = Store::open(&data_of(&dir)).unwrap();
        opened
            .store
            .write_durable(write("s", vec![Op::Change(Change::Entry(entry(1_000, 1)))]))
            .await
            .unwrap();
        until_indexed(&opened.store).await;
        assert_eq!(found(&opened.store.reader().unwrap()), expected, "{what}");
        opened.store.close().await;
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_written_is_said_and_tried_again() {
    let dir = full().await.close().await;
    let index = data_of(&dir).join("search.db");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data_of(&dir).join(format!("search.db{end}")));
    }
    // A folder in its place can neither be written nor thrown away.
    std::fs::create_dir(&index).unwrap();
    let opened = Store::open(&data_of(&dir)).unwrap();
    while opened.store.upkeep().index_trouble().is_none() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(opened.store.behind(), 600);
    let found = |store: &Store| pages(&store.reader().unwrap(), &History::default(), "deploy", 600).len();
    let expected = found(&opened.store);
    assert!(expected > 0, "the lines are looked through instead");
    std::fs::remove_dir(&index).unwrap();
    until_indexed(&opened.store).await;
    // It is in the index before it is said that all is well.
    while opened.store.upkeep().index_trouble().is_some() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(found(&opened.store), expected);
}

#[tokio::test]
async fn an_index_is_made_again_when_it_is_wished() {
    let desk = full().await;
    until_indexed(&desk.store).await;
    let index = desk.data().join("search.db");
    let held = || {
        let conn = rusqlite::Connection::open(&index).unwrap();
        conn.query_row("SELECT count(*) FROM place", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    // What is not in it any more is not noticed by itself.
    rusqlite::Connection::open(&index).unwrap().execute("DELETE FROM place WHERE entry <= 100", []).unwrap();
    // But for what was just altered: that may come back.
    assert!(held() < 600);
    desk.store.remake_index();
    assert_eq!(desk.store.behind(), 600);
    until_indexed(&desk.store).await;
    assert_eq!(held(), 600);
}
