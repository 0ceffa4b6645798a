//! The benches of the running engine and its window: over sockets, a bus and a screen of Linux.

mod app;
mod cpu;
mod desk;
mod feed;
mod frames;
mod intake;
mod latency;
mod process;
mod soak;
mod start;
mod times;
mod ui;

use anyhow::Result;

use crate::Length;
use crate::line::Line;

pub const BENCHES: [(&str, Bench); 6] = [
    ("cpu", cpu::run),
    ("intake", intake::run),
    ("latency", latency::run),
    ("soak", soak::run),
    ("start", start::run),
    ("ui", ui::run),
];

type Bench = fn(Length, fn(&Line) -> Result<()>) -> Result<()>;

/// Is a coordinator for another of these processes, until it is ended.
pub fn feed(events: &str, per_second: &str) -> Result<()> {
    let plan = feed::Plan { events: events.parse()?, pace: feed::Pace::of(per_second.parse()?) };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(feed::serve(plan))
}
