//! Raises and withdraws notifications, and takes what the operator pressed back to the engine.

use std::sync::Arc;

use deskbell_domain::{Consent, Hash, Intent, IntentId, Key, Surface, Urgency};
use deskbell_store::{Fate, NoticeRow, Op, Store, Write};
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::command::{Command, ErrorCode, Settings};
use crate::policy::{Policy, Ring};
use crate::view::AskView;
use crate::{Engine, Notice, Notifier, Press, Stay, Tag};

#[derive(Debug)]
pub(crate) enum Word {
    AskChanged { ask: Box<AskView>, source_name: String },
    Attend(Option<Key>),
    Pressed { tag: Tag, shown: Hash, press: Press },
    Settings(Settings),
}

pub(crate) struct Ringer {
    pub(crate) policy: Policy,
    pub(crate) notifier: Option<Arc<dyn Notifier>>,
    pub(crate) store: Store,
    pub(crate) enabled: bool,
    pub(crate) clock: Clock,
}

impl Ringer {
    /// Runs until the engine drops its end.
    pub(crate) async fn run(mut self, mut words: mpsc::UnboundedReceiver<Word>, engine: Engine) {
        while let Some(word) = words.recv().await {
            match word {
                Word::AskChanged { ask, source_name } => {
                    let ring = self.policy.ask_changed(&ask, &source_name, self.enabled);
                    self.ring(ring).await;
                }
                Word::Attend(key) => {
                    let ring = self.policy.attend(key);
                    self.ring(ring).await;
                }
                Word::Pressed { tag: Tag::Ask(key), shown, press } => {
                    self.pressed(key, shown, press, &engine).await;
                }
                Word::Pressed { tag: Tag::Summary | Tag::Test(_), .. } => {}
                Word::Settings(settings) => self.enabled = settings.notifications,
            }
        }
    }

    async fn ring(&mut self, ring: Option<Ring>) {
        let Some(notifier) = self.notifier.clone() else { return };
        match ring {
            None => {}
            Some(Ring::Show(notice)) => {
                // Written down first: an ask that was told once is never told again, even if we are killed now.
                let Tag::Ask(key) = &notice.tag else { return };
                if !self.record(key, &notice.shown, Fate::Shown, "").await {
                    return;
                }
                notifier.show(notice);
            }
            Some(Ring::Suppress { key, shown, why }) => {
                self.record(&key, &shown, Fate::Suppressed, why).await;
            }
            Some(Ring::Withdraw(key)) => notifier.withdraw(&Tag::Ask(key)),
        }
    }

    async fn pressed(&mut self, key: Key, shown: Hash, press: Press, engine: &Engine) {
        self.policy.gone(&key);
        match press {
            Press::Open => {
                self.record(&key, &shown, Fate::Pressed, "open").await;
                engine.reveal(key);
            }
            Press::Dismissed => {
                self.record(&key, &shown, Fate::Dismissed, "").await;
            }
            Press::Failed(why) => {
                tracing::warn!(%key, why, "a notification could not be shown");
                self.record(&key, &shown, Fate::Failed, &why).await;
            }
            Press::Reply(_) => {}
            Press::Button(offer) => {
                self.record(&key, &shown, Fate::Pressed, &offer).await;
                let intent = Intent {
                    id: IntentId::new(uuid::Uuid::now_v7().to_string()),
                    key: key.clone(),
                    offer,
                    values: Default::default(),
                    shown: shown.clone(),
                    consent: Consent::None,
                };
                let taken =
                    engine.command(Command::IntentTake { intent, surface: Surface::Notification }).await;
                if let (Err(error), Some(notifier)) = (taken, &self.notifier) {
                    let title = match error.code {
                        ErrorCode::Changed => "This changed, look again",
                        ErrorCode::Invalid | ErrorCode::NotFound | ErrorCode::NotOpen | ErrorCode::Failed => {
                            "Nothing was sent"
                        }
                    };
                    notifier.show(Notice {
                        tag: Tag::Ask(key),
                        shown,
                        title: title.to_owned(),
                        body: error.message,
                        buttons: Vec::new(),
                        reply: None,
                        urgency: Urgency::Normal,
                        sound: false,
                        stay: Stay::Passing,
                    });
                }
            }
        }
    }

    async fn record(&self, key: &Key, shown: &Hash, fate: Fate, note: &str) -> bool {
        let row = NoticeRow {
            key: key.clone(),
            shown: shown.clone(),
            fate,
            at: self.clock.now(),
            note: note.to_owned(),
        };
        let write = Write { source: key.source.clone(), ops: vec![Op::Notice(row)], received: None };
        match self.store.write_durable(write).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%key, %error, "a notification's fate could not be written down");
                false
            }
        }
    }
}
