//! Steps of the calendar, for what is added up over time.

use deskbell_domain::Millis;
use jiff::civil::Time;
use jiff::{Span, Timestamp, ToSpan, Zoned};

use crate::args::Per;
use crate::moment::Clock;
use crate::trouble::Trouble;

/// As many as the engine adds up at once.
const MOST: usize = 400;

/// From the step that holds the first time to the end of the one that holds now.
pub fn edges(per: Per, since: Option<&str>, clock: &Clock) -> Result<Vec<Millis>, Trouble> {
    let (usual, step): (Span, Span) = match per {
        Per::Hour => (23.hours(), 1.hour()),
        Per::Day => (6.days(), 1.day()),
        Per::Week => (11.weeks(), 1.week()),
        Per::Month => (11.months(), 1.month()),
    };
    let strange = |_| Trouble::usage("that time is outside of any calendar");
    let now =
        clock.zoned(clock.now).ok_or_else(|| Trouble::failed("the clock is outside of any calendar"))?;
    let since = match since {
        Some(text) => {
            let at = clock.parse(text).map_err(Trouble::usage)?;
            Timestamp::from_millisecond(at.0).map_err(strange)?.to_zoned(clock.zone.clone())
        }
        None => now.checked_sub(usual).map_err(strange)?,
    };
    let mut edge = floor(&since, per).map_err(strange)?;
    let mut edges = vec![Millis(edge.timestamp().as_millisecond())];
    while edge <= now {
        if edges.len() > MOST {
            return Err(Trouble::usage(format!(
                "that is more than {MOST} steps: choose a longer --per, or a later --since"
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

/// The name of a step that begins then.
pub fn name(at: Millis, per: Per, clock: &Clock) -> String {
    let form = match per {
        Per::Hour => "%Y-%m-%d %H:%M",
        Per::Day | Per::Week => "%Y-%m-%d",
        Per::Month => "%Y-%m",
    };
    clock.zoned(at).map_or_else(|| "?".to_owned(), |at| at.strftime(form).to_string())
}

/// The beginning of the step that holds a time. Weeks begin on Monday.
fn floor(at: &Zoned, per: Per) -> Result<Zoned, jiff::Error> {
    match per {
        Per::Hour => at.with().time(Time::new(at.hour(), 0, 0, 0)?).build(),
        Per::Day => at.start_of_day(),
        Per::Week => at.checked_sub(i64::from(at.weekday().to_monday_zero_offset()).days())?.start_of_day(),
        Per::Month => at.first_of_month()?.start_of_day(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::trouble::Exit;

    fn clock(now: &str, zone: &str) -> Clock {
        let at: Timestamp = now.parse().unwrap();
        Clock { now: Millis(at.as_millisecond()), zone: TimeZone::get(zone).unwrap() }
    }

    fn steps(per: Per, since: Option<&str>, clock: &Clock) -> Vec<String> {
        edges(per, since, clock).unwrap().into_iter().map(|at| name(at, Per::Hour, clock)).collect()
    }

    #[test]
    fn steps_begin_where_the_calendar_begins_them_and_hold_now() {
        // A Saturday.
        let clock = clock("2026-11-21T14:30:00Z", "UTC");
        assert_eq!(steps(Per::Hour, None, &clock).len(), 25);
        assert_eq!(
            steps(Per::Day, Some("2026-11-20T09:00"), &clock),
            ["2026-11-20 00:00", "2026-11-21 00:00", "2026-11-22 00:00"]
        );
        assert_eq!(
            steps(Per::Week, Some("2026-11-15"), &clock),
            ["2026-11-09 00:00", "2026-11-16 00:00", "2026-11-23 00:00"]
        );
        assert_eq!(steps(Per::Month, None, &clock).first().unwrap(), "2025-12-01 00:00");
        assert_eq!(steps(Per::Month, None, &clock).len(), 13);
    }

    #[test]
    fn a_day_of_25_hours_is_one_day() {
        let clock = clock("2026-10-26T12:00:00Z", "Europe/Berlin");
        let edges = edges(Per::Day, Some("2026-10-25"), &clock).unwrap();
        assert_eq!(edges[1].since(edges[0]), 25 * 3_600_000);
    }

    #[test]
    fn too_many_steps_and_the_future_are_refused() {
        let clock = clock("2026-11-21T14:30:00Z", "UTC");
        for since in ["2020-01-01", "2026-11-22"] {
            assert_eq!(edges(Per::Hour, Some(since), &clock).unwrap_err().exit, Exit::Usage, "{since}");
        }
    }
}
