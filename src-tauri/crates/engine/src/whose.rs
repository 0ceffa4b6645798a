//! By whom something is added up, and whose a sum is.

use deskbell_domain::SourceId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// More than a chart can tell apart; the others are added up.
pub(crate) const MOST_ROWS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SumBy {
    Source,
    Agent,
}

impl SumBy {
    pub(crate) fn whose(self, source: &SourceId, agent: Option<&str>) -> Whose {
        let source = source.clone();
        match self {
            Self::Source => Whose::Source { source },
            Self::Agent => Whose::Agent { source, agent: agent.map(str::to_owned) },
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "whose", rename_all = "camelCase")]
pub enum Whose {
    /// Everybody's.
    All,
    Source {
        source: SourceId,
    },
    /// No agent where the server names none.
    Agent {
        source: SourceId,
        agent: Option<String>,
    },
    /// So many more, together.
    Others {
        many: usize,
    },
}

impl Whose {
    pub(crate) fn name(&self) -> (&str, &str) {
        match self {
            Self::Source { source } => (source.as_str(), ""),
            Self::Agent { source, agent } => (source.as_str(), agent.as_deref().unwrap_or_default()),
            Self::All | Self::Others { .. } => ("", ""),
        }
    }
}
