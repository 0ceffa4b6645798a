//! The operator's own record: how long answers took, what they came to, and what was missed.

use std::collections::{BTreeMap, HashMap};

use deskbell_domain::{By, Millis, Outcome};
use deskbell_store::EndedAsk;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::CommandError;
use crate::timeline::check_edges;
use crate::view::OutcomeWord;
use crate::whose::{MOST_ROWS, SumBy, Whose};

/// What became of somebody's asks, by when they ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordView {
    pub whose: Whose,
    pub total: Figures,
    /// One for each time between two edges.
    pub buckets: Vec<Figures>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// What the operator answered from here, by what it came to.
    pub answered: BTreeMap<OutcomeWord, u64>,
    /// How long that took from the asking to the answer; nothing where nothing was answered.
    pub took: Option<Took>,
    /// Somebody else answered, or the operator did elsewhere.
    pub elsewhere: u64,
    /// The deadline passed while it waited.
    pub missed: u64,
    /// It ended otherwise: taken back, failed, or forgotten by its server.
    pub dropped: u64,
}

/// In milliseconds. Of an even number of answers, the median is the lower of the two in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Took {
    pub median_ms: i64,
    /// At most so long did nineteen of twenty take.
    pub p95_ms: i64,
}

/// What is added up for one bucket.
#[derive(Clone, Debug, Default)]
struct Sum {
    figures: Figures,
    took: Vec<i64>,
}

impl Sum {
    fn add(&mut self, ended: &EndedAsk) {
        let figures = &mut self.figures;
        match (&ended.outcome, &ended.by) {
            // Also where an answer was on its way.
            (Outcome::Expired, _) => figures.missed += 1,
            (outcome, By::Us) => {
                *figures.answered.entry(outcome.into()).or_default() += 1;
                // Servers' clocks may be ahead of ours.
                self.took.push(ended.answered_at.unwrap_or(ended.ended_at).since(ended.asked_at).max(0));
            }
            (_, By::Other(_))
            | (Outcome::Approved | Outcome::Denied { .. } | Outcome::Answered { .. }, _) => {
                figures.elsewhere += 1;
            }
            (Outcome::Cancelled | Outcome::Failed { .. } | Outcome::Vanished, By::Nobody) => {
                figures.dropped += 1;
            }
        }
    }

    fn absorb(&mut self, other: &Self) {
        for (outcome, count) in &other.figures.answered {
            *self.figures.answered.entry(*outcome).or_default() += count;
        }
        self.figures.elsewhere += other.figures.elsewhere;
        self.figures.missed += other.figures.missed;
        self.figures.dropped += other.figures.dropped;
        self.took.extend(&other.took);
    }

    fn figures(mut self) -> Figures {
        self.took.sort_unstable();
        // The nearest rank: a time that was really taken.
        let at_share = |percent: usize| {
            let rank = (self.took.len() * percent).div_ceil(100);
            self.took.get(rank.checked_sub(1)?).copied()
        };
        let took = at_share(50).zip(at_share(95)).map(|(median_ms, p95_ms)| Took { median_ms, p95_ms });
        Figures { took, ..self.figures }
    }

    fn count(&self) -> u64 {
        let Figures { answered, took: _, elsewhere, missed, dropped } = &self.figures;
        answered.values().sum::<u64>() + elsewhere + missed + dropped
    }
}

/// Adds up what is handed to it.
#[derive(Debug)]
pub(crate) struct Accounts<'a> {
    by: SumBy,
    edges: &'a [Millis],
    found: HashMap<Whose, Vec<Sum>>,
}

impl<'a> Accounts<'a> {
    pub(crate) fn new(by: SumBy, edges: &'a [Millis]) -> Result<Self, CommandError> {
        check_edges(edges, 2)?;
        Ok(Self { by, edges, found: HashMap::new() })
    }

    pub(crate) fn range(&self) -> (Millis, Millis) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }

    pub(crate) fn add(&mut self, ended: &EndedAsk) {
        let whose = self.by.whose(&ended.source, ended.agent.as_deref());
        let buckets = self.edges.len() - 1;
        let sums = self.found.entry(whose).or_insert_with(|| vec![Sum::default(); buckets]);
        let bucket = self.edges.partition_point(|edge| *edge <= ended.ended_at);
        if let Some(sum) = bucket.checked_sub(1).and_then(|bucket| sums.get_mut(bucket)) {
            sum.add(ended);
        }
    }

    /// All together, then those with the most first; nothing where nothing ended.
    pub(crate) fn rows(self) -> Vec<RecordView> {
        let mut rows: Vec<(Whose, Vec<Sum>)> = self.found.into_iter().collect();
        let weight = |sums: &[Sum]| sums.iter().map(Sum::count).sum::<u64>();
        rows.sort_by(|(a, x), (b, y)| weight(y).cmp(&weight(x)).then_with(|| a.name().cmp(&b.name())));
        let buckets = self.edges.len() - 1;
        let all = together(buckets, &rows);
        if rows.len() > MOST_ROWS {
            let others = rows.split_off(MOST_ROWS - 1);
            rows.push((Whose::Others { many: others.len() }, together(buckets, &others)));
        }
        let all = (!rows.is_empty()).then_some((Whose::All, all));
        all.into_iter().chain(rows).map(view).collect()
    }
}

fn together(buckets: usize, rows: &[(Whose, Vec<Sum>)]) -> Vec<Sum> {
    let mut all = vec![Sum::default(); buckets];
    for (_, sums) in rows {
        all.iter_mut().zip(sums).for_each(|(sum, more)| sum.absorb(more));
    }
    all
}

