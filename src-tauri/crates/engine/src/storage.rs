//! What the history takes on the disk, and what is done about it, for whoever shows it.

use deskbell_domain::{EntryKind, Millis, Rule, SourceId};
use deskbell_store::{Job, RemovedRow, Share, Storage, Upkeep, Why, Work};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// In bytes, where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StorageView {
    /// The database's file.
    pub database: u64,
    /// Of it, what is free: the next lines take it, or it is given back.
    pub free: u64,
    /// What is committed and not in the database's file yet.
    pub log: u64,
    pub index: IndexView,
    /// By source, then by kind.
    pub shares: Vec<ShareView>,
    /// What was taken out of the history, the latest first.
    pub removed: Vec<RemovedView>,
    pub rules: Vec<RuleView>,
    /// What is under way.
    pub job: Option<JobView>,
    /// Why the last of it came to nothing.
    pub trouble: Option<String>,
}

/// The search index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IndexView {
    pub bytes: u64,
    /// So many lines it does not have yet. A search finds them all the same, if not as fast.
    pub behind: u64,
    /// Why it cannot be written now. It is tried again by itself.
    pub trouble: Option<String>,
}

/// How much there is of one source and kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShareView {
    pub source: SourceId,
    pub kind: EntryKind,
    pub entries: u64,
    /// What the lines say.
    pub text_bytes: u64,
    /// The frames behind them.
    pub frame_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemovedView {
    pub source: SourceId,
    pub kind: EntryKind,
    pub why: RemovedWhy,
    /// The time of the newest of them.
    pub until: Millis,
    pub entries: u64,
    /// When they were removed, the last time.
    pub at: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum RemovedWhy {
    Rule,
    Cleared,
}

/// A rule of retention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuleView {
    pub rule: Rule,
    /// How many lines it would take out now, about.
    pub excess: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    pub work: JobWork,
    /// Of lines, or, where it compacts, of bytes.
    pub done: u64,
    pub total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum JobWork {
    Tidy,
    Clear,
    Compact,
}

impl StorageView {
    /// Without an engine nothing is under way.
    pub(crate) fn new(storage: Storage, upkeep: Option<&Upkeep>) -> Self {
        let Storage { database, free, log, index, behind, shares, removed, rules, excess } = storage;
        Self {
            database,
            free,
            log,
            index: IndexView { bytes: index, behind, trouble: upkeep.and_then(Upkeep::index_trouble) },
            shares: shares.into_iter().map(ShareView::from).collect(),
            removed: removed.into_iter().map(RemovedView::from).collect(),
            rules: rules.into_iter().zip(excess).map(|(rule, excess)| RuleView { rule, excess }).collect(),
            job: upkeep.and_then(Upkeep::job).map(JobView::from),
            trouble: upkeep.and_then(Upkeep::trouble),
        }
    }
}

impl From<Share> for ShareView {
    fn from(share: Share) -> Self {
        let Share { source, kind, entries, text_bytes, frame_bytes } = share;
        Self { source, kind, entries, text_bytes, frame_bytes }
    }
}

impl From<RemovedRow> for RemovedView {
    fn from(row: RemovedRow) -> Self {
        let RemovedRow { source, kind, why, until, entries, at } = row;
        let why = match why {
            Why::Rule => RemovedWhy::Rule,
            Why::Cleared => RemovedWhy::Cleared,
        };
        Self { source, kind, why, until, entries, at }
    }
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        let work = match job.work {
            Work::Tidy => JobWork::Tidy,
            Work::Clear => JobWork::Clear,
            Work::Compact => JobWork::Compact,
        };
        Self { work, done: job.done, total: job.total }
    }
}
