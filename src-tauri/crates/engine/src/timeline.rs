//! How much happened when, for whoever draws it; and the times between which things are counted.

use deskbell_domain::Millis;
use deskbell_store::Timeline;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::{CommandError, ErrorCode};

/// Enough for a year of days.
const MOST_EDGES: usize = 401;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// The times of the first and the last entry, where there is one.
    pub span: Option<(Millis, Millis)>,
    /// How many entries there are from each edge to before the next.
    pub counts: Vec<u64>,
}

impl From<Timeline> for TimelineView {
    fn from(Timeline { span, counts }: Timeline) -> Self {
        Self { span, counts }
    }
}

pub(crate) fn check_edges(edges: &[Millis], least: usize) -> Result<(), CommandError> {
    let ascend = edges.windows(2).all(|pair| pair[0] < pair[1]);
    if (least..=MOST_EDGES).contains(&edges.len()) && ascend {
        return Ok(());
    }
    Err(CommandError {
        code: ErrorCode::Invalid,
        message: format!("Give from {least} to {MOST_EDGES} times, each later than the one before."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_do_not_ascend_or_are_too_many_are_refused() {
        let many = |count: i64| (0..count).map(Millis).collect::<Vec<_>>();
        assert!(check_edges(&[], 0).is_ok() && check_edges(&many(401), 2).is_ok());
        for edges in [many(402), many(1), vec![Millis(1), Millis(1)], vec![Millis(2), Millis(1)]] {
            let refusal = check_edges(&edges, 2).unwrap_err();
            assert!(refusal.message.contains("from 2 to 401 times"), "{refusal}");
        }
    }
}
