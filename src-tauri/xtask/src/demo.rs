//! The app, on simulated coordinators.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::packages::Use;
use crate::steps::{self, Step};
use crate::{build, e2e, node, packages, place};

pub fn open() -> Result<()> {
    if !place::has_display() {
        return open_unseen();
    }
    let mut steps = packages::install(&[Use::Build])?;
    steps.extend(node::build()?);
    steps.push(build::programs());
    steps::take(steps)?;
    println!(
        "Opening the demo: simulated coordinators, nothing leaves this machine. Close the window to end it."
    );
    let app = place::built("deskbell");
    let status = Command::new(&app)
        .arg("--demo")
        .current_dir(place::root())
        .status()
        .with_context(|| format!("cannot run {}", app.display()))?;
    if !status.success() {
        bail!("the demo ended with {status}");
    }
    Ok(())
}

/// Without a display: on a screen of its own, with one ask driven to its end.
fn open_unseen() -> Result<()> {
    println!("There is no display here: the demo runs on a virtual one, and its screenshots are kept.");
    let mut steps = e2e::prepare()?;
    steps.push(Step::run("Answering one ask in the demo", e2e::driver("demo")).told());
    steps::take(steps)?;
    Ok(())
}
