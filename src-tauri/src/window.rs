use deskbell_engine::Engine;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager, Url, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::attention::Attention;

const MAIN: &str = "main";

/// Makes the window that `tauri.conf.json` describes. It comes up when its page is there.
pub fn open(app: &AppHandle, title: &str) -> tauri::Result<WebviewWindow> {
    let config = app.config();
    let described = config.app.windows.iter().find(|window| window.label == MAIN);
    let described = described.ok_or_else(|| tauri::Error::WindowNotFound)?;
    let dev = config.build.dev_url.clone().filter(|_| tauri::is_dev());
    let window = WebviewWindowBuilder::from_config(app, described)?
        .title(title)
        .on_navigation(move |url| is_ours(url, dev.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                report(window.show());
            }
        })
        .build()?;
    let app = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::Focused(focused) = event {
            app.state::<Attention>().focus(*focused, &app.state::<Engine>());
        }
    });
    Ok(window)
}

/// Whether a window can be shown at all. Asked first: the toolkit panics where it cannot.
pub fn is_possible() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Brings the window before the operator.
pub fn present(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        report(window.show());
        report(window.unminimize());
        report(window.set_focus());
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
