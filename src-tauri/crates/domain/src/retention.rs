//! How much of the history is kept. Where no rule says otherwise, all of it is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{EntryKind, Millis, SourceId};

const DAY: i64 = 86_400_000;

/// A part of the history: of one source or of all, of one kind or of all but receipts. What the operator answered goes
/// only where it is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Portion {
    pub source: Option<SourceId>,
    pub kind: Option<EntryKind>,
}

impl Portion {
    pub fn holds(&self, source: &SourceId, kind: EntryKind) -> bool {
        self.source.as_ref().is_none_or(|wanted| wanted == source)
            && self.kind.map_or(kind != EntryKind::Receipt, |wanted| wanted == kind)
    }
}

/// At most so much of a portion is kept: what is older than so many days goes, and the oldest of what is too many or
/// too large. All rules hold, each for its own portion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    pub portion: Portion,
    pub days: Option<u32>,
    pub entries: Option<u64>,
    /// Of the lines and their frames, without what finds them.
    pub bytes: Option<u64>,
}

impl Rule {
    /// What is older than this goes.
    pub fn oldest(&self, now: Millis) -> Option<Millis> {
        self.days.map(|days| Millis(now.0.saturating_sub(i64::from(days).saturating_mul(DAY))))
    }

    /// Why it cannot be, in plain words.
    pub fn fault(&self) -> Option<&'static str> {
        match (self.days, self.entries, self.bytes) {
            (None, None, None) => Some("A rule needs a number of days, lines or bytes."),
            (Some(0), ..) | (_, Some(0), _) | (.., Some(0)) => {
                Some("A rule that keeps nothing is no rule: clear the history instead, or pause the source.")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_in_no_portion_that_does_not_name_them() {
        let (hive, lab) = (SourceId::new("hive"), SourceId::new("lab"));
        let of = |source: Option<&SourceId>, kind| Portion { source: source.cloned(), kind };
        assert!(of(None, None).holds(&hive, EntryKind::Message));
        assert!(!of(None, None).holds(&hive, EntryKind::Receipt));
        assert!(!of(Some(&hive), None).holds(&hive, EntryKind::Receipt));
        assert!(of(None, Some(EntryKind::Receipt)).holds(&hive, EntryKind::Receipt));
        assert!(!of(Some(&hive), None).holds(&lab, EntryKind::Message));
        assert!(!of(None, Some(EntryKind::Stream)).holds(&hive, EntryKind::Message));
    }

    #[test]
    fn a_rule_says_something_and_keeps_something() {
        let rule = Rule { days: Some(30), ..Rule::default() };
        assert_eq!(rule.fault(), None);
        assert_eq!(rule.oldest(Millis(31 * DAY)), Some(Millis(DAY)));
        assert!(Rule::default().fault().is_some());
        assert!(Rule { entries: Some(0), ..Rule::default() }.fault().is_some());
    }
}
