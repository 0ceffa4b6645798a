//! Benches: what Deskbell takes in time, each figure beside what it is measured against in the same run. Run by
//! `cargo xtask bench`, which builds this for release. `tests/BENCHMARKS.md` keeps what came of it.

mod host;
mod line;
#[cfg(all(unix, not(target_os = "macos")))]
mod live;
mod search;

use anyhow::{Result, bail};

use crate::line::Line;

/// As in the app and in `bell`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str =
    "usage: deskbell-bench cpu | intake | latency | search | soak | start | ui [--json] [--quick]";

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
    let (flags, words): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|word| word.starts_with("--"));
    let (mut print, mut length): (fn(&Line) -> Result<()>, Length) = (line::print_row, Length::Full);
    for flag in flags {
        match flag {
            "--json" => print = line::print_json,
            "--quick" => length = Length::Quick,
            _ => bail!("{USAGE}"),
        }
    }
    match words[..] {
        ["search"] => host::watched(|| search::run(length, print)),
        _ => live(&words, length, print),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn live(words: &[&str], length: Length, print: fn(&Line) -> Result<()>) -> Result<()> {
    match words {
        ["feed", events, per_second] => live::feed(events, per_second),
        [word] => match live::BENCHES.iter().find(|(name, _)| name == word) {
            Some((_, bench)) => host::watched(|| bench(length, print)),
            None => bail!("{USAGE}"),
        },
        _ => bail!("{USAGE}"),
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn live(_: &[&str], _: Length, _: fn(&Line) -> Result<()>) -> Result<()> {
    bail!("{USAGE}\nHere only \"search\" can be measured: the others need a screen and a bus of Linux.")
}
