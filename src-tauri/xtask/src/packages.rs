//! What must come from the system, and who brings it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use anyhow::{Result, bail};

use crate::place::has_program;
use crate::steps::Step;

/// What a thing is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To build and run the app.
    Build,
    /// To drive the window where nobody looks: tests, screenshots, the demo without a display.
    Drive,
    /// To drive the window on KDE Plasma.
    Plasma,
    /// To run the real servers the tests talk to.
    Peers,
    /// To test the page in a browser.
    Browse,
    /// To install the package into a clean system.
    Install,
}

#[derive(Debug)]
pub struct Package {
    pub what: &'static str,
    pub usage: Use,
    probe: Probe,
    deb: &'static str,
    fedora: &'static str,
    arch: &'static str,
}

#[derive(Debug)]
enum Probe {
    Program(&'static str),
    /// As pkg-config names it.
    Library(&'static str),
    /// A program that is kept among the libraries, for other programs to start.
    Helper(&'static str),
}

const PACKAGES: &[Package] = &[
    Package {
        what: "a C compiler, for SQLite",
        usage: Use::Build,
        probe: Probe::Program("cc"),
        deb: "build-essential",
        fedora: "gcc",
        arch: "base-devel",
    },
    Package {
        what: "pkg-config",
        usage: Use::Build,
        probe: Probe::Program("pkg-config"),
        deb: "pkg-config",
        fedora: "pkgconf-pkg-config",
        arch: "pkgconf",
    },
    Package {
        what: "WebKitGTK 4.1 with its headers, for the window",
        usage: Use::Build,
        probe: Probe::Library("webkit2gtk-4.1"),
        deb: "libwebkit2gtk-4.1-dev",
        fedora: "webkit2gtk4.1-devel",
        arch: "webkit2gtk-4.1",
    },
    Package {
        what: "Xvfb, a screen nobody looks at",
        usage: Use::Drive,
        probe: Probe::Program("Xvfb"),
        deb: "xvfb",
        fedora: "/usr/bin/Xvfb",
        arch: "xorg-server-xvfb",
    },
    Package {
        what: "openbox, which gives windows the focus",
        usage: Use::Drive,
        probe: Probe::Program("openbox"),
        deb: "openbox",
        fedora: "openbox",
        arch: "openbox",
    },
    Package {
        what: "dbus-daemon, for a session bus of our own",
        usage: Use::Drive,
        probe: Probe::Program("dbus-daemon"),
        // Brings it on Debian and on Ubuntu, which split it differently.
        deb: "dbus-x11",
        fedora: "dbus-daemon",
        arch: "dbus",
    },
    Package {
        what: "dunst, a notification daemon",
        usage: Use::Drive,
        probe: Probe::Program("dunst"),
        deb: "dunst",
        fedora: "dunst",
        arch: "dunst",
    },
    Package {
        what: "xfce4-notifyd, a notification daemon that draws buttons",
        usage: Use::Drive,
        probe: Probe::Helper("xfce4/notifyd/xfce4-notifyd"),
        deb: "xfce4-notifyd",
        fedora: "xfce4-notifyd",
        arch: "xfce4-notifyd",
    },
    Package {
        what: "xdotool, a hand for the pointer",
        usage: Use::Drive,
        probe: Probe::Program("xdotool"),
        deb: "xdotool",
        fedora: "xdotool",
        arch: "xdotool",
    },
    Package {
        what: "WebKitWebDriver, which drives the window",
        usage: Use::Drive,
        probe: Probe::Program("WebKitWebDriver"),
        deb: "webkit2gtk-driver",
        fedora: "/usr/bin/WebKitWebDriver",
        arch: "webkitgtk-6.0",
    },
    Package {
        what: "ImageMagick, for screenshots",
        usage: Use::Drive,
        probe: Probe::Program("import"),
        deb: "imagemagick",
        fedora: "ImageMagick",
        arch: "imagemagick",
    },
    Package {
        what: "KDE Plasma, whose notifications take a reply",
        usage: Use::Plasma,
        probe: Probe::Program("plasmashell"),
        deb: "plasma-workspace",
        fedora: "plasma-workspace",
        arch: "plasma-workspace",
    },
    Package {
        what: "Plasma's panel, which shows them",
        usage: Use::Plasma,
        probe: Probe::Program("plasma-emojier"),
        deb: "plasma-desktop",
        fedora: "plasma-desktop",
        arch: "plasma-desktop",
    },
    Package {
        what: "KWin for X11, Plasma's window manager",
        usage: Use::Plasma,
        probe: Probe::Program("kwin_x11"),
        deb: "kwin-x11",
        fedora: "kwin-x11",
        arch: "kwin-x11",
    },
    Package {
        what: "git, for the project an agent works on",
        usage: Use::Peers,
        probe: Probe::Program("git"),
        deb: "git",
        fedora: "git",
        arch: "git",
    },
    Package {
        what: "curl, which waits for a server",
        usage: Use::Peers,
        probe: Probe::Program("curl"),
        deb: "curl",
        fedora: "curl",
        arch: "curl",
    },
    Package {
        what: "Python 3, for a scripted model",
        usage: Use::Peers,
        probe: Probe::Program("python3"),
        deb: "python3",
        fedora: "python3",
        arch: "python",
    },
    Package {
        what: "Chromium, in which the page is tested",
        usage: Use::Browse,
        probe: Probe::Program("chromium"),
        deb: "chromium",
        fedora: "chromium",
        arch: "chromium",
    },
    Package {
        what: "mmdebstrap, which makes a clean system to install the package in",
        usage: Use::Install,
        probe: Probe::Program("mmdebstrap"),
        deb: "mmdebstrap",
        fedora: "mmdebstrap",
        arch: "mmdebstrap",
    },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installer {
    Apt,
    Dnf,
    Pacman,
}

impl Installer {
    pub const ALL: [Self; 3] = [Self::Apt, Self::Dnf, Self::Pacman];

    pub fn system(self) -> &'static str {
        match self {
            Self::Apt => "Debian, Ubuntu",
            Self::Dnf => "Fedora",
            Self::Pacman => "Arch",
        }
    }

    /// The command that brings these, without `sudo`.
    pub fn command(self, packages: &[&Package]) -> Vec<&'static str> {
        let (mut words, name): (Vec<&str>, fn(&Package) -> &'static str) = match self {
            Self::Apt => (vec!["apt-get", "install", "--yes", "--no-install-recommends"], |p| p.deb),
            Self::Dnf => (vec!["dnf", "install", "--assumeyes"], |p| p.fedora),
            Self::Pacman => (vec!["pacman", "-S", "--needed", "--noconfirm"], |p| p.arch),
        };
        words.extend(packages.iter().map(|package| name(package)));
        words
    }
}

impl Package {
    pub fn is_present(&self) -> bool {
        match self.probe {
            Probe::Program(name) => has_program(name),
            Probe::Library(name) => Command::new("pkg-config")
                .args(["--exists", name])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Probe::Helper(path) => library_folders().iter().any(|folder| folder.join(path).is_file()),
        }
    }
}

/// Systems differ in where they keep them, some by the machine's kind.
fn library_folders() -> Vec<PathBuf> {
    let plain = ["/usr/lib", "/usr/lib64", "/usr/libexec"].map(PathBuf::from);
    let inner = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|folder| folder.path());
    plain.into_iter().chain(inner).collect()
}

/// What these uses need from the system. Elsewhere than on Linux the system has it all, or its own installer.
pub fn needed(uses: &[Use]) -> impl Iterator<Item = &'static Package> {
    PACKAGES.iter().filter(move |package| cfg!(target_os = "linux") && uses.contains(&package.usage))
}

