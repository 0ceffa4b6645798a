mod drafts;
mod import;
mod intents;
mod reveal;
mod searches;
mod sources;
mod upkeep;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deskbell_domain::{Hash, IntentId, Key, Link, Source, SourceId, Surface};
use deskbell_store::{Op, OpenError, Opened, Reader, Store, Write};
use tokio::sync::{Mutex, broadcast, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::command::{Answer, Command, CommandError, ErrorCode, Patch};
use crate::desk::Desk;
use crate::hub::Hub;
use crate::policy::Policy;
use crate::queries::Queries;
use crate::ringer::{Ringer, Word, Words};
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::source::Control;
use crate::subscription::Listeners;
use crate::{Desktop, Listener, Notifier, Press, Subscription, Tag};

const INTENT_QUEUE: usize = 1_024;

#[derive(Default)]
pub struct Options {
    /// The data folder. One engine at a time may have it.
    pub data: PathBuf,
    /// Who raises notifications; nobody for `bell serve`.
    pub notifier: Option<Arc<dyn Notifier>>,
    /// Start no links: for changing sources while no engine runs.
    pub offline: bool,
    pub clock: Clock,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("data", &self.data)
            .field("offline", &self.offline)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another engine has the folder.
    #[error("{0}")]
    Taken(String),
    #[error("{0}")]
    Failed(String),
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Taken { .. } => Self::Taken(error.to_string()),
            OpenError::Newer { .. } | OpenError::Failed { .. } => Self::Failed(error.to_string()),
        }
    }
}

/// The running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    queries: Arc<Queries>,
    desk: Arc<Desk>,
    listeners: Arc<Listeners>,
    secrets: Arc<Secrets>,
    sources: Mutex<HashMap<SourceId, mpsc::Sender<Control>>>,
    /// Those that are somewhere else now: decided, on their way, taken back.
    intents: broadcast::Sender<IntentId>,
    ringer: Words,
    settings: watch::Sender<Settings>,
    /// Told each time something is to be seen in the window.
    revealed: watch::Sender<()>,
    /// Held while they are changed.
    searches: Mutex<()>,
    /// Held while they are changed.
    drafts: Mutex<()>,
    tasks: TaskTracker,
    clock: Clock,
    offline: bool,
}

