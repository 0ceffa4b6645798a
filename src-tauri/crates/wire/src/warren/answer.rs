//! What the operator answers to something a turn waits for, and how warren tells that it was answered.

use deskbell_domain::{Accepted, Outcome};

use super::frame::Response;
use super::graphql;
use super::words::{LINE, line};
use crate::Request;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub approved: bool,
    pub answer: Option<String>,
    pub comment: Option<String>,
}

/// How warren said that it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// warren's word; `pending` where it gave up waiting.
    pub status: String,
    pub response: Response,
    pub raw: String,
}

impl Answer {
    pub fn from_accepted(accepted: &Accepted) -> Option<Self> {
        let comment = accepted.text("comment").map(str::to_owned);
        match accepted.offer().id.as_str() {
            "approve" => Some(Self { approved: true, answer: None, comment }),
            "deny" => Some(Self { approved: false, answer: None, comment }),
            "answer" => {
                let picked = accepted.picked("answer").join(", ");
                let answer = if picked.is_empty() { accepted.text("answer")?.to_owned() } else { picked };
                Some(Self { approved: true, answer: Some(answer), comment })
            }
            _ => None,
        }
    }

    pub fn request(&self, id: &str) -> Request {
        graphql::resolve(id, self.approved, self.answer.as_deref(), self.comment.as_deref())
    }

    pub fn outcome(&self) -> Outcome {
        match (self.approved, &self.answer) {
            (true, Some(text)) => Outcome::Answered { text: text.clone() },
            (true, None) => Outcome::Approved,
            (false, _) => Outcome::Denied { note: self.comment.clone() },
        }
    }

    /// For the receipt.
    pub fn words(&self) -> String {
        let words = match (self.approved, &self.answer) {
            (true, Some(text)) => format!("warren took it: {text}"),
            (true, None) => "warren took it: approved.".to_owned(),
            (false, _) => "warren took it: denied.".to_owned(),
        };
        line(&words, LINE)
    }
}

impl End {
    /// Whether this is what that answer would have led to.
    pub fn tells(&self, answer: &Answer) -> bool {
        let said = match self.status.as_str() {
            "approved" => true,
            "denied" => false,
            _ => return false,
        };
        let same = |told: &Option<String>, ours: &Option<String>| {
            told.as_deref().unwrap_or_default().trim() == ours.as_deref().unwrap_or_default().trim()
        };
        said == answer.approved && (answer.answer.is_none() || same(&self.response.answer, &answer.answer))
    }

    /// `late`: its time had run out.
    pub fn outcome(&self, kind: &str, late: bool) -> Outcome {
        let answer = self.response.answer.clone().filter(|answer| !answer.trim().is_empty());
        match (self.status.as_str(), answer) {
            ("denied", _) => {
                Outcome::Denied { note: self.response.comment.clone().filter(|c| !c.is_empty()) }
            }
            ("approved", Some(text)) if kind != "tool_approval" => Outcome::Answered { text },
            ("approved", _) => Outcome::Approved,
            _ if late => Outcome::Expired,
            _ => Outcome::Failed { note: "warren stopped waiting before there was an answer.".into() },
        }
    }

    pub fn is_somebodys(&self) -> bool {
        matches!(self.status.as_str(), "approved" | "denied")
    }
}
