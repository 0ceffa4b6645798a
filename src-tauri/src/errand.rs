//! What a start of the app asks of its window: also one that finds the app running.

use std::sync::{Mutex, PoisonError};

use deskbell_engine::Engine;
use tauri::{AppHandle, Manager};

use crate::attention::Attention;
use crate::window;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Come before the operator.
    Present,
    /// Stay in the tray.
    Hide,
    /// Show the next ask that waits.
    Next,
    /// Show what a link points at.
    Link(String),
}

/// What waits until the page is there to show it.
#[derive(Debug, Default)]
pub struct Errands {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    page: bool,
    errand: Option<Errand>,
}

impl Errands {
    /// Does it, or keeps it for the page. A newer one takes the place of an older one.
    pub fn run(&self, app: &AppHandle, errand: Errand) {
        let now = {
            let mut waiting = self.lock();
            if waiting.page {
                Some(errand)
            } else {
                waiting.errand = Some(errand);
                None
            }
        };
        if let Some(errand) = now {
            perform(app, errand);
        }
    }

    /// The page is there.
    pub fn page(&self, app: &AppHandle) {
        let errand = {
            let mut waiting = self.lock();
            waiting.page = true;
            waiting.errand.take()
        };
        if let Some(errand) = errand {
            perform(app, errand);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn perform(app: &AppHandle, errand: Errand) {
    match errand {
        Errand::Hide => {}
        Errand::Present => window::present(app),
        Errand::Next => next(app),
        Errand::Link(link) => {
            let engine = app.state::<Engine>().inner().clone();
            tauri::async_runtime::spawn(async move { engine.follow(&link).await });
        }
    }
}

/// The next ask that waits, after the one that is looked at.
pub fn next(app: &AppHandle) {
    app.state::<Attention>().next(|after| app.state::<Engine>().reveal_next(after));
}

/// Brings the window up whenever something is to be seen in it.
pub async fn present_what_is_revealed(app: AppHandle) {
    let mut revealed = app.state::<Engine>().revealed();
    while revealed.changed().await.is_ok() {
        window::present(&app);
    }
}
