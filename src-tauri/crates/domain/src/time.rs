use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "number")]
pub struct Millis(pub i64);

impl Millis {
    /// From unix seconds. Saturates: a server's nonsense must not overflow.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A time and whose clock it is: the server's, or ours where the server never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum When {
    Said(Millis),
    Seen(Millis),
}

impl When {
    pub fn millis(self) -> Millis {
        match self {
            Self::Said(at) | Self::Seen(at) => at,
        }
    }

    pub fn is_said(self) -> bool {
        matches!(self, Self::Said(_))
    }

    /// Which of two tellings of one moment to keep: the server's over ours, else the first.
    pub fn or_better(self, newer: Self) -> Self {
        if newer.is_said() && !self.is_said() { newer } else { self }
    }
}
