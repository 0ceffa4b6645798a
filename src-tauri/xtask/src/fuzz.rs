//! Hostile bytes for `decode`, guided by coverage. Not part of `cargo xtask test`, which only holds every dialect
//! to the inputs kept here.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::steps::{self, Step};
use crate::{build, place};

const TOOL: &str = "0.13.2";

/// So many minutes for the dialect named, or for each there is.
pub fn run(minutes: &str, dialect: Option<&str>) -> Result<()> {
    let minutes: u32 = minutes.parse().with_context(|| format!("\"{minutes}\" is no number of minutes"))?;
    let mut steps = vec![install()];
    for dialect in chosen(dialect)? {
        let (found, kept) = (found(&dialect), kept(&dialect));
        fs::create_dir_all(&found)?;
        let mut feed = decode(&dialect, [&found, &kept]);
        // Longer inputs find nothing that shorter ones do not.
        feed.args([
            &format!("-max_total_time={}", 60 * minutes),
            "-max_len=4096",
            "-timeout=10",
            "-use_value_profile=1",
        ]);
        steps.push(Step::run(format!("Feeding {dialect} hostile bytes for {minutes} min"), feed));
        let mut keep = decode(&dialect, [&kept, &found]);
        // By code reached, not by how often: a few hundred inputs instead of thousands.
        keep.args(["-set_cover_merge=1", "-use_counters=0"]);
        steps.push(Step::run(format!("Keeping what reaches new code of {dialect}"), keep));
    }
    steps::take(steps)?;
    Ok(())
}

/// The conformance suite sees to it that every dialect has kept inputs.
fn chosen(dialect: Option<&str>) -> Result<Vec<String>> {
    let folder = corpus();
    let mut known: Vec<String> = fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    known.sort();
    match dialect {
        None => Ok(known),
        Some(name) if known.iter().any(|one| one == name) => Ok(vec![name.to_owned()]),
        Some(name) => {
            bail!(
                "There is no folder {name} with frames to begin from in {}. There are: {}.",
                folder.display(),
                known.join(", ")
            )
        }
    }
}

fn decode(dialect: &str, inputs: [&PathBuf; 2]) -> Command {
    let mut fuzz = build::cargo(&["fuzz", "run", "--fuzz-dir", "tests/fuzz"]);
    // Stable Rust has the fuzzer's instrumentation but no sanitizers; no crate of ours has unsafe code.
    fuzz.args(["--sanitizer", "none", "decode"]).args(inputs).arg("--");
    fuzz.env("DESKBELL_DIALECT", dialect).env("CARGO_TARGET_DIR", target());
    // cargo looks for its own commands there.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [tool().join("bin")].into_iter().chain(std::env::split_paths(&path));
    if let Ok(paths) = std::env::join_paths(paths) {
        fuzz.env("PATH", paths);
    }
    fuzz
}

fn install() -> Step {
    let title = format!("Installing cargo-fuzz {TOOL} under target/fuzz");
    let mut install = build::cargo(&["install", "--locked", "cargo-fuzz", "--version", TOOL, "--root"]);
    install.arg(tool());
    Step::run(title, install)
}

fn target() -> PathBuf {
    place::target().join("fuzz")
}

fn tool() -> PathBuf {
    target().join("tool")
}

fn found(dialect: &str) -> PathBuf {
    target().join("found").join(dialect)
}

fn kept(dialect: &str) -> PathBuf {
    corpus().join(dialect)
}

fn corpus() -> PathBuf {
    place::root().join("tests/fuzz/corpus")
}
