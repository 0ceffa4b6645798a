//! The first page of a search over a long history, beside a plain `LIKE` and SQLite's own full-text index over the
//! same lines, in the same order.

pub mod lines;
mod plain;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use deskbell_domain::{EntryKind, ItemId, Millis, SourceId};
use deskbell_store::{History, Opened, Reader, Store, Terms, Write};
use tempfile::TempDir;

use self::plain::Plain;
use crate::Length;
use crate::line::Line;

const BENCH: &str = "search";
const PAGE: u32 = 50;
/// The most that nineteen of twenty first pages may take.
const BUDGET_MS: f64 = 20.0;
/// A plain `LIKE` takes so long that few are enough.
const PLAIN_TIMES: usize = 3;

/// What is looked for: the words, and what SQLite's own index is asked for the same, where it can be.
struct Case {
    name: &'static str,
    words: &'static str,
    full_text: Option<&'static str>,
    like: Option<&'static str>,
    filter: fn(usize) -> History,
}

const CASES: [Case; 10] = [
    Case {
        name: "rare word",
        words: "quetzalcoatl",
        full_text: Some("quetzalcoatl"),
        like: Some("%quetzalcoatl%"),
        filter: everything,
    },
    Case {
        name: "common word",
        words: "build",
        full_text: Some("build"),
        like: Some("%build%"),
        filter: everything,
    },
    Case {
        name: "two words",
        words: "deploy staging",
        full_text: Some("deploy staging"),
        like: None,
        filter: everything,
    },
    Case {
        name: "phrase",
        words: "\"waits for review\"",
        full_text: Some("\"waits for review\""),
        like: Some("%waits for review%"),
        filter: everything,
    },
    Case {
        name: "prefix",
        words: "migr*",
        full_text: Some("migr*"),
        like: Some("%migr%"),
        filter: everything,
    },
    Case {
        name: "part of a sha",
        words: "3f9c01",
        full_text: None,
        like: Some("%3f9c01%"),
        filter: everything,
    },
    Case {
        name: "two letters of Chinese",
        words: "审批",
        full_text: None,
        like: Some("%审批%"),
        filter: everything,
    },
    Case {
        name: "a word without another",
        words: "error -staging",
        full_text: Some("error NOT staging"),
        like: None,
        filter: everything,
    },
    Case { name: "filter only", words: "", full_text: None, like: None, filter: one_thread },
    Case { name: "filter and words", words: "build -red", full_text: None, like: None, filter: last_tuesday },
];

fn everything(_: usize) -> History {
    History::default()
}

fn one_thread(_: usize) -> History {
    History { thread: Some(ItemId::new("session:7")), kind: Some(EntryKind::Message), ..History::default() }
}

/// In the middle of it all, of one agent.
fn last_tuesday(count: usize) -> History {
    let middle = lines::at(count / 2);
    History {
        agent: Some("coder".into()),
        since: Some(Millis(middle)),
        until: Some(Millis(lines::at(count / 2 + count / 20))),
        ..History::default()
    }
}

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let (counts, times): (&[usize], usize) = match length {
        Length::Full => (&[1_000_000, 10_000_000], 200),
        Length::Quick => (&[100_000], 50),
    };
    counts.iter().try_for_each(|count| measure(*count, times, print))
}

fn measure(count: usize, times: usize, print: fn(&Line) -> Result<()>) -> Result<()> {
    let folder = TempDir::new()?;
    let data = folder.path().join("data");
    fill(&data, count, print)?;
    let plain = Plain::fill(&folder.path().join("plain.db"), count)?;
    let reader = Reader::open(&data)?;
    for case in &CASES {
        let terms = Terms::parse(case.words);
        let history = History { limit: Some(PAGE), ..(case.filter)(count) };
        let mut took = Vec::with_capacity(times);
        let mut found = 0;
        for _ in 0..times {
            let begun = Instant::now();
            found = match terms.is_empty() {
                true => reader.history(&history)?.len(),
                false => reader.search(&history, &terms)?.len(),
            };
            took.push(ms(begun.elapsed()));
        }
        took.sort_by(f64::total_cmp);
        anyhow::ensure!(found > 0, "nothing is found of \"{}\"", case.words);
        let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
        let name = |figure: &str| format!("{count}, {}, {figure}", case.name);
        let line = |figure, value, against| print(&Line::new(BENCH, name(figure), "ms", value, against));
        line("p50", at(0.5), ("budget", BUDGET_MS))?;
        line("p95", at(0.95), ("budget", BUDGET_MS))?;
        line("max", took.last().copied().unwrap_or_default(), ("budget", BUDGET_MS))?;
        if let Some(query) = case.full_text {
            line("p50", at(0.5), ("FTS5 alone", middle(times, || plain.full_text(query, PAGE))?))?;
        }
        if let Some(pattern) = case.like {
            line("p50", at(0.5), ("LIKE", middle(PLAIN_TIMES, || plain.like(pattern, PAGE))?))?;
        }
    }
    Ok(())
}

/// Writes the lines, and waits until the index has them.
fn fill(data: &Path, count: usize, print: fn(&Line) -> Result<()>) -> Result<()> {
    const AT_ONCE: usize = 1_000;
    let Opened { store, mut committed, .. } = Store::open(data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    runtime.spawn(async move { while committed.recv().await.is_some() {} });
    let begun = Instant::now();
    runtime.block_on(async {
        let write = |ops| Write { source: SourceId::new("s"), ops, received: None };
        store.write_durable(write(vec![lines::source()])).await?;
        for from in (0..count).step_by(AT_ONCE) {
            store.write(write((from..count.min(from + AT_ONCE)).map(lines::line).collect())).await;
        }
        store.write_durable(write(Vec::new())).await?;
        anyhow::Ok(())
    })?;
    let written = begun.elapsed();
    while store.behind() > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let indexed = begun.elapsed();
    runtime.block_on(store.close());
    let size =
        |name| Ok::<f64, std::io::Error>(std::fs::metadata(data.join(name))?.len() as f64 / count as f64);
    let (of_lines, of_index) = (size("deskbell.db")?, size("search.db").context("there is no index")?);
    let of = |figure: &str| format!("{count}, {figure}");
    let rate = |took: Duration| count as f64 / took.as_secs_f64();
    print(&Line::new(BENCH, of("indexed"), "lines/s", rate(indexed), ("written", rate(written))))?;
    print(&Line::new(BENCH, of("index"), "bytes/line", of_index, ("database", of_lines)))
}

/// The median time.
fn middle(times: usize, mut query: impl FnMut() -> Result<usize>) -> Result<f64> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        query()?;
        took.push(ms(begun.elapsed()));
    }
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied().context("it was never asked")
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}
