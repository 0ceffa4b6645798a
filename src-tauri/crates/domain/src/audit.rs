//! Findings under audits. Audits come every half minute, and most find nothing new: what the last one that did
//! added, changed and removed stays marked until another does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Change, Finding, ItemId, Millis, State};

/// What an audit did to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct News {
    pub what: Novelty,
    /// When the audit was made.
    pub at: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Novelty {
    Added,
    Changed,
    /// Found no more. It is kept to be seen, and there is nothing left to do about it.
    Removed,
}

/// The newest audit of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub at: Millis,
    /// None before it is known: all that it found is where we begin, and no news.
    pub first: bool,
}

impl State {
    pub(crate) fn audited(&mut self, at: Millis, changes: &mut Vec<Change>) {
        if self.audit.is_none_or(|known| known.at < at) {
            let audit = Audit { at, first: self.audit.is_none() };
            self.audit = Some(audit);
            changes.push(Change::Audit(audit));
        }
    }

    pub(crate) fn finding(&mut self, mut finding: Finding, changes: &mut Vec<Change>) {
        let audit = self.audit.map(|audit| audit.at);
        let known = self.findings.get(&finding.item);
        finding.seen = known.map_or(finding.seen, |known| known.seen.or_better(finding.seen));
        // One that an earlier audit removed is found anew.
        let is_there = |known: &&Finding| !known.is_removed() || known.news.map(|news| news.at) == audit;
        finding.news = match known.filter(is_there) {
            None => self.news(Novelty::Added),
            Some(known) if known.says_what(&finding) => {
                known.news.filter(|news| news.what != Novelty::Removed)
            }
            Some(Finding { news: Some(news), .. })
                if news.what == Novelty::Added && Some(news.at) == audit =>
            {
                Some(*news)
            }
            Some(_) => self.news(Novelty::Changed),
        };
        self.put(finding, changes);
    }

    pub(crate) fn finding_gone(&mut self, item: ItemId, changes: &mut Vec<Change>) {
        let Some(known) = self.findings.get(&item) else { return };
        match (known.news, self.news(Novelty::Removed)) {
            (Some(News { what: Novelty::Removed, .. }), _) => {}
            (Some(News { what: Novelty::Added, at }), Some(news)) if at == news.at => {
                self.forget(item, changes);
            }
            (_, Some(news)) => {
                let gone = Finding { news: Some(news), offers: Vec::new(), ..known.clone() };
                self.put(gone, changes);
            }
            (_, None) => self.forget(item, changes),
        }
    }

    /// What a whole list of findings does not name is gone.
    pub(crate) fn findings_listed<'a>(
        &mut self,
        listed: impl Iterator<Item = &'a ItemId>,
        changes: &mut Vec<Change>,
    ) {
        let listed: std::collections::BTreeSet<&ItemId> = listed.collect();
        let missing: Vec<ItemId> =
            self.findings.keys().filter(|item| !listed.contains(item)).cloned().collect();
        for item in missing {
            self.finding_gone(item, changes);
        }
    }

    fn news(&self, what: Novelty) -> Option<News> {
        self.audit.filter(|audit| !audit.first).map(|audit| News { what, at: audit.at })
    }

    /// Keeps a finding as it is now. With the first news of an audit, those of the one before are past.
    fn put(&mut self, finding: Finding, changes: &mut Vec<Change>) {
        if let Some(news) = finding.news {
            self.outdate(news.at, changes);
        }
        if self.findings.get(&finding.item) != Some(&finding) {
            self.findings.insert(finding.item.clone(), finding.clone());
            changes.push(Change::Finding(finding));
        }
    }

    fn outdate(&mut self, at: Millis, changes: &mut Vec<Change>) {
        let is_past = |finding: &&Finding| finding.news.is_some_and(|news| news.at != at);
        let past: Vec<Finding> = self.findings.values().filter(is_past).cloned().collect();
        for mut finding in past {
            if finding.is_removed() {
                self.forget(finding.item, changes);
            } else {
                finding.news = None;
                self.findings.insert(finding.item.clone(), finding.clone());
                changes.push(Change::Finding(finding));
            }
        }
    }

    fn forget(&mut self, item: ItemId, changes: &mut Vec<Change>) {
        if self.findings.remove(&item).is_some() {
            changes.push(Change::FindingGone(item));
        }
    }
}

impl Finding {
    /// Whether the last audit found it no more.
    pub fn is_removed(&self) -> bool {
        self.news.is_some_and(|news| news.what == Novelty::Removed)
    }

    /// Whether it reads the same, whatever can be done about it.
    fn says_what(&self, other: &Self) -> bool {
        let Self { item: _, rule, path, severity, text, state, seen: _, news: _, offers: _ } = other;
        (&self.rule, &self.path, &self.severity, &self.text, &self.state)
            == (rule, path, severity, text, state)
    }
}
