//! `bell usage`: what tasks took over time.

use deskbell_domain::Millis;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::usage::{Amount, UsageBy, UsageView, Whose};
use jiff::civil::Time;
use jiff::{Span, Timestamp, ToSpan, Zoned};
use serde::Serialize;

use crate::args::{By, Per, Usage};
use crate::desk::{Desk, unexpected};
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

/// As many as the engine adds up at once.
const MOST_STEPS: usize = 400;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    /// Bucket `n` lies between edge `n` and the one after it.
    edges: &'a [Millis],
    #[serde(flatten)]
    row: &'a UsageView,
}

pub async fn show(desk: &Desk, paper: &mut Paper, wanted: &Usage) -> Result<Exit, Trouble> {
    let edges = edges(wanted, &paper.clock)?;
    let by = match wanted.by {
        By::Source => UsageBy::Source,
        By::Agent => UsageBy::Agent,
    };
    let rows = match desk.read(Command::UsageSum { by, edges: edges.clone() }).await? {
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
            lines.push(line(Cell::new(clock.step(*from, per), Ink::Faint), row, amount));
        }
    }
    lines.extend(rows.iter().map(|row| line(Cell::new("in all", Ink::Bold), row, &row.total)));
    lines
}

fn line(when: Cell, row: &UsageView, amount: &Amount) -> Vec<Cell> {
    let who = match &row.whose {
        Whose::Source { source } => source.to_string(),
        Whose::Agent { source, agent } => format!("{source}/{}", agent.as_deref().unwrap_or("-")),
        Whose::Others { many } => format!("{many} others"),
    };
    vec![
        when,
        Cell::short(who, Ink::Plain),
        amount.tokens_in.to_string().into(),
        amount.tokens_out.to_string().into(),
        dollars(amount.cost_micros).into(),
    ]
}

fn dollars(micros: u64) -> String {
    format!("${}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100)
}

/// From the step that holds the first time to the end of the one that holds now.
fn edges(wanted: &Usage, clock: &Clock) -> Result<Vec<Millis>, Trouble> {
    let (usual, step): (Span, Span) = match wanted.per {
        Per::Hour => (23.hours(), 1.hour()),
        Per::Day => (6.days(), 1.day()),
        Per::Month => (11.months(), 1.month()),
    };
    let strange = |_| Trouble::usage("that time is outside of any calendar");
    let now =
        clock.zoned(clock.now).ok_or_else(|| Trouble::failed("the clock is outside of any calendar"))?;
    let since = match &wanted.since {
        Some(text) => {
            let at = clock.parse(text).map_err(Trouble::usage)?;
            Timestamp::from_millisecond(at.0).map_err(strange)?.to_zoned(clock.zone.clone())
        }
        None => now.checked_sub(usual).map_err(strange)?,
    };
    let mut edge = floor(&since, wanted.per).map_err(strange)?;
    let mut edges = vec![Millis(edge.timestamp().as_millisecond())];
    while edge <= now {
        if edges.len() > MOST_STEPS {
            return Err(Trouble::usage(format!(
                "that is more than {MOST_STEPS} steps: choose a longer --per, or a later --since"
            )));
        }
        edge = edge.checked_add(step).map_err(strange)?;
        edges.push(Millis(edge.timestamp().as_millisecond()));
    }
    match edges.len() {
        1 => Err(Trouble::usage("that time is still to come")),
        _ => Ok(edges),
    }
}

/// The beginning of the step that holds a time.
fn floor(at: &Zoned, per: Per) -> Result<Zoned, jiff::Error> {
    match per {
        Per::Hour => at.with().time(Time::new(at.hour(), 0, 0, 0)?).build(),
        Per::Day => at.start_of_day(),
        Per::Month => at.first_of_month()?.start_of_day(),
    }
}

impl Clock {
    /// The name of a step that begins then.
    fn step(&self, at: Millis, per: Per) -> String {
        let form = match per {
            Per::Hour => "%Y-%m-%d %H:%M",
            Per::Day => "%Y-%m-%d",
            Per::Month => "%Y-%m",
        };
        self.zoned(at).map_or_else(|| "?".to_owned(), |at| at.strftime(form).to_string())
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn clock(now: &str, zone: &str) -> Clock {
        let at: Timestamp = now.parse().unwrap();
        Clock { now: Millis(at.as_millisecond()), zone: TimeZone::get(zone).unwrap() }
    }

    fn steps(per: Per, since: Option<&str>, clock: &Clock) -> Vec<String> {
        let wanted = Usage { by: By::Source, per, since: since.map(str::to_owned) };
        edges(&wanted, clock).unwrap().into_iter().map(|at| clock.step(at, Per::Hour)).collect()
    }

    #[test]
    fn steps_begin_where_the_calendar_begins_them_and_hold_now() {
        let clock = clock("2026-11-21T14:30:00Z", "UTC");
        assert_eq!(steps(Per::Hour, None, &clock).len(), 25);
        assert_eq!(
            steps(Per::Day, Some("2026-11-20T09:00"), &clock),
            ["2026-11-20 00:00", "2026-11-21 00:00", "2026-11-22 00:00"]
        );
        assert_eq!(steps(Per::Month, None, &clock).first().unwrap(), "2025-12-01 00:00");
        assert_eq!(steps(Per::Month, None, &clock).len(), 13);
    }

    #[test]
    fn a_day_of_25_hours_is_one_day() {
        let clock = clock("2026-10-26T12:00:00Z", "Europe/Berlin");
        let wanted = Usage { by: By::Agent, per: Per::Day, since: Some("2026-10-25".into()) };
        let edges = edges(&wanted, &clock).unwrap();
        assert_eq!(edges[1].since(edges[0]), 25 * 3_600_000);
    }

    #[test]
    fn too_many_steps_and_the_future_are_refused() {
        let clock = clock("2026-11-21T14:30:00Z", "UTC");
        for since in ["2020-01-01", "2026-11-22"] {
            let wanted = Usage { by: By::Source, per: Per::Hour, since: Some(since.into()) };
            assert_eq!(edges(&wanted, &clock).unwrap_err().exit, Exit::Usage, "{since}");
        }
    }

    #[test]
    fn money_is_exact() {
        assert_eq!(dollars(1_250_000), "$1.2500");
        assert_eq!(dollars(99), "$0.0000");
        assert_eq!(dollars(u64::MAX), "$18446744073709.5516");
    }
}
