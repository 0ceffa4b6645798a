//! Notifications through `tauri-plugin-notification`: buttons, a click on the body, and withdrawal on Linux.
//!
//! What it cannot do: urgency, inline reply, checking who sent a signal (a press shows that it knows the
//! notification's token), and an expiry of our own. On Windows and macOS it cannot withdraw, and does not say when
//! a notification went away.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use deskbell_engine::{Desktop, Engine, Notice, Notifier, Press, Tag};
use deskbell_notify::{actions, escape};
use tauri::{AppHandle, Builder, Wry};
use tauri_plugin_notification::{Action, ActionType, NotificationExt};
use uuid::Uuid;

use super::board::{Board, OPEN, Told};
use crate::window;

/// The one action type: registered anew for each notice, so that hostile labels do not pile up.
const BUTTONS: &str = "notice";

/// A desktop may read the body as markup on Linux and the BSDs only. Whether this one does is not told by the
/// plugin; every common one does.
const MARKUP: bool = cfg!(all(unix, not(target_os = "macos")));

/// The plugin shows in the background and cannot close what is not up yet: it is asked again after these.
const CLOSE_AGAIN_MS: [u64; 8] = [0, 20, 50, 100, 250, 500, 1_000, 2_000];

pub fn equip(builder: Builder<Wry>) -> Builder<Wry> {
    builder.plugin(tauri_plugin_notification::init())
}

#[derive(Clone)]
pub struct DesktopNotifier {
    inner: Arc<Inner>,
}

struct Inner {
    app: AppHandle,
    /// Known only once it has started, which takes the notifier.
    engine: OnceLock<Engine>,
    board: Mutex<Board>,
    /// Held from naming the buttons to showing them.
    showing: Mutex<()>,
}

impl DesktopNotifier {
    pub fn new(app: &AppHandle) -> tauri_plugin_notification::Result<Self> {
        let inner = Arc::new(Inner {
            app: app.clone(),
            engine: OnceLock::new(),
            board: Mutex::default(),
            showing: Mutex::default(),
        });
        // Before the first notice: without a handler the plugin shows no buttons.
        let heard = Arc::downgrade(&inner);
        app.notification().on_action(move |performed| {
            let (Some(inner), Some(notification)) = (heard.upgrade(), performed.notification()) else {
                return;
            };
            inner.press(notification.id(), performed.action_id());
        })?;
        Ok(Self { inner })
    }

    pub fn port(&self) -> Arc<dyn Notifier> {
        Arc::new(self.clone())
    }

    /// Who is told of presses.
    pub fn connect(&self, engine: Engine) {
        engine.desktop(Desktop { buttons: true, ..Desktop::default() });
        // A second engine in one process does not happen.
        let _ = self.inner.engine.set(engine);
    }

    /// Takes all of them down: once nobody listens, a button would promise what nobody does.
    pub async fn take_down(&self) {
        self.inner.board().withdraw_all();
        let app = self.inner.app.clone();
        let asked = tauri::async_runtime::spawn_blocking(move || app.notification().remove_all_active());
        if let Ok(Err(error)) = asked.await {
            tracing::warn!(%error, "notifications stay up");
        }
    }
}

impl Notifier for DesktopNotifier {
    fn show(&self, notice: Notice) {
        self.withdraw(&notice.tag);
        let token = Uuid::new_v4().simple().to_string();
        let id = self.inner.board().post(&notice, &token);
        if let Err(error) = self.inner.raise(&notice, id, &token) {
            self.inner.end(id, Press::Failed(error.to_string()));
        }
    }

    fn withdraw(&self, tag: &Tag) {
        let ids = self.inner.board().withdraw(tag);
        for id in ids {
            self.inner.close(id);
        }
    }
}

impl Inner {
    fn raise(
        self: &Arc<Self>,
        notice: &Notice,
        id: i32,
        token: &str,
    ) -> tauri_plugin_notification::Result<()> {
        // Some desktops report the first button for a click on the menu that holds them all: let it be harmless.
        let open = (OPEN.to_owned(), "Open".to_owned());
        let buttons = std::iter::once(open).chain(actions(&notice.buttons, token));
        let actions = buttons.map(|(action, label)| Action::builder(action, label).build()).collect();
        let body = if MARKUP { escape(&notice.body) } else { notice.body.clone() };
        let _showing = self.showing.lock().unwrap_or_else(PoisonError::into_inner);
        let notification = self.app.notification();
        notification.register_action_types(vec![ActionType::builder(BUTTONS).actions(actions).build()])?;
        let built = notification.builder().id(id).title(&notice.title).body(body).action_type_id(BUTTONS);
        #[cfg(all(unix, not(target_os = "macos")))]
        let built = {
            let fate = Fate { inner: self.clone(), id, closed: false };
            built.on_close(move || fate.close())
        };
        built.show()
    }

    fn press(self: &Arc<Self>, id: i32, action: &str) {
        let told = self.board().pressed(id, action);
        if told.is_some() {
            // Some desktops leave it up.
            self.close(id);
        }
        self.tell(told);
    }

    fn end(&self, id: i32, press: Press) {
        let told = self.board().gone(id, press);
        self.tell(told);
    }

    fn tell(&self, told: Option<Told>) {
        let (Some(Told { tag, shown, press }), Some(engine)) = (told, self.engine.get()) else { return };
        if press == Press::Open {
            window::present(&self.app);
        }
        engine.pressed(tag, shown, press);
    }

    /// Closes it on the desktop, in the background.
    fn close(self: &Arc<Self>, id: i32) {
        let inner = self.clone();
        tauri::async_runtime::spawn(async move {
            for wait in CLOSE_AGAIN_MS {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                if !inner.board().is_up(id) {
                    return;
                }
                let app = inner.app.clone();
                // It waits for the bus.
                let asked =
                    tauri::async_runtime::spawn_blocking(move || app.notification().remove_active(vec![id]));
                if let Ok(Err(error)) = asked.await {
                    tracing::warn!(%error, "a notification could not be closed");
                }
            }
        });
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the plugin holds of a notification: it calls it when the notification closes, and drops it uncalled
/// when there is no bus, or nobody on it takes notifications.
#[cfg(all(unix, not(target_os = "macos")))]
struct Fate {
    inner: Arc<Inner>,
    id: i32,
    closed: bool,
}

#[cfg(all(unix, not(target_os = "macos")))]
impl Fate {
    fn close(mut self) {
        self.closed = true;
        self.inner.end(self.id, Press::Dismissed);
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
impl Drop for Fate {
    fn drop(&mut self) {
        if !self.closed {
            let why = "nothing on this desktop takes notifications".to_owned();
            self.inner.end(self.id, Press::Failed(why));
        }
    }
}
