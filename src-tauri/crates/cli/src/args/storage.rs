//! What the commands about storage take.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use deskbell_domain::EntryKind;

pub const STORAGE_EXAMPLES: &str = "\
Examples:
  bell storage
  bell storage clear --source hive --before 90d
  bell storage clear --kind stream --yes

Clearing and compacting go on beside what arrives, and can be ended with `bell storage cancel`. Receipts go only where \
--kind receipt names them, and lines of an ask that has not ended stay. What a server still tells comes back when \
Deskbell connects to it again.";

pub const RETENTION_EXAMPLES: &str = "\
Examples:
  bell retention keep --days 365
  bell retention keep --kind stream --days 30 --bytes 2GB
  bell retention keep --source hive --entries 1000000
  bell retention drop 1

Without a rule everything is kept. All rules hold, each for its own part of the history. Receipts go only where --kind \
receipt names them, and lines of an ask that has not ended stay.";

/// A part of the history.
#[derive(Debug, Args)]
pub struct Share {
    /// Of this source
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Of this kind; without it, of every kind but receipts
    #[arg(long, value_parser = PossibleValuesParser::new(EntryKind::ALL.map(EntryKind::as_str)))]
    pub kind: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum StorageOrder {
    /// Take lines out of the history for good; says how many it would be, unless --yes is given
    Clear(Cleared),
    /// Give back to the disk what the files have free
    Compact,
    /// End the clearing or compacting that is under way; what is done stays done
    Cancel,
    /// Make the search index again
    Reindex,
}

#[derive(Debug, Args)]
pub struct Cleared {
    #[command(flatten)]
    pub share: Share,
    /// What is older: 90d, 2026-11-01
    #[arg(long, value_name = "TIME")]
    pub before: Option<String>,
    /// Yes, I mean it
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Subcommand)]
pub enum RetentionOrder {
    /// Keep at most so much of the history, or of a part of it
    Keep {
        #[command(flatten)]
        share: Share,
        /// What is older goes
        #[arg(long, value_name = "DAYS", required_unless_present_any = ["entries", "bytes"])]
        days: Option<u32>,
        /// The oldest of what is more go
        #[arg(long, value_name = "LINES")]
        entries: Option<u64>,
        /// The oldest of what is larger go: 500MB, 2GB
        #[arg(long, value_name = "SIZE", value_parser = bytes)]
        bytes: Option<u64>,
    },
    /// Drop a rule
    Drop {
        /// As `bell retention` prints it
        number: usize,
    },
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        _ => return Err("write it as 500MB or 2GB".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "write it as 500MB or 2GB".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "that is too much".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_with_its_unit() {
        assert_eq!(bytes("500MB"), Ok(500_000_000));
        assert_eq!(bytes("2g"), Ok(2_000_000_000));
        assert_eq!(bytes("12"), Ok(12));
        assert!(bytes("2 TB").is_err() && bytes("much").is_err() && bytes("99999999999999GB").is_err());
    }
}
