//! One thing the operator wants done, and how far it is.

use deskbell_domain::{Fault, IntentId, ItemId, Millis, Verdict};

use super::deed::{Deed, Seen};
use super::signs::Signs;
use crate::hive::faults::rejected;
use crate::hive::{OPERATOR, SKEW_MS};
use crate::words::is_same;
use crate::{Effect, Request};

#[derive(Debug)]
pub(super) struct Errand {
    pub item: ItemId,
    pub deed: Deed,
    pub request: Request,
    pub stage: Stage,
    /// Nothing older can be its proof.
    pub since: Millis,
    /// The turn it was about, where that is known.
    pub turn: Option<ItemId>,
}

#[derive(Debug)]
pub(super) enum Stage {
    Sending,
    /// The next reading decides.
    Looking(Why),
    /// The agent has it.
    Taken {
        due: Millis,
    },
}

#[derive(Debug)]
pub(super) enum Why {
    /// Its reply was lost.
    Lost,
    /// It may have been sent before we last ended.
    Again,
    Refused(Fault),
    /// The agent had it when we last ran.
    Told,
    /// The agent has it, and did not show it in due time.
    Overdue,
}

/// What a reading makes of an errand.
#[derive(Debug)]
pub(super) enum Judgement {
    /// It is decided, or stuck.
    Over(Effect),
    Send,
    /// As it now stands.
    Wait(Stage),
    /// The history must be read, too.
    Read(Stage),
}

impl Errand {
    pub fn is_sending(&self) -> bool {
        matches!(self.stage, Stage::Sending)
    }

    pub fn was_refused(&self) -> bool {
        matches!(self.stage, Stage::Looking(Why::Refused(_)))
    }

    /// Whether what was read shows it done.
    pub fn is_shown(&self, seen: Seen<'_>, signs: &mut Signs) -> bool {
        let picture = seen.picture;
        match &self.deed {
            Deed::Send { body } => {
                let is_it = |letter: &&super::picture::Letter| {
                    letter.from == OPERATOR
                        && is_same(&letter.body, body)
                        && letter.at.is_some_and(|at| Millis::from_seconds(at).plus(SKEW_MS) >= self.since)
                };
                signs.take_message(body, self.since) || picture.inbox.iter().any(|letter| is_it(&letter))
            }
            // The next turn may have begun at once.
            Deed::Cancel => !seen.busy || (self.turn.is_some() && self.turn.as_ref() != seen.turn),
            Deed::Compact => picture.compacts() || signs.compacted_since(self.since),
            Deed::Model(model) => picture.model.as_deref() == Some(model),
            Deed::LoginStart | Deed::LoginCode | Deed::LoginCancel => self.deed.is_reached(picture.login()),
        }
    }

    /// What was read shows it done.
    pub fn shown(&self, intent: IntentId) -> Effect {
        let (verdict, note) = match (&self.stage, &self.deed) {
            // Then it was done by another.
            (Stage::Looking(Why::Refused(_)), _) => (Verdict::Lost { to: None }, "Somebody else was first."),
            // Turns end by themselves, too.
            (Stage::Looking(Why::Lost | Why::Again), Deed::Cancel) => {
                (Verdict::Unknown, "The turn has ended. Nothing shows whether this stopped it.")
            }
            (Stage::Sending | Stage::Looking(_) | Stage::Taken { .. }, deed) => (Verdict::Won, deed.done()),
        };
        Effect::Done { intent, verdict, note: note.to_owned() }
    }

    /// A fresh reading does not show it.
    pub fn unseen(&self, id: &IntentId, now: Millis) -> Judgement {
        let traceless = self.deed.may_be_traceless();
        let stick =
            |words: &str| Judgement::Over(Effect::Stick { intent: id.clone(), fault: rejected(words) });
        let unknown = |words: &str| {
            let (intent, note) = (id.clone(), words.to_owned());
            Judgement::Over(Effect::Done { intent, verdict: Verdict::Unknown, note })
        };
        match &self.stage {
            Stage::Sending => Judgement::Wait(Stage::Sending),
            Stage::Looking(Why::Told) => {
                Judgement::Wait(Stage::Taken { due: now.plus(self.deed.proof_ms()) })
            }
            Stage::Taken { due } if now < *due => Judgement::Wait(Stage::Taken { due: *due }),
            Stage::Taken { .. } if traceless => Judgement::Read(Stage::Looking(Why::Overdue)),
            Stage::Looking(Why::Overdue) => {
                unknown("The agent took it, and shows it nowhere. Look at it before you do it again.")
            }
            Stage::Taken { .. } if matches!(self.deed, Deed::Model(_)) => {
                unknown("The agent took it, and still names another model.")
            }
            Stage::Taken { .. } => stick("The agent took it, and still does not show it done."),
            Stage::Looking(Why::Lost | Why::Again) if traceless => {
                unknown("Nothing shows whether it arrived. Look at the agent before you do it again.")
            }
            Stage::Looking(Why::Again) => Judgement::Send,
            Stage::Looking(Why::Lost) => stick("The reply was lost, and the agent does not show it done."),
            Stage::Looking(Why::Refused(fault)) => {
                Judgement::Over(Effect::Stick { intent: id.clone(), fault: fault.clone() })
            }
        }
    }
}
