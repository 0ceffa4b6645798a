//! From the coordinator's write to its event stream until the row is painted in the window, while another source
//! talks; and the longest that the window took for a frame meanwhile.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use deskbell_e2e::eventually;
use deskbell_sim::{Config, Hyperhive};
use serde_json::json;

use super::BENCH;
use crate::line::Line;
use crate::live::app::App;
use crate::live::feed::{Feed, Pace, Plan};
use crate::live::frames::Frames;
use crate::live::times::Times;

const RATES: [u64; 4] = [10, 100, 1_000, 5_000];
const BUDGET_MS: f64 = 100.0;
/// Up to here the budget is meant.
const BUDGET_RATE: u64 = 2_000;
/// The first ask makes the window draw what it has not drawn before; the others are measured.
const WARM: usize = 3;
/// Until what a start brings has settled.
const SETTLE: Duration = Duration::from_secs(3);
const PACE: Duration = Duration::from_millis(97);
const LEFT_WAITING: usize = 5;

/// Notes when each row came on screen: the next frame begins when the one that holds it is painted.
const WATCH: &str = r#"
const seen = (window.seen = {});
const now = () => performance.timeOrigin + performance.now();
new MutationObserver(() => {
  for (const row of document.querySelectorAll('[data-testid="ask-row"]')) {
    const key = row.dataset.key;
    if (!(key in seen)) {
      seen[key] = null;
      requestAnimationFrame(() => (seen[key] = now()));
    }
  }
}).observe(document.body, { childList: true, subtree: true });
"#;

pub async fn measure(asks: usize, print: fn(&Line) -> Result<()>) -> Result<()> {
    for rate in RATES {
        let (times, frames) = at(rate, asks).await?;
        let line = |figure: &str, unit, value, against| {
            print(&Line::new(BENCH, format!("painted, {rate} events/s, {figure}"), unit, value, against))
        };
        let budget = if rate <= BUDGET_RATE { "budget" } else { "budget below 2 000" };
        line("p50", "ms", times.within(50), (budget, BUDGET_MS))?;
        line("p99", "ms", times.within(99), (budget, BUDGET_MS))?;
        line("longest frame", "ms", frames.longest, (budget, BUDGET_MS))?;
        line("frames over 100 ms", "frames", frames.over, ("frames", frames.count))?;
    }
    Ok(())
}

/// Asks so often; gives when each was asked.
async fn ask(hive: &Hyperhive, asks: usize) -> HashMap<String, SystemTime> {
    let (mut asked, mut waiting) = (HashMap::new(), VecDeque::new());
    for _ in 0..asks {
        let at = SystemTime::now();
        let id = hive.ask_approval("coder", "add ripgrep");
        asked.insert(format!("asking/approval:{id}"), at);
        waiting.push_back(id);
        tokio::time::sleep(PACE).await;
        // What waits is not to grow while it is measured; and what is over before it is painted never is.
        if waiting.len() > LEFT_WAITING
            && let Some(first) = waiting.pop_front()
        {
            hive.resolve_elsewhere(first, "denied", None);
        }
    }
    asked
}

async fn at(rate: u64, asks: usize) -> Result<(Times, Frames)> {
    let hive = Hyperhive::start(Config::default()).await?;
    let feed = Feed::start(Plan { events: u64::MAX, pace: Pace::PerSecond(rate) })?;
    let sources = [("asking".to_owned(), hive.url()), ("talking".to_owned(), feed.url(0))];
    let app = App::open(&sources).await?;
    eventually("the source is listened to", async || Ok((hive.subscribers() > 0).then_some(()))).await?;
    feed.go(1).await?;
    tokio::time::sleep(SETTLE).await;
    ask(&hive, WARM).await;
    app.window.run(WATCH, json!([])).await?;
    Frames::watch(&app.window).await?;
    let asked = ask(&hive, asks).await;
    let seen = eventually("every row is painted", async || {
        let seen = app.window.run("return window.seen", json!([])).await?;
        Ok(asked.keys().all(|key| seen[key].is_f64() || seen[key].is_i64()).then_some(seen))
    })
    .await?;
    let mut times = Vec::with_capacity(asks);
    for (key, at) in &asked {
        let ms = seen[key].as_f64().context("a row was not seen")?;
        let painted = UNIX_EPOCH + Duration::from_secs_f64(ms / 1_000.0);
        times.push(painted.duration_since(*at).unwrap_or_default());
    }
    Ok((Times::of(times), Frames::of(&app.window).await?))
}
