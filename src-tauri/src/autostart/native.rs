//! Windows' registry and macOS' launch agents, through the plugin.

use tauri::{AppHandle, Builder, Wry};
use tauri_plugin_autostart::ManagerExt;

use crate::args::HIDDEN;

pub fn equip(builder: Builder<Wry>) -> Builder<Wry> {
    builder.plugin(tauri_plugin_autostart::Builder::new().arg(HIDDEN).build())
}

#[derive(Debug)]
pub struct Autostart {
    app: AppHandle,
}

impl Autostart {
    /// The plugin has the arguments: a folder that was named is not among them.
    pub fn new(app: &AppHandle, arguments: Vec<String>) -> Result<Self, String> {
        match arguments[..] {
            [_] => Ok(Self { app: app.clone() }),
            _ => Err("Deskbell starts with the desktop only for its usual folder.".to_owned()),
        }
    }

    pub fn is_on(&self) -> bool {
        self.app.autolaunch().is_enabled().unwrap_or(false)
    }

    /// The error is a sentence for the operator.
    pub fn set(&self, on: bool) -> Result<(), String> {
        let autostart = self.app.autolaunch();
        let done = if on { autostart.enable() } else { autostart.disable() };
        done.map_err(|error| format!("The system did not take it: {error}."))
    }
}
