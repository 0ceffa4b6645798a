//! The same streams, parsed and thrown away.

use std::time::Instant;

use anyhow::Result;
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use serde_json::Value;

use crate::live::feed::{Feed, Pace, Plan, client};

/// How many events a second.
pub async fn parse(streams: usize, events: u64) -> Result<f64> {
    let each = events / streams as u64;
    let feed = Feed::start(Plan { events: each, pace: Pace::Free })?;
    let client = client()?;
    let mut tasks = Vec::with_capacity(streams);
    for number in 0..streams {
        let response = client.get(format!("{}/dashboard/stream", feed.url(number))).send().await?;
        tasks.push(tokio::spawn(async move {
            let mut events = response.bytes_stream().eventsource();
            for _ in 0..each {
                let Some(event) = events.next().await else { anyhow::bail!("the stream ended") };
                let _: Value = serde_json::from_str(&event?.data)?;
            }
            Ok(())
        }));
    }
    let begun = Instant::now();
    feed.go(streams).await?;
    for task in tasks {
        task.await??;
    }
    Ok((each * streams as u64) as f64 / begun.elapsed().as_secs_f64())
}
