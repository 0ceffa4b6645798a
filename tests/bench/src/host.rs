//! What the host of a virtual machine gave to others while a bench ran: where that is much, the figures are of it.

use std::fs;

/// Of the processors' time since the machine started, in ticks.
struct Ticks {
    stolen: u64,
    all: u64,
}

/// Runs a bench, and tells on the error stream how much of the processors was somebody else's meanwhile.
pub fn watched<T>(bench: impl FnOnce() -> T) -> T {
    let before = ticks();
    let done = bench();
    if let (Some(before), Some(now)) = (before, ticks()) {
        // Where a kernel's counts go back, nothing can be said of the time between.
        let (stolen, all) =
            (now.stolen.saturating_sub(before.stolen), now.all.saturating_sub(before.all).max(1));
        eprintln!("Meanwhile the host gave {} % of the processors to others.", 100 * stolen / all);
    }
    done
}

/// None where there is no such count: on a machine that is not Linux.
fn ticks() -> Option<Ticks> {
    read(&fs::read_to_string("/proc/stat").ok()?)
}

fn read(stat: &str) -> Option<Ticks> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?;
    // Its own, its guests' apart: those are counted in the first two already.
    let fields: Vec<u64> = fields.split_whitespace().map_while(|ticks| ticks.parse().ok()).take(8).collect();
    Some(Ticks { stolen: *fields.get(7)?, all: fields.iter().sum() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_had_is_the_eighth_count() {
        let Ticks { stolen, all } = read("cpu  10 1 20 60 2 3 4 100 7 0\ncpu0 1 1 1").unwrap();
        assert_eq!((stolen, all), (100, 200));
        assert!(read("cpu  10 1 20 60").is_none());
    }
}
