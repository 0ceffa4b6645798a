//! Pictures of every screen.

use anyhow::Result;

use crate::e2e;
use crate::steps::{self, Step};

pub fn take(filter: Option<&str>) -> Result<()> {
    let mut steps = e2e::prepare()?;
    let mut shots = e2e::driver("shots");
    shots.args(filter);
    steps.push(Step::run("Taking pictures of every screen", shots).told());
    steps::take(steps)?;
    Ok(())
}
