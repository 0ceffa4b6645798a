//! The shell: the window, the notifications, the tray and the life of the process around the engine.
//! The only crate that knows Tauri. It decides nothing: what may be asked of the engine, and what is worth
//! a notification, is the engine's.

mod args;
mod attention;
mod autostart;
mod demo;
mod demo_run;
mod errand;
mod export;
mod footing;
mod home;
mod ipc;
mod notify;
mod push;
mod running;
mod shortcut;
mod tray;
mod window;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::{CommandFactory, Parser};
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;

use crate::args::Args;
use crate::attention::Attention;
use crate::autostart::Autostart;
use crate::demo_run::DemoRun;
use crate::errand::{Errand, Errands};
use crate::export::Exports;
use crate::footing::Footing;
use crate::home::Home;
use crate::notify::DesktopNotifier;
use crate::push::Push;
use crate::running::Running;

/// Runs Deskbell until its window is closed.
pub fn run() -> ExitCode {
    let args = Args::parse();
    if let Some(folder) = &args.manual {
        return write_manual(folder);
    }
    start_log();
    if !window::is_possible() {
        return fail("there is no display here to open a window on; `bell serve` runs without one");
    }
    let home = match Home::choose(&args) {
        Ok(home) => home,
        Err(error) => return fail(&error.to_string()),
    };
    let context = tauri::generate_context!();
    let bus_name = home.bus_name(&context.config().identifier);
    let builder = tauri::Builder::default()
        // First: a second start must end before it does anything.
        .plugin(
            tauri_plugin_single_instance::Builder::new()
                .dbus_id(bus_name)
                .callback(|app, words, _| again(app, &words))
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        // Whether it is visible is decided by its page being there.
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
                .build(),
        )
        .plugin(tauri_plugin_global_shortcut::Builder::new().build())
        .manage(Errands::default());
    let built = autostart::equip(notify::equip(builder))
        .invoke_handler(tauri::generate_handler![
            ipc::command,
            ipc::subscribe,
            ipc::ack,
            ipc::attend,
            ipc::open_external,
            ipc::open_demo,
            ipc::autostart,
            ipc::export,
            ipc::stop_export,
            ipc::show_export
        ])
        .setup(move |app| set_up(app, home, &args))
        .build(context);
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_event)).unwrap_or(1)),
        Err(error) => fail(&error.to_string()),
    }
}

/// A second start: what it asks for is done by the one that runs.
fn again(app: &AppHandle, words: &[String]) {
    let errand = Args::try_parse_from(words).map_or(Errand::Present, |args| args.errand());
    app.state::<Errands>().run(app, errand);
}

fn set_up(app: &mut App, home: Home, args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    // The web view takes longest to come up, and does it beside the engine. It asks for nothing before this function has
    // ended: its page is served by this very thread.
    let window = window::open(app.handle(), args)?;
    let notifier = DesktopNotifier::new(app.handle())?;
    match tauri::async_runtime::block_on(Running::start(home, args.demo, notifier)) {
        Ok(running) => {
            let engine = running.engine().clone();
            let autostart = args.autostart().and_then(|words| Autostart::new(app.handle(), words));
            app.manage(Footing::new(engine.clone(), autostart));
            app.manage(engine);
            app.manage(Exports::default());
            app.manage(Push::default());
            app.manage(Attention::default());
            app.manage(DemoRun::default());
            app.manage(Mutex::new(Some(running)));
            heed_signals(app.handle().clone());
            app.state::<Errands>().run(app.handle(), args.errand());
            window::follow(&window, args);
            // Nothing of this is waited for: the desktop may be slow to answer.
            tauri::async_runtime::spawn(errand::present_what_is_revealed(app.handle().clone()));
            if args.demo {
                app.state::<Footing>().stay_out();
            } else {
                tauri::async_runtime::spawn(shortcut::follow(app.handle().clone()));
                tauri::async_runtime::spawn(tray::run(app.handle().clone()));
            }
        }
        Err(message) => refuse(app.handle().clone(), &message),
    }
    Ok(())
}

/// Says why there is no window, and ends when the operator has read it.
fn refuse(app: AppHandle, message: &str) {
    eprintln!("deskbell: {message}");
    let dialog = app.dialog().message(message).title("Deskbell cannot start").kind(MessageDialogKind::Error);
    dialog.show(move |_| app.exit(1));
}

fn write_manual(folder: &Path) -> ExitCode {
    match clap_mangen::generate_to(Args::command(), folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("the manual page cannot be written: {error}")),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("deskbell: {message}");
    ExitCode::FAILURE
}

fn on_event(app: &AppHandle, event: RunEvent) {
    #[cfg(target_os = "macos")]
    if let RunEvent::Opened { urls } = &event {
        for url in urls {
            app.state::<Errands>().run(app, Errand::Link(url.to_string()));
        }
    }
    if let RunEvent::Exit = event
        && let Some(running) = app.try_state::<Mutex<Option<Running>>>()
        && let Some(running) = running.lock().unwrap_or_else(PoisonError::into_inner).take()
    {
        tauri::async_runtime::block_on(running.stop());
    }
}

/// A terminal's Ctrl-C and a session's end close the app as its window does.
#[cfg(unix)]
fn heed_signals(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    tauri::async_runtime::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            tracing::warn!("signals cannot be heard");
            return;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(not(unix))]
fn heed_signals(_: AppHandle) {}

fn start_log() {
    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
