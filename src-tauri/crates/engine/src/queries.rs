//! The commands that only read: answered from the cache, alike with and without a running engine.

mod export;
mod sums;

use deskbell_domain::{Entry, EntryKind, IntentId, ItemId, Key, Millis, Source, SourceId, Surface, Value};
use deskbell_store::{AskRow, EntryRow, Found, OpenError, OutboxRow, Reader, Span, Stage, StoreError, Terms};

use crate::body::{self, BodyView};
use crate::clock::Clock;
use crate::command::{Answer, Command, CommandError, ErrorCode, HistoryFilter, Patch};
use crate::desk::Desk;
use crate::drafts::Drafts;
use crate::history;
use crate::searches::Searches;
use crate::self_test::SelfTest;
use crate::settings::Settings;
use crate::view::{
    AgentView, AskView, Counts, DialectView, EntryView, FindingView, ReceiptView, SettingView, SourceView,
    SpanView, TaskView, ThreadView, VerdictWord,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod storage;

/// How many asks that ended recently a listener is told at the start.
const RECENT: usize = 100;

/// How many asks that ended are listed at most. The rest is in the history.
const MOST_ENDED: usize = 10_000;

/// Reads the cache. Blocks on the disk: call it off the async threads.
#[derive(Debug)]
pub(crate) struct Queries {
    reader: Mutex<Reader>,
    /// What is known only while an engine runs: the links.
    desk: Arc<Desk>,
    clock: Clock,
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self { code: ErrorCode::Failed, message: error.to_string() }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        Self { code: ErrorCode::Failed, message: error.to_string() }
    }
}

impl Queries {
    pub(crate) fn new(reader: Reader, desk: Arc<Desk>, clock: Clock) -> Self {
        Self { reader: Mutex::new(reader), desk, clock }
    }

    /// Answers a command that only reads; `None` for one that does more.
    pub(crate) fn answer(&self, command: &Command) -> Option<Result<Answer, CommandError>> {
        Some(match command {
            Command::DialectList => Ok(Answer::Dialects { rows: dialects() }),
            Command::SourceList => self.sources().map(|rows| Answer::Sources { rows }),
            Command::AskList { all } => {
                self.asks(if *all { Some(MOST_ENDED) } else { None }).map(|rows| Answer::Asks { rows })
            }
            Command::AgentList => self.agents().map(|rows| Answer::Agents { rows }),
            Command::ThreadList => self.threads().map(|rows| Answer::Threads { rows }),
            Command::TaskList => self.tasks().map(|rows| Answer::Tasks { rows }),
            Command::UsageSum { by, edges } => self.usage(*by, edges).map(|rows| Answer::Usage { rows }),
            Command::RecordSum { by, edges } => self.record(*by, edges).map(|rows| Answer::Record { rows }),
            Command::FindingList => self.findings().map(|rows| Answer::Findings { rows }),
            Command::ReceiptList { key } => self.receipts(key).map(|rows| Answer::Receipts { rows }),
            Command::HistoryPage { filter } => self.history(filter).map(|rows| Answer::History { rows }),
            Command::EntryShow { key } => {
                self.context(key).map(|context| Answer::Entry { context: Box::new(context) })
            }
            Command::HistoryTimeline { filter, edges } => {
                self.timeline(filter, edges).map(|timeline| Answer::Timeline { timeline })
            }
            Command::HistoryExport { filter, format } => {
                self.export(filter, *format).map(|part| Answer::Exported { part })
            }
            Command::DraftList => self.drafts().map(|kept| Answer::Drafts { rows: kept.rows() }),
            Command::SearchList => self.searches().map(|kept| Answer::Searches { rows: kept.rows() }),
            Command::BodyList { source, items, whole } => {
                self.bodies(source, items, *whole).map(|rows| Answer::Bodies { rows })
            }
            Command::StorageShow => {
                self.storage().map(|storage| Answer::Storage { storage: Box::new(storage) })
            }
            Command::StorageCount { portion, before } => {
                self.count(portion, *before).map(|entries| Answer::Counted { entries })
            }
            Command::IndexShow => self.index().map(|index| Answer::Index { index }),
            Command::SettingsGet => self.settings().map(|settings| Answer::Settings { settings }),
            Command::NotificationShow => {
                let desktop = self.desk.desktop();
                self.self_test().map(|test| Answer::Notifications { desktop, test })
            }
            Command::SourceAdd { .. }
            | Command::SourceEdit { .. }
            | Command::SourceRemove { .. }
            | Command::SourcePause { .. }
            | Command::SourceResume { .. }
            | Command::SourceTest { .. }
            | Command::SourceDetect { .. }
            | Command::HistoryImport { .. }
            | Command::SearchSave { .. }
            | Command::SearchRemove { .. }
            | Command::DraftKeep { .. }
            | Command::IntentTake { .. }
            | Command::IntentUndo { .. }
            | Command::IntentRetry { .. }
            | Command::IntentDiscard { .. }
            | Command::ReceiptWait { .. }
            | Command::StorageClear { .. }
            | Command::StorageCompact
            | Command::StorageCancel
            | Command::IndexRemake
            | Command::RetentionSet { .. }
            | Command::SettingsSet { .. }
            | Command::AskReveal { .. }
            | Command::EntryReveal { .. }
            | Command::AskSnooze { .. }
            | Command::NotificationTest => return None,
        })
    }

