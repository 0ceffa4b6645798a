//! Many events through the engine: what it holds in memory and how long an ask takes at the beginning and at the end,
//! how fast the events are taken in, and what they take of the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use deskbell_engine::command::Patch;
use deskbell_engine::{Engine, Listener, Subscription};
use deskbell_sim::{Config, Hyperhive};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::Length;
use crate::line::Line;
use crate::live::feed::{Feed, Pace, Plan};
use crate::live::times::Times;
use crate::live::{desk, process};

const BENCH: &str = "soak";
/// The most the engine may hold, in MiB.
const BUDGET_MIB: f64 = 80.0;
/// The first and the last so many parts are compared.
const PARTS: u64 = 10;
const PATIENCE: Duration = Duration::from_secs(3_600);
const ASK_PATIENCE: Duration = Duration::from_secs(60);
const PACE: Duration = Duration::from_millis(50);

/// How a part of the events went.
struct Part {
    per_second: f64,
    resident: f64,
    asks: Times,
}

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let events: u64 = match length {
        Length::Full => 10_000_000,
        Length::Quick => 200_000,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = TempDir::with_prefix("deskbell-bench-")?;
        let hive = Hyperhive::start(Config::default()).await?;
        let feed = Feed::start(Plan { events, pace: Pace::Free })?;
        let engine = desk::engine(folder.path()).await?;
        desk::listen(&engine, "asking", hive.url()).await?;
        desk::listen(&engine, "talking", feed.url(0)).await?;
        let mut subscription = engine.subscribe(Listener::Program);
        feed.go(1).await?;
        let mut parts = Vec::new();
        for part in 1..=PARTS {
            parts.push(soak(&engine, &mut subscription, &hive, events * part / PARTS).await?);
        }
        let (first, last) =
            (parts.first().context("nothing was measured")?, parts.last().context("nothing")?);
        let line = |case: &str, unit, value, against| {
            print(&Line::new(BENCH, format!("{events}, {case}"), unit, value, against))
        };
        let most = parts.iter().map(|part| part.resident).fold(0.0, f64::max);
        line("memory at the end", "MiB", last.resident, ("after a tenth", first.resident))?;
        line("memory at most", "MiB", most, ("budget", BUDGET_MIB))?;
        line("intake in the last tenth", "events/s", last.per_second, ("in the first", first.per_second))?;
        for (figure, percent) in [("p50", 50), ("p99", 99)] {
            let against = ("in the first", first.asks.within(percent));
            line(&format!("an ask in the last tenth, {figure}"), "ms", last.asks.within(percent), against)?;
        }
        engine.stop().await;
        let each = |name: &str| size(&folder.path().join("data").join(name)) / events as f64;
        line("disk", "bytes/event", each("deskbell.db"), ("index so far", each("search.db")))
    })
}

/// Until so many lines are on the disk; asks all the while.
async fn soak(engine: &Engine, heard: &mut Subscription, hive: &Hyperhive, until: u64) -> Result<Part> {
    let (begun, before) = (Instant::now(), desk::entries(engine).await?);
    let mut asks = Vec::new();
    loop {
        let asked = Instant::now();
        let id = hive.ask_approval("coder", "add ripgrep");
        timeout(ASK_PATIENCE, told(heard)).await.context("an ask was lost")??;
        asks.push(asked.elapsed());
        hive.resolve_elsewhere(id, "denied", None);
        timeout(ASK_PATIENCE, told(heard)).await.context("an ask's end was lost")??;
        let there = desk::entries(engine).await?;
        if there >= until {
            let per_second = (there - before) as f64 / begun.elapsed().as_secs_f64();
            return Ok(Part { per_second, resident: process::resident()?, asks: Times::of(asks) });
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "{there} of {until} lines came in {PATIENCE:?}");
        tokio::time::sleep(PACE).await;
    }
}

/// Until a listener hears of an ask.
async fn told(heard: &mut Subscription) -> Result<()> {
    loop {
        let batch = heard.next().await.context("the engine has ended")?;
        if batch.patches.iter().any(|patch| matches!(patch, Patch::Ask { .. })) {
            return Ok(());
        }
    }
}

fn size(file: &Path) -> f64 {
    // An index that was not begun has no file.
    std::fs::metadata(file).map_or(0.0, |file| file.len() as f64)
}
