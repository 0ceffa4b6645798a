//! The closed list of what a surface may ask of the engine, and what it may hear from it.

use std::collections::BTreeMap;

use deskbell_domain::{
    Answerer, Auth, EntryKind, Fault, Intent, IntentId, ItemId, Key, LineOutcome, Millis, Portion, Rule,
    SourceId, Surface,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::body::BodyView;
use crate::carry::{CarriedEntry, Origin, Tally};
use crate::context::EntryContext;
use crate::detect::DetectedView;
use crate::drafts::Draft;
use crate::export::{ExportPart, Format};
use crate::notice::Desktop;
use crate::pointer::Pointer;
use crate::record::RecordView;
use crate::searches::SavedSearch;
use crate::self_test::SelfTest;
use crate::settings::Settings;
use crate::shell::Shell;
use crate::storage::{IndexView, StorageView};
use crate::timeline::TimelineView;
use crate::usage::UsageView;
use crate::view::{
    AgentView, AskView, DialectView, EntryView, FindingView, ReceiptView, SourceView, TaskView, ThreadView,
};
use crate::whose::SumBy;

/// Everything the engine can be asked to do.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "command", rename_all_fields = "camelCase")]
pub enum Command {
    #[serde(rename = "dialect.list")]
    DialectList,
    #[serde(rename = "source.list")]
    SourceList,
    #[serde(rename = "source.add")]
    SourceAdd { draft: SourceDraft },
    #[serde(rename = "source.edit")]
    SourceEdit { source: SourceId, draft: SourceDraft },
    #[serde(rename = "source.remove")]
    SourceRemove { source: SourceId },
    #[serde(rename = "source.pause")]
    SourcePause { source: SourceId },
    #[serde(rename = "source.resume")]
    SourceResume { source: SourceId },
    /// Connects once, reads once, and says what it found. Keeps nothing.
    #[serde(rename = "source.test")]
    SourceTest { draft: SourceDraft, source: Option<SourceId> },
    /// Looks who listens on this machine: at these ports, or where servers usually are if there are none.
    #[serde(rename = "source.detect")]
    SourceDetect { ports: Vec<u16> },
    #[serde(rename = "ask.list")]
    AskList { all: bool },
    /// Brings an ask on screen in the app's window.
    #[serde(rename = "ask.reveal")]
    AskReveal { key: Key },
    /// An entry of the history, with what is around it.
    #[serde(rename = "entry.show")]
    EntryShow { key: Key },
    /// Brings an entry on screen in the app's window.
    #[serde(rename = "entry.reveal")]
    EntryReveal { key: Key },
    /// Rings for an ask later, and not before; without a time, ends that.
    #[serde(rename = "ask.snooze")]
    AskSnooze { key: Key, until: Option<Millis> },
    #[serde(rename = "agent.list")]
    AgentList,
    #[serde(rename = "thread.list")]
    ThreadList,
    #[serde(rename = "task.list")]
    TaskList,
    /// What tasks took between each two of these times, which ascend.
    #[serde(rename = "usage.sum")]
    UsageSum { by: SumBy, edges: Vec<Millis> },
    /// How the operator answered what ended between each two of these times, which ascend.
    #[serde(rename = "record.sum")]
    RecordSum { by: SumBy, edges: Vec<Millis> },
    #[serde(rename = "finding.list")]
    FindingList,
    /// Takes an offer: answers an ask, restarts an agent, sends a message.
    #[serde(rename = "intent.take")]
    IntentTake { intent: Intent, surface: Surface },
    /// Takes an answer back while it is held.
    #[serde(rename = "intent.undo")]
    IntentUndo { intent: IntentId },
    /// Tries a stuck one again.
    #[serde(rename = "intent.retry")]
    IntentRetry { intent: IntentId },
    /// Gives up on a stuck one.
    #[serde(rename = "intent.discard")]
    IntentDiscard { intent: IntentId },
    /// Waits until an intent is decided or stuck, or until the time is up.
    #[serde(rename = "receipt.wait")]
    ReceiptWait { intent: IntentId, timeout_ms: u64 },
    /// The receipts and pending intents of one thing, newest first.
    #[serde(rename = "receipt.list")]
    ReceiptList { key: Key },
    #[serde(rename = "history.page")]
    HistoryPage { filter: HistoryFilter },
    /// The next part of all that fits, as text and newest first. The first part has what stands at its top; each part
    /// after it is asked for with `before`, which is where the part before it said.
    #[serde(rename = "history.export")]
    HistoryExport { filter: HistoryFilter, format: Format },
    #[serde(rename = "search.list")]
    SearchList,
    /// Keeps a search under its name, in the place of another where that is named.
    #[serde(rename = "search.save")]
    SearchSave { search: SavedSearch, instead_of: Option<String> },
    #[serde(rename = "search.remove")]
    SearchRemove { name: String },
    #[serde(rename = "draft.list")]
    DraftList,
    /// Keeps what is half written, in the place of what was kept for the same offer.
    #[serde(rename = "draft.keep")]
    DraftKeep { draft: Draft },
    /// Adds lines of another machine's history, oldest first. What is here stays as it is; a source that is not
    /// here is added paused.
    #[serde(rename = "history.import")]
    HistoryImport { sources: BTreeMap<SourceId, Origin>, entries: Vec<CarriedEntry> },
    /// How many entries there are between each two of these times, which ascend; where there are none, only the
    /// first and the last time. The filter's own times and what it looks for do not count.
    #[serde(rename = "history.timeline")]
    HistoryTimeline { filter: HistoryFilter, edges: Vec<Millis> },
    /// What lines of history stand for, whole. Of a long one only the beginning, unless all of it is asked for.
    #[serde(rename = "body.list")]
    BodyList { source: SourceId, items: Vec<ItemId>, whole: bool },
    /// What the history takes on the disk, and what is done about it.
    #[serde(rename = "storage.show")]
    StorageShow,
    /// How many lines a clearing would take out now, but for those of asks that have not ended.
    #[serde(rename = "storage.count")]
    StorageCount { portion: Portion, before: Option<Millis> },
    /// Takes a portion out of the history, or what of it is older than a time: what is there now. Answers when it has
    /// begun.
    #[serde(rename = "storage.clear")]
    StorageClear { portion: Portion, before: Option<Millis> },
    /// Gives back what the files have free. Answers when it has begun.
    #[serde(rename = "storage.compact")]
    StorageCompact,
    /// Ends what is under way. What is done stays done.
    #[serde(rename = "storage.cancel")]
    StorageCancel,
    /// How much of the history is kept, from now on.
    #[serde(rename = "retention.set")]
    RetentionSet { rules: Vec<Rule> },
    /// How far the search index is.
    #[serde(rename = "index.show")]
    IndexShow,
    /// Makes the search index again. Searches are complete meanwhile, if not as fast.
    #[serde(rename = "index.remake")]
    IndexRemake,
    #[serde(rename = "settings.get")]
    SettingsGet,
    #[serde(rename = "settings.set")]
    SettingsSet { settings: Settings },
    /// What this desktop's notifications can do, and the last self-test.
    #[serde(rename = "notification.show")]
    NotificationShow,
    /// Shows one notification of each kind that this desktop offers.
    #[serde(rename = "notification.test")]
    NotificationTest,
}

/// What the engine answers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    Done,
    Dialects {
        rows: Vec<DialectView>,
    },
    Sources {
        rows: Vec<SourceView>,
    },
    Source {
        row: Box<SourceView>,
    },
    Detected {
        /// The ports that were looked at.
        ports: Vec<u16>,
        rows: Vec<DetectedView>,
    },
    Tested {
        report: TestReport,
    },
    Asks {
        rows: Vec<AskView>,
    },
    Ask {
        row: Box<AskView>,
    },
    Agents {
        rows: Vec<AgentView>,
    },
    Threads {
        rows: Vec<ThreadView>,
    },
    Tasks {
        rows: Vec<TaskView>,
    },
    /// The costliest first.
    Usage {
        rows: Vec<UsageView>,
    },
    /// All together, then those with the most first.
    Record {
        rows: Vec<RecordView>,
    },
    Findings {
        rows: Vec<FindingView>,
    },
    /// The intent is durable.
    Taken {
        receipt: ReceiptView,
    },
    Receipt {
        receipt: ReceiptView,
    },
    Receipts {
        rows: Vec<ReceiptView>,
    },
    History {
        rows: Vec<EntryView>,
    },
    Entry {
        context: Box<EntryContext>,
    },
    Exported {
        part: ExportPart,
    },
    /// By name.
    Searches {
        rows: Vec<SavedSearch>,
    },
    /// The newest last.
    Drafts {
        rows: Vec<Draft>,
    },
    Imported {
        tally: Tally,
    },
    Timeline {
        timeline: TimelineView,
    },
    Bodies {
        rows: Vec<BodyView>,
    },
    Storage {
        storage: Box<StorageView>,
    },
    Counted {
        entries: u64,
    },
    Index {
        index: IndexView,
    },
    Settings {
        settings: Settings,
    },
    Notifications {
        desktop: Option<Desktop>,
        test: Option<SelfTest>,
    },
}

