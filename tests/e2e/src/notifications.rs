use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use deskbell_acceptance::eventually;

/// The desktop's notification daemon, and a hand to press its buttons.
///
/// dunst draws no buttons: it hands the actions of all notifications on screen to a menu program. Here that is
/// a script that notes what it was offered, and chooses what the test told it to.
#[derive(Debug)]
pub struct Notifications {
    display: String,
    bus: String,
    folder: PathBuf,
    menu: PathBuf,
    choice: PathBuf,
}

impl Notifications {
    pub fn new(home: &Path, display: &str, bus: &str) -> Self {
        let folder = home.join("notifications");
        let (menu, choice) = (folder.join("menu"), folder.join("choice"));
        Self { display: display.to_owned(), bus: bus.to_owned(), folder, menu, choice }
    }

    /// Writes the daemon's settings, and gives the command that starts it.
    pub fn daemon(&self) -> Result<Command> {
        let dir = &self.folder;
        std::fs::create_dir_all(dir)?;
        let chooser = dir.join("choose.sh");
        // A choice is used up by the menu that finds it: one opened twice presses nothing twice.
        std::fs::write(
            &chooser,
            format!(
                "#!/bin/sh\ncd '{}' && mv choice taken || exit 0\ncat > offered\n\
                 grep -F -f taken offered | head -n 1\nmv offered menu\n",
                dir.display()
            ),
        )?;
        make_runnable(&chooser)?;
        let settings = dir.join("dunstrc");
        // Below the window, where there is room. Nothing goes away by itself: what is gone was pressed or withdrawn.
        std::fs::write(
            &settings,
            format!(
                "[global]\n  dmenu = {}\n  origin = bottom-right\n  offset = 8x8\n  width = 420\n  idle_threshold = 0\n\
                 \x20 notification_limit = 0\n  format = \"<b>%s</b>\\n%b\"\n  font = Sans 11\n\
                 [urgency_low]\n  timeout = 0\n[urgency_normal]\n  timeout = 0\n[urgency_critical]\n  timeout = 0\n",
                chooser.display()
            ),
        )?;
        let mut daemon = Command::new("dunst");
        daemon.arg("-conf").arg(&settings);
        Ok(daemon)
    }

    /// Waits until the daemon has its place on the bus.
    pub async fn come_up(&self) -> Result<()> {
        eventually("the notification daemon answers", async || Ok(self.count().ok().map(drop))).await
    }

    /// Shows none from now on.
    pub fn hush(&self) -> Result<()> {
        self.control(&["set-paused", "true"]).map(drop)
    }

    /// How many are on screen.
    pub fn count(&self) -> Result<usize> {
        Ok(self.control(&["count", "displayed"])?.trim().parse()?)
    }

    /// Waits until so many are on screen.
    pub async fn come_to(&self, number: usize) -> Result<()> {
        eventually(&format!("{number} notifications on screen"), async || {
            Ok((self.count()? == number).then_some(()))
        })
        .await
    }

    /// The actions on screen, each with the title of its notification: `#Approve (title) [id,action]`.
    pub async fn actions(&self) -> Result<Vec<String>> {
        self.choose("no action has this name\n").await
    }

    /// Presses a button of the notification whose title holds these words.
    pub async fn press(&self, button: &str, title: &str) -> Result<()> {
        let actions = self.actions().await?;
        let action = actions
            .iter()
            .find(|action| action.starts_with(&format!("#{button} (")) && action.contains(title))
            .with_context(|| format!("no button \"{button}\" for \"{title}\"; there is: {actions:#?}"))?;
        self.choose(action).await.map(drop)
    }

    /// Opens the menu with a choice made beforehand. Gives what it offered.
    async fn choose(&self, action: &str) -> Result<Vec<String>> {
        let _ = std::fs::remove_file(&self.menu);
        let written = self.choice.with_extension("new");
        std::fs::write(&written, action)?;
        std::fs::rename(written, &self.choice)?;
        let menu = eventually("the daemon opens its menu", async || {
            // It opens none while it still closes the last one.
            self.control(&["context"])?;
            Ok(std::fs::read_to_string(&self.menu).ok())
        })
        .await?;
        Ok(menu.lines().map(str::to_owned).collect())
    }

    fn control(&self, words: &[&str]) -> Result<String> {
        let output = Command::new("dunstctl")
            .args(words)
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .output()
            .context("cannot run dunstctl")?;
        ensure!(
            output.status.success(),
            "dunstctl {}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn make_runnable(script: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755))?)
}
