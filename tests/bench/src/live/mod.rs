//! The benches of the running engine and its window: over sockets, a bus and a screen of Linux.

mod desk;
mod feed;
mod intake;
mod latency;
mod memory;

use anyhow::Result;

use crate::Length;
use crate::line::Line;

pub const BENCHES: [(&str, Bench); 2] = [("intake", intake::run), ("latency", latency::run)];

type Bench = fn(Length, fn(&Line) -> Result<()>) -> Result<()>;

/// Is a coordinator for another of these processes, until it is ended.
pub fn feed(events: &str, per_second: &str) -> Result<()> {
    let plan = feed::Plan { events: events.parse()?, pace: feed::Pace::of(per_second.parse()?) };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(feed::serve(plan))
}