impl Engine {
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { data, notifier, offline, clock } = options;
        let failed = |error: &dyn std::fmt::Display| StartError::Failed(error.to_string());
        let folder = data.clone();
        let (opened, reader) =
            tokio::task::spawn_blocking(move || -> Result<(Opened, Reader), StartError> {
                let opened = Store::open(&folder)?;
                let reader = opened.store.reader().map_err(|error| StartError::Failed(error.to_string()))?;
                Ok((opened, reader))
            })
            .await
            .map_err(|error| failed(&error))??;
        let Opened { store, committed, report } = opened;
        if let Some(moved) = report {
            tracing::error!("{moved}");
        }
        let desk = Arc::new(Desk::default());
        let queries = Arc::new(Queries::new(reader, Arc::clone(&desk), clock.clone()));
        let (intents, _) = broadcast::channel(INTENT_QUEUE);
        let engine = Self {
            inner: Arc::new(Inner {
                queries: Arc::clone(&queries),
                listeners: Arc::default(),
                secrets: Arc::new(Secrets::new(&data)),
                sources: Mutex::default(),
                searches: Mutex::default(),
                drafts: Mutex::default(),
                tasks: TaskTracker::new(),
                desk,
                intents,
                ringer: Words::default(),
                settings: watch::Sender::default(),
                revealed: watch::Sender::default(),
                store,
                clock,
                offline,
            }),
        };
        let (sources, (asks, replies), settings, test) = engine
            .reading(|queries| {
                let rung = (queries.rung()?, queries.replies()?);
                Ok((queries.sources()?, rung, queries.settings()?, queries.self_test()?))
            })
            .await
            .map_err(|error| failed(&error))?;
        let inner = &engine.inner;
        let hub = Hub {
            desk: Arc::clone(&inner.desk),
            listeners: Arc::clone(&inner.listeners),
            intents: inner.intents.clone(),
            ringer: inner.ringer.clone(),
            clock: inner.clock.clone(),
        };
        tokio::spawn(hub.run(committed));
        for (ask, _) in &asks {
            inner.desk.snooze(&ask.key, ask.snoozed_until);
        }
        engine.begin_upkeep();
        engine.begin_watch(&settings, asks.iter().map(|(ask, _)| ask));
        match notifier {
            None => inner.ringer.ignore(),
            Some(notifier) => {
                let sound = settings.ringing.sound;
                let mut policy = Policy::new(settings, inner.clock.now());
                for (ask, rung_at) in asks {
                    let source = sources.iter().find(|source| source.source == ask.source);
                    let name = source.map_or_else(String::new, |source| source.name.clone());
                    policy.remember(ask, name, rung_at);
                }
                for (intent, reply) in replies {
                    policy.remember_reply(intent, reply);
                }
                let store = inner.store.clone();
                let clock = inner.clock.clone();
                let ringer = Ringer { policy, notifier, store, sound, test, engine: engine.clone(), clock };
                tokio::spawn(ringer.run(inner.ringer.clone()));
            }
        }
        for view in sources {
            let (counts, as_of) = (view.counts, view.as_of);
            let source = Source {
                id: view.source,
                name: view.name,
                dialect: view.dialect,
                url: view.url,
                auth: view.auth,
                secret: view.secret,
                settings: view.settings,
                paused: view.paused,
            };
            engine.employ(source, counts, as_of).await.map_err(|error| failed(&error))?;
        }
        Ok(engine)
    }

    pub async fn command(&self, command: Command) -> Result<Answer, CommandError> {
        match command {
            Command::SourceAdd { draft } => self.add_source(draft).await,
            Command::SourceEdit { source, draft } => self.edit_source(source, draft).await,
            Command::SourceRemove { source } => self.remove_source(source).await,
            Command::SourcePause { source } => self.pause(source, true).await,
            Command::SourceResume { source } => self.pause(source, false).await,
            Command::SourceTest { draft, source } => self.test_source(draft, source).await,
            Command::SourceDetect { ports } => self.detect_sources(ports).await,
            Command::HistoryImport { sources, entries } => self.import(sources, entries).await,
            Command::IntentTake { intent, surface } => {
                let source = intent.key.source.clone();
                let undo_ms = match surface {
                    Surface::Window => self.reading(Queries::settings).await?.undo_ms,
                    Surface::Notification | Surface::CommandLine => 0,
                };
                self.order(&source, |reply| Control::Take {
                    intent: Box::new(intent),
                    surface,
                    undo_ms,
                    reply,
                })
                .await
            }
            Command::IntentUndo { intent } => {
                self.on_intent(intent, |intent, reply| Control::Undo { intent, reply }).await
            }
            Command::IntentRetry { intent } => {
                self.on_intent(intent, |intent, reply| Control::Retry { intent, reply }).await
            }
            Command::IntentDiscard { intent } => {
                self.on_intent(intent, |intent, reply| Control::Discard { intent, reply }).await
            }
            Command::ReceiptWait { intent, timeout_ms } => {
                self.wait(intent, Duration::from_millis(timeout_ms)).await
            }
            Command::StorageClear { portion, before } => {
                self.inner.store.clear(portion, before, self.inner.clock.now());
                Ok(Answer::Done)
            }
            Command::StorageCompact => {
                self.inner.store.compact();
                Ok(Answer::Done)
            }
            Command::StorageCancel => {
                self.inner.store.upkeep().cancel();
                Ok(Answer::Done)
            }
            Command::IndexRemake => {
                self.inner.store.remake_index();
                Ok(Answer::Done)
            }
            Command::RetentionSet { rules } => self.set_rules(rules).await,
            Command::SearchSave { search, instead_of } => self.save_search(search, instead_of).await,
            Command::SearchRemove { name } => self.remove_search(name).await,
            Command::DraftKeep { draft } => self.keep_draft(draft).await,
            Command::SettingsSet { settings } => self.set_settings(settings).await,
            Command::AskReveal { key } => self.find_and_reveal(key).await,
            Command::EntryReveal { key } => self.find_and_reveal_entry(key).await,
            Command::AskSnooze { key, until } => self.snooze(key, until).await,
            Command::NotificationTest => self.test_notifications().await,
            reading @ (Command::DialectList
            | Command::SourceList
            | Command::AskList { .. }
            | Command::AgentList
            | Command::ThreadList
            | Command::TaskList
            | Command::UsageSum { .. }
            | Command::RecordSum { .. }
            | Command::FindingList
            | Command::ReceiptList { .. }
            | Command::HistoryPage { .. }
            | Command::EntryShow { .. }
            | Command::HistoryTimeline { .. }
            | Command::HistoryExport { .. }
            | Command::SearchList
            | Command::DraftList
            | Command::BodyList { .. }
            | Command::StorageShow
            | Command::StorageCount { .. }
            | Command::IndexShow
            | Command::SettingsGet
            | Command::NotificationShow) => {
                self.reading(move |queries| {
                    queries
                        .answer(&reading)
                        .unwrap_or_else(|| Err(failed("this command does more than read")))
                })
                .await
            }
        }
    }

    pub fn subscribe(&self, listener: Listener) -> Subscription {
        self.inner.listeners.add(listener, Arc::clone(&self.inner.queries))
    }

    /// What the operator did with a notification. `shown` is the hash its notice carried.
    pub fn pressed(&self, tag: Tag, shown: Hash, press: Press) {
        self.inner.ringer.tell(Word::Pressed { tag, shown, press });
    }

    /// What the desktop's notifications can do, or why they cannot.
    pub fn desktop(&self, desktop: Desktop) {
        self.inner.desk.set_desktop(desktop.clone());
        self.inner.listeners.tell(&[Patch::Desktop { desktop }]);
    }

    /// Which ask is on screen in a focused window; nothing when the window is hidden or looks elsewhere.
    pub fn attend(&self, ask: Option<Key>) {
        self.inner.ringer.tell(Word::Attend(ask));
    }

    /// Whether a source can be reached now.
    pub(crate) fn is_live(&self, source: &SourceId) -> bool {
        matches!(self.inner.desk.link(source).0, Link::Live { .. })
    }

    pub(crate) fn known_desktop(&self) -> Option<Desktop> {
        self.inner.desk.desktop()
    }

    pub(crate) fn tell(&self, patch: Patch) {
        self.inner.listeners.tell(&[patch]);
    }

    /// Ends every source, writes what is under way, and gives the folder back.
    pub async fn stop(&self) {
        let sources = std::mem::take(&mut *self.inner.sources.lock().await);
        drop(sources);
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.store.close().await;
        self.inner.listeners.end();
    }

    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Queries) -> Result<T, CommandError> + Send + 'static,
    ) -> Result<T, CommandError> {
        let queries = Arc::clone(&self.inner.queries);
        tokio::task::spawn_blocking(move || read(&queries)).await.map_err(|error| failed(&error))?
    }

    async fn set_settings(&self, settings: Settings) -> Result<Answer, CommandError> {
        if let Some(fault) = settings.fault() {
            return Err(invalid(fault));
        }
        let value = serde_json::to_string(&settings).map_err(|error| failed(&error))?;
        self.write(&SourceId::new(""), Op::Setting { name: Settings::NAME.to_owned(), value }).await?;
        self.inner.settings.send_replace(settings.clone());
        self.inner.ringer.tell(Word::Settings(settings.clone()));
        self.inner.listeners.tell(&[Patch::Settings { settings: settings.clone() }]);
        Ok(Answer::Settings { settings })
    }

    async fn test_notifications(&self) -> Result<Answer, CommandError> {
        let (reply, begun) = oneshot::channel();
        self.inner.ringer.tell(Word::Test { reply });
        match begun.await {
            Ok(test) => Ok(Answer::Notifications { desktop: self.inner.desk.desktop(), test: Some(test) }),
            Err(_) => Err(failed(
                "This engine runs without a desktop, so it raises no notifications. Open Deskbell's window.",
            )),
        }
    }

    async fn write(&self, source: &SourceId, op: Op) -> Result<(), CommandError> {
        let write = Write { source: source.clone(), ops: vec![op], received: None };
        Ok(self.inner.store.write_durable(write).await?)
    }
}

fn not_found(message: String) -> CommandError {
    CommandError { code: ErrorCode::NotFound, message }
}

fn invalid(message: String) -> CommandError {
    CommandError { code: ErrorCode::Invalid, message }
}

fn failed(error: &(impl std::fmt::Display + ?Sized)) -> CommandError {
    CommandError { code: ErrorCode::Failed, message: error.to_string() }
}
