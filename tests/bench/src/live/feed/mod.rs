//! A coordinator that says what it was made to say, as fast as it is read or at a pace: a process of its own, so
//! that neither its memory nor its threads are counted as Deskbell's.

mod events;
mod serve;

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use deskbell_e2e::{Process, eventually};
use tempfile::TempDir;

pub use self::events::{EVENT_BYTES, Pace};
pub use self::serve::serve;

/// What a feed says on each of its streams.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub events: u64,
    pub pace: Pace,
}

/// A feed that runs. It ends with this value.
#[derive(Debug)]
pub struct Feed {
    address: String,
    _process: Process,
    _logs: TempDir,
}

impl Feed {
    pub fn start(plan: Plan) -> Result<Self> {
        let logs = TempDir::with_prefix("deskbell-feed-")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("feed").arg(plan.events.to_string()).arg(plan.pace.per_second().to_string());
        let (process, address) = Process::announced(&mut command, &logs.path().join("log"))?;
        Ok(Self { address, _process: process, _logs: logs })
    }

    /// The address of one of its coordinators: there are as many as are asked for.
    pub fn url(&self, number: usize) -> String {
        format!("{}/{number}", self.address)
    }

    /// A page that does with the first stream what a browser can.
    pub fn page_url(&self) -> String {
        format!("{}/page", self.address)
    }

    /// Waits until so many streams are open, and lets them all begin.
    pub async fn go(&self, streams: usize) -> Result<()> {
        let open = format!("{}/open", self.address);
        eventually("the streams are open", async || {
            let count: usize = get(&open).await?.parse()?;
            Ok((count >= streams).then_some(()))
        })
        .await?;
        get(&format!("{}/go", self.address)).await.map(drop)
    }

    /// How the page fared, once it is done.
    pub async fn page(&self, patience: Duration) -> Result<Duration> {
        let done = tokio::time::timeout(patience, get(&format!("{}/fared", self.address))).await;
        let ms: f64 = done.context("the page did not come to its end")??.parse()?;
        Ok(Duration::from_secs_f64(ms / 1_000.0))
    }
}

async fn get(url: &str) -> Result<String> {
    Ok(client()?.get(url).send().await?.error_for_status()?.text().await?)
}

/// For plain connections on this machine.
pub fn client() -> Result<reqwest::Client> {
    // An error means only that it has been installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder().no_proxy().build()?)
}