/// The steps that bring what is missing. An error names the command where it is not ours to run.
pub fn install(uses: &[Use]) -> Result<Vec<Step>> {
    let missing: Vec<&Package> = needed(uses).filter(|package| !package.is_present()).collect();
    if missing.is_empty() {
        return Ok(vec![Step::nothing("System packages", "all there")]);
    }
    let Some(before) = (if has_program("apt-get") { as_root() } else { None }) else {
        bail!("{}", say_missing(&missing));
    };
    let apt = |words: &[&str]| {
        let words = [before, words].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        // A machine that has just started may be bringing itself up to date.
        command.args(["-o", "DPkg::Lock::Timeout=300"]);
        command
    };
    Ok(vec![
        Step::run("Reading the package lists", apt(&["apt-get", "update"])),
        Step::run(
            format!("Installing {} system packages", missing.len()),
            apt(&Installer::Apt.command(&missing)),
        ),
    ])
}

fn say_missing(missing: &[&Package]) -> String {
    let mut text = String::from("These are missing on this machine:\n");
    for package in missing {
        text.push_str(&format!("  {}\n", package.what));
    }
    text.push_str("Install them, then run this again:\n");
    for installer in Installer::ALL {
        text.push_str(&format!("  {}: sudo {}\n", installer.system(), installer.command(missing).join(" ")));
    }
    text
}

/// What to put before a command that only root may run; nothing where we may not.
fn as_root() -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    quietly("sudo", &["--non-interactive", "true"]).filter(|sudo| sudo.status.success()).map(|_| {
        // sudo drops the environment: the question-free mode of dpkg travels as an argument.
        &["sudo", "--non-interactive", "env", "DEBIAN_FRONTEND=noninteractive"][..]
    })
}

pub fn is_root() -> bool {
    quietly("id", &["-u"]).is_some_and(|id| id.stdout.trim_ascii() == b"0")
}

fn quietly(program: &str, words: &[&str]) -> Option<Output> {
    Command::new(program).args(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_is_told_a_whole_command() {
        let all: Vec<&Package> = PACKAGES.iter().collect();
        for installer in Installer::ALL {
            assert_eq!(installer.command(&all).len(), installer.command(&[]).len() + PACKAGES.len());
        }
        let text = say_missing(&all[2..3]);
        for words in
            ["WebKitGTK", "libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "pacman -S", "run this again"]
        {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}
