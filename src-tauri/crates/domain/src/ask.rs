use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Accepted, Fault, Hash, Intent, ItemId, Millis, Offer, Refusal, When};

const US: &str = "us";
const NOBODY: &str = "nobody";

/// Something that waits for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub item: ItemId,
    /// Who asks, in the server's words.
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub asked: When,
    pub expires: Option<Millis>,
    pub urgency: Urgency,
    pub body: AskBody,
    pub offers: Vec<Offer>,
    pub state: AskState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Urgency {
    Normal,
    Urgent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskBody {
    Approval {
        title: String,
        detail: Option<String>,
        subject: Subject,
    },
    Question {
        title: String,
        detail: Option<String>,
    },
    Form {
        title: String,
        reason: Option<String>,
    },
    /// Something waits, and this version does not know what kind of thing it is.
    Unknown {
        kind: String,
        raw: String,
    },
}

/// What an approval is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Subject {
    Nothing,
    Diff { unified: String },
    Command { text: String, cwd: Option<String> },
    Tool { name: String, arguments: String },
    Spawn { agent: String },
    Text { text: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskState {
    Open,
    /// Answered; leaves when the undo window closes.
    Held {
        until: Millis,
    },
    Sending,
    /// The server has it; its proof is still to come.
    Sent,
    Stuck {
        fault: Fault,
    },
    Settled {
        at: When,
        by: By,
        outcome: Outcome,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum By {
    Us,
    Other(String),
    Nobody,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Approved,
    Denied {
        note: Option<String>,
    },
    Answered {
        text: String,
    },
    Cancelled,
    Expired,
    Failed {
        note: String,
    },
    /// The server no longer knows it and never said what became of it.
    Vanished,
}

impl By {
    /// The name of another; a word of ours for the rest. Another who goes by one of these words stands in quotes.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Us => US.into(),
            Self::Nobody => NOBODY.into(),
            Self::Other(name) if [US, NOBODY].contains(&name.as_str()) => format!("\"{name}\"").into(),
            Self::Other(name) => name.into(),
        }
    }
}

impl Outcome {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied { .. } => "denied",
            Self::Answered { .. } => "answered",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed { .. } => "failed",
            Self::Vanished => "vanished",
        }
    }

    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Denied { note } => note.as_deref(),
            Self::Answered { text } => Some(text),
            Self::Failed { note } => Some(note),
            Self::Approved | Self::Cancelled | Self::Expired | Self::Vanished => None,
        }
    }
}

/// How an ask ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub item: ItemId,
    pub at: When,
    pub by: By,
    pub outcome: Outcome,
    /// The ask itself, where the server tells it again: it may have opened and ended while we were away.
    pub ask: Option<Box<Ask>>,
}

/// What we ourselves do with an ask, on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Hold {
        until: Millis,
    },
    /// Taken back before it left, or discarded.
    Release,
    Send,
    Sent,
    Stick {
        fault: Fault,
    },
}

impl Ask {
    pub fn kind(&self) -> &'static str {
        match self.body {
            AskBody::Approval { .. } => "approval",
            AskBody::Question { .. } => "question",
            AskBody::Form { .. } => "form",
            AskBody::Unknown { .. } => "unknown",
        }
    }

    pub fn title(&self) -> &str {
        match &self.body {
            AskBody::Approval { title, .. }
            | AskBody::Question { title, .. }
            | AskBody::Form { title, .. } => title,
            AskBody::Unknown { kind, .. } => kind,
        }
    }

    pub fn detail(&self) -> Option<&str> {
        match &self.body {
            AskBody::Approval { detail, .. } | AskBody::Question { detail, .. } => detail.as_deref(),
            AskBody::Form { reason, .. } => reason.as_deref(),
            AskBody::Unknown { raw, .. } => Some(raw),
        }
    }

    pub fn is_settled(&self) -> bool {
        matches!(self.state, AskState::Settled { .. })
    }

    /// The hash of what the operator is shown: who asks, what, and what may be answered.
    pub fn shown(&self) -> Hash {
        Hash::of(&(&self.item, &self.agent, &self.body, &self.offers))
    }

    /// Checks an answer against the ask as it is now.
    pub fn accept(&self, intent: Intent) -> Result<Accepted, Refusal> {
        match &self.state {
            AskState::Open | AskState::Stuck { .. } => {}
            AskState::Held { .. } | AskState::Sending | AskState::Sent => {
                return Err(Refusal::NotOpen { how: "an answer is already on its way".into() });
            }
            AskState::Settled { by, outcome, .. } => {
                let who = match by {
                    By::Us => " by you".to_owned(),
                    By::Other(name) => format!(" by {name}"),
                    By::Nobody => String::new(),
                };
                return Err(Refusal::NotOpen { how: format!("it was {}{who}", outcome.word()) });
            }
        }
        if intent.shown != self.shown() {
            return Err(Refusal::Changed);
        }
        accept_among(&self.offers, intent)
    }
}

/// Finds the offer an intent takes, and lets it decide.
pub(crate) fn accept_among(offers: &[Offer], intent: Intent) -> Result<Accepted, Refusal> {
    match offers.iter().find(|offer| offer.id == intent.offer) {
        Some(offer) => offer.accept(intent),
        None => Err(Refusal::NoSuchOffer {
            offer: intent.offer,
            known: offers.iter().map(|o| o.id.clone()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_passes_for_us() {
        let other = |name: &str| By::Other(name.to_owned());
        assert_ne!(other("us").name(), By::Us.name());
        assert_ne!(other("nobody").name(), By::Nobody.name());
        assert_eq!(other("kay").name(), "kay");
    }
}
