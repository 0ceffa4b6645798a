//! The project's chores, as `cargo xtask …`. Everything they leave behind lives under `target/`.

mod bench;
mod browser;
mod build;
mod demo;
mod doctor;
mod e2e;
mod fuzz;
mod install;
mod node;
mod package;
mod packages;
mod peers;
mod place;
mod shots;
mod steps;
mod tally;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::package::Profile;

const USAGE: &str = "\
The chores of Deskbell:

  cargo xtask demo             build the app and open it with lively, simulated coordinators
  cargo xtask test             set up what is needed and run every test
  cargo xtask e2e [FILTER]     drive the real window against simulated coordinators
  cargo xtask e2e install      install the package into a clean system, use it, and remove it
  cargo xtask e2e plasma       reply on a notification of KDE Plasma's
  cargo xtask bench cpu | intake | latency | search | soak | start | ui [--json] [--quick]
                               measure what it takes of the processor, how much is taken in, how long an ask takes
                               to the desktop and into the window, a search, a long run, the start, and a key press
  cargo xtask peers opencode   run the tests against a real opencode server
  cargo xtask shots [FILTER]   take screenshots of every screen, dark and light, in three sizes, into target/shots
  cargo xtask package          make packages to install from; --debug: of the programs the tests run
  cargo xtask fuzz MINUTES [DIALECT]
                               feed each dialect, or one, hostile bytes for so long
  cargo xtask doctor           say what is missing on this machine, and how to get it
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Result<ExitCode> {
    match words {
        ["demo"] => demo::open(),
        ["test"] => return test::run_all(),
        ["e2e"] => e2e::run(None),
        ["e2e", "install"] => install::run(),
        ["e2e", "plasma"] => e2e::run_on_plasma(),
        ["e2e", filter] => e2e::run(Some(filter)),
        ["bench", words @ ..] => bench::run(words),
        ["peers", "opencode"] => peers::run_opencode(),
        ["fuzz", minutes] => fuzz::run(minutes, None),
        ["fuzz", minutes, dialect] => fuzz::run(minutes, Some(dialect)),
        ["package"] => package::make(Profile::Release),
        ["package", "--debug"] => package::make(Profile::Debug),
        ["shots"] => shots::take(None),
        ["shots", filter] => shots::take(Some(filter)),
        ["doctor"] => return Ok(doctor::examine()),
        [] | ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("\"cargo xtask {}\" is no chore of this project.\n\n{USAGE}", words.join(" ")),
    }?;
    Ok(ExitCode::SUCCESS)
}
