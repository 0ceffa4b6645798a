//! What is added up over time.

use std::time::{Duration, Instant};

use deskbell_domain::Millis;

use super::Queries;
use crate::command::{CommandError, HistoryFilter};
use crate::history;
use crate::record::{Accounts, RecordView};
use crate::timeline::{self, TimelineView, check_edges};
use crate::usage::{Sums, UsageView};
use crate::whose::SumBy;

/// So long what is found is counted, and then no further back. Where the search index is far behind, a few take long.
const LONGEST: Duration = Duration::from_millis(500);

impl Queries {
    pub(super) fn usage(&self, by: SumBy, edges: &[Millis]) -> Result<Vec<UsageView>, CommandError> {
        let mut sums = Sums::new(by, edges)?;
        let (since, until) = sums.range();
        self.reader().usage(since, until, |growth| sums.add(growth))?;
        Ok(sums.rows())
    }

    pub(super) fn record(&self, by: SumBy, edges: &[Millis]) -> Result<Vec<RecordView>, CommandError> {
        let mut accounts = Accounts::new(by, edges)?;
        let (since, until) = accounts.range();
        // It reads whole asks, for which no page must wait.
        let reader = self.reader().another()?;
        reader.ended(since, until, |ended| accounts.add(&ended))?;
        Ok(accounts.rows())
    }

    pub(super) fn timeline(
        &self,
        filter: &HistoryFilter,
        edges: &[Millis],
    ) -> Result<TimelineView, CommandError> {
        check_edges(edges, 0)?;
        let history = history::wanted(filter)?;
        // Of a long history it takes a while, for which no page must wait.
        let reader = self.reader().another()?;
        Ok(match super::terms(filter) {
            Some(terms) => {
                let begun = Instant::now();
                timeline::count_found(&reader, &history, &terms, edges, || begun.elapsed() >= LONGEST)?
            }
            None => reader.timeline(&history, edges)?.into(),
        })
    }
}
