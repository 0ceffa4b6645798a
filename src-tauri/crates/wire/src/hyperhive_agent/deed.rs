//! What the operator wants of an agent, as a request and as what must be seen of it.

use deskbell_domain::{Accepted, ItemId};

use super::picture::{Login, Picture};
use crate::{Body, Request};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Send { body: String },
    Cancel,
    Compact,
    Model(String),
    LoginStart,
    LoginCode,
    LoginCancel,
}

/// What was last read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub picture: &'a Picture,
    pub busy: bool,
    /// The newest turn.
    pub turn: Option<&'a ItemId>,
    /// The ask that is open.
    pub open: Option<&'a ItemId>,
}

impl Deed {
    /// Whether it may be done and leave nothing behind by which to tell, so that it is never done again.
    pub fn may_be_traceless(&self) -> bool {
        match self {
            Self::Send { .. } | Self::Compact => true,
            Self::Cancel | Self::Model(_) | Self::LoginStart | Self::LoginCode | Self::LoginCancel => false,
        }
    }

    /// How long the agent may take to show what it has accepted.
    pub fn proof_ms(&self) -> i64 {
        match self {
            // It runs in the background, and says so only when it is done.
            Self::Compact => 120_000,
            Self::Send { .. }
            | Self::Cancel
            | Self::Model(_)
            | Self::LoginStart
            | Self::LoginCode
            | Self::LoginCancel => 10_000,
        }
    }

    pub fn is_reached(&self, login: Login) -> bool {
        match self {
            Self::LoginStart => login != Login::Needed,
            Self::LoginCode => login == Login::NotNeeded,
            Self::LoginCancel => login == Login::Needed,
            Self::Send { .. } | Self::Cancel | Self::Compact | Self::Model(_) => false,
        }
    }

    /// Why it makes no sense any more.
    pub fn is_past(&self, item: &ItemId, seen: Seen<'_>) -> Option<&'static str> {
        match self {
            Self::Cancel if !seen.busy => Some("The turn had already ended."),
            Self::LoginStart | Self::LoginCode | Self::LoginCancel
                if item.kind() == "login" && seen.open != Some(item) =>
            {
                Some("The login went on without it.")
            }
            Self::LoginStart if seen.picture.login() != Login::Needed => {
                Some("The login went on without it.")
            }
            Self::Send { .. }
            | Self::Cancel
            | Self::Compact
            | Self::Model(_)
            | Self::LoginStart
            | Self::LoginCode
            | Self::LoginCancel => None,
        }
    }

    /// What to say when it is seen.
    pub fn done(&self) -> &'static str {
        match self {
            Self::Send { .. } => "Sent: the agent has it.",
            Self::Cancel => "The turn has ended.",
            Self::Compact => "The agent is at it, or done.",
            Self::Model(_) => "The agent names this model now.",
            Self::LoginStart => "The login has begun.",
            Self::LoginCode => "The agent is logged in.",
            Self::LoginCancel => "The login was given up.",
        }
    }
}

/// The deed and its request; nothing where the agent has no such verb.
pub(super) fn request(accepted: &Accepted) -> Option<(Deed, Request)> {
    let text = |field: &str| accepted.text(field).map(str::to_owned);
    let (deed, path, form) = match (accepted.key().item.kind(), accepted.offer().id.as_str()) {
        ("agent" | "thread", "send") => {
            let body = text("body")?;
            (Deed::Send { body: body.clone() }, "/send", vec![("body", body)])
        }
        ("agent" | "thread", "cancel") => (Deed::Cancel, "/api/cancel", Vec::new()),
        ("agent", "compact") => (Deed::Compact, "/api/compact", Vec::new()),
        ("agent", "model") => {
            let model = text("model")?.trim().to_owned();
            (Deed::Model(model.clone()), "/api/model", vec![("model", model)])
        }
        ("agent" | "login", "login-start") => (Deed::LoginStart, "/login/start", Vec::new()),
        ("login", "login-code") => {
            let code = accepted.secret("code")?.trim().to_owned();
            (Deed::LoginCode, "/login/code", vec![("code", code)])
        }
        ("login", "login-cancel") => (Deed::LoginCancel, "/login/cancel", Vec::new()),
        (_, _) => return None,
    };
    Some((deed, Request::post(path, Body::Form(form))))
}
