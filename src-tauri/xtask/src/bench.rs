//! Figures worth keeping: measured by a program of their own, built as it is shipped.

use anyhow::{Context, Result, bail};

use crate::{build, node, steps};

/// These open the app's window, and beside it one with nothing in it.
const OF_THE_WINDOW: [&str; 4] = ["cpu", "latency", "start", "ui"];

/// How it is built is said on the other output: what is printed is the figures, and nothing else.
pub fn run(words: &[&str]) -> Result<()> {
    if words.iter().any(|word| OF_THE_WINDOW.contains(word)) {
        steps::take_aside(node::build()?)?;
        steps::take_aside(vec![build::windows()])?;
    }
    let mut bench = build::cargo(&["run", "--release", "--package", "deskbell-bench", "--"]);
    let status = bench.args(words).status().context("cannot run cargo")?;
    if !status.success() {
        bail!("The bench ended with {status}. \"cargo xtask doctor\" says what this machine lacks.");
    }
    Ok(())
}