    /// All a listener needs to begin with.
    pub(crate) fn everything(&self) -> Result<Vec<Patch>, CommandError> {
        let mut patches = vec![Patch::Reset, Patch::Settings { settings: self.settings()? }];
        patches.push(Patch::Searches { rows: self.searches()?.rows() });
        patches.extend(self.desk.desktop().map(|desktop| Patch::Desktop { desktop }));
        patches.extend(self.desk.shell().map(|shell| Patch::Shell { shell }));
        patches.extend(self.self_test()?.map(|test| Patch::SelfTest { test }));
        patches.extend(self.sources()?.into_iter().map(|row| Patch::Source { row: Box::new(row) }));
        patches.extend(self.asks(Some(RECENT))?.into_iter().map(|row| Patch::Ask { row: Box::new(row) }));
        patches.extend(self.agents()?.into_iter().map(|row| Patch::Agent { row }));
        patches.extend(self.threads()?.into_iter().map(|row| Patch::Thread { row }));
        patches.extend(self.tasks()?.into_iter().map(|row| Patch::Task { row }));
        patches.extend(self.findings()?.into_iter().map(|row| Patch::Finding { row }));
        patches.extend(self.pending()?.into_iter().map(|row| Patch::Receipt { row }));
        Ok(patches)
    }

    /// What waits, and at most so many that ended.
    pub(crate) fn asks(&self, ended: Option<usize>) -> Result<Vec<AskView>, CommandError> {
        let rows = self.reader().asks(ended)?;
        Ok(rows.into_iter().map(ask_view).collect())
    }

    pub(crate) fn ask(&self, key: &Key) -> Result<Option<AskView>, CommandError> {
        Ok(self.reader().ask(key)?.map(ask_view))
    }

    /// What waits, and when each of it last rang.
    pub(crate) fn rung(&self) -> Result<Vec<(AskView, Option<Millis>)>, CommandError> {
        let asks = self.asks(None)?.into_iter();
        let reader = self.reader();
        asks.map(|ask| {
            let notice = reader.notice(&ask.key)?;
            Ok((ask, notice.and_then(|notice| notice.rung_at)))
        })
        .collect()
    }

    /// What was typed into notifications, and is still on its way.
    pub(crate) fn replies(&self) -> Result<Vec<(IntentId, String)>, CommandError> {
        let rows = self.reader().outbox()?.into_iter();
        let typed = rows.filter(|row| row.surface == Surface::Notification).filter_map(|row| {
            let reply = row.intent.values.values().find_map(Value::words)?.to_owned();
            Some((row.intent.id.clone(), reply))
        });
        Ok(typed.collect())
    }

    pub(crate) fn sources(&self) -> Result<Vec<SourceView>, CommandError> {
        let reader = self.reader();
        let sources = reader.sources()?;
        sources.into_iter().map(|source| self.source_view(&reader, source)).collect()
    }

    fn source_view(&self, reader: &Reader, source: Source) -> Result<SourceView, CommandError> {
        let counts = reader.counts(&source.id)?;
        let (link, lag_ms) = self.desk.link(&source.id);
        Ok(SourceView::new(
            &source,
            link,
            Counts { asks_open: counts.asks_open, entries: counts.entries, odd: counts.odd },
            lag_ms,
            reader.as_of(&source.id)?,
        ))
    }

