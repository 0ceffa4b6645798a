//! What every surface is shown: flat, ready to print, the same JSON for the window, `bell --json` and scripts.

use std::collections::BTreeMap;

use deskbell_domain::{
    Agent, AgentState, Ask, AskState, Auth, Ended, EntryKind, Fault, Finding, FindingState, Hash, ItemId,
    Key, Link, Millis, News, Offer, Outcome, SecretRef, Severity, Source, SourceId, Subject, Surface, Task,
    TaskStatus, Thread, ThreadState, Transient, Urgency,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::{SecretDraft, SourceDraft};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskView {
    pub key: Key,
    pub source: SourceId,
    pub dialect: String,
    pub kind: AskKind,
    pub title: String,
    pub detail: Option<String>,
    pub subject: Subject,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub asked_at: Millis,
    /// Whether `askedAt` is the server's time; otherwise it is when Deskbell first saw it.
    pub asked_said: bool,
    pub expires_at: Option<Millis>,
    pub urgency: Urgency,
    pub state: AskStateWord,
    pub held_until: Option<Millis>,
    /// The operator wants to hear of it then, and not before.
    pub snoozed_until: Option<Millis>,
    pub fault: Option<Fault>,
    pub offers: Vec<Offer>,
    /// The hash of all the operator is shown. An answer carries it back.
    pub shown: Hash,
    pub outcome: Option<OutcomeWord>,
    /// The answer, the reason, the error: whatever words came with the outcome.
    pub outcome_note: Option<String>,
    /// `us`, `nobody`, or who.
    pub by: Option<String>,
    pub settled_at: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AskKind {
    Approval,
    Question,
    Form,
    Unknown,
}

impl AskKind {
    pub const ALL: [Self; 4] = [Self::Approval, Self::Question, Self::Form, Self::Unknown];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AskStateWord {
    Open,
    Held,
    Sending,
    Sent,
    Stuck,
    Settled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeWord {
    Approved,
    Denied,
    Answered,
    Cancelled,
    Expired,
    Failed,
    Vanished,
}

impl OutcomeWord {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Answered => "answered",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Vanished => "vanished",
        }
    }
}

impl From<&Outcome> for OutcomeWord {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Approved => Self::Approved,
            Outcome::Denied { .. } => Self::Denied,
            Outcome::Answered { .. } => Self::Answered,
            Outcome::Cancelled => Self::Cancelled,
            Outcome::Expired => Self::Expired,
            Outcome::Failed { .. } => Self::Failed,
            Outcome::Vanished => Self::Vanished,
        }
    }
}

impl AskView {
    pub fn new(source: &SourceId, dialect: &str, ask: &Ask) -> Self {
        use deskbell_domain::AskBody;
        let (held_until, fault, settled) = match &ask.state {
            AskState::Open | AskState::Sending | AskState::Sent => (None, None, None),
            AskState::Held { until } => (Some(*until), None, None),
            AskState::Stuck { fault } => (None, Some(fault.clone()), None),
            AskState::Settled { at, by, outcome } => (None, None, Some((at.millis(), by, outcome))),
        };
        Self {
            key: Key::new(source.clone(), ask.item.clone()),
            source: source.clone(),
            dialect: dialect.to_owned(),
            kind: match ask.body {
                AskBody::Approval { .. } => AskKind::Approval,
                AskBody::Question { .. } => AskKind::Question,
                AskBody::Form { .. } => AskKind::Form,
                AskBody::Unknown { .. } => AskKind::Unknown,
            },
            title: ask.title().to_owned(),
            detail: ask.detail().map(str::to_owned),
            subject: match &ask.body {
                AskBody::Approval { subject, .. } => subject.clone(),
                AskBody::Question { .. } | AskBody::Form { .. } | AskBody::Unknown { .. } => Subject::Nothing,
            },
            agent: ask.agent.clone(),
            thread: ask.thread.clone(),
            asked_at: ask.asked.millis(),
            asked_said: ask.asked.is_said(),
            expires_at: ask.expires,
            urgency: ask.urgency,
            state: match ask.state {
                AskState::Open => AskStateWord::Open,
                AskState::Held { .. } => AskStateWord::Held,
                AskState::Sending => AskStateWord::Sending,
                AskState::Sent => AskStateWord::Sent,
                AskState::Stuck { .. } => AskStateWord::Stuck,
                AskState::Settled { .. } => AskStateWord::Settled,
            },
            held_until,
            snoozed_until: None,
            fault,
            offers: ask.offers.clone(),
            shown: ask.shown(),
            outcome: settled.map(|(_, _, outcome)| outcome.into()),
            outcome_note: settled.and_then(|(_, _, outcome)| outcome.note().map(str::to_owned)),
            by: settled.map(|(_, by, _)| by.name().into_owned()),
            settled_at: settled.map(|(at, _, _)| at),
        }
    }

