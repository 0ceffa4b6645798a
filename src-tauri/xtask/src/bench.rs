//! Figures worth keeping: measured by a program of their own, built as it is shipped.

use anyhow::{Context, Result, bail};

use crate::build;

/// Cargo says how it builds on the other output: what is printed is the figures, and nothing else.
pub fn run(words: &[&str]) -> Result<()> {
    let mut bench = build::cargo(&["run", "--release", "--package", "deskbell-bench", "--"]);
    let status = bench.args(words).status().context("cannot run cargo")?;
    if !status.success() {
        bail!("The bench ended with {status}. \"cargo xtask doctor\" says what this machine lacks.");
    }
    Ok(())
}
