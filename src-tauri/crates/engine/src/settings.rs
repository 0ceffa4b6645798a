//! What the operator has set, and what of it says when not to ring.

use std::collections::BTreeMap;

use deskbell_domain::{Millis, SourceId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clock::Moment;
use crate::view::AskKind;

const MINUTES_OF_A_DAY: u16 = 24 * 60;
/// Quiet hours that begin in one another: looked at no further than these.
const MOST_CHAINED: usize = 16;
/// B as in bell.
const SHORTCUT: &str = "Ctrl+Alt+KeyB";
const MOST_KEYS_CHARS: usize = 60;
/// The window has far fewer keys.
const MOST_KEYS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// How long an answer from the window can be taken back.
    pub undo_ms: u32,
    pub notifications: bool,
    pub ringing: Ringing,
    /// Single-key shortcuts in the window.
    pub single_keys: bool,
    /// Keys of the window that are not as they come: what each is for, and what is pressed for it now; nothing where it
    /// is switched off. Only the window knows its keys: what it does not know is of another version, and is kept.
    pub keys: BTreeMap<String, Option<String>>,
    /// Stay in the tray when the window is closed, where there is one.
    pub keep_running: bool,
    /// The keys that bring what waits next on screen, wherever the operator is: `Ctrl+Alt+KeyB`.
    pub shortcut: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            undo_ms: 5_000,
            notifications: true,
            ringing: Ringing::default(),
            single_keys: true,
            keys: BTreeMap::new(),
            keep_running: true,
            shortcut: Some(SHORTCUT.to_owned()),
        }
    }
}

/// How notifications ring, and when they do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Ringing {
    pub sound: bool,
    /// A notification says that something waits, and nothing of what it is.
    pub private: bool,
    /// What is urgent, and what is near its deadline, rings in quiet hours and while muted all the same.
    pub breakthrough: bool,
    pub quiet: Vec<Quiet>,
    pub muted_until: Option<Millis>,
    /// Those that are not here are normal.
    pub sources: BTreeMap<SourceId, Level>,
    pub kinds: BTreeMap<AskKind, Level>,
}

impl Default for Ringing {
    fn default() -> Self {
        Self {
            sound: true,
            private: false,
            breakthrough: true,
            quiet: Vec::new(),
            muted_until: None,
            sources: BTreeMap::new(),
            kinds: BTreeMap::new(),
        }
    }
}

/// How loud the asks of a source or of a kind are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// In the inbox only.
    Silent,
    #[default]
    Normal,
    Urgent,
}

/// Hours of the week in which nothing rings, by the moment on the wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Quiet {
    /// The days on which they begin.
    pub days: Vec<Day>,
    /// In minutes after midnight.
    pub from: u16,
    /// In minutes after midnight; of the next day where it is not after `from`.
    pub to: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    fn of(date: Date) -> Self {
        let nth = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        Self::ALL[nth]
    }
}

impl Settings {
    /// Why these cannot be, in plain words.
    pub(crate) fn fault(&self) -> Option<String> {
        if self.undo_ms > 60_000 {
            return Some("An answer can be held back for at most 60 seconds.".to_owned());
        }
        let short = |keys: &str| keys.chars().count() <= MOST_KEYS_CHARS;
        if !self.shortcut.as_deref().is_none_or(|keys| keys.contains('+') && short(keys)) {
            return Some("The shortcut needs Ctrl, Alt or Super together with another key.".to_owned());
        }
        let fits =
            |(name, keys): (&String, &Option<String>)| short(name) && keys.as_deref().is_none_or(short);
        if self.keys.len() > MOST_KEYS || !self.keys.iter().all(fits) {
            return Some("These are more keys, or longer ones, than the window has.".to_owned());
        }
        let bad = |quiet: &&Quiet| quiet.days.is_empty() || quiet.from.max(quiet.to) >= MINUTES_OF_A_DAY;
        self.ringing
            .quiet
            .iter()
            .find(bad)
            .map(|_| "Quiet hours need at least one day, and times from 00:00 to 23:59.".to_owned())
    }
}

impl Ringing {
    /// Until when nothing rings, where these are quiet hours now.
    pub(crate) fn quiet_until(&self, moment: &Moment) -> Option<Millis> {
        let mut at = moment.now;
        for _ in 0..MOST_CHAINED {
            let ends = self.quiet.iter().filter_map(|quiet| quiet.end(at, moment));
            match ends.max() {
                Some(end) => at = end,
                None => break,
            }
        }
        (at > moment.now).then_some(at)
    }
}

impl Quiet {
    /// When the hours that hold this moment end.
    fn end(&self, at: Millis, moment: &Moment) -> Option<Millis> {
        let today = Timestamp::from_millisecond(at.0).ok()?.to_zoned(moment.zone.clone()).date();
        let begins = [today.checked_sub(1.day()).ok()?, today];
        let hours = begins.into_iter().filter(|day| self.days.contains(&Day::of(*day)));
        hours
            .filter_map(|day| {
                let last = if self.to > self.from { day } else { day.checked_add(1.day()).ok()? };
                Some((wall(day, self.from, moment)?, wall(last, self.to, moment)?))
            })
            .filter(|(from, to)| *from <= at && at < *to)
            .map(|(_, to)| to)
            .max()
    }
}

