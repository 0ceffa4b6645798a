//! All that the window may ask of the shell. `permissions/window.toml` lists the same names.

use deskbell_domain::Key;
use deskbell_engine::command::{Answer, Batch, Command, CommandError, ErrorCode, HistoryFilter};
use deskbell_engine::export::Format;
use deskbell_engine::{Engine, Listener};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State};
use url::Url;

use crate::attention::Attention;
use crate::demo_run::DemoRun;
use crate::errand::Errands;
use crate::export::{Exported, Exports};
use crate::footing::Footing;
use crate::push::Push;

#[tauri::command]
pub async fn command(engine: State<'_, Engine>, command: Command) -> Result<Answer, CommandError> {
    engine.command(command).await
}

/// Batches from now on, everything there is first. Replaces the subscription before it.
#[tauri::command]
pub async fn subscribe(
    app: AppHandle,
    engine: State<'_, Engine>,
    push: State<'_, Push>,
    attention: State<'_, Attention>,
    channel: Channel<Batch>,
) -> Result<(), CommandError> {
    // A fresh page shows no ask until it says so.
    attention.turn(None, &engine);
    push.start(engine.subscribe(Listener::Window), channel);
    app.state::<Errands>().page(&app);
    Ok(())
}

/// Starts with the desktop from now on, or no longer.
#[tauri::command]
pub async fn autostart(footing: State<'_, Footing>, on: bool) -> Result<(), CommandError> {
    footing.set_autostart(on).map_err(|message| CommandError { code: ErrorCode::Failed, message })
}

/// Writes history into a file that the operator names, and says how many lines there are so far. Nothing where no file
/// was named, or where it was stopped.
#[tauri::command]
pub async fn export(
    app: AppHandle,
    engine: State<'_, Engine>,
    exports: State<'_, Exports>,
    filter: HistoryFilter,
    format: Format,
    channel: Channel<u64>,
) -> Result<Option<Exported>, CommandError> {
    exports.run(&app, &engine, filter, format, &channel).await
}

/// Gives up the export that is under way.
#[tauri::command]
pub async fn stop_export(exports: State<'_, Exports>) -> Result<(), CommandError> {
    exports.stop();
    Ok(())
}

/// Shows the last exported file where it is.
#[tauri::command]
pub async fn show_export(exports: State<'_, Exports>) -> Result<(), CommandError> {
    exports.show()
}

/// The window has handled every batch up to `number`.
#[tauri::command]
pub async fn ack(push: State<'_, Push>, number: u64) -> Result<(), CommandError> {
    push.ack(number);
    Ok(())
}

/// The ask on screen, or nothing.
#[tauri::command]
pub async fn attend(
    engine: State<'_, Engine>,
    attention: State<'_, Attention>,
    key: Option<Key>,
) -> Result<(), CommandError> {
    attention.turn(key, &engine);
    Ok(())
}

/// Opens a web page or a mail in the operator's own program.
#[tauri::command]
pub async fn open_external(url: String) -> Result<(), CommandError> {
    let url = outside(&url).map_err(|message| CommandError { code: ErrorCode::Invalid, message })?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| CommandError {
        code: ErrorCode::Failed,
        message: format!("No program could open {url}: {error}"),
    })
}

/// Opens the demo: another run of this program, which touches nothing of this one's.
#[tauri::command]
pub async fn open_demo(app: AppHandle, demo: State<'_, DemoRun>) -> Result<(), CommandError> {
    let program = tauri::process::current_binary(&app.env());
    let opened = program.and_then(|program| demo.open(&program));
    opened.map_err(|error| CommandError {
        code: ErrorCode::Failed,
        message: format!("The demo could not be opened: {error}. Try \"deskbell --demo\" in a terminal."),
    })
}

/// Links come from agents: anything but the web and mail could start a program.
fn outside(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("\"{text}\" is not a link: {error}."))?;
    match url.scheme() {
        "http" | "https" | "mailto" => Ok(url),
        other => {
            Err(format!("A link that begins with \"{other}:\" is not opened: only web pages and mail are."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_web_and_mail_are_opened() {
        for good in ["https://example.org/a?b#c", "http://127.0.0.1:7000/", "mailto:ops@example.org"] {
            assert!(outside(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_could_start_a_program_is_refused_by_name() {
        for (bad, named) in [
            ("file:///etc/passwd", "file:"),
            ("javascript:alert(1)", "javascript:"),
            ("vscode://x", "vscode:"),
            ("HtTpX://x", "httpx:"),
            ("-rf", "-rf"),
            ("/usr/bin/xterm", "/usr/bin/xterm"),
            ("", "not a link"),
        ] {
            let refusal = outside(bad).unwrap_err();
            assert!(refusal.contains(named), "{bad}: {refusal}");
        }
    }
}
