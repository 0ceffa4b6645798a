//! How much happened when, for whoever draws it; and the times between which things are counted.

use deskbell_domain::Millis;
use deskbell_store::{History, Place, Reader, StoreError, Terms, Timeline};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::{CommandError, ErrorCode};

/// Enough for a year of days.
const MOST_EDGES: usize = 401;

/// Of what is found so many are counted, the newest: each is looked into.
const MOST_FOUND: u32 = 2_000;
const AT_ONCE: u32 = 250;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    /// The times of the first and the last entry, where there is one, whether it is found or not.
    pub span: Option<(Millis, Millis)>,
    /// How many entries there are from each edge to before the next; where something is looked for, how many are found.
    pub counts: Vec<u64>,
    /// What is found before this time was not counted: it is too much, or takes too long.
    pub counted_from: Option<Millis>,
}

impl From<Timeline> for TimelineView {
    fn from(Timeline { span, counts }: Timeline) -> Self {
        Self { span, counts, counted_from: None }
    }
}

/// How much is found when, from the newest back until it is long enough.
pub(crate) fn count_found(
    reader: &Reader,
    history: &History,
    terms: &Terms,
    edges: &[Millis],
    is_long: impl Fn() -> bool,
) -> Result<TimelineView, StoreError> {
    let span = reader.timeline(history, &[])?.span;
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    let mut counted_from = None;
    if let [first, .., last] = *edges {
        let (since, until, limit) = (Some(first), Some(last), Some(AT_ONCE));
        let mut page = History { since, until, place: Place::Newest, limit, ..history.clone() };
        for pages in 1.. {
            let found = reader.search(&page, terms)?;
            for line in &found {
                let at = line.row.entry.at.millis();
                if let Some(count) =
                    counts.get_mut(edges.partition_point(|edge| *edge <= at).saturating_sub(1))
                {
                    *count += 1;
                }
            }
            let Some(oldest) = found.last().filter(|_| found.len() == AT_ONCE as usize) else { break };
            if pages * AT_ONCE >= MOST_FOUND || is_long() {
                counted_from = Some(oldest.row.entry.at.millis());
                break;
            }
            page.place = Place::Before(oldest.row.cursor);
        }
    }
    Ok(TimelineView { span, counts, counted_from })
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
