//! The Debian package in a clean system: put in by apt, used by an ordinary user, and taken out again.

#![cfg(test)]

mod system;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use deskbell_e2e::{Desktop, Process, Session, Theme, within};
use serde_json::Value;
use system::{OPERATOR, System};

/// Where the lists of what is installed are kept, and what programs of the system keep to be faster: written anew
/// by every installation of anything. None of it is the package's.
const BOOKKEEPING: [&str; 4] = ["/var/lib/dpkg/", "/var/lib/apt/", "/var/cache/", "/var/log/"];

/// A machine that has just installed a hundred packages takes its time.
const STARTING: Duration = Duration::from_secs(90);

/// A page whose text is not there yet has a handful of colours, one with text has thousands.
const PAINTED: u32 = 1_000;

#[tokio::test]
#[ignore = "it needs root, the package and a clean system: cargo xtask e2e install"]
async fn the_package_installs_works_and_leaves_nothing_but_the_users_data() -> Result<()> {
    let system = System::unpack()?;
    let before = system.paths()?;

    system.install()?;
    the_desktop_finds_the_app(&system)?;
    the_command_line_explains_itself(&system)?;
    the_demo_opens_and_bell_answers(&system).await?;

    let data = format!("/home/{OPERATOR}/.local/share/deskbell/");
    system.remove()?;
    let after = system.paths()?;
    let new: Vec<&String> = after.difference(&before).collect();
    ensure!(new.iter().any(|path| path.starts_with(&data)), "the user's data went with the package");
    let left: Vec<_> = new.into_iter().filter(|path| !is_the_users(path) && !is_bookkeeping(path)).collect();
    ensure!(left.is_empty(), "the package leaves behind: {left:#?}");
    let lost: Vec<_> = before.difference(&after).filter(|path| !is_bookkeeping(path)).collect();
    ensure!(lost.is_empty(), "the package takes away with it: {lost:#?}");
    Ok(())
}

fn is_the_users(path: &str) -> bool {
    path.starts_with(&format!("/home/{OPERATOR}/"))
}

fn is_bookkeeping(path: &str) -> bool {
    BOOKKEEPING.iter().any(|folder| path.starts_with(folder))
}

fn the_desktop_finds_the_app(system: &System) -> Result<()> {
    system.run("desktop-file-validate", &["/usr/share/applications/deskbell.desktop"])?;
    system.run("appstreamcli", &["validate-tree", "--no-net", "/"])?;
    system.run(
        "appstreamcli",
        &["validate", "--no-net", "/usr/share/metainfo/app.deskbell.Deskbell.metainfo.xml"],
    )?;
    let handler = system.run("xdg-mime", &["query", "default", "x-scheme-handler/deskbell"])?;
    ensure!(handler.trim() == "deskbell.desktop", "deskbell:// links are opened by {handler:?}");
    for size in [16, 22, 24, 32, 48, 64, 128, 256, 512] {
        let icon = format!("/usr/share/icons/hicolor/{size}x{size}/apps/deskbell.png");
        ensure!(system.path(&icon).is_file(), "{icon} is missing");
    }
    Ok(())
}

fn the_command_line_explains_itself(system: &System) -> Result<()> {
    for (name, what) in [("bell-answer", "bell answer question:3 --pick Blue"), ("deskbell", "--demo")] {
        let page = system.run("man", &[name])?;
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        ensure!(page.contains(what), "man {name} does not tell of {what}: {page}");
    }
    for page in ["bell.1.gz", "bell-source-add.1.gz", "deskbell.1.gz"] {
        let file = format!("/usr/share/man/man1/{page}");
        let complaints =
            system.run("sh", &["-c", "man --warnings --local-file \"$0\" 2>&1 >/dev/null", &file])?;
        ensure!(complaints.is_empty(), "{page}: {complaints}");
    }
    for (shell, script, wanted) in [
        (
            "bash",
            ". /usr/share/bash-completion/bash_completion; _completion_loader bell; complete -p bell",
            "-F _bell",
        ),
        ("zsh", "autoload -U compinit; compinit -D; print -r -- $_comps[bell]", "_bell"),
        ("fish", "complete --do-complete 'bell source at'", "attach"),
    ] {
        let completes = system.run(shell, &["-c", script])?;
        ensure!(completes.contains(wanted), "{shell} completes bell by {completes:?}");
    }
    Ok(())
}

async fn the_demo_opens_and_bell_answers(system: &System) -> Result<()> {
    let desktop = Desktop::without_notifications("install", Theme::Dark, Session::None)?;
    // In the folder that is used when none is named: `bell` finds it there, and it stays afterwards.
    let data = format!("/home/{OPERATOR}/.local/share/deskbell");
    let mut app =
        system.command(OPERATOR, "dbus-run-session", &["--", "deskbell", "--demo", "--data", &data]);
    let app = Process::start(app.env("DISPLAY", desktop.display()), &desktop.log("deskbell")?)?;

    let entry = std::fs::read_to_string(system.path("/usr/share/applications/deskbell.desktop"))?;
    let class = entry.lines().find_map(|line| line.strip_prefix("StartupWMClass="));
    let class = class.context("the desktop entry names no class of windows")?;
    let window = within(STARTING, "a window opens, of the class that the desktop entry names", async || {
        Ok(desktop.windows_of(class).into_iter().next())
    })
    .await?;
    within(STARTING, "the demo asks something, and bell lists it", async || {
        let Ok(asks) = system.run("bell", &["asks", "--json"]) else { return Ok(None) };
        let Some(ask) = asks.lines().next() else { return Ok(None) };
        let ask: Value = serde_json::from_str(ask)?;
        ensure!(ask["title"].is_string() && ask["state"] == "open", "no ask: {ask}");
        Ok(Some(()))
    })
    .await?;
    let status = system.run("bell", &["status", "--json"])?;
    ensure!(status.lines().any(|line| line.contains("\"live\"")), "no link is live: {status}");
    within(STARTING, "the window shows what it has", async || {
        Ok((colours(&desktop.picture_of(&window, "installed")?)? > PAINTED).then_some(()))
    })
    .await?;
    app.end_kindly().await
}

/// How many colours a picture has.
fn colours(picture: &Path) -> Result<u32> {
    let told = Command::new("identify").args(["-format", "%k"]).arg(picture).output()?;
    let told = String::from_utf8_lossy(&told.stdout);
    told.trim().parse().with_context(|| format!("identify says {told:?}"))
}
