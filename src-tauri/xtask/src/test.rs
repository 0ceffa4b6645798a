//! Every test there is, cheapest first.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::build::{cargo, window_tests, workspace};
use crate::packages::Use;
use crate::steps::{self, Done, Step, in_words};
use crate::tally::Tally;
use crate::{browser, install, node, packages, peers, place};

pub fn run_all() -> Result<ExitCode> {
    let begun = Instant::now();
    let mut done = Vec::new();
    let result = steps::take_into(plan()?, &mut done);
    let total = tell(&done, begun.elapsed());
    match &result {
        Ok(()) => println!("\nPictures of the window are in {}", place::shots().display()),
        Err(error) => println!("\n{error:#}"),
    }
    // A step may fail without a test to blame: a format, a lint, a build.
    let failed = total.failed.max(u32::from(result.is_err()));
    println!("\n{} passed, {failed} failed", total.passed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plan() -> Result<Vec<Step>> {
    let mut uses = vec![Use::Build, Use::Drive, Use::Peers];
    uses.extend(install::obstacle().is_none().then_some(Use::Install));
    uses.extend(browser::uses());
    let mut steps = packages::install(&uses)?;
    steps.push(Step::run("Checking the format", cargo(&["fmt", "--all", "--check"])));
    steps.extend(node::build()?);
    for (title, script) in [
        ("Checking the page's types", "check"),
        ("Linting the page", "lint"),
        ("Looking for what the page does not use", "unused"),
        ("Testing the page", "test"),
        ("Weighing the page", "size"),
    ] {
        steps.push(Step::run(title, node::script(script)));
    }
    steps.push(peers::install_opencode());
    steps.push(Step::run("Building everything", workspace(&["build", "--all-targets"])));
    steps.push(browser::test());
    let mut lint = workspace(&["clippy", "--all-targets"]);
    lint.args(["--", "--deny", "warnings"]);
    steps.push(Step::run("Linting everything", lint));
    let mut test = workspace(&["test", "--no-fail-fast"]);
    test.args(["--exclude", "deskbell-e2e"]).env(peers::OPENCODE_DIR, peers::opencode_dir());
    steps.push(Step::run("Testing everything but the window", test));
    steps.push(window_tests(None));
    steps.extend(install::plan()?);
    Ok(steps)
}

/// The summary: what took how long, and what was tested. Gives the sum.
fn tell(done: &[Done], took: Duration) -> Tally {
    println!("\n{:<52} {:>12}  {:>7}  {:>7}  {:>7}", "step", "time", "passed", "failed", "skipped");
    let row = |title: &str, took: Duration, tally: &Tally| {
        let count = |n: u32| if tally.is_empty() { String::new() } else { n.to_string() };
        let (passed, failed, skipped) = (count(tally.passed), count(tally.failed), count(tally.skipped));
        println!("{title:<52} {:>12}  {passed:>7}  {failed:>7}  {skipped:>7}", in_words(took));
    };
    let mut total = Tally::default();
    for step in done {
        row(&step.title, step.took, &step.tally);
        total += step.tally;
    }
    row("all", took, &total);
    total
}
