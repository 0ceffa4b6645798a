//! From the start of the process to the painted inbox, of a desk with no history and of one with a million lines,
//! beside a window with nothing in it. Every server the desk knows is gone.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use deskbell_e2e::{Desktop, Window, eventually};
use serde_json::json;
use tempfile::TempDir;

use crate::Length;
use crate::line::Line;
use crate::live::app::{self, Processes};
use crate::live::times::Times;
use crate::search::lines;

const BENCH: &str = "start";
/// In parts of what the empty window takes.
const BUDGET_RATIO: f64 = 1.25;
/// A port that nobody listens on.
const NOBODY: &str = "http://127.0.0.1:9";
/// When the page was first painted, in milliseconds since 1970.
const PAINTED: &str = "const [mark] = performance.getEntriesByName('painted'); return mark ? performance.timeOrigin + mark.startTime : null";

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let (lines, times) = match length {
        Length::Full => (1_000_000, 15),
        Length::Quick => (50_000, 3),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = TempDir::with_prefix("deskbell-bench-")?;
    let (fresh, long) = (folder.path().join("fresh"), folder.path().join("long"));
    runtime.block_on(async {
        let gone = [("gone".to_owned(), NOBODY.to_owned())];
        app::add(&fresh, &gone).await?;
        app::add(&long, &gone).await?;
        app::fill(&long, lines, lines::line).await?;
        let desktop = app::desktop()?;
        let (mut empty, mut at_zero, mut at_many) = (Vec::new(), Vec::new(), Vec::new());
        // In turns, so that what else the machine does hits them alike. The first of each warms the disk.
        for turn in 0..=times {
            let taken =
                [open_empty(&desktop).await?, open(&desktop, &fresh).await?, open(&desktop, &long).await?];
            if turn > 0 {
                empty.push(taken[0]);
                at_zero.push(taken[1]);
                at_many.push(taken[2]);
            }
        }
        let empty = Times::of(empty);
        for (case, taken) in [("0 lines".to_owned(), at_zero), (format!("{lines} lines"), at_many)] {
            let taken = Times::of(taken);
            for (figure, percent) in [("p50", 50), ("max", 100)] {
                let against = (&*format!("an empty window {figure}"), empty.within(percent));
                print(&Line::new(BENCH, format!("{case}, {figure}"), "ms", taken.within(percent), against))?;
            }
            let ratio = taken.within(50) / empty.within(50);
            print(&Line::new(
                BENCH,
                format!("{case}, of an empty window"),
                "ratio",
                ratio,
                ("budget", BUDGET_RATIO),
            ))?;
        }
        Ok(())
    })
}

async fn open_empty(desktop: &Desktop) -> Result<Duration> {
    took(Window::open_program(desktop, "examples/empty", &[]).await?).await
}

async fn open(desktop: &Desktop, data: &Path) -> Result<Duration> {
    took(app::open_on(desktop, data).await?).await
}

/// From the start of the process until its page was painted.
async fn took(window: Window) -> Result<Duration> {
    let painted =
        eventually("the page is painted", async || Ok(window.run(PAINTED, json!([])).await?.as_f64()))
            .await?;
    let process = *Processes::of(&window)?.app.first().context("the app is gone")?;
    let painted = UNIX_EPOCH + Duration::from_secs_f64(painted / 1_000.0);
    painted.duration_since(begun(process)?).context("it was painted before it began")
}

/// When a process began: the kernel counts hundredths of a second since the machine did.
fn begun(process: u32) -> Result<SystemTime> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let ticks = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(19));
    let ticks: f64 = ticks.context("the kernel does not say when it began")?.parse()?;
    let uptime = std::fs::read_to_string("/proc/uptime")?;
    let up: f64 =
        uptime.split_whitespace().next().context("the kernel does not say how long it runs")?.parse()?;
    Ok(SystemTime::now() - Duration::from_secs_f64((up - ticks / 100.0).max(0.0)))
}
