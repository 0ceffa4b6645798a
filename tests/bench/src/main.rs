//! Benches: what Deskbell takes in time, each figure beside what it is measured against in the same run. Run by
//! `cargo xtask bench`, which builds this for release. `tests/BENCHMARKS.md` keeps what came of it.

#[cfg(all(unix, not(target_os = "macos")))]
mod latency;
mod line;
mod search;

use anyhow::{Result, bail};

use crate::line::Line;

const USAGE: &str = "usage: deskbell-bench latency | search [--json] [--quick]";

/// How long a bench may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// Long enough for figures worth keeping.
    Full,
    /// Less than a minute, for a look.
    Quick,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, benches): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|word| word.starts_with("--"));
    let (mut print, mut length): (fn(&Line) -> Result<()>, Length) = (line::print_row, Length::Full);
    for flag in flags {
        match flag {
            "--json" => print = line::print_json,
            "--quick" => length = Length::Quick,
            _ => bail!("{USAGE}"),
        }
    }
    match benches[..] {
        ["latency"] => latency(length, print),
        ["search"] => search::run(length, print),
        _ => bail!("{USAGE}"),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn latency(length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    latency::run(length, print)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn latency(_: Length, _: fn(&Line) -> Result<()>) -> Result<()> {
    bail!("The way to a notification is measured over D-Bus, which this system does not use.")
}
