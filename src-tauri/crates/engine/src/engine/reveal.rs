//! What the app around the window wants of the engine: what the tray shows, and what is to be brought on screen.

use deskbell_domain::{Key, Millis};
use tokio::sync::watch;

use super::{Engine, failed};
use crate::Shell;
use crate::command::{Answer, CommandError, ErrorCode, Patch};
use crate::glance::Glances;
use crate::pointer::{self, Pointer};
use crate::policy::line;
use crate::queries::Queries;
use crate::settings::Settings;
use crate::view::{AskStateWord, AskView};

/// How long the tray's pause is.
const PAUSE_MS: i64 = 3_600_000;
const TROUBLE_CHARS: usize = 300;

impl Engine {
    /// What the tray shows, from now on.
    pub fn glances(&self) -> Glances {
        self.inner.listeners.watched.glances(self.inner.clock.clone())
    }

    /// The settings, as they are and as they become.
    pub fn settings(&self) -> watch::Receiver<Settings> {
        self.inner.settings.subscribe()
    }

    /// Changes each time something is to be seen in the window, which may be hidden.
    pub fn revealed(&self) -> watch::Receiver<()> {
        self.inner.revealed.subscribe()
    }

    /// How the app stands on this desktop.
    pub fn shell(&self, shell: Shell) {
        self.inner.desk.set_shell(shell.clone());
        self.tell(Patch::Shell { shell });
    }

    /// Brings an ask on screen in every listening window.
    pub fn reveal(&self, key: Key) {
        self.tell(Patch::Reveal { pointer: Pointer::Ask(key) });
        self.present();
    }

    /// Something is to be seen in the window.
    fn present(&self) {
        self.inner.revealed.send_replace(());
    }

    /// Brings the most urgent ask on screen that waits, or the one after the one that is looked at. Gives it.
    pub fn reveal_next(&self, after: Option<&Key>) -> Option<Key> {
        let next = self.inner.listeners.watched.next(after, self.inner.clock.now());
        match &next {
            Some(key) => self.reveal(key.clone()),
            None => self.present(),
        }
        next
    }

    /// Brings what a link points at on screen. What is wrong with it is said there, too.
    pub async fn follow(&self, link: &str) {
        match pointer::read(link) {
            Ok(Pointer::Ask(key)) => self.show(key).await,
            Ok(Pointer::Entry(key)) => {
                if let Err(error) = self.find_and_reveal_entry(key).await {
                    self.complain(&error.message);
                }
            }
            Err(why) => self.complain(&why),
        }
    }

    /// Brings an ask on screen, or says there why not.
    pub async fn show(&self, key: Key) {
        if let Err(error) = self.find_and_reveal(key).await {
            self.complain(&error.message);
        }
    }

    fn complain(&self, why: &str) {
        // It may quote a link, which anybody can have written.
        self.tell(Patch::Trouble { message: line(why, TROUBLE_CHARS) });
        self.present();
    }

    /// Nothing rings for an hour.
    pub async fn pause_notifications(&self) -> Result<(), CommandError> {
        self.mute(Some(self.inner.clock.now().plus(PAUSE_MS))).await
    }

    pub async fn unmute_notifications(&self) -> Result<(), CommandError> {
        self.mute(None).await
    }

    async fn mute(&self, until: Option<Millis>) -> Result<(), CommandError> {
        let mut settings = self.reading(Queries::settings).await?;
        settings.ringing.muted_until = until;
        self.set_settings(settings).await.map(drop)
    }

    /// For what is heard only when it changes, and was there before.
    pub(super) fn begin_watch<'a>(&self, settings: &Settings, asks: impl Iterator<Item = &'a AskView>) {
        self.inner.settings.send_replace(settings.clone());
        let asks = asks.map(|ask| Patch::Ask { row: Box::new(ask.clone()) });
        let patches: Vec<Patch> = asks.chain([Patch::Settings { settings: settings.clone() }]).collect();
        self.inner.listeners.watched.hear(&patches);
    }

    fn has_window(&self) -> Result<(), CommandError> {
        match self.inner.desk.shell() {
            Some(_) => Ok(()),
            None => Err(failed("This engine runs without a window. Open Deskbell, and try again.")),
        }
    }

    pub(super) async fn find_and_reveal_entry(&self, key: Key) -> Result<Answer, CommandError> {
        self.has_window()?;
        self.known(&key.source)?;
        let wanted = key.clone();
        let context = self.reading(move |queries| queries.context(&wanted)).await?;
        self.tell(Patch::Reveal { pointer: Pointer::Entry(key) });
        self.present();
        Ok(Answer::Entry { context: Box::new(context) })
    }

    pub(super) async fn find_and_reveal(&self, key: Key) -> Result<Answer, CommandError> {
        self.has_window()?;
        self.known(&key.source)?;
        let wanted = key.clone();
        let ask = self.reading(move |queries| queries.ask(&wanted)).await?;
        let Some(ask) = ask else {
            return Err(CommandError {
                code: ErrorCode::NotFound,
                message: format!("There is no ask “{}”, and nothing is known of one.", key.item),
            });
        };
        // A listener may have been told of the latest of those that ended only. What ended changes no more, so this
        // cannot take the place of something newer.
        if ask.state == AskStateWord::Settled {
            self.tell(Patch::Ask { row: Box::new(ask.clone()) });
        }
        self.reveal(key);
        Ok(Answer::Ask { row: Box::new(ask) })
    }
}