/// Why a command was not done. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    pub code: ErrorCode,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// What was asked makes no sense: fix the request.
    Invalid,
    /// It names something that is not there.
    NotFound,
    /// What was shown is no longer how things are: look again.
    Changed,
    /// It is already decided, or an answer is on its way.
    NotOpen,
    /// The engine could not do it.
    Failed,
}

/// What the operator fills in to add or change a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceDraft {
    pub name: String,
    pub dialect: String,
    pub url: String,
    pub auth: Auth,
    pub secret: SecretDraft,
    #[serde(default)]
    pub settings: BTreeMap<String, Vec<String>>,
}

/// A secret on its way in. It never comes out again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kept", rename_all = "camelCase")]
pub enum SecretDraft {
    /// None is needed, or the one already kept stays.
    Unchanged,
    /// To be put into the keyring.
    Given { value: String },
    /// To be read from this environment variable at each start.
    Environment { name: String },
}

impl std::fmt::Debug for SecretDraft {
    /// The secret stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unchanged => "Unchanged",
            Self::Given { .. } => "Given",
            Self::Environment { .. } => "Environment",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestReport {
    pub ok: bool,
    /// What was found, in plain words: "hyperhive answers: 2 asks wait, 3 agents".
    pub message: String,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct HistoryFilter {
    pub source: Option<SourceId>,
    pub thread: Option<ItemId>,
    pub agent: Option<String>,
    pub kind: Option<EntryKind>,
    pub ask: Option<ItemId>,
    /// How it ended, what the line is about.
    pub outcome: Option<LineOutcome>,
    /// Who ended it.
    pub by: Option<Answerer>,
    pub since: Option<Millis>,
    pub until: Option<Millis>,
    /// Words, `"phrases"`, and `-what` must not be there. Found anywhere, also in the frame behind the line.
    pub search: Option<String>,
    /// The best of the newest five hundred that have these words come first, and not the newest: see the store's `best`.
    pub best: bool,
    /// A cursor: what is next older than that row. At most one of this, `after` and `around` is given; with `best` none.
    pub before: Option<String>,
    /// A cursor: what is next newer than that row.
    pub after: Option<String>,
    /// Half a page from that time on, and what is next older.
    pub around: Option<Millis>,
    pub limit: Option<u32>,
}

/// What a subscriber hears. `number` counts up by one from 1; a missing number means: subscribe again.
/// The first batch begins with `reset`, followed by everything there is.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    pub number: u64,
    pub patches: Vec<Patch>,
}

/// Each carries a thing as it is now, whole: applying one twice changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "patch", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Patch {
    /// Forget everything; all there is follows.
    Reset,
    Source {
        row: Box<SourceView>,
    },
    SourceGone {
        source: SourceId,
    },
    Ask {
        row: Box<AskView>,
    },
    Agent {
        row: AgentView,
    },
    AgentGone {
        key: Key,
    },
    Thread {
        row: ThreadView,
    },
    ThreadGone {
        key: Key,
    },
    Task {
        row: TaskView,
    },
    TaskGone {
        key: Key,
    },
    Finding {
        row: FindingView,
    },
    FindingGone {
        key: Key,
    },
    Entry {
        row: EntryView,
    },
    /// More entries came than can be painted: these are not told one by one. The history has them.
    EntriesMissed,
    Receipt {
        row: ReceiptView,
    },
    /// It was taken back before it left: there is nothing to say of it.
    ReceiptGone {
        intent: IntentId,
    },
    Settings {
        settings: Settings,
    },
    /// All that are saved, by name.
    Searches {
        rows: Vec<SavedSearch>,
    },
    /// What this desktop's notifications can do.
    Desktop {
        desktop: Desktop,
    },
    /// The last self-test of notifications.
    SelfTest {
        test: SelfTest,
    },
    /// Show this: a notification or a link was clicked.
    Reveal {
        pointer: Pointer,
    },
    /// How the app stands on this desktop.
    Shell {
        shell: Shell,
    },
    /// What the operator wanted from outside the window could not be done, and why.
    Trouble {
        message: String,
    },
}
