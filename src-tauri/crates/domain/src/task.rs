use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ItemId, Millis, Offer, When};

/// A unit of work with telemetry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    pub item: ItemId,
    pub title: String,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub status: TaskStatus,
    /// What it is doing now, in the server's words.
    pub phase: Option<String>,
    /// Whole per cent.
    pub progress: Option<u8>,
    pub turns: Option<u32>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    /// Millionths of a US dollar: whole numbers add up exactly.
    pub cost_micros: Option<u64>,
    pub started: When,
    pub ended: Option<Millis>,
    pub offers: Vec<Offer>,
}

impl Task {
    /// All that can be counted of what it took.
    pub(crate) fn took(&self) -> (Option<u32>, Option<u64>, Option<u64>, Option<u64>) {
        (self.turns, self.tokens_in, self.tokens_out, self.cost_micros)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TaskStatus {
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
    #[serde(untagged)]
    Unknown(String),
}
