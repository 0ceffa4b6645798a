//! `bell record`: how the operator answered over time.

use deskbell_domain::Millis;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::record::{Figures, RecordView};
use deskbell_engine::view::OutcomeWord;
use deskbell_engine::whose::Whose;
use serde::Serialize;

use crate::args::{Per, SumUp};
use crate::desk::{Desk, unexpected};
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::steps;
use crate::trouble::{Exit, Trouble};
use crate::usage::who;

const HEADS: [&str; 8] = ["FROM", "WHO", "ANSWERED", "MEDIAN", "95 OF 100", "MISSED", "ELSEWHERE", "DROPPED"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    /// Bucket `n` lies between edge `n` and the one after it.
    edges: &'a [Millis],
    #[serde(flatten)]
    row: &'a RecordView,
}

pub async fn show(desk: &Desk, paper: &mut Paper, wanted: &SumUp) -> Result<Exit, Trouble> {
    let edges = steps::edges(wanted.per, wanted.since.as_deref(), &paper.clock)?;
    let rows = match desk.read(Command::RecordSum { by: wanted.by.into(), edges: edges.clone() }).await? {
        Answer::Record { rows } => rows,
        other => return Err(unexpected(&other)),
    };
    if paper.json {
        rows.iter().try_for_each(|row| paper.object(&Row { edges: &edges, row }))?;
    } else if rows.is_empty() {
        paper.say("Nothing that waited for you ended in this time.")?;
    } else {
        paper.table(&table(&rows, &edges, wanted.per, &paper.clock))?;
    }
    Ok(Exit::Done)
}

fn table(rows: &[RecordView], edges: &[Millis], per: Per, clock: &Clock) -> Vec<Vec<Cell>> {
    let mut lines: Vec<Vec<Cell>> = vec![HEADS.iter().map(|head| Cell::new(head, Ink::Faint)).collect()];
    for (bucket, from) in edges.iter().enumerate() {
        let of_bucket = rows
            .iter()
            .filter(|row| row.whose != Whose::All)
            .filter_map(|row| Some((row, row.buckets.get(bucket)?)));
        for (row, figures) in of_bucket.filter(|(_, figures)| **figures != Figures::default()) {
            lines.push(line(Cell::new(steps::name(*from, per, clock), Ink::Faint), row, figures));
        }
    }
    lines.extend(rows.iter().map(|row| line(Cell::new("in all", Ink::Bold), row, &row.total)));
    lines
}

fn line(when: Cell, row: &RecordView, figures: &Figures) -> Vec<Cell> {
    let Figures { answered, took, elsewhere, missed, dropped } = figures;
    let span = |ms: Option<i64>| ms.map_or_else(|| "-".to_owned(), span);
    vec![
        when,
        Cell::short(who(&row.whose), Ink::Plain),
        outcomes(answered.iter()).into(),
        span(took.map(|took| took.median_ms)).into(),
        span(took.map(|took| took.p95_ms)).into(),
        Cell::new(missed.to_string(), if *missed > 0 { Ink::Warm } else { Ink::Plain }),
        elsewhere.to_string().into(),
        dropped.to_string().into(),
    ]
}

/// "3: 2 approved, 1 denied".
fn outcomes<'a>(answered: impl Iterator<Item = (&'a OutcomeWord, &'a u64)> + Clone) -> String {
    let sum: u64 = answered.clone().map(|(_, count)| count).sum();
    let parts: Vec<String> =
        answered.map(|(outcome, count)| format!("{count} {}", outcome.as_str())).collect();
    if parts.is_empty() { sum.to_string() } else { format!("{sum}: {}", parts.join(", ")) }
}

/// "850 ms", "8.5 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
fn span(ms: i64) -> String {
    let (seconds, minutes, hours) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", minutes, seconds % 60),
        3_600_000..86_400_000 => format!("{} h {} min", hours, minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_two_largest_units() {
        for (ms, words) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (8_540, "8.5 s"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
            (273_600_000, "3 d 4 h"),
        ] {
            assert_eq!(span(ms), words);
        }
    }
}
