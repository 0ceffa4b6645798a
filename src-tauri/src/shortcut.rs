//! The keys that bring what waits next on screen, wherever the operator is.

use deskbell_engine::Engine;
use tauri::{AppHandle, Manager};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, Shortcut, ShortcutState};

use crate::errand;
use crate::footing::Footing;

/// Follows the setting.
pub async fn follow(app: AppHandle) {
    let mut settings = app.state::<Engine>().settings();
    let mut held = None;
    loop {
        let wanted = settings.borrow_and_update().shortcut.clone();
        if wanted != held {
            let before = std::mem::replace(&mut held, wanted.clone());
            let hand = app.clone();
            // It waits for the main thread, and that for the desktop.
            let taken = tauri::async_runtime::spawn_blocking(move || {
                let_go(&hand, before.as_deref());
                take(&hand, wanted.as_deref())
            })
            .await;
            let trouble = taken.unwrap_or_else(|error| Some(error.to_string()));
            app.state::<Footing>().change(|shell| shell.shortcut_trouble = trouble);
        }
        if settings.changed().await.is_err() {
            return;
        }
    }
}

/// Lets go of the old keys.
fn let_go(app: &AppHandle, keys: Option<&str>) {
    let shortcuts = app.global_shortcut();
    if let Err(error) = shortcuts.unregister_all() {
        tracing::warn!(%error, "the old shortcut stays");
    }
    // Of X11's the library writes down that they are given up, and sends it with the next question to the server:
    // which key this is, for one. Without it nobody would hear them any more.
    if cfg!(target_os = "linux")
        && let Some(Ok(shortcut)) = keys.map(str::parse::<Shortcut>)
        && let Err(error) = shortcuts.unregister(shortcut)
    {
        tracing::debug!(%error, "the old shortcut is given up later");
    }
}

/// Takes these keys. Gives what is in the way.
fn take(app: &AppHandle, keys: Option<&str>) -> Option<String> {
    let shortcuts = app.global_shortcut();
    let keys = keys?;
    if is_wayland() {
        return Some(
            "Under Wayland a program hears no keys that go to another. In your desktop’s own settings, bind keys to \
             the command “deskbell --next” instead."
                .to_owned(),
        );
    }
    let Ok(shortcut) = keys.parse::<Shortcut>() else {
        return Some(format!("“{keys}” are no keys that can be a shortcut. Choose others."));
    };
    let taken = shortcuts.on_shortcut(shortcut, |app, _, event| {
        if event.state == ShortcutState::Pressed {
            errand::next(app);
        }
    });
    let error = taken.err()?;
    tracing::warn!(%error, "the shortcut could not be taken");
    Some(
        "The desktop does not give these keys to Deskbell: another program has them already. Choose others."
            .to_owned(),
    )
}

/// Also where the window itself goes through X11: it would hear the keys of such windows only.
fn is_wayland() -> bool {
    cfg!(all(unix, not(target_os = "macos")))
        && (std::env::var_os("WAYLAND_DISPLAY").is_some_and(|display| !display.is_empty())
            || std::env::var_os("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland"))
}
