use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use deskbell_acceptance::eventually;

use crate::hand::{Hand, Place};

/// Where systems keep it, under their folders of libraries.
const DAEMON: &str = "xfce4/notifyd/xfce4-notifyd";

/// A notification daemon that draws buttons, in one row below the text, and a pointer to press them.
#[derive(Debug)]
pub struct Buttons {
    hand: Hand,
}

impl Buttons {
    /// Gives the command that starts the daemon.
    pub fn prepare(display: &str) -> Result<(Self, Command)> {
        let command = Command::new(daemon()?);
        Ok((Self { hand: Hand::at(display) }, command))
    }

    /// Waits until so many are on screen.
    pub async fn come_to(&self, number: usize) -> Result<()> {
        eventually(&format!("{number} notifications with buttons on screen"), async || {
            Ok((self.on_screen().len() == number).then_some(()))
        })
        .await
    }

    /// Presses one of the buttons of the only notification: which one, of how many.
    pub async fn press(&self, button: u32, of: u32) -> Result<()> {
        eventually("the pointer presses a button", async || {
            let [place] = self.on_screen()[..] else { return Ok(None) };
            // All of a width, and the row somewhat above the lower edge.
            let x = place.x + place.width * (2 * button + 1) / (2 * of);
            let y = place.y + place.height - 28;
            self.hand.click(x, y).map(Some)
        })
        .await
    }

    fn on_screen(&self) -> Vec<Place> {
        let mut places = self.hand.windows("xfce4-notifyd");
        // It keeps small windows that show nothing.
        places.retain(|place| place.width > 100);
        places
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
