//! The port behind which the desktop raises notifications: what the engine shows there, and what it hears back.

use std::fmt;

use deskbell_domain::{Hash, Key, Urgency};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One notification. All text is plain text: to escape it where the desktop reads markup is the notifier's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its place on the desktop: a newer notice with the same tag takes the place of this one.
    pub tag: Tag,
    /// The hash of what is shown. A press carries it back.
    pub shown: Hash,
    pub title: String,
    pub body: String,
    /// At most three, every one of them safe to take with one press. A click on the body, or on a harmless
    /// "Open" beside them, is [`Press::Open`].
    pub buttons: Vec<Button>,
    /// Where the desktop can take text, a field for it.
    pub reply: Option<Reply>,
    pub urgency: Urgency,
    pub sound: bool,
    pub stay: Stay,
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// An ask, or what became of the operator's answer to it.
    Ask(Key),
    /// Many asks that came at once.
    Summary,
    /// The self-test of the settings.
    Test(TestKind),
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask(key) => write!(f, "{key}"),
            Self::Summary => f.write_str("the summary"),
            Self::Test(kind) => write!(f, "the self-test ({})", kind.word()),
        }
    }
}

/// Each kind of notification that Deskbell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TestKind {
    Plain,
    Urgent,
    Buttons,
    Reply,
}

impl TestKind {
    pub const ALL: [Self; 4] = [Self::Plain, Self::Urgent, Self::Buttons, Self::Reply];

    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Urgent => "urgent",
            Self::Buttons => "buttons",
            Self::Reply => "reply",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Only the engine knows what it stands for: a press gives it back.
    pub id: String,
    pub label: String,
}

/// A field on the notification itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub placeholder: String,
    /// The label of what sends it.
    pub submit: String,
}

/// How long a notification stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Until the operator has seen to it, or it is withdrawn.
    Standing,
    /// It is news: it may go by itself, as the desktop sees fit.
    Passing,
}

/// What the operator did with a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// A click on its body, or on "Open".
    Open,
    /// A button, by its id.
    Button(String),
    /// What was typed into its field.
    Reply(String),
    /// Closed without an answer. Never answers anything.
    Dismissed,
    /// The desktop could not show it.
    Failed(String),
}

/// What this desktop's notifications can do, as far as it has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Desktop {
    /// Who shows them: the server's name and version.
    pub server: Option<String>,
    pub buttons: bool,
    pub reply: bool,
    /// What the server says it can do, in its own words.
    pub capabilities: Vec<String>,
    /// Why nothing can be shown now, in plain words.
    pub trouble: Option<String>,
}

/// Whoever can raise notifications on this desktop. Must not block. What it learns it tells the engine:
/// [`Engine::pressed`](crate::Engine::pressed), [`Engine::desktop`](crate::Engine::desktop).
pub trait Notifier: Send + Sync {
    fn show(&self, notice: Notice);
    fn withdraw(&self, tag: &Tag);
}