    fn agents(&self) -> Result<Vec<AgentView>, CommandError> {
        let reader = self.reader();
        let sources: HashMap<SourceId, Source> =
            reader.sources()?.into_iter().map(|source| (source.id.clone(), source)).collect();
        let agents = reader.agents()?;
        Ok(agents.iter().filter_map(|(id, it)| Some(AgentView::new(sources.get(id)?, it))).collect())
    }

    fn bodies(
        &self,
        source: &SourceId,
        items: &[ItemId],
        whole: bool,
    ) -> Result<Vec<BodyView>, CommandError> {
        if items.len() > body::MOST {
            return Err(CommandError {
                code: ErrorCode::Invalid,
                message: format!("Ask for at most {} lines at once.", body::MOST),
            });
        }
        let reader = self.reader();
        let Some(source) = reader.sources()?.into_iter().find(|it| it.id == *source) else {
            return Ok(Vec::new());
        };
        let entries = reader.entries(&source.id, items)?;
        Ok(entries.into_iter().map(|entry| BodyView::new(&source.dialect, entry, whole)).collect())
    }

    /// Those of these lines that are here.
    pub(crate) fn entries(&self, source: &SourceId, items: &[ItemId]) -> Result<Vec<Entry>, CommandError> {
        Ok(self.reader().entries(source, items)?)
    }

    fn threads(&self) -> Result<Vec<ThreadView>, CommandError> {
        Ok(self.reader().threads()?.iter().map(|(source, it)| ThreadView::new(source, it)).collect())
    }

    fn tasks(&self) -> Result<Vec<TaskView>, CommandError> {
        Ok(self.reader().tasks()?.iter().map(|(source, it)| TaskView::new(source, it)).collect())
    }

    fn findings(&self) -> Result<Vec<FindingView>, CommandError> {
        Ok(self.reader().findings()?.iter().map(|(source, it)| FindingView::new(source, it)).collect())
    }

    /// What is on its way for one thing, then its receipts, newest first.
    pub(crate) fn receipts(&self, key: &Key) -> Result<Vec<ReceiptView>, CommandError> {
        // In this order: an intent decided between the two readings is seen twice rather than not at all.
        let pending = self.pending()?;
        let decided: Vec<ReceiptView> = self.reader().receipts(key)?.iter().map(ReceiptView::from).collect();
        let is_open =
            |row: &ReceiptView| row.key == *key && !decided.iter().any(|done| done.intent == row.intent);
        Ok(pending.into_iter().rev().filter(is_open).chain(decided.iter().cloned()).collect())
    }

    /// One intent: decided, stuck, or on its way.
    pub(crate) fn receipt(
        &self,
        intent: &deskbell_domain::IntentId,
    ) -> Result<Option<ReceiptView>, CommandError> {
        let pending = self.pending()?.into_iter().find(|row| row.intent == *intent);
        let decided = self.reader().receipt(intent)?;
        Ok(decided.as_ref().map(ReceiptView::from).or(pending))
    }

    fn pending(&self) -> Result<Vec<ReceiptView>, CommandError> {
        Ok(self.reader().outbox()?.iter().map(ReceiptView::from).collect())
    }

    fn history(&self, filter: &HistoryFilter) -> Result<Vec<EntryView>, CommandError> {
        let history = history::wanted(filter)?;
        let Some(terms) = terms(filter) else {
            return Ok(self.reader().history(&history)?.into_iter().map(EntryView::from).collect());
        };
        // It may look through many lines, for which nobody else must wait.
        let reader = self.reader().another()?;
        let found =
            if filter.best { reader.best(&history, &terms)? } else { reader.search(&history, &terms)? };
        Ok(found.into_iter().map(EntryView::from).collect())
    }

