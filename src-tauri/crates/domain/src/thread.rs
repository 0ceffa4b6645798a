use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ItemId, Offer, When};

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    pub item: ItemId,
    pub title: String,
    /// The thread it was started from; a subagent hangs under its parent.
    pub parent: Option<ItemId>,
    pub agent: Option<String>,
    pub state: ThreadState,
    pub updated: When,
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ThreadState {
    Idle,
    Busy,
    Ended,
    #[serde(untagged)]
    Unknown(String),
}
