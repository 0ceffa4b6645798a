//! The page in a real browser: its parts, and the whole of it before a real engine and simulated coordinators.

use std::fs;

use crate::packages::Use;
use crate::place::has_program;
use crate::steps::Step;
use crate::{node, place};

/// As systems call it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Brought where the system has a plain package of it. Ubuntu's is a snap, which not every machine can run.
pub fn uses() -> Option<Use> {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    (!is_there() && system.lines().any(|line| line == "ID=debian")).then_some(Use::Browse)
}

/// Wants the programs built.
pub fn test() -> Step {
    let title = "Testing the page in a browser";
    if is_there() || uses().is_some() {
        let mut test = node::script("test:browser");
        test.env("DESKBELL_PROGRAMS", place::target().join("debug"));
        Step::run(title, test).told()
    } else {
        Step::nothing(title, "left out: there is no Chromium on this machine")
    }
}

fn is_there() -> bool {
    NAMES.iter().any(|name| has_program(name))
}
