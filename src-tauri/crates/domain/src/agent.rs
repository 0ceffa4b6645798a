use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ItemId, Offer, When};

/// Who works and asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    pub item: ItemId,
    pub name: String,
    pub state: AgentState,
    pub transient: Option<Transient>,
    /// What else the server says of it, for a person to read: its revision, its port, its model.
    pub facts: BTreeMap<String, String>,
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AgentState {
    Running,
    Working,
    Stopped,
    NeedsLogin,
    /// Removed, with its state kept.
    Gone,
    #[serde(untagged)]
    Unknown(String),
}

/// A lifecycle action under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Transient {
    /// The server's own word: `rebuilding`, `stopping`.
    pub kind: String,
    pub since: When,
}
