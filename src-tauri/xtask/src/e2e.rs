//! The real window, driven.

use std::process::Command;

use anyhow::Result;

use crate::packages::Use;
use crate::steps::{self, Step};
use crate::{build, node, packages, place};

pub fn run(filter: Option<&str>) -> Result<()> {
    let mut steps = prepare()?;
    let mut words = vec!["test", "--package", "deskbell-e2e", "--no-fail-fast"];
    words.extend(filter);
    steps.push(Step::run("Driving the window", build::cargo(&words)).told());
    steps::take(steps)?;
    println!("Screenshots are in {}", place::shots().display());
    Ok(())
}

/// Everything the window's driver needs.
pub fn prepare() -> Result<Vec<Step>> {
    let mut steps = packages::install(&[Use::Build, Use::Drive])?;
    steps.extend(node::build()?);
    steps.push(build::app());
    steps.push(Step::run(
        "Building the window's driver",
        build::cargo(&["test", "--package", "deskbell-e2e", "--no-run"]),
    ));
    Ok(steps)
}

/// The driver's own program: tours instead of tests.
pub fn driver(tour: &str) -> Command {
    let mut command = Command::new(place::built("deskbell-e2e"));
    command.arg(tour).current_dir(place::root());
    command
}
