//! What a world is made of.

use serde::Serialize;

/// A change an agent wants applied, or an agent somebody wants spawned.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub agent: String,
    /// `apply_commit` or `spawn`.
    pub kind: String,
    pub sha_short: Option<String>,
    pub diff: Option<String>,
    pub description: Option<String>,
}

impl Proposal {
    pub fn change(agent: &str, sha_short: &str, diff: &str, description: &str) -> Self {
        Self {
            agent: agent.to_owned(),
            kind: "apply_commit".to_owned(),
            sha_short: Some(sha_short.to_owned()),
            diff: Some(diff.to_owned()),
            description: Some(description.to_owned()),
        }
    }

    pub fn spawn(name: &str) -> Self {
        Self {
            agent: name.to_owned(),
            kind: "spawn".to_owned(),
            sha_short: None,
            diff: None,
            description: None,
        }
    }
}

/// A question an agent has.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub asker: String,
    pub question: String,
    pub options: Vec<String>,
    pub multi: bool,
    /// In seconds from now.
    pub ttl: Option<i64>,
}

impl Prompt {
    pub fn new(asker: &str, question: &str) -> Self {
        Self {
            asker: asker.to_owned(),
            question: question.to_owned(),
            options: Vec::new(),
            multi: false,
            ttl: None,
        }
    }

    pub fn options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
        self
    }

    /// Several options may be chosen.
    pub fn multi(mut self) -> Self {
        self.multi = true;
        self
    }

    pub fn within(mut self, seconds: i64) -> Self {
        self.ttl = Some(seconds);
        self
    }
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Container {
    pub name: String,
    pub is_manager: bool,
    pub running: bool,
    pub needs_update: bool,
    pub needs_login: bool,
    pub pending: Option<String>,
    pub deployed_sha: Option<String>,
    pub port: Option<i64>,
}

impl Container {
    pub fn running(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            running: true,
            deployed_sha: Some("4f1c2ab90d17".to_owned()),
            port: Some(8000 + name.bytes().map(i64::from).sum::<i64>() % 900),
            ..Self::default()
        }
    }

    pub fn manager() -> Self {
        Self { is_manager: true, ..Self::running("hm1nd") }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Approval {
    pub proposal: Proposal,
    /// Approved, and the result is still to come.
    pub building: bool,
    pub ended: Option<ApprovalEnd>,
}

#[derive(Clone, Debug)]
pub(super) struct ApprovalEnd {
    pub status: String,
    pub note: Option<String>,
    pub resolved_at: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Question {
    pub prompt: Prompt,
    pub asked_at: i64,
    pub deadline_at: Option<i64>,
    pub ended: Option<QuestionEnd>,
}

#[derive(Clone, Debug)]
pub(super) struct QuestionEnd {
    pub answer: String,
    pub answerer: String,
    pub answered_at: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Message {
    pub kind: &'static str,
    pub from: String,
    pub to: String,
    pub body: String,
    pub at: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Transient {
    pub name: String,
    pub kind: String,
    pub since_unix: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Tombstone {
    pub name: String,
    pub state_bytes: i64,
    pub last_seen: i64,
    pub has_creds: bool,
}
