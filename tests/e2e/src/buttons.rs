use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use deskbell_acceptance::eventually;

/// Where systems keep it, under their folders of libraries.
const DAEMON: &str = "xfce4/notifyd/xfce4-notifyd";

/// A notification daemon that draws buttons, in one row below the text, and a pointer to press them.
#[derive(Debug)]
pub struct Buttons {
    display: String,
}

/// A notification on the screen.
#[derive(Clone, Copy, Debug)]
struct Place {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

impl Buttons {
    /// Gives the command that starts the daemon.
    pub fn prepare(display: &str) -> Result<(Self, Command)> {
        let command = Command::new(daemon()?);
        Ok((Self { display: display.to_owned() }, command))
    }

    /// Waits until so many are on screen.
    pub async fn come_to(&self, number: usize) -> Result<()> {
        eventually(&format!("{number} notifications with buttons on screen"), async || {
            Ok((self.on_screen()?.len() == number).then_some(()))
        })
        .await
    }

    /// Presses one of the buttons of the only notification: which one, of how many.
    pub async fn press(&self, button: u32, of: u32) -> Result<()> {
        eventually("the pointer presses a button", async || {
            let [place] = self.on_screen()?[..] else { return Ok(None) };
            // All of a width, and the row somewhat above the lower edge.
            let x = place.x + place.width * (2 * button + 1) / (2 * of);
            let y = place.y + place.height - 28;
            self.xdotool(&["mousemove", &x.to_string(), &y.to_string(), "click", "1"])?;
            Ok(Some(()))
        })
        .await
    }

    fn on_screen(&self) -> Result<Vec<Place>> {
        // It finds nothing by failing.
        let found =
            self.xdotool(&["search", "--onlyvisible", "--class", "xfce4-notifyd"]).unwrap_or_default();
        let places = found.lines().filter_map(|window| {
            let place = self.xdotool(&["getwindowgeometry", "--shell", window]).ok()?;
            let read = |name: &str| {
                let value = place.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
                value.parse().ok()
            };
            Some(Place { x: read("X")?, y: read("Y")?, width: read("WIDTH")?, height: read("HEIGHT")? })
        });
        // It keeps small windows that show nothing.
        Ok(places.filter(|place| place.width > 100).collect())
    }

    fn xdotool(&self, words: &[&str]) -> Result<String> {
        let output = Command::new("xdotool")
            .args(words)
            .env("DISPLAY", &self.display)
            .output()
            .context("cannot run xdotool")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "xdotool {}: {complaint}", words.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn daemon() -> Result<PathBuf> {
    let mut folders =
        vec![PathBuf::from("/usr/lib"), PathBuf::from("/usr/lib64"), PathBuf::from("/usr/libexec")];
    if let Ok(inner) = std::fs::read_dir(Path::new("/usr/lib")) {
        folders.extend(inner.flatten().map(|folder| folder.path()));
    }
    match folders.into_iter().map(|folder| folder.join(DAEMON)).find(|daemon| daemon.is_file()) {
        Some(daemon) => Ok(daemon),
        None => bail!("xfce4-notifyd is not installed: \"cargo xtask e2e\" brings it"),
    }
}
