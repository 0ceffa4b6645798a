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
    order: Order,
}

enum Order {
    Newest,
    Best,
}

const CASES: [Case; 11] = [
    Case {
        name: "rare word",
        words: "quetzalcoatl",
        full_text: Some("quetzalcoatl"),
        like: Some("%quetzalcoatl%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "common word",
        words: "build",
        full_text: Some("build"),
        like: Some("%build%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "two words",
        words: "deploy staging",
        full_text: Some("deploy staging"),
        like: None,
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "phrase",
        words: "\"waits for review\"",
        full_text: Some("\"waits for review\""),
        like: Some("%waits for review%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "prefix",
        words: "migr*",
        full_text: Some("migr*"),
        like: Some("%migr%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "part of a sha",
        words: "3f9c01",
        full_text: None,
        like: Some("%3f9c01%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "two letters of Chinese",
        words: "审批",
        full_text: None,
        like: Some("%审批%"),
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "a word without another",
        words: "error -staging",
        full_text: Some("error NOT staging"),
        like: None,
        filter: everything,
        order: Order::Newest,
    },
    Case {
        name: "best first",
        words: "build error",
        full_text: None,
        like: None,
        filter: everything,
        order: Order::Best,
    },
    Case {
        name: "filter only",
        words: "",
        full_text: None,
        like: None,
        filter: one_thread,
        order: Order::Newest,
    },
    Case {
        name: "filter and words",
        words: "build -red",
        full_text: None,
        like: None,
        filter: last_tuesday,
        order: Order::Newest,
    },
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

/// A history of so many lines, and the same lines plain.
struct Made {
    count: usize,
    reader: Reader,
    plain: Plain,
    _folder: TempDir,
}

impl Made {
    fn fill(count: usize, print: fn(&Line) -> Result<()>) -> Result<Self> {
        let folder = TempDir::new()?;
        let data = folder.path().join("data");
        fill(&data, count, print)?;
        let plain = Plain::fill(&folder.path().join("plain.db"), count)?;
        Ok(Self { count, reader: Reader::open(&data)?, plain, _folder: folder })
    }

    /// How long a first page took, and how much was on it.
    fn search(&self, case: &Case) -> Result<(f64, usize)> {
        let history = History { limit: Some(PAGE), ..(case.filter)(self.count) };
        let terms = Terms::parse(case.words);
        let begun = Instant::now();
        let found = match case.order {
            Order::Newest if terms.is_empty() => self.reader.history(&history)?.len(),
            Order::Newest => self.reader.search(&history, &terms)?.len(),
            Order::Best => self.reader.best(&history, &terms)?.len(),
        };
        Ok((ms(begun.elapsed()), found))
    }
}

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let (counts, times): (&[usize], usize) = match length {
        Length::Full => (&[1_000_000, 10_000_000], 200),
        Length::Quick => (&[100_000], 50),
    };
    let histories = counts.iter().map(|count| Made::fill(*count, print)).collect::<Result<Vec<_>>>()?;
    CASES.iter().try_for_each(|case| measure(case, &histories, times, print))
}

/// One case in all the histories, in turns: what else the machine does meanwhile falls on all of them.
fn measure(case: &Case, histories: &[Made], times: usize, print: fn(&Line) -> Result<()>) -> Result<()> {
    let mut took = vec![Vec::with_capacity(times); histories.len()];
    for _ in 0..times {
        for (history, took) in histories.iter().zip(&mut took) {
            let (ms, found) = history.search(case)?;
            anyhow::ensure!(found > 0, "nothing is found of \"{}\"", case.words);
            took.push(ms);
        }
    }
    took.iter_mut().for_each(|took| took.sort_by(f64::total_cmp));
    let at =
        |took: &[f64], part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    for (Made { count, plain, .. }, took) in histories.iter().zip(&took) {
        let name = |figure: &str| format!("{count}, {}, {figure}", case.name);
        let line = |figure, value, against| print(&Line::new(BENCH, name(figure), "ms", value, against));
        line("p50", at(took, 0.5), ("budget", BUDGET_MS))?;
        line("p95", at(took, 0.95), ("budget", BUDGET_MS))?;
        line("max", took.last().copied().unwrap_or_default(), ("budget", BUDGET_MS))?;
        if let Some(query) = case.full_text {
            line("p50", at(took, 0.5), ("FTS5 alone", middle(times, || plain.full_text(query, PAGE))?))?;
        }
        if let Some(pattern) = case.like {
            line("p50", at(took, 0.5), ("LIKE", middle(PLAIN_TIMES, || plain.like(pattern, PAGE))?))?;
        }
    }
    // How a page grows with the history.
    if let ([small, .., large], [few, .., many]) = (histories, &took[..]) {
        for (figure, part) in [("p50", 0.5), ("p95", 0.95)] {
            let name = format!("{} of {}, {}, {figure}", large.count, small.count, case.name);
            print(&Line::new(BENCH, name, "ms", at(many, part), ("the smaller", at(few, part))))?;
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
