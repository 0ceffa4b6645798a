use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use zbus::Proxy;
use zbus::connection::Builder;
use zbus::proxy::MethodFlags;

use crate::bus::{Bus, Services};
use crate::buttons::Buttons;
use crate::hand::Hand;
use crate::notifications::Notifications;
use crate::panel::Panel;
use crate::place;
use crate::process::Process;
use deskbell_acceptance::eventually;

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";

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

/// What runs on a desktop beside its window manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// No session bus at all.
    None,
    /// A bus on which only that runs which is put there.
    Bare,
    /// A bus that starts whatever is installed when it is asked for.
    Whole,
}

/// A screen, a session bus, a window manager and a notification daemon, for one test alone.
#[derive(Debug)]
pub struct Desktop {
    name: String,
    place: Place,
    pub notifications: Notifications,
    // In the order in which they end: the screen last.
    daemon: Option<Process>,
    _manager: Process,
    _bus: Option<Bus>,
    _screen: Process,
}

/// Where the programs of a desktop find it, and a home of their own.
#[derive(Debug)]
struct Place {
    theme: Theme,
    display: String,
    bus: String,
    home: TempDir,
}

impl Desktop {
    /// Starts it. `name` names its log folder and its pictures.
    pub async fn start(name: &str, theme: Theme) -> Result<Self> {
        let mut desktop = Self::without_notifications(name, theme, Session::Bare)?;
        desktop.serve_notifications().await?;
        Ok(desktop)
    }

    /// Starts it without a notification daemon.
    pub fn without_notifications(name: &str, theme: Theme, session: Session) -> Result<Self> {
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
        // Nobody listens there: unset, it would be looked for elsewhere.
        let nowhere = format!("unix:path={}", home.path().join("no-bus").display());
        let mut place = Place { theme, display: format!(":{number}"), bus: nowhere, home };
        let services = match session {
            Session::None => None,
            Session::Bare => Some(Services::None),
            Session::Whole => Some(Services::Installed),
        };
        let start = |services| {
            let settle = |command: &mut Command| place.settle(command).map(drop);
            Bus::start(services, place.home.path(), &logs.join("bus.log"), settle)
        };
        let bus = services.map(start).transpose()?;
        if let Some(bus) = &bus {
            bus.address().clone_into(&mut place.bus);
        }
        // No animations: a picture shows how things end up.
        let gtk = place.home.path().join("config/gtk-3.0");
        std::fs::create_dir_all(&gtk)?;
        std::fs::write(gtk.join("settings.ini"), "[Settings]\ngtk-enable-animations = false\n")?;
        let manager = Process::start(place.settle(&mut Command::new("openbox"))?, &logs.join("openbox.log"))?;
        let notifications = Notifications::new(place.home.path(), &place.display, &place.bus);
        Ok(Self {
            name: name.to_owned(),
            place,
            notifications,
            daemon: None,
            _manager: manager,
            _bus: bus,
            _screen: screen,
        })
    }

    /// Starts the notification daemon, or starts it again.
    pub async fn serve_notifications(&mut self) -> Result<()> {
        let daemon = self.notifications.daemon()?;
        self.serve(daemon, "dunst")?;
        self.notifications.come_up().await
    }

    /// Ends the notification daemon, and starts one that draws buttons.
    pub fn draw_buttons(&mut self) -> Result<Buttons> {
        let (buttons, daemon) = Buttons::prepare(&self.place.display)?;
        self.serve(daemon, "xfce4-notifyd")?;
        Ok(buttons)
    }

    /// Ends the notification daemon.
    pub fn end_notifications(&mut self) {
        self.daemon = None;
    }

    fn serve(&mut self, mut daemon: Command, name: &str) -> Result<()> {
        // First the old one goes: only one may have the name.
        self.end_notifications();
        self.daemon = Some(Process::start(self.place.settle(&mut daemon)?, &self.log(name)?)?);
        Ok(())
    }

    /// How many windows with these words in their title are on screen.
    pub fn windows(&self, words: &str) -> Result<usize> {
        let mut search = self.command(Path::new("xdotool"))?;
        let output = search.args(["search", "--onlyvisible", "--name", words]).output()?;
        // It finds nothing by failing.
        Ok(String::from_utf8_lossy(&output.stdout).lines().count())
    }

