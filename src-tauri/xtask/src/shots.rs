//! Pictures of every screen.

use anyhow::Result;

use crate::e2e;
use crate::steps::{self, Step};

pub fn take() -> Result<()> {
    let mut steps = e2e::prepare()?;
    steps.push(Step::run("Taking pictures of every screen", e2e::driver("shots")).told());
    steps::take(steps)?;
    Ok(())
}
