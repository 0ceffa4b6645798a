//! The package put into a clean system and taken out of it again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::package::Profile;
use crate::packages::{self, Use};
use crate::steps::{self, Step};
use crate::{build, e2e, package, place};

/// Where the test looks for the package's folder, and for the clean system.
const PACKAGES: &str = "DESKBELL_PACKAGES";
const SYSTEM: &str = "DESKBELL_CLEAN_SYSTEM";

/// What the clean system has beside the least: a session bus as desktops have it, what reads the files that a package
/// brings, and what checks them.
const TOOLS: &str =
    "appstream,bash-completion,dbus-user-session,desktop-file-utils,fish,man-db,systemd,xdg-utils,zsh";

/// Where systems say what they get their packages from.
const SOURCES: [&str; 3] = [
    "/etc/apt/sources.list.d/debian.sources",
    "/etc/apt/sources.list.d/ubuntu.sources",
    "/etc/apt/sources.list",
];

pub fn run() -> Result<()> {
    if let Some(why) = obstacle() {
        bail!("The package cannot be installed here: {why}.");
    }
    let mut steps = packages::install(&[Use::Install])?;
    steps.extend(e2e::prepare()?);
    steps.extend(plan()?);
    steps::take(steps)?;
    println!("A picture of the installed app is in {}", place::shots().display());
    Ok(())
}

/// Why this machine cannot install its package into a clean system.
pub fn obstacle() -> Option<&'static str> {
    if !place::has_program("apt-get") {
        Some("the clean system is made with apt, which is not here")
    } else if !packages::is_root() {
        Some("only root can make a clean system and live in it")
    } else if !may_mount() {
        Some("nothing may be mounted here, not even by root")
    } else {
        None
    }
}

fn may_mount() -> bool {
    // In a place of its own, so that it is gone at once.
    let tried = Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

/// The steps, once everything is built.
pub fn plan() -> Result<Vec<Step>> {
    let mut test = build::workspace(&["test", "--test", "install"]);
    if let Some(why) = obstacle() {
        // It counts itself as not run.
        return Ok(vec![Step::run(format!("Installing the package: skipped, because {why}"), test)]);
    }
    let mut make = Command::new(std::env::current_exe()?);
    make.args(["package", "--debug"]);
    let release = release()?;
    let system = place::target().join(format!("install/{release}.tar"));
    test.args(["--", "--ignored"]).env(SYSTEM, &system);
    test.env(PACKAGES, package::folder(Profile::Debug).join("deb"));
    Ok(vec![
        Step::run("Packaging what was built", make),
        clean_system(&release, system)?,
        Step::run("Installing the package into a clean system", test),
    ])
}

fn clean_system(release: &str, system: PathBuf) -> Result<Step> {
    fs::create_dir_all(system.parent().unwrap_or(Path::new(".")))?;
    let mut make = Command::new("mmdebstrap");
    // Nothing of it has to outlive a power cut.
    make.args(["--variant=apt", "--dpkgopt=force-unsafe-io", &format!("--include={TOOLS}"), release]);
    make.arg(&system);
    let sources = SOURCES.iter().map(Path::new).find(|sources| sources.is_file());
    make.args(sources);
    let made_of = format!("{release} with {TOOLS}");
    Ok(Step::run(format!("Making a clean {release}"), make).once("clean-system", made_of, &system))
}

/// The system's own release: what is built here runs there.
fn release() -> Result<String> {
    let told = fs::read_to_string("/etc/os-release")?;
    let release = told.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    Ok(release.context("/etc/os-release names no release")?.trim_matches('"').to_owned())
}
