//! The real window, driven.

use std::process::Command;

use anyhow::Result;

use crate::packages::Use;
use crate::steps::{self, Step};
use crate::{build, node, packages, place};

pub fn run(filter: Option<&str>) -> Result<()> {
    let mut steps = prepare()?;
    steps.push(build::window_tests(filter).told());
    steps::take(steps)?;
    println!("Pictures are in {}", place::shots().display());
    Ok(())
}

/// On KDE Plasma, whose notifications take a reply. No part of the other tests: it needs a whole desktop.
pub fn run_on_plasma() -> Result<()> {
    let mut steps = prepare_for(&[Use::Build, Use::Drive, Use::Plasma])?;
    steps.push(build::plasma_test().told());
    steps::take(steps)?;
    println!("Pictures are in {}", place::shots().display());
    Ok(())
}

/// Everything the window's driver needs.
pub fn prepare() -> Result<Vec<Step>> {
    prepare_for(&[Use::Build, Use::Drive])
}

fn prepare_for(uses: &[Use]) -> Result<Vec<Step>> {
    let mut steps = packages::install(uses)?;
    steps.extend(node::build()?);
    steps.push(build::programs());
    Ok(steps)
}

/// The driver's own program: tours instead of tests.
pub fn driver(tour: &str) -> Command {
    let mut command = Command::new(place::built("deskbell-e2e"));
    command.arg(tour).current_dir(place::root());
    command
}
