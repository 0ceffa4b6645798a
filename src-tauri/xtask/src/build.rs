//! How the workspace is built: always with the same features, so that nothing is built twice.

use std::process::Command;

use crate::place;
use crate::steps::Step;

/// Without it the window would look for a development server instead of showing the page it carries.
pub const FEATURES: [&str; 2] = ["--features", "deskbell/custom-protocol"];

pub fn cargo(words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(words).current_dir(place::root()).env("CARGO_TERM_COLOR", "never");
    // Set for this chore's own run: it would lead programs that look at it astray.
    cargo.env_remove("CARGO_MANIFEST_DIR");
    cargo
}

/// Builds `deskbell` and `bell`.
pub fn app() -> Step {
    Step::run(
        "Building the app",
        cargo(&[&["build", "--package", "deskbell", "--package", "deskbell-cli"], &FEATURES[..]].concat()),
    )
}
