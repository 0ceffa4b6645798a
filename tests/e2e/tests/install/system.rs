use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// The user who is nobody special. Not called by that word: Debian has a group of that name.
pub const OPERATOR: &str = "ada";

/// A clean system of its own: a root folder, and programs that see nothing else.
pub struct System {
    root: TempDir,
    package: PathBuf,
}

/// Mounts what programs expect, where nobody else sees it and it goes with them, and changes the root.
const ENTER: &str = "mount -t proc proc \"$1/proc\" && mount -t tmpfs tmpfs \"$1/dev/shm\" && \
    exec chroot --userspec=\"$0:$0\" \"$@\"";

impl System {
    /// From what `cargo xtask e2e install` has prepared.
    pub fn unpack() -> Result<Self> {
        let clean = given("DESKBELL_CLEAN_SYSTEM")?;
        let packages = given("DESKBELL_PACKAGES")?;
        let package = std::fs::read_dir(&packages)?
            .map(|file| Ok(file?.path()))
            .find(|file: &Result<PathBuf>| !matches!(file, Ok(file) if file.extension() != Some(OsStr::new("deb"))))
            .with_context(|| format!("there is no .deb in {}", packages.display()))??;
        let root = TempDir::with_prefix_in("system-", clean.parent().unwrap_or(Path::new("/")))?;
        done(
            Command::new("tar")
                .arg("--extract")
                .arg("--directory")
                .arg(root.path())
                .arg("--file")
                .arg(&clean),
        )?;
        let system = Self { root, package };
        system.as_root("useradd", &["--create-home", OPERATOR])?;
        system.as_root("apt-get", &["update"])?;
        Ok(system)
    }

    /// As a user who double-clicks the package would have it: the rest comes from the distribution.
    pub fn install(&self) -> Result<()> {
        let inside = self.path("/tmp/deskbell.deb");
        std::fs::copy(&self.package, &inside)?;
        self.apt(&["install", "--no-install-recommends", "/tmp/deskbell.deb"])?;
        Ok(std::fs::remove_file(inside)?)
    }

    /// With all that came for it alone, also where something else would like to have it.
    pub fn remove(&self) -> Result<()> {
        let alone = ["Recommends", "Suggests"].map(|kind| format!("APT::AutoRemove::{kind}Important=false"));
        self.apt(&["purge", "--autoremove", "-o", &alone[0], "-o", &alone[1], "deskbell"])
    }

    fn apt(&self, words: &[&str]) -> Result<()> {
        // Nothing here has to outlive a power cut.
        let quick = ["--yes", "-o", "Dpkg::Options::=--force-unsafe-io"];
        self.as_root("apt-get", &[&quick, words].concat()).map(drop)
    }

    /// A path of the system, as it is called outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside.trim_start_matches('/'))
    }

    /// Every file and folder there is, by its path inside.
    pub fn paths(&self) -> Result<BTreeSet<String>> {
        let listed =
            done(Command::new("find").current_dir(self.root.path()).args([".", "-printf", "/%P\\n"]))?;
        Ok(listed.lines().map(str::to_owned).collect())
    }

    /// What the operator runs, to its end. Gives what it printed.
    pub fn run(&self, program: &str, words: &[&str]) -> Result<String> {
        done(&mut self.command(OPERATOR, program, words))
    }

    fn as_root(&self, program: &str, words: &[&str]) -> Result<String> {
        done(self.command("root", program, words).env("DEBIAN_FRONTEND", "noninteractive"))
    }

    /// A program in the system, with no more of an environment than a login gives.
    pub fn command(&self, user: &str, program: &str, words: &[&str]) -> Command {
        let home = if user == "root" { "/root".to_owned() } else { format!("/home/{user}") };
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", ENTER, user]).arg(self.root.path());
        command.args(["env", "--chdir", &home, program]).args(words);
        command.env_clear().env("HOME", home).env("USER", user).env("LANG", "C.UTF-8");
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }
}

fn given(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os(name);
    let path = path.with_context(|| format!("{name} is not set: run \"cargo xtask e2e install\""))?;
    Ok(PathBuf::from(path))
}

fn done(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    Ok(out.into_owned())
}
