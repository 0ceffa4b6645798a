//! The same stream in a page of a browser, which keeps every event in the browser's own database.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use deskbell_e2e::Process;
use tempfile::TempDir;

use crate::live::feed::{Feed, Pace, Plan};
use crate::live::process;

const CHROMIUM: &str = "/usr/bin/chromium";
const PATIENCE: Duration = Duration::from_secs(300);
/// How often its memory is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How a page fared.
pub struct Page {
    pub per_second: f64,
    /// The most that all of the browser held, in MiB.
    pub memory: f64,
}

/// Nothing where there is no browser.
pub async fn keep(events: u64) -> Result<Option<Page>> {
    if !Path::new(CHROMIUM).exists() {
        return Ok(None);
    }
    let feed = Feed::start(Plan { events, pace: Pace::Free })?;
    let folder = TempDir::with_prefix("deskbell-bench-")?;
    let mut command = Command::new(CHROMIUM);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(feed.page_url())
        .env("HOME", folder.path());
    let browser = Process::start(&mut command, &folder.path().join("log"))?;
    feed.go(1).await?;
    let mut most: f64 = 0.0;
    let mut look = tokio::time::interval(LOOK);
    let mut fared = std::pin::pin!(feed.page(PATIENCE));
    let took = loop {
        tokio::select! {
            took = &mut fared => break took?,
            _ = look.tick() => most = most.max(process::of_group(browser.group())?),
        }
    };
    Ok(Some(Page { per_second: events as f64 / took.as_secs_f64(), memory: most }))
}
