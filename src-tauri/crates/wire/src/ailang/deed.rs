//! What the operator may do at a hub, and the request each deed is.

use deskbell_domain::{Accepted, IntentId, ItemId, Outcome};
use serde_json::json;

use super::asks::{Asks, Origin};
use super::conversation::metadata;
use super::{inbox, request};
use crate::{Body, Method, Request};

#[derive(Clone, Debug)]
pub(super) enum Deed {
    Decide {
        item: ItemId,
        by_coordinator: bool,
        approve: bool,
        permanent: bool,
        notes: String,
    },
    /// A message, which may answer a question.
    Post {
        thread: String,
        text: String,
        answers: Option<ItemId>,
    },
    Start {
        agent: String,
    },
    Stop {
        agent: String,
    },
    Letter {
        id: String,
        action: &'static str,
    },
    EmptyInbox,
    Diff {
        task: String,
    },
}

/// An agent's process takes its time to start and to end.
const LIFECYCLE_MS: u32 = 120_000;

impl Deed {
    /// What an accepted offer means; nothing where this dialect never made such an offer.
    pub fn of(accepted: &Accepted, asks: &Asks) -> Option<Self> {
        let item = &accepted.key().item;
        let rest = item.rest().to_owned();
        let text = || accepted.text("text").unwrap_or_default().to_owned();
        let letter = |action: &'static str| {
            let label = accepted.picked("letter").into_iter().next()?;
            Some(Self::Letter { id: inbox::chosen(&label)?.to_owned(), action })
        };
        let decide = |approve: bool, permanent: bool| Self::Decide {
            item: item.clone(),
            // An offer of the coordinator has no note.
            by_coordinator: accepted.offer().fields.is_empty(),
            approve,
            permanent,
            notes: accepted.text("notes").unwrap_or_default().to_owned(),
        };
        match (item.kind(), accepted.offer().id.as_str()) {
            ("approval", "approve") => Some(decide(true, false)),
            ("approval", "always") => Some(decide(true, true)),
            ("approval", "reject") => Some(decide(false, false)),
            ("question", "answer") => match &asks.get(item)?.from {
                Origin::Thread { thread, .. } => {
                    Some(Self::Post { thread: thread.clone(), text: text(), answers: Some(item.clone()) })
                }
                Origin::Approvals { .. } | Origin::Coordinator => None,
            },
            ("thread", "send") => Some(Self::Post { thread: rest, text: text(), answers: None }),
            ("agent", "start") => Some(Self::Start { agent: rest }),
            ("agent", "stop") => Some(Self::Stop { agent: rest }),
            ("inbox", "read") => letter("read"),
            ("inbox", "ack") => letter("ack"),
            ("inbox", "ackAll") => Some(Self::EmptyInbox),
            ("task", "diff") => Some(Self::Diff { task: rest }),
            _ => None,
        }
    }

    /// The ask it answers.
    pub fn ask(&self) -> Option<&ItemId> {
        match self {
            Self::Decide { item, .. } => Some(item),
            Self::Post { answers, .. } => answers.as_ref(),
            Self::Start { .. }
            | Self::Stop { .. }
            | Self::Letter { .. }
            | Self::EmptyInbox
            | Self::Diff { .. } => None,
        }
    }

    pub fn request(&self, intent: &IntentId, renamed: bool) -> Request {
        match self {
            Self::Decide { item, by_coordinator: true, approve, .. } => {
                let verb = if *approve { "approve" } else { "reject" };
                request::act(&format!("/api/coordinator/{verb}/"), item.rest(), "", &json!({}))
            }
            // The body must be there, even when there is nothing to say.
            Self::Decide { item, approve, permanent, notes, .. } => {
                let verb = if *approve { "/approve" } else { "/reject" };
                let body = json!({ "notes": notes, "permanent": permanent });
                request::act("/api/approvals/", item.rest(), verb, &body)
            }
            Self::Post { thread, text, answers } => request::post(
                messages(renamed),
                &json!({
                    "thread_id": thread, "content": text, "from_type": "human", "from_id": "user",
                    "kind": if answers.is_some() { "result" } else { "directive" },
                    "metadata_json": metadata(intent.as_str(), answers.as_ref().map(ItemId::rest)),
                }),
            ),
            Self::Start { agent } => {
                let start = request::post("/api/agents", &json!({ "instance_id": agent }));
                Request { timeout_ms: LIFECYCLE_MS, ..start }
            }
            Self::Stop { agent } => {
                let stop = request::with(Method::Delete, "/api/agents/", agent, Body::Empty);
                Request { timeout_ms: LIFECYCLE_MS, ..stop }
            }
            Self::Letter { id, action } => {
                let body = Body::Json(json!({ "action": action }).to_string());
                request::with(Method::Put, "/api/inbox/", id, body)
            }
            Self::EmptyInbox => request::post("/api/inbox/ack-all", &json!({ "inbox": inbox::OPERATOR })),
            Self::Diff { task } => request::get_of("/api/coordinator/tasks/", task, "/diff"),
        }
    }

    /// The read that tells whether it came about.
    pub fn look(&self, renamed: bool) -> Request {
        match self {
            Self::Decide { by_coordinator: true, .. } => request::get("/api/coordinator/pending"),
            Self::Decide { .. } => request::get("/api/approvals?status=all"),
            Self::Post { thread, .. } => {
                request::get_of(&format!("{}?thread_id=", messages(renamed)), thread, "")
            }
            Self::Start { .. } | Self::Stop { .. } => request::get("/api/agents"),
            Self::Letter { id, .. } => request::get_of("/api/inbox/", id, ""),
            Self::EmptyInbox => request::get("/api/inbox?inbox=user&unread=true"),
            Self::Diff { task } => request::get_of("/api/coordinator/tasks/", task, "/diff"),
        }
    }

    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Decide { approve: true, .. } => Some(Outcome::Approved),
            Self::Decide { approve: false, notes, .. } => {
                Some(Outcome::Denied { note: Some(notes.clone()).filter(|notes| !notes.is_empty()) })
            }
            Self::Post { answers: Some(_), text, .. } => Some(Outcome::Answered { text: text.clone() }),
            Self::Post { answers: None, .. }
            | Self::Start { .. }
            | Self::Stop { .. }
            | Self::Letter { .. }
            | Self::EmptyInbox
            | Self::Diff { .. } => None,
        }
    }

    /// What came about, for the receipt.
    pub fn won(&self) -> &'static str {
        match self {
            Self::Decide { approve: true, .. } => "The hub has it as approved.",
            Self::Decide { approve: false, .. } => "The hub has it as rejected.",
            Self::Post { answers: Some(_), .. } => {
                "The answer is in the thread, and the first after the question."
            }
            Self::Post { answers: None, .. } => "The message is in the thread.",
            Self::Start { .. } => "The agent runs.",
            Self::Stop { .. } => "The agent no longer runs.",
            Self::Letter { .. } => "The letter is no longer unread.",
            Self::EmptyInbox => "Nothing is unread any more.",
            Self::Diff { .. } => "The diff is in the history.",
        }
    }
}

/// Newer hubs have the messages under another name.
fn messages(renamed: bool) -> &'static str {
    if renamed { "/api/thread-messages" } else { "/api/messages" }
}
