use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::buttons::Buttons;
use crate::notifications::Notifications;
use crate::place;
use crate::process::Process;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
}

impl Theme {
    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// A bus on which nothing starts by itself: no keyring, no second notification daemon.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A screen, a session bus, a window manager and a notification daemon, for one test alone.
#[derive(Debug)]
pub struct Desktop {
    name: String,
    theme: Theme,
    display: String,
    bus: String,
    pub notifications: Notifications,
    // In the order in which they end: the screen last.
    daemon: Option<Process>,
    _manager: Process,
    _bus: Process,
    _screen: Process,
    home: TempDir,
}

impl Desktop {
    /// Starts it. `name` names its log folder and its pictures.
    pub async fn start(name: &str, theme: Theme) -> Result<Self> {
        let home = TempDir::with_prefix("deskbell-e2e-")?;
        let logs = place::logs(name)?;
        let (screen, number) = Process::announced(
            // It finds a free display itself, and says which.
            Command::new("Xvfb").args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x1000x24",
                "-nolisten",
                "tcp",
            ]),
            &logs.join("xvfb.log"),
        )?;
        let bus_config = home.path().join("bus.conf");
        std::fs::write(&bus_config, BUS)?;
        let (bus_process, bus) = Process::announced(
            Command::new("dbus-daemon")
                .arg("--config-file")
                .arg(&bus_config)
                .args(["--nofork", "--print-address=1"]),
            &logs.join("bus.log"),
        )?;
        let display = format!(":{number}");
        // No animations: a picture shows how things end up.
        let gtk = home.path().join("config/gtk-3.0");
        std::fs::create_dir_all(&gtk)?;
        std::fs::write(gtk.join("settings.ini"), "[Settings]\ngtk-enable-animations = false\n")?;
        let settle = |command: &mut Command| settle(command, home.path(), &display, &bus, theme).map(drop);
        let mut manager = Command::new("openbox");
        settle(&mut manager)?;
        let manager = Process::start(&mut manager, &logs.join("openbox.log"))?;
        let (notifications, mut daemon) = Notifications::prepare(home.path(), &display, &bus)?;
        settle(&mut daemon)?;
        let daemon = Process::start(&mut daemon, &logs.join("dunst.log"))?;
        notifications.come_up().await?;
        Ok(Self {
            name: name.to_owned(),
            theme,
            display,
            bus,
            notifications,
            daemon: Some(daemon),
            _manager: manager,
            _bus: bus_process,
            _screen: screen,
            home,
        })
    }

    /// A program on this desktop.
    pub fn command(&self, program: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        settle(&mut command, self.home.path(), &self.display, &self.bus, self.theme)?;
        Ok(command)
    }

    /// Ends the notification daemon, and starts one that draws buttons.
    pub fn draw_buttons(&mut self) -> Result<Buttons> {
        let (buttons, mut daemon) = Buttons::prepare(&self.display)?;
        settle(&mut daemon, self.home.path(), &self.display, &self.bus, self.theme)?;
        // First the old one goes: only one may have the name.
        self.daemon = None;
        self.daemon = Some(Process::start(&mut daemon, &self.log("xfce4-notifyd")?)?);
        Ok(buttons)
    }

    /// The data folder of the app.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("deskbell")
    }

    pub fn log(&self, program: &str) -> Result<PathBuf> {
        Ok(place::logs(&self.name)?.join(format!("{program}.log")))
    }

    pub(crate) fn picture(&self, title: &str) -> Result<PathBuf> {
        self.import(title, &[])
    }

    /// Without the bare screen around the window.
    pub(crate) fn portrait(&self, title: &str) -> Result<PathBuf> {
        self.import(title, &["-trim", "+repage"])
    }

    fn import(&self, title: &str, how: &[&str]) -> Result<PathBuf> {
        let file = place::shots()?.join(format!("{title}.png"));
        let mut import = self.command(Path::new("import"))?;
        let output = import.args(["-window", "root"]).args(how).arg(&file).output()?;
        ensure!(output.status.success(), "no picture: {}", String::from_utf8_lossy(&output.stderr));
        Ok(file)
    }
}

/// Puts a program on a desktop, with a home of its own.
fn settle<'a>(
    command: &'a mut Command,
    home: &Path,
    display: &str,
    bus: &str,
    theme: Theme,
) -> Result<&'a mut Command> {
    let folder = |name: &str| -> Result<PathBuf> {
        let dir = home.join(name);
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(dir)
    };
    Ok(command
        .env("HOME", home)
        // What a killed app leaves behind goes with the desktop.
        .env("TMPDIR", folder("tmp")?)
        .env("XDG_RUNTIME_DIR", folder("run")?)
        .env("XDG_DATA_HOME", folder("share")?)
        .env("XDG_CONFIG_HOME", folder("config")?)
        .env("XDG_CACHE_HOME", folder("cache")?)
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env(
            "GTK_THEME",
            match theme {
                Theme::Dark => "Adwaita:dark",
                Theme::Light => "Adwaita",
            },
        )
        // The accessibility bus is not there: do not look for it.
        .env("NO_AT_BRIDGE", "1")
        // Starts sooner where there is no graphics card.
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1"))
}
