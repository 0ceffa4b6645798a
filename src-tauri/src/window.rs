use std::time::Duration;

use deskbell_engine::Engine;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager, Url, UserAttentionType, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::args::Args;
use crate::attention::Attention;
use crate::errand::Errand;
use crate::footing::Footing;

pub const MAIN: &str = "main";

/// How long a start without a window waits for a tray to be in.
const TRAY: Duration = Duration::from_secs(10);

/// Makes the window that `tauri.conf.json` describes. It comes up when there are an engine and the beginning of its page,
/// which is painted only where it is seen, or stays hidden.
pub fn open(app: &AppHandle, args: &Args) -> tauri::Result<WebviewWindow> {
    let config = app.config();
    let described = config.app.windows.iter().find(|window| window.label == MAIN);
    let described = described.ok_or_else(|| tauri::Error::WindowNotFound)?;
    let dev = config.build.dev_url.clone().filter(|_| tauri::is_dev());
    let hidden = args.errand() == Errand::Hide;
    WebviewWindowBuilder::from_config(app, described)?
        .title(if args.demo { "Deskbell (demo: nothing here is real)" } else { "Deskbell" })
        .on_navigation(move |url| is_ours(url, dev.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(move |window, page| {
            if page.event() == PageLoadEvent::Started && !hidden && window.try_state::<Engine>().is_some() {
                report(window.show());
            }
        })
        .build()
}

/// What becomes of the window, from when all is there that it has to do with.
pub fn follow(window: &WebviewWindow, args: &Args) {
    let app = window.app_handle().clone();
    if args.errand() == Errand::Hide {
        tauri::async_runtime::spawn(stay_only_in_a_tray(app.clone()));
    }
    window.on_window_event(move |event| match event {
        WindowEvent::Focused(focused) => {
            app.state::<Attention>().focus(*focused, &app.state::<Engine>());
            if *focused {
                call(&app, false);
            }
        }
        WindowEvent::CloseRequested { api, .. } if app.state::<Footing>().keeps_running() => {
            api.prevent_close();
            // Not every desktop says that a window out of sight has lost the focus.
            app.state::<Attention>().focus(false, &app.state::<Engine>());
            with_main(&app, WebviewWindow::hide);
        }
        _ => {}
    });
}

/// A window that nothing could bring back must not stay away.
async fn stay_only_in_a_tray(app: AppHandle) {
    let mut tray = app.state::<Footing>().tray();
    let there = tokio::time::timeout(TRAY, tray.wait_for(|there| *there)).await;
    if !matches!(there, Ok(Ok(_))) {
        present(&app);
    }
}

/// Whether a window can be shown at all. Asked first: the toolkit panics where it cannot.
pub fn is_possible() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Brings the window before the operator.
pub fn present(app: &AppHandle) {
    with_main(app, |window| {
        window.show()?;
        window.unminimize()?;
        window.set_focus()
    });
}

/// Brings the window back where it is hidden, as what hid it is gone.
pub fn bring_back(app: &AppHandle) {
    with_main(app, |window| if window.is_visible()? { Ok(()) } else { window.show() });
}

/// Has the desktop mark the window, or no longer.
pub fn call(app: &AppHandle, calls: bool) {
    with_main(app, |window| window.request_user_attention(calls.then_some(UserAttentionType::Critical)));
}

/// Puts the number on the app's icon.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub fn count(app: &AppHandle, waiting: usize) {
    let count = i64::try_from(waiting).ok().filter(|count| *count > 0);
    with_main(app, |window| window.set_badge_count(count));
}

fn with_main(app: &AppHandle, act: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        report(act(&window));
    }
}

/// The window never leaves its own page: what agents write must not take its place.
fn is_ours(url: &Url, dev: Option<&Url>) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    own || dev.is_some_and(|dev| dev.origin() == url.origin())
}

fn report(outcome: tauri::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window did not do as it was told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_page() {
        let dev: Url = "http://localhost:5173".parse().unwrap();
        let ours = |url: &str, dev: Option<&Url>| is_ours(&url.parse().unwrap(), dev);
        for own in ["tauri://localhost", "tauri://localhost/index.html#/inbox", "http://tauri.localhost/"] {
            assert!(ours(own, None), "{own}");
        }
        for foreign in [
            "https://example.org",
            "tauri://evil",
            "file:///etc/passwd",
            "data:text/html,x",
            "http://localhost:5173/",
        ] {
            assert!(!ours(foreign, None), "{foreign}");
        }
        assert!(ours("http://localhost:5173/index.html", Some(&dev)));
        assert!(!ours("http://localhost:5174/", Some(&dev)));
    }
}
