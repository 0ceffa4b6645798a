//! How the workspace is built: always whole and with the same features, so that they unify once and nothing is
//! built twice.

use std::process::Command;

use crate::place;
use crate::steps::Step;

/// Without it the window would look for a development server instead of showing the page it carries.
const FEATURES: [&str; 2] = ["--features", "deskbell/custom-protocol"];

pub fn cargo(words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(words).current_dir(place::root()).env("CARGO_TERM_COLOR", "never");
    // Set for this chore's own run: it would lead programs that look at it astray.
    cargo.env_remove("CARGO_MANIFEST_DIR");
    cargo
}

/// A cargo command on the whole workspace.
pub fn workspace(words: &[&str]) -> Command {
    cargo(&[words, &["--workspace"], &FEATURES[..]].concat())
}

/// Builds every program: `deskbell`, `bell`, and the window's driver.
pub fn programs() -> Step {
    Step::run("Building the app", workspace(&["build", "--bins"]))
}

/// Runs the test of a reply on KDE Plasma.
pub fn plasma_test() -> Step {
    Step::run("Replying on KDE Plasma", workspace(&["test", "--test", "plasma"]))
}

/// Builds what people install, as they get it.
pub fn release() -> Step {
    let words = ["build", "--release", "--bins", "--package", "deskbell", "--package", "deskbell-cli"];
    Step::run("Building the app for release, which takes its time", cargo(&[&words[..], &FEATURES].concat()))
}

/// Builds the app's window for release, and a window with nothing in it.
pub fn windows() -> Step {
    let words = ["build", "--release", "--package", "deskbell", "--bins", "--example", "empty"];
    Step::run("Building the app for release, which takes its time", cargo(&[&words[..], &FEATURES].concat()))
}

/// Runs the tests of the real window.
pub fn window_tests(filter: Option<&str>) -> Step {
    let mut test = workspace(&["test", "--test", "window", "--no-fail-fast"]);
    if let Some(filter) = filter {
        test.args(["--", filter]);
    }
    Step::run("Driving the window", test)
}
