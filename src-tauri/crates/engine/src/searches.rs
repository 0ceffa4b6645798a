//! Searches that the operator keeps: words, filters and a time, under a name.

use deskbell_domain::Millis;
use jiff::{Span, ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::command::HistoryFilter;

/// More than anybody finds again.
const MOST: usize = 100;
const LONGEST_NAME: usize = 60;

/// A search with its name. The time it looks at is its range: the filter has none, and no place and limit either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearch {
    pub name: String,
    pub filter: HistoryFilter,
    pub range: TimeRange,
}

/// A time that is looked at: what is named moves on with the days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum TimeRange {
    #[default]
    Any,
    Today,
    Yesterday,
    /// Today and the six days before it.
    Week,
    /// Today and the 29 days before it.
    Month,
    /// From then on, and before then; open where nothing is given.
    Between {
        since: Option<Millis>,
        until: Option<Millis>,
    },
}

impl TimeRange {
    /// As it is now, by the operator's calendar.
    pub fn limits(self, now: &Zoned) -> (Option<Millis>, Option<Millis>) {
        let begin_of = |away: Span| {
            let day = now.checked_add(away).and_then(|day| day.start_of_day());
            day.ok().map(|day| Millis(day.timestamp().as_millisecond()))
        };
        match self {
            Self::Any => (None, None),
            Self::Today => (begin_of(0.days()), begin_of(1.days())),
            Self::Yesterday => (begin_of((-1).days()), begin_of(0.days())),
            Self::Week => (begin_of((-6).days()), begin_of(1.days())),
            Self::Month => (begin_of((-29).days()), begin_of(1.days())),
            Self::Between { since, until } => (since, until),
        }
    }
}

/// All that are kept, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Searches(Vec<SavedSearch>);

impl Searches {
    /// Under which name the store keeps them.
    pub(crate) const NAME: &'static str = "searches";

    pub fn rows(self) -> Vec<SavedSearch> {
        self.0
    }

    /// Adds one, in the place of another where that is named; or says why not.
    pub(crate) fn save(mut self, search: SavedSearch, instead_of: Option<&str>) -> Result<Self, String> {
        let name = search.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(format!("Give the search a name of at most {LONGEST_NAME} letters."));
        }
        if let Some(old) = instead_of {
            self = self.without(old).ok_or_else(|| unknown(old))?;
        }
        if self.0.iter().any(|known| known.name == name) {
            return Err(format!("There is already a search called \"{name}\". Choose another name."));
        }
        if self.0.len() >= MOST {
            return Err(format!("There are {MOST} saved searches. Remove one first."));
        }
        let filter = HistoryFilter {
            since: None,
            until: None,
            before: None,
            after: None,
            around: None,
            limit: None,
            ..search.filter
        };
        self.0.push(SavedSearch { name, filter, range: search.range });
        self.0.sort_by_key(|search| (search.name.to_lowercase(), search.name.clone()));
        Ok(self)
    }

    /// `None`: it is not there.
    pub(crate) fn without(mut self, name: &str) -> Option<Self> {
        let many = self.0.len();
        self.0.retain(|search| search.name != name);
        (self.0.len() < many).then_some(self)
    }
}

pub(crate) fn unknown(name: &str) -> String {
    format!("There is no saved search called \"{name}\".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(name: &str) -> SavedSearch {
        SavedSearch { name: name.into(), filter: HistoryFilter::default(), range: TimeRange::Week }
    }

    fn names(searches: &Searches) -> Vec<&str> {
        searches.0.iter().map(|search| search.name.as_str()).collect()
    }

    #[test]
    fn searches_are_kept_by_name_renamed_and_removed() {
        let mut kept = Searches::default();
        for name in [" red builds ", "Approvals", "zeta"] {
            kept = kept.save(search(name), None).unwrap();
        }
        assert_eq!(names(&kept), ["Approvals", "red builds", "zeta"]);
        let refusal = kept.clone().save(search("zeta"), None).unwrap_err();
        assert!(refusal.contains("already"), "{refusal}");
        assert!(kept.clone().save(search("zeta"), Some("Approvals")).is_err(), "nor by renaming another");
        kept = kept.save(search("Beta"), Some("zeta")).unwrap();
        assert_eq!(names(&kept), ["Approvals", "Beta", "red builds"]);
        assert_eq!(kept.clone().save(search("x"), Some("gone")).unwrap_err(), unknown("gone"));
        assert_eq!(names(&kept.clone().without("Beta").unwrap()), ["Approvals", "red builds"]);
        assert_eq!(kept.without("Gamma"), None);
    }

    #[test]
    fn a_name_that_nobody_can_read_is_refused_and_there_is_an_end() {
        for name in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(Searches::default().save(search(name), None).is_err(), "{name:?}");
        }
        let mut full = Searches::default();
        for n in 0..MOST {
            full = full.save(search(&n.to_string()), None).unwrap();
        }
        assert!(full.clone().save(search("more"), None).is_err());
        assert!(full.save(search("more"), Some("7")).is_ok(), "one may take the place of another");
    }

    #[test]
    fn a_saved_search_has_no_time_but_its_range() {
        let filter = HistoryFilter {
            search: Some("red".into()),
            since: Some(Millis(1)),
            before: Some("1.1".into()),
            limit: Some(3),
            ..HistoryFilter::default()
        };
        let kept = Searches::default().save(SavedSearch { filter, ..search("a") }, None).unwrap();
        let expected = HistoryFilter { search: Some("red".into()), ..HistoryFilter::default() };
        assert_eq!(kept.rows()[0].filter, expected);
    }

    #[test]
    fn a_named_time_is_of_whole_days_whatever_their_length() {
        let now: Zoned = "2026-10-26T15:00[Europe/Berlin]".parse().unwrap();
        let hours = |range: TimeRange| {
            let (since, until) = range.limits(&now);
            until.unwrap().since(since.unwrap()) / 3_600_000
        };
        assert_eq!(hours(TimeRange::Today), 24);
        assert_eq!(hours(TimeRange::Yesterday), 25, "the clocks went back");
        assert_eq!(hours(TimeRange::Week), 7 * 24 + 1);
        assert_eq!(hours(TimeRange::Month), 30 * 24 + 1);
        let between = TimeRange::Between { since: Some(Millis(5)), until: None };
        assert_eq!(
            (TimeRange::Any.limits(&now), between.limits(&now)),
            ((None, None), (Some(Millis(5)), None))
        );
    }
}
