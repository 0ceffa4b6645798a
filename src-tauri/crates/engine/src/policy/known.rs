//! What is known of one ask: how it stands, whether it rang, and where on the desktop it is.

use deskbell_domain::Millis;
use deskbell_store::{Fate, NoticeRow};

use super::rules::Why;
use super::{Note, Step};
use crate::view::AskView;

#[derive(Debug)]
pub(super) struct Known {
    pub(super) ask: AskView,
    pub(super) source_name: String,
    pub(super) rung_at: Option<Millis>,
    /// From an earlier run; `Some` says when it counts as heard of again.
    pub(super) stale: Option<Heard>,
    pub(super) up: Up,
    /// The desktop has said that it could not show it. It may still do so, when it can again.
    pub(super) failed: bool,
    /// What was noted last of why it does not ring.
    pub(super) held: Option<Why>,
}

/// Whether, and from when on, a server has told how things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    NotYet,
    From(Millis),
}

/// Where on the desktop an ask is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Up {
    Nowhere,
    Own,
    Summary,
}

impl Known {
    pub(super) fn new(ask: AskView, source_name: String) -> Self {
        Self { ask, source_name, rung_at: None, stale: None, up: Up::Nowhere, failed: false, held: None }
    }

    /// Whether its server may have more to say of it than is known.
    pub(super) fn is_stale(&self, now: Millis) -> bool {
        match self.stale {
            None => false,
            Some(Heard::NotYet) => true,
            Some(Heard::From(at)) => now < at,
        }
    }

    /// What was never on screen is withdrawn without a word.
    pub(super) fn withdrawn(&self, why: &str, at: Millis) -> Option<Step> {
        (!self.failed).then(|| self.note(Fate::Withdrawn, why, at))
    }

    /// The desktop could not show it. Noted once, however often it is tried.
    pub(super) fn fail(&mut self, why: &str, at: Millis) -> Option<Step> {
        (!std::mem::replace(&mut self.failed, true)).then(|| self.note(Fate::Failed, why, at))
    }

    pub(super) fn note(&self, fate: Fate, why: &str, at: Millis) -> Step {
        Step::Note(Note {
            row: NoticeRow {
                key: self.ask.key.clone(),
                shown: self.ask.shown.clone(),
                fate,
                at,
                note: why.to_owned(),
                rung_at: self.rung_at,
            },
            title: self.ask.title.clone(),
            agent: self.ask.agent.clone(),
        })
    }
}
