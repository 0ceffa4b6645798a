//! The freedesktop back end, and what its words mean for the window.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use deskbell_engine::{Engine, Notifier, Press};
use deskbell_notify::{Bus, Freedesktop, Word, Words};
use tauri::{AppHandle, Builder, Wry};

use crate::window;

/// It needs nothing of Tauri's.
pub fn equip(builder: Builder<Wry>) -> Builder<Wry> {
    builder
}

pub struct DesktopNotifier {
    app: AppHandle,
    notifier: Freedesktop,
    /// Until somebody hears them.
    words: Mutex<Option<Words>>,
}

impl DesktopNotifier {
    pub fn new(app: &AppHandle) -> Result<Self, Infallible> {
        let _runtime = tauri::async_runtime::handle().inner().enter();
        let (notifier, words) = Freedesktop::start(Bus::Session);
        Ok(Self { app: app.clone(), notifier, words: Mutex::new(Some(words)) })
    }

    pub fn port(&self) -> Arc<dyn Notifier> {
        Arc::new(self.notifier.clone())
    }

    /// Who is told what comes of it.
    pub fn connect(&self, engine: Engine) {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A second engine in one process does not happen.
        if let Some(words) = words {
            tauri::async_runtime::spawn(pass_on(words, self.app.clone(), engine));
        }
    }

    /// Takes all of them down: once nobody listens, a button would promise what nobody does.
    pub async fn take_down(&self) {
        self.notifier.take_down().await;
    }
}

async fn pass_on(mut words: Words, app: AppHandle, engine: Engine) {
    while let Some(word) = words.recv().await {
        match word {
            Word::Pressed { tag, shown, press } => {
                if press == Press::Open {
                    window::present(&app);
                }
                engine.pressed(tag, shown, press);
            }
            Word::Desktop(desktop) => engine.desktop(desktop),
        }
    }
}
