//! What processes take of memory and processor, as the kernel counts it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

const MIB: f64 = 1_024.0;

/// The most that this process has held since [`forget_peak`].
pub fn peak() -> Result<f64> {
    field(Path::new("/proc/self/status"), "VmHWM:")
}

pub fn forget_peak() -> Result<()> {
    Ok(fs::write("/proc/self/clear_refs", "5")?)
}

/// What a process group holds, in MiB: what they share is counted once.
pub fn of_group(group: u32) -> Result<f64> {
    let mut sum = 0.0;
    for process in in_group(group)? {
        // It may have ended meanwhile.
        sum += field(Path::new(&format!("/proc/{process}/smaps_rollup")), "Pss:").unwrap_or_default();
    }
    Ok(sum)
}

/// The processes of a group.
pub fn in_group(group: u32) -> Result<Vec<u32>> {
    let all = fs::read_dir("/proc")?.flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    Ok(ids.filter(|id| group_of(*id) == Some(group)).collect())
}

fn group_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // After the program's name, which may hold anything, come state, parent and group.
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

fn field(file: &Path, name: &str) -> Result<f64> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|rest| rest.split_whitespace().next());
    let kib: f64 = kib.with_context(|| format!("{} does not say {name}", file.display()))?.parse()?;
    Ok(kib / MIB)
}

/// The program that a process runs, as the kernel names it.
pub fn program(process: u32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{process}/comm")).ok()?.trim().to_owned())
}

/// How long processors have worked for these processes: the kernel counts in hundredths of a second.
pub fn used(processes: &[u32]) -> Result<Duration> {
    let mut ticks = 0.0;
    for process in processes {
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        let fields = stat.rsplit_once(')').context("the kernel speaks otherwise here")?.1;
        // Its own code's time, and the kernel's for it.
        for field in fields.split_whitespace().skip(11).take(2) {
            ticks += field.parse::<f64>()?;
        }
    }
    Ok(Duration::from_secs_f64(ticks / 100.0))
}

/// What this process holds now, in MiB.
pub fn resident() -> Result<f64> {
    field(Path::new("/proc/self/status"), "VmRSS:")
}
