//! The window's page: npm in `ui/`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::place;
use crate::steps::Step;

/// The oldest Node that Vite runs on.
pub const OLDEST: (u32, u32) = (20, 19);

/// What is under `ui/` without being an input of the build.
const NOT_INPUTS: [&str; 2] = ["node_modules", "dist"];

pub fn npm() -> Command {
    // On Windows npm is a batch file.
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(place::ui()).env("npm_config_audit", "false").env("npm_config_fund", "false");
    npm
}

pub fn script(name: &str) -> Command {
    let mut npm = npm();
    // Tests know how numbers and dates are written in one place.
    npm.args(["run", "--silent", name]).env("LC_ALL", "C.UTF-8");
    npm
}

/// The version of the Node on the path.
pub fn version() -> Result<(u32, u32)> {
    let output = Command::new("node").arg("--version").output().context(
        "Node.js is missing: install Node 20.19 or newer with npm (https://nodejs.org, or your system's package)",
    )?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut parts = text.trim().trim_start_matches('v').split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => bail!("\"node --version\" says \"{}\", which is no version", text.trim()),
    }
}

/// Brings the page up to date: its packages, then the page. Does nothing that is already done.
pub fn build() -> Result<Vec<Step>> {
    let (major, minor) = version()?;
    if (major, minor) < OLDEST {
        bail!("Node {major}.{minor} is too old: install {}.{} or newer", OLDEST.0, OLDEST.1);
    }
    let ui = place::ui();
    let packages = fingerprint(&[ui.join("package-lock.json")])?;
    let page = fingerprint(&inputs(&ui)?)?;
    let mut install = npm();
    install.arg("ci");
    Ok(vec![
        Step::run("Installing the window's packages", install).once(
            "ui-packages",
            packages,
            &ui.join("node_modules"),
        ),
        Step::run("Building the window's page", script("build")).once(
            "ui-page",
            page,
            &ui.join("dist/index.html"),
        ),
    ])
}

/// All files that go into the page, in a steady order.
fn inputs(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))? {
            let entry = entry?;
            if NOT_INPUTS.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn fingerprint(files: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
