//! The tray: the bell with the number that waits, and its menu. What is in it, the engine decides.

#[cfg(all(unix, not(target_os = "macos")))]
mod freedesktop;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;
mod picture;

use deskbell_engine::{Engine, Wish};
use tauri::{AppHandle, Manager};

#[cfg(all(unix, not(target_os = "macos")))]
pub use freedesktop::run;
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub use native::run;

use crate::window;

fn choose(app: &AppHandle, wish: Wish) {
    let engine = app.state::<Engine>().inner().clone();
    match wish {
        Wish::Open => window::present(app),
        Wish::Ask(key) => drop(tauri::async_runtime::spawn(async move { engine.show(key).await })),
        Wish::Quit => app.exit(0),
        Wish::Pause => drop(tauri::async_runtime::spawn(async move {
            report(engine.pause_notifications().await);
        })),
        Wish::Unmute => drop(tauri::async_runtime::spawn(async move {
            report(engine.unmute_notifications().await);
        })),
    }
}

fn report<E: std::fmt::Display>(outcome: Result<(), E>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "what was chosen in the tray could not be done");
    }
}