fn view((whose, sums): (Whose, Vec<Sum>)) -> RecordView {
    let mut total = Sum::default();
    sums.iter().for_each(|sum| total.absorb(sum));
    RecordView { whose, total: total.figures(), buckets: sums.into_iter().map(Sum::figures).collect() }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::SourceId;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn ended(source: &str, agent: &str, at: i64, took: i64) -> EndedAsk {
        EndedAsk {
            source: SourceId::new(source),
            agent: Some(agent.to_owned()),
            asked_at: Millis(at - took - 7),
            ended_at: Millis(at),
            // The server took seven milliseconds to say that it has it.
            answered_at: Some(Millis(at - 7)),
            by: By::Us,
            outcome: Outcome::Approved,
        }
    }

    fn record(by: SumBy, edges: &[Millis], asks: &[EndedAsk]) -> Vec<RecordView> {
        let mut accounts = Accounts::new(by, edges).unwrap();
        asks.iter().for_each(|ask| accounts.add(ask));
        accounts.rows()
    }

    #[test]
    fn the_median_and_the_95th_of_a_hundred_are_times_that_were_taken() {
        let edges = [Millis(0), Millis(HOUR), Millis(2 * HOUR)];
        // In no order: 1 s to 100 s in the first hour, one of an hour in the second.
        let mut asks: Vec<EndedAsk> =
            (0..100).map(|n| ended("hive", "coder", 1_000 * n, (n * 37 % 100 + 1) * 1_000)).collect();
        asks.push(ended("hive", "coder", HOUR, HOUR));
        let rows = record(SumBy::Source, &edges, &asks);
        let [all, hive] = &rows[..] else { panic!("{rows:?}") };
        let took = |median_ms, p95_ms| Some(Took { median_ms, p95_ms });
        assert_eq!(all.buckets[0].took, took(50_000, 95_000));
        assert_eq!(all.buckets[1].took, took(HOUR, HOUR), "one is the median and the 95th");
        assert_eq!(all.total.took, took(51_000, 96_000));
        assert_eq!(all.total.answered, BTreeMap::from([(OutcomeWord::Approved, 101)]));
        assert_eq!(*all, RecordView { whose: Whose::All, ..hive.clone() });
    }

    #[test]
    fn who_answered_and_how_it_ended_are_told_apart() {
        let edges = [Millis(0), Millis(HOUR)];
        let other = || By::Other("bob".into());
        let cases = [
            (Outcome::Approved, By::Us),
            (Outcome::Denied { note: None }, By::Us),
            (Outcome::Answered { text: "yes".into() }, By::Us),
            (Outcome::Cancelled, By::Us),
            (Outcome::Failed { note: "too late".into() }, By::Us),
            (Outcome::Approved, other()),
            (Outcome::Cancelled, other()),
            (Outcome::Denied { note: None }, By::Nobody),
            (Outcome::Expired, By::Nobody),
            (Outcome::Expired, By::Us),
            (Outcome::Expired, other()),
            (Outcome::Cancelled, By::Nobody),
            (Outcome::Vanished, By::Nobody),
        ];
        let asks = cases.map(|(outcome, by)| EndedAsk { outcome, by, ..ended("hive", "coder", 9, 5) });
        let Figures { answered, took, elsewhere, missed, dropped } =
            record(SumBy::Agent, &edges, &asks).remove(0).total;
        use OutcomeWord::{Answered, Approved, Cancelled, Denied, Failed};
        assert_eq!(
            answered,
            BTreeMap::from([(Approved, 1), (Denied, 1), (Answered, 1), (Cancelled, 1), (Failed, 1)])
        );
        assert_eq!((elsewhere, missed, dropped), (3, 3, 2));
        assert_eq!(took, Some(Took { median_ms: 5, p95_ms: 5 }));
    }

    #[test]
    fn where_nothing_ended_there_is_nothing() {
        assert_eq!(record(SumBy::Agent, &[Millis(0), Millis(HOUR)], &[]), []);
    }

    #[test]
    fn what_only_others_answered_took_the_operator_no_time() {
        let edges = [Millis(0), Millis(HOUR)];
        let asks = [EndedAsk { by: By::Other("bob".into()), ..ended("hive", "coder", 9, 5) }];
        assert_eq!(record(SumBy::Source, &edges, &asks)[0].total.took, None);
    }

    #[test]
    fn a_server_whose_clock_is_ahead_makes_no_time_below_nothing() {
        let edges = [Millis(0), Millis(HOUR)];
        let asks = [ended("hive", "coder", 9, -500)];
        let took = record(SumBy::Source, &edges, &asks)[0].total.took;
        assert_eq!(took, Some(Took { median_ms: 0, p95_ms: 0 }));
    }

    #[test]
    fn more_than_can_be_told_apart_is_added_up_and_nothing_is_lost() {
        let edges = [Millis(0), Millis(HOUR)];
        let asks: Vec<EndedAsk> = (0..60)
            .flat_map(|agent| (0..=agent).map(move |n| ended("hive", &agent.to_string(), n, 1_000 + agent)))
            .collect();
        let mut rows = record(SumBy::Agent, &edges, &asks);
        let all = rows.remove(0);
        let count = |row: &RecordView| row.total.answered.values().sum::<u64>();
        assert_eq!(rows.len(), MOST_ROWS);
        assert_eq!(rows[0].total.took, Some(Took { median_ms: 1_059, p95_ms: 1_059 }));
        assert_eq!(rows[MOST_ROWS - 1].whose, Whose::Others { many: 11 });
        assert_eq!(count(&all), asks.len() as u64);
        assert_eq!(rows.iter().map(count).sum::<u64>(), asks.len() as u64);
    }
}