    pub(crate) fn searches(&self) -> Result<Searches, CommandError> {
        let kept = self.reader().setting(Searches::NAME)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    pub(crate) fn drafts(&self) -> Result<Drafts, CommandError> {
        let kept = self.reader().setting(Drafts::NAME)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    pub(crate) fn settings(&self) -> Result<Settings, CommandError> {
        let kept = self.reader().setting(Settings::NAME)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    pub(crate) fn self_test(&self) -> Result<Option<SelfTest>, CommandError> {
        let kept = self.reader().setting(SelfTest::NAME)?;
        Ok(kept.and_then(|json| serde_json::from_str(&json).ok()))
    }

    pub(crate) fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Settings {
    /// Under which name the store keeps them.
    pub(crate) const NAME: &'static str = "settings";
}

/// What is looked for, where it is anything.
fn terms(filter: &HistoryFilter) -> Option<Terms> {
    filter.search.as_deref().map(Terms::parse).filter(|terms| !terms.is_empty())
}

fn ask_view(row: AskRow) -> AskView {
    AskView::new(&row.source, &row.dialect, &row.ask).snoozed(row.snoozed_until)
}

fn dialects() -> Vec<DialectView> {
    deskbell_wire::DIALECTS
        .iter()
        .map(|dialect| DialectView {
            name: dialect.name.to_owned(),
            title: dialect.title.to_owned(),
            about: dialect.about.to_owned(),
            default_url: dialect.default_url.to_owned(),
            finds_itself: dialect.state_file.is_some(),
            logins: dialect.logins.iter().map(|login| login.auth()).collect(),
            settings: dialect
                .settings
                .iter()
                .map(|setting| (setting.name, setting.about, setting.many))
                .chain(deskbell_link::SETTINGS.iter().map(|(name, about)| (*name, *about, false)))
                .map(|(name, about, many)| SettingView {
                    name: name.to_owned(),
                    about: about.to_owned(),
                    many,
                })
                .collect(),
        })
        .collect()
}

impl From<EntryRow> for EntryView {
    fn from(row: EntryRow) -> Self {
        let EntryRow { cursor, source, entry, ended } = row;
        let kind: EntryKind = entry.kind;
        Self {
            cursor: cursor.to_string(),
            at: entry.at.millis(),
            said: entry.at.is_said(),
            source,
            item: entry.item,
            kind,
            agent: entry.agent,
            thread: entry.thread,
            ask: entry.ask,
            ended,
            text: entry.text,
            raw: entry.raw,
            found: Vec::new(),
        }
    }
}

impl From<Found> for EntryView {
    fn from(Found { row, excerpt }: Found) -> Self {
        let found = excerpt.into_iter().map(|Span { text, found }| SpanView { text, found }).collect();
        Self { found, ..Self::from(row) }
    }
}

impl From<&deskbell_domain::Receipt> for ReceiptView {
    fn from(receipt: &deskbell_domain::Receipt) -> Self {
        use deskbell_domain::Verdict;
        Self {
            intent: receipt.intent.clone(),
            key: receipt.key.clone(),
            title: receipt.title.clone(),
            offer: receipt.offer.clone(),
            label: receipt.label.clone(),
            surface: receipt.surface,
            shown: receipt.shown.clone(),
            answered_at: receipt.answered_at,
            held_until: None,
            settled_at: Some(receipt.settled_at),
            verdict: match receipt.verdict {
                Verdict::Won => VerdictWord::Won,
                Verdict::Lost { .. } => VerdictWord::Lost,
                Verdict::Expired => VerdictWord::Expired,
                Verdict::Unknown => VerdictWord::Unknown,
                Verdict::Discarded => VerdictWord::Discarded,
            },
            note: receipt.note.clone(),
            fault: None,
        }
    }
}

impl From<&OutboxRow> for ReceiptView {
    fn from(row: &OutboxRow) -> Self {
        let (verdict, note, fault) = match &row.stage {
            Stage::Held => (VerdictWord::Pending, "It can still be taken back.", None),
            Stage::Queued => (VerdictWord::Pending, "It waits for the connection.", None),
            Stage::Maybe => (VerdictWord::Pending, "It is on its way.", None),
            Stage::Taken => (VerdictWord::Pending, "The server has it; its proof is still to come.", None),
            Stage::Stuck { fault } => (VerdictWord::Stuck, "", Some(fault.clone())),
        };
        Self {
            intent: row.intent.id.clone(),
            key: row.intent.key.clone(),
            title: row.title.clone(),
            offer: row.offer.id.clone(),
            label: row.offer.label.clone(),
            surface: row.surface,
            shown: row.intent.shown.clone(),
            answered_at: row.accepted_at,
            held_until: row.held_until.filter(|_| row.stage == Stage::Held),
            settled_at: None,
            verdict,
            note: fault.as_ref().map_or_else(|| note.to_owned(), ToString::to_string),
            fault,
        }
    }
}

#[cfg(test)]
mod tests;
