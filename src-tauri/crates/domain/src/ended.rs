use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{AskState, By, Outcome, Receipt, Verdict};

/// Who was first, where nobody told.
const SOMEBODY: &str = "another operator";

/// How it ended, what a line of history is about: with an ask, its outcome; with an answer that did not win, its
/// verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    pub outcome: LineOutcome,
    pub by: By,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LineOutcome {
    Approved,
    Denied,
    Answered,
    Cancelled,
    Expired,
    Failed,
    Vanished,
    /// The operator answered, and somebody else was first.
    Lost,
    /// It cannot be known whether the operator's answer arrived.
    Unknown,
    /// The operator gave an answer up.
    Discarded,
}

impl LineOutcome {
    pub const ALL: [Self; 10] = [
        Self::Approved,
        Self::Denied,
        Self::Answered,
        Self::Cancelled,
        Self::Expired,
        Self::Failed,
        Self::Vanished,
        Self::Lost,
        Self::Unknown,
        Self::Discarded,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Answered => "answered",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Vanished => "vanished",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
            Self::Discarded => "discarded",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl Ended {
    pub fn of_ask(state: &AskState) -> Option<Self> {
        let (by, outcome) = match state {
            AskState::Settled { by, outcome, .. } => (by.clone(), outcome),
            AskState::Open
            | AskState::Held { .. }
            | AskState::Sending
            | AskState::Sent
            | AskState::Stuck { .. } => return None,
        };
        let outcome = match outcome {
            Outcome::Approved => LineOutcome::Approved,
            Outcome::Denied { .. } => LineOutcome::Denied,
            Outcome::Answered { .. } => LineOutcome::Answered,
            Outcome::Cancelled => LineOutcome::Cancelled,
            Outcome::Expired => LineOutcome::Expired,
            Outcome::Failed { .. } => LineOutcome::Failed,
            Outcome::Vanished => LineOutcome::Vanished,
        };
        Some(Self { outcome, by })
    }

    /// One that won ended as its ask did.
    pub fn of_receipt(receipt: &Receipt) -> Option<Self> {
        let (outcome, by) = match &receipt.verdict {
            Verdict::Won => return None,
            Verdict::Lost { to: Some(name) } => (LineOutcome::Lost, By::Other(name.clone())),
            Verdict::Lost { to: None } => (LineOutcome::Lost, By::Other(SOMEBODY.to_owned())),
            Verdict::Expired => (LineOutcome::Expired, By::Nobody),
            Verdict::Unknown => (LineOutcome::Unknown, By::Us),
            Verdict::Discarded => (LineOutcome::Discarded, By::Us),
        };
        Some(Self { outcome, by })
    }
}

/// Who is looked for among those who ended something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Answerer {
    Us,
    Nobody,
    /// This one, or whoever else.
    Other(Option<String>),
}

impl Answerer {
    pub fn is(&self, by: &By) -> bool {
        match (self, by) {
            (Self::Us, By::Us) | (Self::Nobody, By::Nobody) | (Self::Other(None), By::Other(_)) => true,
            (Self::Other(Some(wanted)), By::Other(name)) => wanted == name,
            (Self::Us | Self::Nobody | Self::Other(_), By::Us | By::Nobody | By::Other(_)) => false,
        }
    }
}