    /// Names a file in the dialog of this title, typed as a path.
    pub async fn name_file(&self, title: &str, file: &Path) -> Result<()> {
        eventually("the dialog has the keyboard", async || {
            // Nobody has it by failing.
            let active = self.xdotool(&["getactivewindow", "getwindowname"]).unwrap_or_default();
            Ok(active.contains(title).then_some(()))
        })
        .await?;
        // A name is there already, of which only what stands before its ending is chosen.
        self.press("ctrl+a")?;
        self.hand().write(&file.display().to_string())?;
        self.press("Return")?;
        eventually("the dialog is gone", async || Ok((self.windows(title)? == 0).then_some(()))).await
    }

    /// Who shows notifications here now, by its own word.
    pub async fn notification_server(&self) -> Result<Option<String>> {
        let bus = Builder::address(self.place.bus.as_str())?.build().await?;
        let server = Proxy::new(&bus, NOTIFICATIONS, "/org/freedesktop/Notifications", NOTIFICATIONS).await?;
        // Only one that runs already: to ask is not to start one.
        let flags = MethodFlags::NoAutoStart.into();
        let said = server.call_with_flags("GetServerInformation", flags, &()).await.ok().flatten();
        Ok(said.map(|(name, _, _, _): (String, String, String, String)| name))
    }

    pub(crate) fn hand(&self) -> Hand {
        Hand::at(&self.place.display)
    }

    /// A program on this desktop.
    pub fn command(&self, program: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        self.place.settle(&mut command)?;
        Ok(command)
    }

    /// A panel with a tray, until the value is gone.
    pub async fn panel(&self) -> Result<Panel> {
        Panel::start(&self.place.bus).await
    }

    /// Presses keys as a keyboard would, for whatever program has them.
    pub fn press(&self, keys: &str) -> Result<()> {
        self.xdotool(&["key", keys]).map(drop)
    }

    /// Whether a window of the app can be seen.
    pub fn shows_the_app(&self) -> bool {
        // It finds nothing by failing.
        self.xdotool(&["search", "--onlyvisible", "--class", "deskbell"]).is_ok_and(|found| !found.is_empty())
    }

    fn xdotool(&self, words: &[&str]) -> Result<String> {
        let output =
            self.command(Path::new("xdotool"))?.args(words).output().context("cannot run xdotool")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "xdotool {}: {complaint}", words.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The folder of its settings.
    pub fn config(&self) -> PathBuf {
        self.place.home.path().join("config")
    }

    /// The data folder of the app.
    pub fn data(&self) -> PathBuf {
        self.place.home.path().join("deskbell")
    }

    /// Where servers leave word of themselves.
    pub fn state(&self) -> PathBuf {
        self.place.home.path().join("state")
    }

    pub fn log(&self, program: &str) -> Result<PathBuf> {
        Ok(place::logs(&self.name)?.join(format!("{program}.log")))
    }

    pub fn display(&self) -> &str {
        &self.place.display
    }

    /// The windows on screen of the programs that go by this name.
    pub fn windows_of(&self, program: &str) -> Vec<String> {
        // It finds nothing by failing.
        let found = self.xdotool(&["search", "--onlyvisible", "--classname", &format!("^{program}$")]);
        found.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    pub(crate) fn picture(&self, title: &str) -> Result<PathBuf> {
        self.import(title, "root", &[])
    }

    /// Of one window alone, without the frame the window manager puts around it.
    pub fn picture_of(&self, window: &str, title: &str) -> Result<PathBuf> {
        self.import(title, window, &[])
    }

    /// Without the bare screen around the window.
    pub(crate) fn portrait(&self, title: &str) -> Result<PathBuf> {
        self.import(title, "root", &["-trim", "+repage"])
    }

    fn import(&self, title: &str, window: &str, how: &[&str]) -> Result<PathBuf> {
        let file = place::shots()?.join(format!("{title}.png"));
        let mut import = self.command(Path::new("import"))?;
        let output = import.args(["-window", window]).args(how).arg(&file).output()?;
        ensure!(output.status.success(), "no picture: {}", String::from_utf8_lossy(&output.stderr));
        Ok(file)
    }
}

impl Place {
    /// Puts a program on the desktop.
    fn settle<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let home = self.home.path();
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
            .env("XDG_STATE_HOME", folder("state")?)
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_SESSION_TYPE")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env(
                "GTK_THEME",
                match self.theme {
                    Theme::Dark => "Adwaita:dark",
                    Theme::Light => "Adwaita",
                },
            )
            // The accessibility bus is not there: do not look for it.
            .env("NO_AT_BRIDGE", "1")
            // Starts sooner where there is no graphics card.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1"))
    }
}
