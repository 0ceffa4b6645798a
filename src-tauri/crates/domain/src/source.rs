use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Fault, Millis, SourceId};

/// One configured connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub dialect: String,
    pub url: String,
    pub auth: Auth,
    /// Where the secret is; never the secret itself.
    pub secret: SecretRef,
    /// What the dialect lets be set. A setting may be given more than once.
    pub settings: BTreeMap<String, Vec<String>>,
    pub paused: bool,
}

/// How a request shows who sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Auth {
    None,
    Bearer,
    Basic {
        user: String,
    },
    Header {
        name: String,
    },
    Cookie {
        name: String,
    },
    /// In the address itself, under this name, where a stream is opened: for servers that look nowhere else.
    Query {
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kept", rename_all = "camelCase")]
pub enum SecretRef {
    None,
    /// In the OS keyring, under the source's id.
    Keyring,
    /// In an environment variable, read at each start.
    Environment {
        name: String,
    },
    /// In memory, until the engine ends: this desktop has no keyring.
    Session,
}

/// The life of one source's connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Link {
    /// Paused by the operator, or the engine is not running.
    Off,
    Connecting,
    Live {
        since: Millis,
    },
    /// Broken; tried again at `until`.
    Waiting {
        until: Millis,
        fault: Fault,
    },
    /// Not tried again before the operator does something.
    Refused {
        fault: Fault,
    },
}

impl Link {
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Waiting { fault, .. } | Self::Refused { fault } => Some(fault),
            Self::Off | Self::Connecting | Self::Live { .. } => None,
        }
    }

    /// The state's one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Connecting => "connecting",
            Self::Live { .. } => "live",
            Self::Waiting { .. } => "waiting",
            Self::Refused { .. } => "refused",
        }
    }
}
