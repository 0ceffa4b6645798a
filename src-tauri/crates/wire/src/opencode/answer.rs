//! What may be said to an ask, in opencode's words: by us, or by another client.

use deskbell_domain::{Accepted, ItemId, Outcome};

use super::question::field_id;
use super::request::Paths;
use crate::{Body, Request};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Once,
    Always,
    Reject {
        note: Option<String>,
    },
    /// One list for each prompt, in the order of the prompts.
    Picked(Vec<Vec<String>>),
    Dismiss,
    /// The work it belonged to was stopped before anybody answered.
    Stopped,
}

impl Answer {
    /// What an accepted offer says; nothing where this dialect never made such an offer.
    pub fn from_accepted(accepted: &Accepted) -> Option<Self> {
        let offer = accepted.offer();
        match (accepted.key().item.kind(), offer.id.as_str()) {
            ("permission", "once") => Some(Self::Once),
            ("permission", "always") => Some(Self::Always),
            ("permission", "reject") => Some(Self::Reject { note: accepted.text("note").map(str::to_owned) }),
            ("question", "answer") => Some(Self::Picked(
                (0..offer.fields.len()).map(|index| accepted.picked(&field_id(index))).collect(),
            )),
            ("question", "reject") => Some(Self::Dismiss),
            _ => None,
        }
    }

    /// The word of `permission.replied`.
    pub fn from_reply(word: &str) -> Option<Self> {
        match word {
            "once" => Some(Self::Once),
            "always" => Some(Self::Always),
            "reject" => Some(Self::Reject { note: None }),
            _ => None,
        }
    }

    pub fn request(&self, paths: &Paths, item: &ItemId) -> Request {
        let reply = |reply: serde_json::Value| Body::Json(reply.to_string());
        let (verb, body) = match self {
            Self::Once => ("reply", reply(serde_json::json!({ "reply": "once" }))),
            Self::Always => ("reply", reply(serde_json::json!({ "reply": "always" }))),
            Self::Reject { note: None } => ("reply", reply(serde_json::json!({ "reply": "reject" }))),
            Self::Reject { note: Some(note) } => {
                ("reply", reply(serde_json::json!({ "reply": "reject", "message": note })))
            }
            Self::Picked(answers) => ("reply", reply(serde_json::json!({ "answers": answers }))),
            Self::Dismiss | Self::Stopped => ("reject", Body::Empty),
        };
        paths.act(item.kind(), item.rest(), verb, body)
    }

    /// Whether the server's word fits this answer. It never repeats a note.
    pub fn fits(&self, said: &Self) -> bool {
        match (self, said) {
            (Self::Reject { .. }, Self::Reject { .. }) => true,
            (
                Self::Once
                | Self::Always
                | Self::Reject { .. }
                | Self::Picked(_)
                | Self::Dismiss
                | Self::Stopped,
                said,
            ) => self == said,
        }
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Once | Self::Always => Outcome::Approved,
            Self::Reject { note } => Outcome::Denied { note: note.clone() },
            Self::Picked(answers) => Outcome::Answered { text: in_words(answers) },
            Self::Dismiss | Self::Stopped => Outcome::Cancelled,
        }
    }

    /// What happened, to end a sentence with.
    pub fn words(&self) -> String {
        match self {
            Self::Once => "approved".to_owned(),
            Self::Always => "always approved".to_owned(),
            Self::Reject { note: None } => "denied".to_owned(),
            Self::Reject { note: Some(note) } => format!("denied: {note}"),
            Self::Picked(answers) => format!("answered: {}", in_words(answers)),
            Self::Dismiss => "dismissed".to_owned(),
            Self::Stopped => "stopped before it was answered".to_owned(),
        }
    }
}

fn in_words(answers: &[Vec<String>]) -> String {
    answers.iter().map(|picked| picked.join(", ")).collect::<Vec<_>>().join("; ")
}
