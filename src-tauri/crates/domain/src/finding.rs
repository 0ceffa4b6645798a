use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ItemId, News, Offer, When};

/// One result of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub item: ItemId,
    pub rule: String,
    pub path: String,
    pub severity: Severity,
    pub text: String,
    pub state: FindingState,
    pub seen: When,
    /// What the last audit that changed anything did to it. Not for a dialect to say: `reduce` knows.
    #[serde(default)]
    pub news: Option<News>,
    pub offers: Vec<Offer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    Info,
    Warning,
    Error,
    #[serde(untagged)]
    Unknown(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FindingState {
    Open,
    Overridden,
}
