use deskbell_domain::{Fault, Intent, Millis, Offer, Surface};
use serde::{Deserialize, Serialize};

/// An intent on its way, with all that is needed to deliver it after a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxRow {
    pub intent: Intent,
    /// The offer it takes, as it was accepted.
    pub offer: Offer,
    /// What it is about, for the receipt.
    pub title: String,
    pub surface: Surface,
    pub accepted_at: Millis,
    /// The end of the undo window.
    pub held_until: Option<Millis>,
    pub stage: Stage,
}

/// How far an intent got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// It can still be taken back.
    Held,
    /// It waits for the connection. Certainly never sent.
    Queued,
    /// It may have reached the server.
    Maybe,
    /// The server has said that it has it; its proof is still to come.
    Taken,
    /// It waits for the operator.
    Stuck { fault: Fault },
}