    /// With what the operator said of when to hear of it. What is settled is heard of no more.
    pub fn snoozed(self, until: Option<Millis>) -> Self {
        let snoozed_until = until.filter(|_| self.state != AskStateWord::Settled);
        Self { snoozed_until, ..self }
    }
}

macro_rules! offered_view {
    ($view:ident of $of:ident { $($field:ident: $type:ty = $from:expr),* $(,)? }) => {
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(rename_all = "camelCase")]
        pub struct $view {
            pub key: Key,
            pub source: SourceId,
            $(pub $field: $type,)*
            pub offers: Vec<Offer>,
            /// The hash of the offers. An intent carries it back.
            pub shown: Hash,
        }

        impl $view {
            pub fn new(source: &SourceId, it: &$of) -> Self {
                Self {
                    key: Key::new(source.clone(), it.item.clone()),
                    source: source.clone(),
                    $($field: $from(it),)*
                    shown: Hash::of(&(&it.item, &it.offers)),
                    offers: it.offers.clone(),
                }
            }
        }
    };
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AgentView {
    pub key: Key,
    pub source: SourceId,
    pub name: String,
    pub state: AgentState,
    pub transient: Option<Transient>,
    pub facts: BTreeMap<String, String>,
    /// The source that would listen to the agent itself, where it has a server of its own: to be added as it is.
    pub attachment: Option<SourceDraft>,
    pub offers: Vec<Offer>,
    /// The hash of the offers. An intent carries it back.
    pub shown: Hash,
}

impl AgentView {
    pub fn new(source: &Source, it: &Agent) -> Self {
        let attachment =
            deskbell_wire::dialect(&source.dialect).and_then(|dialect| (dialect.attachment)(source, it));
        Self {
            key: Key::new(source.id.clone(), it.item.clone()),
            source: source.id.clone(),
            name: it.name.clone(),
            state: it.state.clone(),
            transient: it.transient.clone(),
            facts: it.facts.clone(),
            attachment: attachment.map(SourceDraft::from),
            shown: Hash::of(&(&it.item, &it.offers)),
            offers: it.offers.clone(),
        }
    }
}

impl From<deskbell_wire::Attachment> for SourceDraft {
    fn from(attachment: deskbell_wire::Attachment) -> Self {
        let deskbell_wire::Attachment { name, dialect, url, settings } = attachment;
        let (auth, secret) = (Auth::None, SecretDraft::Unchanged);
        Self { name, dialect: dialect.to_owned(), url, auth, secret, settings }
    }
}

offered_view!(ThreadView of Thread {
    title: String = |it: &Thread| it.title.clone(),
    parent: Option<ItemId> = |it: &Thread| it.parent.clone(),
    agent: Option<String> = |it: &Thread| it.agent.clone(),
    state: ThreadState = |it: &Thread| it.state.clone(),
    updated_at: Millis = |it: &Thread| it.updated.millis(),
});

