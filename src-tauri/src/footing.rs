use std::sync::{Mutex, PoisonError};

use deskbell_engine::{Engine, Shell};
use tokio::sync::watch;

use crate::autostart::Autostart;

/// How the app stands on this desktop. The engine tells every surface.
pub struct Footing {
    engine: Engine,
    /// Or why there is none.
    autostart: Result<Autostart, String>,
    shell: Mutex<Shell>,
    /// Whether a tray shows the app.
    tray: watch::Sender<bool>,
}

impl Footing {
    pub fn new(engine: Engine, autostart: Result<Autostart, String>) -> Self {
        let shell = Shell {
            tray_trouble: Some("It is not known yet whether this desktop has a tray.".to_owned()),
            shortcut_trouble: None,
            autostart: autostart.as_ref().is_ok_and(Autostart::is_on),
            autostart_trouble: autostart.as_ref().err().cloned(),
        };
        engine.shell(shell.clone());
        Self { engine, autostart, shell: Mutex::new(shell), tray: watch::Sender::new(false) }
    }

    /// The demo takes no place on the desktop beside its window.
    pub fn stay_out(&self) {
        self.change(|shell| {
            shell.tray_trouble = Some("The demo ends with its window.".to_owned());
            shell.shortcut_trouble = Some("The demo takes no keys from anywhere.".to_owned());
        });
    }

    /// The error is a sentence for the operator.
    pub fn set_autostart(&self, on: bool) -> Result<(), String> {
        let autostart = self.autostart.as_ref().map_err(Clone::clone)?;
        autostart.set(on)?;
        self.change(|shell| shell.autostart = autostart.is_on());
        Ok(())
    }

    /// The engine is told under the lock: two changes must not reach it in the wrong order.
    pub fn change(&self, change: impl FnOnce(&mut Shell)) {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut shell);
        self.tray.send_replace(shell.tray_trouble.is_none());
        self.engine.shell(shell.clone());
    }

    /// Whether a tray shows the app, now and later.
    pub fn tray(&self) -> watch::Receiver<bool> {
        self.tray.subscribe()
    }

    /// Whether the app goes on when its window is closed: only where it can be brought back.
    pub fn keeps_running(&self) -> bool {
        *self.tray.borrow() && self.engine.settings().borrow().keep_running
    }
}
