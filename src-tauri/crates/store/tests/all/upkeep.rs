//! Upkeep while lines arrive, and when the process dies in the middle of it.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use deskbell_domain::{Entry, Millis, Portion, Rule, SourceId};
use deskbell_store::{History, Op, Opened, Place, RULES, Reader, Store, Terms};

use crate::samples::{data_of, entry, line, source, until_indexed, write};

/// Tells the child below which folder to fill.
const FOLDER: &str = "DESKBELL_TEST_UPKEEP";
/// Every so manieth line is of yesterday, the others are of today.
const OLD: usize = 3;
const TODAY: i64 = 1_000_000_000_000;
const DAY: i64 = 86_400_000;

fn nth(n: usize) -> Entry {
    let at = if n.is_multiple_of(OLD) { TODAY - DAY + n as i64 } else { TODAY + n as i64 };
    Entry { text: format!("word{}", n % 7), raw: format!("\"{}\"", "x".repeat(400)), ..entry(n, at) }
}

fn some(from: usize) -> Vec<Op> {
    (from..from + 50).map(|n| line(nth(n))).collect()
}

async fn open(data: &std::path::Path) -> Store {
    let Opened { store, mut committed, report } = Store::open(data).unwrap();
    assert_eq!(report, None, "nothing is damaged");
    tokio::spawn(async move { while committed.recv().await.is_some() {} });
    store
}

fn clear_yesterday(store: &Store) {
    store.clear(Portion::default(), Some(Millis(TODAY)), Millis(TODAY + DAY));
}

/// What is there of today and of yesterday.
fn there(data: &std::path::Path) -> (Vec<usize>, Vec<usize>) {
    let reader = Reader::open(data).unwrap();
    let (mut today, mut yesterday) = (Vec::new(), Vec::new());
    let mut place = Place::Newest;
    loop {
        let page = reader.history(&History { place, limit: Some(1_000), ..History::default() }).unwrap();
        let Some(last) = page.last() else { break };
        place = Place::Before(last.cursor);
        for row in page {
            let n: usize = row.entry.item.rest().parse().unwrap();
            assert_eq!(row.entry, nth(n));
            (if n.is_multiple_of(OLD) { &mut yesterday } else { &mut today }).push(n);
        }
    }
    today.sort_unstable();
    yesterday.sort_unstable();
    (today, yesterday)
}

/// What is counted, what is found and what is there are the same.
async fn check(data: &std::path::Path) {
    let store = open(data).await;
    until_indexed(&store).await;
    let (today, yesterday) = there(data);
    let reader = store.reader().unwrap();
    let all = today.len() + yesterday.len();
    assert_eq!(reader.counts(&SourceId::new("s")).unwrap().entries, all as u64);
    let shares = reader.storage(Millis(TODAY)).unwrap().shares;
    assert_eq!(shares.iter().map(|share| share.entries).sum::<u64>(), all as u64);
    assert_eq!(shares.iter().map(|share| share.frame_bytes).sum::<u64>(), all as u64 * 402);
    let terms = Terms::parse("word5");
    let (mut found, mut place) = (0, Place::Newest);
    loop {
        let history = History { place, limit: Some(1_000), ..History::default() };
        let page = reader.search(&history, &terms).unwrap();
        let Some(last) = page.last() else { break };
        (found, place) = (found + page.len(), Place::Before(last.row.cursor));
    }
    assert_eq!(found, today.iter().chain(&yesterday).filter(|n| *n % 7 == 5).count());
    store.close().await;
    let conn = rusqlite::Connection::open(data.join("deskbell.db")).unwrap();
    let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clearing_and_compacting_lose_nothing_that_comes_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_of(&dir);
    let store = open(&data).await;
    store.write_durable(write("s", vec![Op::Source(source("s"))])).await.unwrap();
    for from in (0..6_000).step_by(50) {
        store.write(write("s", some(from))).await;
    }
    let flood = tokio::spawn({
        let store = store.clone();
        async move {
            for from in (6_000..18_000).step_by(50) {
                store.write(write("s", some(from))).await;
            }
        }
    });
    store.write_durable(write("s", Vec::new())).await.unwrap();
    clear_yesterday(&store);
    store.compact();
    flood.await.unwrap();
    while store.upkeep().job().is_some() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(store.upkeep().trouble(), None);
    store.close().await;
    let (today, yesterday) = there(&data);
    assert_eq!(today, (0..18_000).filter(|n: &usize| !n.is_multiple_of(OLD)).collect::<Vec<_>>());
    assert!(yesterday.iter().all(|n| *n >= 6_000), "what was there when it began is gone");
    // It took what was there when its turn came, and nothing after that.
    assert!(yesterday.contains(&17_997), "what came later stays");
    check(&data).await;
}

/// Not a test of its own: it fills and keeps up a folder until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by another test"]
async fn keeper() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(folder.as_ref()).await;
    let rule = Rule { entries: Some(5_000), ..Rule::default() };
    let value = serde_json::to_string(&[rule]).unwrap();
    let begin = vec![Op::Source(source("s")), Op::Setting { name: RULES.into(), value }];
    store.write_durable(write("s", begin)).await.unwrap();
    let known = there(folder.as_ref());
    let from = known.0.last().copied().max(known.1.last().copied()).map_or(0, |last| last / 50 * 50 + 50);
    for from in (from..).step_by(50) {
        store.write_durable(write("s", some(from))).await.unwrap();
        match from / 50 % 20 {
            0 => store.tidy(Millis(TODAY + DAY)),
            7 => clear_yesterday(&store),
            14 => store.compact(),
            17 => store.remake_index(),
            _ => {}
        }
        println!("wrote {from}");
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn a_process_killed_in_the_middle_of_upkeep_leaves_everything_sound() {
    let dir = tempfile::tempdir().unwrap();
    let data = data_of(&dir);
    // Each time at another place.
    for lines in [20, 47, 75, 103] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "upkeep::keeper", "--ignored", "--nocapture"])
            .env(FOLDER, &data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let last =
            said.filter_map(|line| line.split_once("wrote ")?.1.parse::<usize>().ok()).nth(lines).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        check(&data).await;
        let (today, _) = there(&data);
        let newest: Vec<usize> = (last.saturating_sub(1_000)..last + 50).filter(|n| n % OLD != 0).collect();
        assert!(newest.iter().all(|n| today.contains(n)), "what was durable is there, up to {last}");
    }
}