offered_view!(FindingView of Finding {
    rule: String = |it: &Finding| it.rule.clone(),
    path: String = |it: &Finding| it.path.clone(),
    severity: Severity = |it: &Finding| it.severity.clone(),
    text: String = |it: &Finding| it.text.clone(),
    state: FindingState = |it: &Finding| it.state,
    seen_at: Millis = |it: &Finding| it.seen.millis(),
    news: Option<News> = |it: &Finding| it.news,
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskView {
    pub key: Key,
    pub source: SourceId,
    pub title: String,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub state: TaskStatus,
    pub phase: Option<String>,
    pub progress: Option<u8>,
    pub turns: Option<u32>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cost_micros: Option<u64>,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
    pub offers: Vec<Offer>,
    pub shown: Hash,
}

impl TaskView {
    pub fn new(source: &SourceId, it: &Task) -> Self {
        Self {
            key: Key::new(source.clone(), it.item.clone()),
            source: source.clone(),
            title: it.title.clone(),
            agent: it.agent.clone(),
            thread: it.thread.clone(),
            state: it.status.clone(),
            phase: it.phase.clone(),
            progress: it.progress,
            turns: it.turns,
            tokens_in: it.tokens_in,
            tokens_out: it.tokens_out,
            cost_micros: it.cost_micros,
            started_at: it.started.millis(),
            ended_at: it.ended,
            offers: it.offers.clone(),
            shown: Hash::of(&(&it.item, &it.offers)),
        }
    }
}

/// One source, with the life of its link and what came from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SourceView {
    pub source: SourceId,
    pub name: String,
    pub dialect: String,
    pub url: String,
    pub auth: Auth,
    pub secret: SecretRef,
    pub settings: BTreeMap<String, Vec<String>>,
    pub paused: bool,
    pub link: Link,
    pub counts: Counts,
    /// How long the newest frame took from the socket to the disk, in milliseconds.
    pub lag_ms: Option<i64>,
    /// Until when what is shown of it is known to be what its server had. Nothing while it is live, which is now, and
    /// before it ever was.
    pub as_of: Option<Millis>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub asks_open: u64,
    pub entries: u64,
    pub odd: u64,
}

impl SourceView {
    pub fn new(
        source: &Source,
        link: Link,
        counts: Counts,
        lag_ms: Option<i64>,
        as_of: Option<Millis>,
    ) -> Self {
        let as_of = as_of.filter(|_| !matches!(link, Link::Live { .. }));
        let Source { id, name, dialect, url, auth, secret, settings, paused } = source.clone();
        Self { source: id, name, dialect, url, auth, secret, settings, paused, link, counts, lag_ms, as_of }
    }
}

/// One row of history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Where it stands in the history: `before` and `after` take it.
    pub cursor: String,
    pub at: Millis,
    /// Whether `at` is the server's time; otherwise it is when Deskbell saw it.
    pub said: bool,
    pub source: SourceId,
    pub item: ItemId,
    pub kind: EntryKind,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub ask: Option<ItemId>,
    /// How it ended, what the line is about.
    pub ended: Option<Ended>,
    pub text: String,
    pub raw: String,
    /// What is shown of it where something was looked for, part by part; empty otherwise.
    pub found: Vec<SpanView>,
}

/// A part of what is shown of a line that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpanView {
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// The record of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    pub intent: deskbell_domain::IntentId,
    pub key: Key,
    pub title: String,
    pub offer: String,
    pub label: String,
    pub surface: Surface,
    pub shown: Hash,
    pub answered_at: Millis,
    /// Until when it can be taken back; nothing once it is on its way.
    pub held_until: Option<Millis>,
    /// When the verdict fell; nothing while it is still on its way.
    pub settled_at: Option<Millis>,
    pub verdict: VerdictWord,
    pub note: String,
    pub fault: Option<Fault>,
}

/// `pending` and `stuck` are not verdicts yet: the intent is still in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum VerdictWord {
    Pending,
    Won,
    Lost,
    Expired,
    Unknown,
    Stuck,
    Discarded,
}

/// What a dialect is and takes, for the form that adds a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DialectView {
    pub name: String,
    pub title: String,
    pub about: String,
    pub default_url: String,
    /// Whether the address may be left out: such a server says where it is in a file on this machine.
    pub finds_itself: bool,
    /// The ways in it may have, as they are filled in at first. The first is the usual one.
    pub logins: Vec<Auth>,
    pub settings: Vec<SettingView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SettingView {
    pub name: String,
    pub about: String,
    pub many: bool,
}
