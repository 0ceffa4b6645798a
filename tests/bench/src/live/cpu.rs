//! What the app takes of a processor: with six sources that have nothing to say, and with a hundred events a second,
//! its window open.

use std::time::{Duration, Instant};

use anyhow::Result;
use deskbell_e2e::eventually;
use deskbell_sim::{Config, Hyperhive};

use crate::Length;
use crate::line::Line;
use crate::live::app::{App, Processes};
use crate::live::feed::{Feed, Pace, Plan};
use crate::live::process;

const BENCH: &str = "cpu";
const SOURCES: usize = 6;
const BUDGET_IDLE: f64 = 1.0;
const BUDGET_BUSY: f64 = 15.0;
const EVENTS_PER_SECOND: u64 = 100;
/// Until what a start brings has settled.
const SETTLE: Duration = Duration::from_secs(5);

pub fn run(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    let watched = match length {
        Length::Full => Duration::from_secs(60),
        Length::Quick => Duration::from_secs(10),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut hives = Vec::new();
        for _ in 0..SOURCES {
            hives.push(Hyperhive::start(Config::default()).await?);
        }
        let sources: Vec<_> =
            hives.iter().enumerate().map(|(n, hive)| (format!("hive-{n}"), hive.url())).collect();
        let app = App::open(&sources).await?;
        eventually("all are listened to", async || {
            Ok(hives.iter().all(|hive| hive.subscribers() > 0).then_some(()))
        })
        .await?;
        measure(&app, "idle, six sources", watched, BUDGET_IDLE, print).await?;
        drop(app);

        let feed = Feed::start(Plan { events: u64::MAX, pace: Pace::PerSecond(EVENTS_PER_SECOND) })?;
        let app = App::open(&[("talking".to_owned(), feed.url(0))]).await?;
        feed.go(1).await?;
        for screen in ["Inbox", "History"] {
            app.window.go(screen).await?;
            let case = format!("{EVENTS_PER_SECOND} events/s, {screen}");
            measure(&app, &case, watched, BUDGET_BUSY, print).await?;
        }
        Ok(())
    })
}

async fn measure(
    app: &App,
    case: &str,
    watched: Duration,
    budget: f64,
    print: fn(&Line) -> Result<()>,
) -> Result<()> {
    tokio::time::sleep(SETTLE).await;
    let processes = Processes::of(&app.window)?;
    let used = || Ok::<_, anyhow::Error>((process::used(&processes.app)?, process::used(&processes.page)?));
    let (begun, before) = (Instant::now(), used()?);
    tokio::time::sleep(watched).await;
    let (took, after) = (begun.elapsed(), used()?);
    let part = |used: Duration| used.as_secs_f64() / took.as_secs_f64() * 100.0;
    let (engine, page) = (part(after.0 - before.0), part(after.1 - before.1));
    let line = |what: &str, value, against| {
        print(&Line::new(BENCH, format!("{case}, {what}"), "% of one", value, against))
    };
    line("engine and shell", engine, ("budget", budget))?;
    line("page", page, ("budget", budget))?;
    line("together", engine + page, ("budget", budget))
}
