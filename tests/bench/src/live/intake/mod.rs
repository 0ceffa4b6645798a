//! How many events a second go from a coordinator's socket to the disk, beside what bare SQLite takes of the same
//! rows, what bare parsing takes of the same stream, and what a page in a browser does with it.

mod alone;
mod bare;
mod browser;

use std::time::{Duration, Instant};

use anyhow::Result;
use tempfile::TempDir;

use crate::Length;
use crate::line::Line;
use crate::live::feed::{EVENT_BYTES, Feed, Pace, Plan};
use crate::live::{desk, process};

const BENCH: &str = "intake";
/// The least that one source's events are taken in, in parts of what bare SQLite takes, and a second.
const BUDGET_EVENTS: f64 = 50_000.0;
const BUDGET_RATIO: f64 = 0.5;
const PATIENCE: Duration = Duration::from_secs(300);

/// What came of one run of the engine.
struct Taken {
    per_second: f64,
    memory: f64,
    rows: Vec<bare::Row>,
}

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let (events, crowds): (u64, &[usize]) = match length {
        Length::Full => (600_000, &[1, 10, 100]),
        Length::Quick => (100_000, &[1, 10]),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for &sources in crowds {
        let taken = runtime.block_on(ours(sources, events))?;
        let name =
            |what: &str| format!("{sources} {}, {what}", if sources == 1 { "source" } else { "sources" });
        let line =
            |case: &str, unit, value, against| print(&Line::new(BENCH, name(case), unit, value, against));
        let events_line =
            |value, against| line(&format!("events of {EVENT_BYTES} bytes"), "events/s", value, against);
        events_line(taken.per_second, ("budget", BUDGET_EVENTS))?;
        let bare = bare::insert(&taken.rows, bare::Index::None)?;
        events_line(taken.per_second, ("bare rusqlite", bare))?;
        line("of bare rusqlite", "ratio", taken.per_second / bare, ("budget", BUDGET_RATIO))?;
        let unique = bare::insert(&taken.rows, bare::Index::Unique)?;
        events_line(taken.per_second, ("bare, unique by item", unique))?;
        let same = bare::insert(&taken.rows, bare::Index::Same)?;
        events_line(taken.per_second, ("bare, Deskbell's indexes", same))?;
        drop(taken.rows);
        let parsed = runtime.block_on(alone::parse(sources, events))?;
        events_line(taken.per_second, ("eventsource-stream alone", parsed))?;
        if sources == 1 {
            match runtime.block_on(browser::keep(events))? {
                Some(page) => {
                    events_line(taken.per_second, ("a page in Chromium", page.per_second))?;
                    line("memory at most", "MiB", taken.memory, ("Chromium", page.memory))?;
                }
                None => eprintln!("There is no Chromium here: nothing is measured against a page in it."),
            }
        }
    }
    Ok(())
}

/// All events together come from so many sources, each with a stream of its own.
async fn ours(sources: usize, events: u64) -> Result<Taken> {
    let each = events / sources as u64;
    let feed = Feed::start(Plan { events: each, pace: Pace::Free })?;
    let folder = TempDir::with_prefix("deskbell-bench-")?;
    let engine = desk::engine(folder.path()).await?;
    for number in 0..sources {
        desk::listen(&engine, &format!("source-{number}"), feed.url(number)).await?;
    }
    process::forget_peak()?;
    let begun = Instant::now();
    feed.go(sources).await?;
    let all = each * sources as u64;
    let took = desk::until_durable(&engine, all, PATIENCE).await? - begun;
    let memory = process::peak()?;
    engine.stop().await;
    let rows = bare::read(&folder.path().join("data/deskbell.db"))?;
    Ok(Taken { per_second: all as f64 / took.as_secs_f64(), memory, rows })
}
