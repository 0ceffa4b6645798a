//! Packages to install Deskbell from, for the system this runs on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::packages::Use;
use crate::steps::{self, Step};
use crate::{build, node, packages, place};

/// Which programs are packaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Those the tests run: quickly made, large, for the test of the installation.
    Debug,
    Release,
}

impl Profile {
    fn folder(self) -> PathBuf {
        place::target().join(match self {
            Self::Debug => "debug",
            Self::Release => "release",
        })
    }
}

/// What the bundler can make on this system, and why it makes no more.
struct Kinds {
    made: Vec<&'static str>,
    missed: Vec<String>,
}

pub fn make(profile: Profile) -> Result<()> {
    let mut steps = packages::install(&[Use::Build])?;
    steps.extend(node::build()?);
    steps.push(match profile {
        Profile::Debug => build::programs(),
        Profile::Release => build::release(),
    });
    steps::take(steps)?;
    let kinds = kinds();
    stage(profile)?;
    // Nothing of an earlier run is taken for this one's.
    let folder = folder(profile);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    steps::take(vec![Step::run("Making the packages", bundler(profile, &kinds)?)])?;
    for package in found(&folder)? {
        println!("{} ({:.1} MB)", package.display(), fs::metadata(&package)?.len() as f64 / 1e6);
    }
    for missed in kinds.missed {
        println!("{missed}");
    }
    Ok(())
}

/// Where the bundler leaves its packages, each kind in a folder of its own.
pub fn folder(profile: Profile) -> PathBuf {
    profile.folder().join("bundle")
}

fn kinds() -> Kinds {
    let mut kinds = Kinds { made: Vec::new(), missed: Vec::new() };
    if cfg!(windows) {
        kinds.made.extend(["nsis", "msi"]);
        return kinds;
    }
    if cfg!(target_os = "macos") {
        kinds.made.push("dmg");
        return kinds;
    }
    kinds.made.push("rpm");
    if place::has_program("dpkg-shlibdeps") {
        kinds.made.push("deb");
    } else {
        kinds.missed.push("No .deb: dpkg-shlibdeps is not here to say what it depends on. Debian and Ubuntu have it in dpkg-dev.".to_owned());
    }
    let tools = appimage_tools();
    if tools.iter().all(|tool| tool.is_file()) {
        kinds.made.push("appimage");
    } else {
        let names: Vec<_> = tools.iter().map(|tool| tool.display().to_string()).collect();
        kinds.missed.push(format!(
            "No AppImage: it is made with {}, which are not here. Tauri's binary-releases on GitHub have them.",
            names.join(" and ")
        ));
    }
    kinds
}

/// Where the bundler looks for them before it fetches them from the network.
fn appimage_tools() -> [PathBuf; 2] {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let tools = cache.unwrap_or_default().join("tauri");
    let arch = std::env::consts::ARCH;
    [tools.join(format!("AppRun-{arch}")), tools.join(format!("linuxdeploy-{arch}.AppImage"))]
}

/// Puts beside each other what the bundler adds to the app. The paths are those of `tauri.linux.conf.json`.
fn stage(profile: Profile) -> Result<()> {
    let (stage, programs) = (staged(), profile.folder());
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    fs::create_dir_all(&stage)?;
    let bell = place::program_in(&programs, "bell");
    // The bundler finds a program that goes with the app by the kind of machine in its name.
    fs::copy(&bell, place::program_in(&stage, &format!("bell-{}", host()?)))?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let man = stage.join("share/man/man1");
    run(Command::new(&bell).arg("manual").arg(&man))?;
    run(Command::new(place::program_in(&programs, "deskbell")).arg("--manual").arg(&man))?;
    let pages: Vec<PathBuf> =
        fs::read_dir(&man)?.map(|page| Ok(page?.path())).collect::<std::io::Result<_>>()?;
    run(Command::new("gzip").args(["--best", "--no-name"]).args(pages))?;
    for (shell, file) in [
        ("bash", "share/bash-completion/completions/bell"),
        ("fish", "share/fish/vendor_completions.d/bell.fish"),
        // Systems differ in where zsh looks: the configuration knows.
        ("zsh", "_bell"),
    ] {
        let file = stage.join(file);
        fs::create_dir_all(file.parent().unwrap_or(&stage))?;
        fs::write(file, run(Command::new(&bell).args(["completions", shell]))?)?;
    }
    Ok(())
}

/// Tauri's bundler, on programs that are built already.
fn bundler(profile: Profile, kinds: &Kinds) -> Result<Command> {
    let mut tauri = Command::new(place::ui().join("node_modules/.bin").join(if cfg!(windows) {
        "tauri.cmd"
    } else {
        "tauri"
    }));
    tauri.current_dir(place::root()).args(["bundle", "--bundles", &kinds.made.join(",")]);
    // Here and not in the configuration, which every build of the app reads: these come about only now.
    tauri.args(["--config", r#"{"bundle":{"externalBin":["../target/package/bell"]}}"#]);
    if kinds.made.contains(&"deb") {
        let names: Vec<_> = libraries(profile)?.iter().map(|name| format!("\"{name}\"")).collect();
        let depends = format!("{{\"depends\":[{}]}}", names.join(","));
        tauri.arg("--config").arg(format!("{{\"bundle\":{{\"linux\":{{\"deb\":{depends}}}}}}}"));
    }
    if profile == Profile::Debug {
        tauri.arg("--debug");
    }
    Ok(tauri)
}

/// What a Debian system must have for the programs to run, with the oldest version that will do.
fn libraries(profile: Profile) -> Result<Vec<String>> {
    let (stage, programs) = (staged(), profile.folder());
    // It wants to be called from within a source package.
    fs::create_dir_all(stage.join("debian"))?;
    fs::write(stage.join("debian/control"), "Source: deskbell\n\nPackage: deskbell\nArchitecture: any\n")?;
    let found = run(Command::new("dpkg-shlibdeps")
        .current_dir(&stage)
        .arg("-O")
        .args(["deskbell", "bell"].map(|program| place::program_in(&programs, program))))?;
    let found = String::from_utf8(found)?;
    let Some(depends) = found.trim().strip_prefix("shlibs:Depends=") else {
        bail!("dpkg-shlibdeps said what is not understood: {found}");
    };
    Ok(depends.split(", ").map(str::to_owned).collect())
}

/// In the clone, wherever cargo's own target folder is: the bundler's configuration names it.
fn staged() -> PathBuf {
    place::root().join("target/package")
}

/// The kind of machine this is, in cargo's words.
fn host() -> Result<String> {
    let told = String::from_utf8(run(Command::new("rustc").arg("-vV"))?)?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what machine this is")?.to_owned())
}

/// Runs what is done at once. Gives what it printed.
fn run(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed ({}): {complaint}", output.status);
    Ok(output.stdout)
}

/// The packages in the bundler's folder, which keeps what it made them from beside them.
fn found(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for kind in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        for file in fs::read_dir(kind?.path())? {
            let path = file?.path();
            let extension = path.extension().unwrap_or_default();
            if ["deb", "rpm", "AppImage", "dmg", "exe", "msi"].iter().any(|kind| extension == *kind) {
                packages.push(path);
            }
        }
    }
    packages.sort();
    Ok(packages)
}
