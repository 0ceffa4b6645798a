//! Real servers to test against, installed under `target/peers`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::packages::Use;
use crate::steps::{self, Step};
use crate::{build, node, packages, place};

/// The version whose frames the dialect was written from.
const OPENCODE: &str = "1.18.33";

/// Where the tests look for the server.
pub const OPENCODE_DIR: &str = "DESKBELL_OPENCODE_DIR";

pub fn run_opencode() -> Result<()> {
    let mut steps = packages::install(&[Use::Peers])?;
    steps.push(install_opencode());
    let mut test =
        build::cargo(&["test", "--package", "deskbell-acceptance", "--test", "all", "--", "opencode::"]);
    test.env(OPENCODE_DIR, opencode_dir());
    steps.push(Step::run("Talking to a real opencode server", test).told());
    steps::take(steps)?;
    Ok(())
}

pub fn opencode_dir() -> PathBuf {
    place::target().join("peers").join(format!("opencode-{OPENCODE}"))
}

pub fn install_opencode() -> Step {
    let title = format!("Installing opencode {OPENCODE} under target/peers");
    let dir = opencode_dir();
    if is_whole(&dir) {
        return Step::nothing(title, "already there");
    }
    let mut npm = node::npm();
    npm.args(["install", "--no-save", "--prefix"]).arg(&dir).arg(format!("opencode-ai@{OPENCODE}"));
    npm.current_dir(place::root());
    Step::run(title, npm).then(move || {
        if !is_whole(&dir) {
            bail!(
                "npm left no opencode {OPENCODE} that can run in {}: remove that folder and try again",
                dir.display()
            );
        }
        Ok(())
    })
}

/// Whether exactly our version is there, with the program that npm brings as an optional package.
fn is_whole(dir: &Path) -> bool {
    let modules = dir.join("node_modules");
    let is_ours = fs::read_to_string(modules.join("opencode-ai/package.json"))
        .is_ok_and(|text| text.contains(&format!("\"version\": \"{OPENCODE}\"")));
    let has_program = fs::read_dir(&modules).is_ok_and(|dirs| {
        dirs.flatten()
            .any(|dir| dir.path().join("bin/opencode").is_file() && dir.file_name() != "opencode-ai")
    });
    is_ours && has_program
}
