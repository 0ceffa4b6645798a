//! What tasks took over time, added up for whoever draws it.

use std::collections::{HashMap, HashSet};

use deskbell_domain::Millis;
use deskbell_store::Growth;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::CommandError;
use crate::timeline::check_edges;
use crate::whose::{MOST_ROWS, SumBy, Whose};

/// What one source or one agent took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    pub whose: Whose,
    /// How many tasks took something.
    pub tasks: usize,
    pub total: Amount,
    /// One for each time between two edges.
    pub buckets: Vec<Amount>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of a US dollar.
    pub cost_micros: u64,
}

impl Amount {
    fn add(&mut self, other: Self) {
        self.tokens_in = self.tokens_in.saturating_add(other.tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(other.tokens_out);
        self.cost_micros = self.cost_micros.saturating_add(other.cost_micros);
    }

    fn weight(&self) -> (u64, u64) {
        (self.cost_micros, self.tokens_in.saturating_add(self.tokens_out))
    }
}

#[derive(Debug)]
struct Sum {
    tasks: HashSet<String>,
    total: Amount,
    buckets: Vec<Amount>,
}

/// Adds up what is handed to it.
#[derive(Debug)]
pub(crate) struct Sums<'a> {
    by: SumBy,
    edges: &'a [Millis],
    found: HashMap<Whose, Sum>,
}

impl<'a> Sums<'a> {
    pub(crate) fn new(by: SumBy, edges: &'a [Millis]) -> Result<Self, CommandError> {
        check_edges(edges, 2)?;
        Ok(Self { by, edges, found: HashMap::new() })
    }

    pub(crate) fn range(&self) -> (Millis, Millis) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }

    pub(crate) fn add(&mut self, growth: Growth<'_>) {
        let Some(bucket) = self.edges.partition_point(|edge| *edge <= growth.at).checked_sub(1) else {
            return;
        };
        let whose = self.by.whose(growth.source, growth.agent);
        let sum = self.found.entry(whose).or_insert_with(|| Sum {
            tasks: HashSet::new(),
            total: Amount::default(),
            buckets: vec![Amount::default(); self.edges.len() - 1],
        });
        let amount = Amount {
            tokens_in: growth.tokens_in,
            tokens_out: growth.tokens_out,
            cost_micros: growth.cost_micros,
        };
        sum.total.add(amount);
        if let Some(bucket) = sum.buckets.get_mut(bucket) {
            bucket.add(amount);
        }
        // Agents of different sources may have tasks of one name: a sum by agent holds one source's alone.
        if !sum.tasks.contains(growth.task) {
            sum.tasks.insert(growth.task.to_owned());
        }
    }

    pub(crate) fn rows(self) -> Vec<UsageView> {
        let mut rows: Vec<UsageView> = (self.found.into_iter())
            .map(|(whose, sum)| UsageView {
                whose,
                tasks: sum.tasks.len(),
                total: sum.total,
                buckets: sum.buckets,
            })
            .collect();
        rows.sort_by(|a, b| {
            b.total.weight().cmp(&a.total.weight()).then_with(|| a.whose.name().cmp(&b.whose.name()))
        });
        if rows.len() > MOST_ROWS {
            let others = rows.split_off(MOST_ROWS - 1);
            rows.extend(together(others));
        }
        rows
    }
}

fn together(rows: Vec<UsageView>) -> Option<UsageView> {
    let many = rows.len();
    let sum = rows.into_iter().reduce(|mut sum, row| {
        sum.tasks += row.tasks;
        sum.total.add(row.total);
        sum.buckets.iter_mut().zip(row.buckets).for_each(|(bucket, more)| bucket.add(more));
        sum
    })?;
    Some(UsageView { whose: Whose::Others { many }, ..sum })
}

#[cfg(test)]
mod tests {
    use deskbell_domain::SourceId;

    use super::*;
    use crate::command::ErrorCode;

    const HOUR: i64 = 3_600_000;

    fn edges(hours: i64) -> Vec<Millis> {
        (0..=hours).map(|hour| Millis(hour * HOUR)).collect()
    }

    fn grow<'a>(source: &'a SourceId, agent: &'a str, task: &'a str, at: i64, tokens_in: u64) -> Growth<'a> {
        Growth {
            source,
            agent: Some(agent),
            task,
            at: Millis(at),
            tokens_in,
            tokens_out: 1,
            cost_micros: tokens_in * 10,
        }
    }

    #[test]
    fn each_growth_falls_between_its_edges_and_the_costliest_come_first() {
        let (hive, lab) = (SourceId::new("hive"), SourceId::new("lab"));
        let edges = edges(3);
        for (by, names) in [(SumBy::Source, 2), (SumBy::Agent, 3)] {
            let mut sums = Sums::new(by, &edges).unwrap();
            for growth in [
                grow(&hive, "a", "1", 0, 5),
                grow(&hive, "a", "1", HOUR - 1, 5),
                grow(&hive, "b", "2", HOUR, 7),
                grow(&lab, "a", "1", 3 * HOUR - 1, 50),
                grow(&lab, "a", "1", 3 * HOUR, 1_000),
            ] {
                sums.add(growth);
            }
            let rows = sums.rows();
            assert_eq!(rows.len(), names);
            assert_eq!(rows[0].whose.name().0, "lab");
            if by == SumBy::Source {
                let of: Vec<u64> = rows[1].buckets.iter().map(|bucket| bucket.tokens_in).collect();
                assert_eq!((of, rows[1].tasks, rows[1].total.tokens_out), (vec![10, 7, 0], 2, 3));
            }
        }
    }

    #[test]
    fn times_that_make_no_buckets_are_refused() {
        let many = edges(401);
        for bad in [&[][..], &[Millis(1)], &[Millis(2), Millis(1)], &[Millis(1), Millis(1)], &many[..]] {
            assert_eq!(Sums::new(SumBy::Agent, bad).unwrap_err().code, ErrorCode::Invalid);
        }
    }

    #[test]
    fn more_than_can_be_told_apart_is_added_up_and_nothing_is_lost() {
        let hive = SourceId::new("hive");
        let edges = edges(1);
        let names: Vec<String> = (0..60).map(|n| n.to_string()).collect();
        let mut sums = Sums::new(SumBy::Agent, &edges).unwrap();
        for (n, name) in names.iter().enumerate() {
            sums.add(grow(&hive, name, name, 0, 1 + n as u64));
        }
        let rows = sums.rows();
        assert_eq!(rows.len(), MOST_ROWS);
        assert_eq!(rows[MOST_ROWS - 1].whose, Whose::Others { many: 11 });
        assert_eq!(rows.iter().map(|row| row.total.tokens_in).sum::<u64>(), (1..=60).sum::<u64>());
        assert_eq!(rows.iter().map(|row| row.tasks).sum::<usize>(), 60);
    }
}
