//! What a reply says, whose an end is, and how that is put in words.

use deskbell_domain::{By, IntentId, Outcome, Verdict};

use super::asks::{End, SOMEBODY};
use super::requests::Wanted;
use super::words::{clip, one_line};
use crate::Effect;
use crate::hive::OPERATOR;

pub(super) const SENT: &str = "Sent: the server shows it.";
pub(super) const UNSEEN: &str =
    "The server's history does not show the message. Look there before you send it again.";
pub(super) const UNKNOWN_DEED: &str =
    "The reply was lost, and nothing shows whether it was done. Look at the agent.";
pub(super) const VANISHED: &str = "The server no longer lists it and does not say how it ended.";

pub(super) fn is_by_operator(end: &End) -> bool {
    matches!(&end.by, By::Other(name) if name == OPERATOR || name == SOMEBODY)
}

/// Whether an end is so much ours that nobody else's is likely.
pub(super) fn is_ours(wanted: &Wanted, end: &End) -> bool {
    is_by_operator(end) && wanted.is(&end.outcome)
}

pub(super) fn done(intent: IntentId, verdict: Verdict, note: impl Into<String>) -> Effect {
    Effect::Done { intent, verdict, note: note.into() }
}

pub(super) fn decided(intent: IntentId, wanted: &Wanted, end: &End, ours: bool, was_lost: bool) -> Effect {
    if !ours {
        let (verdict, note) = lost(end);
        return done(intent, verdict, note);
    }
    let mut note = match wanted {
        Wanted::Approved => "Approved.",
        Wanted::Denied { .. } => "Denied.",
        Wanted::Answered { .. } => "Answered.",
        Wanted::Cancelled => "Cancelled.",
    }
    .to_owned();
    if let Outcome::Failed { note: why } = &end.outcome {
        note.push_str(&format!(" Then it failed: {}", clip(&one_line(why), 300)));
    }
    if was_lost {
        note.push_str(" The reply was lost; the server shows it.");
    }
    done(intent, Verdict::Won, note)
}

/// Somebody, or the deadline, was first.
pub(super) fn lost(end: &End) -> (Verdict, String) {
    if end.outcome == Outcome::Expired {
        return (Verdict::Expired, "The deadline passed before the answer arrived.".to_owned());
    }
    let to = match &end.by {
        By::Other(name) => Some(name.clone()),
        By::Us | By::Nobody => None,
    };
    let who = to.as_deref().unwrap_or("Somebody");
    let mut note = format!("It was {} first, by {who}", end.outcome.word());
    if let Some(words) = end.outcome.note() {
        note.push_str(&format!(": {}", clip(&one_line(words), 300)));
    }
    note.push('.');
    (Verdict::Lost { to }, note)
}
