use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use deskbell_acceptance::within;

use crate::desktop::Desktop;
use crate::hand::{Hand, Place};
use crate::process::Process;

/// It has a whole desktop to start, and draws it without a graphics card.
const PATIENCE: Duration = Duration::from_secs(120);

/// KDE Plasma on a desktop, whose notifications have a field for a reply.
#[derive(Debug)]
pub struct Plasma {
    hand: Hand,
    _shell: Process,
    _manager: Process,
}

impl Plasma {
    /// Takes a desktop over, and waits until it shows notifications there.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let start = |program: &str, word: &str| {
            let mut command = desktop.command(Path::new(program))?;
            command.arg(word).env("QT_QUICK_BACKEND", "software").env("XDG_CURRENT_DESKTOP", "KDE");
            Process::start(&mut command, &desktop.log(program)?)
        };
        let manager = start("kwin_x11", "--replace")?;
        let shell = start("plasmashell", "--no-respawn")?;
        within(PATIENCE, "Plasma shows notifications", async || {
            let server = desktop.notification_server().await?;
            Ok(server.filter(|name| name == "Plasma"))
        })
        .await?;
        Ok(Self { hand: desktop.hand(), _shell: shell, _manager: manager })
    }

    /// Types into the field of the only notification, as soon as it is there.
    pub async fn type_reply(&self, text: &str) -> Result<()> {
        let place = self.notification().await?;
        // Text above, the field below it, what sends it at its right.
        self.hand.click(place.x + place.width / 3, place.y + place.height - 20)?;
        self.hand.write(text)
    }

    /// Presses what sends the reply.
    pub async fn send_reply(&self) -> Result<()> {
        let place = self.notification().await?;
        self.hand.click(place.x + place.width - 45, place.y + place.height - 20)
    }

    async fn notification(&self) -> Result<Place> {
        within(PATIENCE, "Plasma shows one notification, and it stays where it is", async || {
            let before = self.notifications();
            // It slides in.
            tokio::time::sleep(Duration::from_millis(500)).await;
            match (&before[..], &self.notifications()[..]) {
                ([before], [now]) if before == now => Ok(Some(*now)),
                _ => Ok(None),
            }
        })
        .await
    }

    /// The desktop itself and its panel are wider, and what it hides is smaller.
    fn notifications(&self) -> Vec<Place> {
        let mut places = self.hand.windows("plasmashell");
        places.retain(|place| (200..600).contains(&place.width) && (60..600).contains(&place.height));
        places
    }
}
