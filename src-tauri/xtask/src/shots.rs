//! Pictures of every screen.

use anyhow::Result;

use crate::steps::{self, Step};
use crate::{build, e2e, node, packages, packages::Use};

pub fn take() -> Result<()> {
    let mut steps = packages::install(&[Use::Build, Use::Drive])?;
    steps.extend(node::build()?);
    steps.push(build::app());
    steps.extend([
        Step::run("Building the window's driver", build::cargo(&["build", "--package", "deskbell-e2e"])),
        Step::run("Taking pictures of every screen", e2e::driver("shots")).told(),
    ]);
    steps::take(steps)?;
    Ok(())
}
