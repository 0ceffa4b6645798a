//! The port behind which the desktop raises notifications.

use deskbell_domain::{Hash, Key};

/// One notification about one ask, or a word about what became of a press.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: a click opens this ask, and a newer notice for the same key replaces it.
    pub key: Key,
    /// The hash of what is shown. A press carries it back.
    pub shown: Hash,
    pub title: String,
    pub body: String,
    /// At most three, every one of them safe to take with one press.
    pub buttons: Vec<Button>,
    pub urgent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub offer: String,
    pub label: String,
}

/// What the operator did with a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// A click on its body, or on "Open".
    Open,
    Offer(String),
    /// Closed without an answer. Never answers anything.
    Dismissed,
    /// The desktop could not show it.
    Failed(String),
}

/// Whoever can raise notifications on this desktop. Must not block.
pub trait Notifier: Send + Sync {
    fn show(&self, notice: Notice);
    fn withdraw(&self, key: &Key);
}
