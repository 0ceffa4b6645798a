//! Many rings at once become one notification, which is kept up to date.

use std::collections::VecDeque;

use deskbell_domain::{Key, Millis};

use super::{Step, content};
use crate::notice::Tag;
use crate::settings::Settings;
use crate::view::AskView;

/// More rings than this within the window are a burst.
pub(super) const MOST_ALONE: usize = 5;
pub(super) const WINDOW_MS: i64 = 2_000;
/// A summary is drawn anew at most so often.
const REDRAW_MS: i64 = 250;

#[derive(Debug, Default)]
pub(super) struct Burst {
    /// The rings of the last two seconds.
    recent: VecDeque<(Millis, Key)>,
    summary: Option<Summary>,
}

#[derive(Debug)]
struct Summary {
    grew_at: Millis,
    drawn_at: Option<Millis>,
    /// It no longer says how things are.
    dated: bool,
}

impl Burst {
    /// Counts a ring. Who belongs into the summary now: nobody while there is no burst.
    pub(super) fn join(&mut self, key: &Key, now: Millis) -> Vec<Key> {
        while self.recent.front().is_some_and(|(at, _)| now.since(*at) >= WINDOW_MS) {
            self.recent.pop_front();
        }
        self.recent.push_back((now, key.clone()));
        let goes_on = self.summary.as_ref().is_some_and(|summary| now.since(summary.grew_at) < WINDOW_MS);
        if self.recent.len() <= MOST_ALONE && !goes_on {
            return Vec::new();
        }
        let crowd = self.recent.iter().map(|(_, key)| key.clone()).collect();
        let drawn_at = self.summary.as_ref().and_then(|summary| summary.drawn_at);
        self.summary = Some(Summary { grew_at: now, drawn_at, dated: true });
        // Enough to know that the burst goes on.
        while self.recent.len() > MOST_ALONE + 1 {
            self.recent.pop_front();
        }
        crowd
    }

    pub(super) fn membership_changed(&mut self) {
        if let Some(summary) = &mut self.summary {
            summary.dated = true;
        }
    }

    /// The operator has closed it.
    pub(super) fn closed(&mut self) {
        self.summary = None;
        self.recent.clear();
    }

    pub(super) fn redraw(
        &mut self,
        members: &[(&AskView, &str)],
        settings: &Settings,
        now: Millis,
    ) -> Option<Step> {
        let summary = self.summary.as_mut()?;
        if members.is_empty() {
            self.summary = None;
            return Some(Step::Withdraw(Tag::Summary));
        }
        if !summary.dated || summary.drawn_at.is_some_and(|drawn| now < drawn.plus(REDRAW_MS)) {
            return None;
        }
        let first = summary.drawn_at.is_none();
        (summary.drawn_at, summary.dated) = (Some(now), false);
        Some(Step::Show(content::summary(members, first, settings)))
    }

    pub(super) fn next_wake(&self) -> Option<Millis> {
        let summary = self.summary.as_ref().filter(|summary| summary.dated)?;
        summary.drawn_at.map(|drawn| drawn.plus(REDRAW_MS))
    }
}
