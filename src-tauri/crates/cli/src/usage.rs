//! `bell usage`: what tasks took over time.

use deskbell_domain::Millis;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::usage::{Amount, UsageView};
use deskbell_engine::whose::Whose;
use serde::Serialize;

use crate::args::{Per, SumUp};
use crate::desk::{Desk, unexpected};
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::steps;
use crate::trouble::{Exit, Trouble};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    /// Bucket `n` lies between edge `n` and the one after it.
    edges: &'a [Millis],
    #[serde(flatten)]
    row: &'a UsageView,
}

pub async fn show(desk: &Desk, paper: &mut Paper, wanted: &SumUp) -> Result<Exit, Trouble> {
    let edges = steps::edges(wanted.per, wanted.since.as_deref(), &paper.clock)?;
    let rows = match desk.read(Command::UsageSum { by: wanted.by.into(), edges: edges.clone() }).await? {
        Answer::Usage { rows } => rows,
        other => return Err(unexpected(&other)),
    };
    if paper.json {
        rows.iter().try_for_each(|row| paper.object(&Row { edges: &edges, row }))?;
    } else if rows.is_empty() {
        paper.say("Nothing was taken in this time, as far as the sources tell.")?;
    } else {
        paper.table(&table(&rows, &edges, wanted.per, &paper.clock))?;
    }
    Ok(Exit::Done)
}

fn table(rows: &[UsageView], edges: &[Millis], per: Per, clock: &Clock) -> Vec<Vec<Cell>> {
    let heads = ["FROM", "WHO", "TOKENS IN", "TOKENS OUT", "COST"];
    let mut lines: Vec<Vec<Cell>> = vec![heads.iter().map(|head| Cell::new(head, Ink::Faint)).collect()];
    for (bucket, from) in edges.iter().enumerate() {
        let taken = rows.iter().filter_map(|row| Some((row, row.buckets.get(bucket)?)));
        for (row, amount) in taken.filter(|(_, amount)| **amount != Amount::default()) {
            lines.push(line(Cell::new(steps::name(*from, per, clock), Ink::Faint), row, amount));
        }
    }
    lines.extend(rows.iter().map(|row| line(Cell::new("in all", Ink::Bold), row, &row.total)));
    lines
}

fn line(when: Cell, row: &UsageView, amount: &Amount) -> Vec<Cell> {
    vec![
        when,
        Cell::short(who(&row.whose), Ink::Plain),
        amount.tokens_in.to_string().into(),
        amount.tokens_out.to_string().into(),
        dollars(amount.cost_micros).into(),
    ]
}

pub fn who(whose: &Whose) -> String {
    match whose {
        Whose::All => "together".to_owned(),
        Whose::Source { source } => source.to_string(),
        Whose::Agent { source, agent } => format!("{source}/{}", agent.as_deref().unwrap_or("-")),
        Whose::Others { many } => format!("{many} others"),
    }
}

fn dollars(micros: u64) -> String {
    format!("${}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact() {
        assert_eq!(dollars(1_250_000), "$1.2500");
        assert_eq!(dollars(99), "$0.0000");
        assert_eq!(dollars(u64::MAX), "$18446744073709.5516");
    }
}
