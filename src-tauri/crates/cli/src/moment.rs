//! Times as people say and write them.

use deskbell_domain::Millis;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Now, and what the clock on the wall counts in.
#[derive(Clone, Debug)]
pub struct Clock {
    pub now: Millis,
    pub zone: TimeZone,
}

impl Clock {
    pub fn read() -> Self {
        Self { now: Millis(Timestamp::now().as_millisecond()), zone: TimeZone::system() }
    }

    /// "14:02" today, with the day before it on any other day.
    pub fn wall(&self, at: Millis) -> String {
        match (self.zoned(at), self.zoned(self.now)) {
            (Some(at), Some(now)) if at.date() == now.date() => at.strftime("%H:%M:%S").to_string(),
            (Some(at), _) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            (None, _) => "?".to_owned(),
        }
    }

    /// "3 min ago", "in 2 h".
    pub fn relative(&self, at: Millis) -> String {
        let away = at.since(self.now);
        let span = span(away.saturating_abs());
        match away {
            -999..=999 => "now".to_owned(),
            ..-999 => format!("{span} ago"),
            _ => format!("in {span}"),
        }
    }

    /// Both: "3 min ago (14:02:05)".
    pub fn both(&self, at: Millis) -> String {
        format!("{} ({})", self.relative(at), self.wall(at))
    }

    pub fn zoned(&self, at: Millis) -> Option<Zoned> {
        Timestamp::from_millisecond(at.0).ok().map(|at| at.to_zoned(self.zone.clone()))
    }

    /// Reads `2h` (that long ago), `14:02`, `2026-11-21`, `2026-11-21T14:02`, with a zone, or Unix milliseconds.
    pub fn parse(&self, text: &str) -> Result<Millis, String> {
        let text = text.trim();
        self.parse_ago(text)
            .or_else(|| text.parse().ok().map(Millis))
            .or_else(|| text.parse::<Timestamp>().ok().map(|at| Millis(at.as_millisecond())))
            .or_else(|| self.parse_local(text))
            .ok_or_else(|| {
                format!("\"{text}\" is not a time: write 2h, 30m or 7d (ago), 14:02, 2026-11-21 or 2026-11-21T14:02")
            })
    }

    /// Reads a time to come: `2h` (from now), `14:02` (the next one), and the rest as [`Self::parse`] does.
    pub fn parse_later(&self, text: &str) -> Result<Millis, String> {
        let at = self.parse(text).map_err(|words| words.replace(" (ago)", " (from now)"))?;
        let at = match self.parse_ago(text.trim()) {
            Some(ago) => self.now.plus(self.now.since(ago)),
            None if at <= self.now && text.trim().parse::<Time>().is_ok() => self.day_after(at).unwrap_or(at),
            None => at,
        };
        if at > self.now { Ok(at) } else { Err(format!("\"{text}\" is over: say a time to come")) }
    }

    /// The same time of the next day.
    fn day_after(&self, at: Millis) -> Option<Millis> {
        let next = self.zoned(at)?.checked_add(jiff::Span::new().days(1)).ok()?;
        Some(Millis(next.timestamp().as_millisecond()))
    }

    fn parse_ago(&self, text: &str) -> Option<Millis> {
        let unit = match text.chars().last()? {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 604_800_000,
            _ => return None,
        };
        let count: i64 = text[..text.len() - 1].trim().parse().ok().filter(|n| *n >= 0)?;
        Some(self.now.plus(count.saturating_mul(-unit)))
    }

    fn parse_local(&self, text: &str) -> Option<Millis> {
        let today = || self.zoned(self.now).map(|now| now.date());
        let at: DateTime = match text.parse::<DateTime>() {
            Ok(at) => at,
            Err(_) => match text.parse::<Date>() {
                Ok(day) => day.to_datetime(Time::midnight()),
                Err(_) => today()?.to_datetime(text.parse().ok()?),
            },
        };
        Some(Millis(at.to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond()))
    }
}

/// A length of time in its largest unit.
pub fn span(millis: i64) -> String {
    let seconds = millis / 1000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Clock {
        let at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        Clock { now: Millis(at.as_millisecond()), zone: TimeZone::UTC }
    }

    #[test]
    fn times_are_said_from_now() {
        let clock = noon();
        for (away, words) in [
            (0, "now"),
            (-5_000, "5 s ago"),
            (-180_000, "3 min ago"),
            (7_200_000, "in 2 h"),
            (-86_400_000 * 3, "3 d ago"),
        ] {
            assert_eq!(clock.relative(clock.now.plus(away)), words);
        }
        assert_eq!(clock.wall(clock.now.plus(-60_000)), "11:59:00");
        assert_eq!(clock.wall(clock.now.plus(-86_400_000)), "2026-11-20 12:00:00");
        assert_eq!(clock.both(clock.now.plus(-60_000)), "1 min ago (11:59:00)");
    }

    #[test]
    fn a_time_out_of_all_calendars_is_no_accident() {
        for at in [i64::MIN, i64::MAX] {
            assert_eq!(noon().wall(Millis(at)), "?");
            assert!(!noon().relative(Millis(at)).is_empty());
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        let clock = noon();
        let at = |text: &str| clock.parse(text).unwrap().since(clock.now);
        assert_eq!(at("2h"), -7_200_000);
        assert_eq!(at("30m"), -1_800_000);
        assert_eq!(at("14:02"), 7_320_000);
        assert_eq!(at("2026-11-21"), -43_200_000);
        assert_eq!(at("2026-11-21T14:02"), 7_320_000);
        assert_eq!(at("2026-11-21 14:02:00"), 7_320_000);
        assert_eq!(at("2026-11-21T14:02:00+02:00"), 120_000);
        assert_eq!(at(&clock.now.0.to_string()), 0);
        for bad in ["", "soon", "-2h", "2026-13-01", "é", "2y"] {
            assert!(clock.parse(bad).unwrap_err().contains("not a time"), "{bad}");
        }
    }

    #[test]
    fn a_time_to_come_is_read_forward() {
        let clock = noon();
        let at = |text: &str| clock.parse_later(text).map(|at| at.since(clock.now));
        assert_eq!(at("2h"), Ok(7_200_000));
        assert_eq!(at("14:02"), Ok(7_320_000));
        assert_eq!(at("11:00"), Ok(23 * 3_600_000), "tomorrow's");
        assert_eq!(at("2026-11-22T12:00"), Ok(86_400_000));
        for bad in ["2026-11-20", "0m", "soon"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_zone_moves_the_wall_clock() {
        let clock = Clock { zone: TimeZone::fixed(jiff::tz::offset(9)), ..noon() };
        assert_eq!(clock.wall(clock.now), "21:00:00");
        assert_eq!(clock.parse("21:00").unwrap(), clock.now);
    }
}