/// The moment at which the moment on the wall shows this. Where it never does, because clocks go forward, as much
/// later; where it does twice, the first.
fn wall(day: Date, minutes: u16, moment: &Moment) -> Option<Millis> {
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let at = day.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?);
    Some(Millis(at.to_zoned(moment.zone.clone()).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn berlin(local: &str) -> Moment {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at: jiff::civil::DateTime = local.parse().unwrap();
        Moment { now: Millis(at.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond()), zone }
    }

    fn quiet(days: &[Day], from: u16, to: u16) -> Ringing {
        Ringing { quiet: vec![Quiet { days: days.to_vec(), from, to }], ..Ringing::default() }
    }

    /// The wall moment at the end of the quiet hours, or nothing.
    fn until(ringing: &Ringing, local: &str) -> Option<String> {
        let moment = berlin(local);
        let end = ringing.quiet_until(&moment)?;
        let end = Timestamp::from_millisecond(end.0).unwrap().to_zoned(moment.zone);
        Some(end.strftime("%F %H:%M").to_string())
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let friday = quiet(&[Day::Friday], 22 * 60, 7 * 60);
        for (at, expected) in [
            ("2026-11-20T21:59", None),
            ("2026-11-20T22:00", Some("2026-11-21 07:00")),
            ("2026-11-21T06:59:59", Some("2026-11-21 07:00")),
            ("2026-11-21T07:00", None),
            ("2026-11-21T23:00", None),
            ("2026-11-20T03:00", None),
        ] {
            assert_eq!(until(&friday, at).as_deref(), expected, "{at}");
        }
    }

    #[test]
    fn hours_within_a_day_and_hours_round_the_clock() {
        let lunch = quiet(&Day::ALL, 12 * 60, 13 * 60 + 30);
        assert_eq!(until(&lunch, "2026-11-21T12:30").as_deref(), Some("2026-11-21 13:30"));
        assert_eq!(until(&lunch, "2026-11-21T13:30"), None);
        let sunday = quiet(&[Day::Sunday], 0, 0);
        assert_eq!(until(&sunday, "2026-11-22T15:00").as_deref(), Some("2026-11-23 00:00"));
        assert_eq!(until(&sunday, "2026-11-23T00:00"), None);
    }

    #[test]
    fn hours_that_follow_one_another_are_one_silence() {
        let mut weekend = quiet(&[Day::Friday], 22 * 60, 7 * 60);
        weekend.quiet.push(Quiet { days: vec![Day::Saturday], from: 6 * 60, to: 12 * 60 });
        assert_eq!(until(&weekend, "2026-11-20T23:00").as_deref(), Some("2026-11-21 12:00"));
    }

    #[test]
    fn the_wall_clock_counts_when_clocks_are_changed() {
        let nights = quiet(&Day::ALL, 22 * 60, 7 * 60);
        // The night in which clocks go back is an hour longer, the one in which they go forward an hour shorter.
        for (evening, morning, hours) in [
            ("2026-10-24T22:00", "2026-10-25 07:00", 10),
            ("2026-03-28T22:00", "2026-03-29 07:00", 8),
            ("2026-11-20T22:00", "2026-11-21 07:00", 9),
        ] {
            assert_eq!(until(&nights, evening).as_deref(), Some(morning));
            let moment = berlin(evening);
            assert_eq!(nights.quiet_until(&moment).unwrap().since(moment.now), hours * 3_600_000);
        }
        // 02:30 does not exist in the night of the 29th of March: it is 03:30.
        let early = quiet(&Day::ALL, 60, 2 * 60 + 30);
        assert_eq!(until(&early, "2026-03-29T01:30").as_deref(), Some("2026-03-29 03:30"));
    }

    #[test]
    fn quiet_hours_make_sense_or_are_refused() {
        let settings = |ringing| Settings { ringing, ..Settings::default() };
        assert_eq!(settings(quiet(&[Day::Monday], 0, 1_439)).fault(), None);
        assert!(settings(quiet(&[], 0, 60)).fault().is_some());
        assert!(settings(quiet(&[Day::Monday], 0, 1_440)).fault().is_some());
        assert!(Settings { undo_ms: 60_001, ..Settings::default() }.fault().is_some());
    }

    #[test]
    fn a_shortcut_is_more_than_a_key_that_is_typed() {
        let keys = |keys: &str| Settings { shortcut: Some(keys.to_owned()), ..Settings::default() };
        assert_eq!(keys("Super+KeyN").fault(), None);
        assert!(keys("KeyN").fault().is_some());
        assert!(keys(&"Ctrl+".repeat(50)).fault().is_some());
    }

    #[test]
    fn the_keys_of_the_window_are_bounded() {
        let keys = |count: usize, keys: &str| Settings {
            keys: (0..count).map(|n| (n.to_string(), Some(keys.to_owned()))).collect(),
            ..Settings::default()
        };
        assert_eq!(keys(MOST_KEYS, "shift+a").fault(), None);
        assert!(keys(MOST_KEYS + 1, "a").fault().is_some());
        assert!(keys(1, &"g ".repeat(MOST_KEYS_CHARS)).fault().is_some());
    }

    #[test]
    fn settings_of_an_earlier_version_are_read() {
        let kept = r#"{"undoMs":3000,"notifications":false,"singleKeys":true}"#;
        let settings: Settings = serde_json::from_str(kept).unwrap();
        assert_eq!(
            settings,
            Settings { undo_ms: 3_000, notifications: false, single_keys: true, ..Settings::default() }
        );
    }
}
