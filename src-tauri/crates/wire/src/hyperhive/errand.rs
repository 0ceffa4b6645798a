//! One thing the operator wants done, and how far it is.

use deskbell_domain::{Ask, Fault, IntentId, ItemId, Millis, Verdict};

use super::asks::End;
use super::recent::Recent;
use super::requests::{Deed, Wanted};
use super::ruling::{UNSEEN, done, is_by_operator, is_ours};
use crate::hive::faults::rejected;
use crate::hive::{Call, Calls};
use crate::{Effect, Effects, Request};

/// How long the server may take to say what it has already accepted.
const PROOF_MS: i64 = 5_000;

/// How long an approval that the server had before may be listed as open without being built: a server that was
/// started anew has forgotten that it took it.
const FORGOTTEN_MS: i64 = 60_000;

/// How often one answer is sent before the operator is asked.
const MOST_SENDS: u8 = 3;

#[derive(Debug)]
pub(super) struct Errand {
    pub item: ItemId,
    pub deed: Deed,
    pub request: Request,
    pub stage: Stage,
    pub sends: u8,
    /// Whether some sending's fate is unknown.
    pub doubt: bool,
    /// Nothing older can be its proof.
    pub since: Millis,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// The request is out.
    Sending {
        /// The ask, where it has ended as we want it and only the reply can say whether it was us.
        parked: Option<Box<Ask>>,
        /// The message was heard before the reply.
        heard: bool,
    },
    /// The next picture decides.
    Looking(Why),
    /// The server has it.
    Taken { due: Option<Millis> },
    /// A build is under way that may be ours.
    Watching,
}

#[derive(Debug)]
pub(super) enum Why {
    /// It may have been sent.
    Doubt,
    /// The server said no; perhaps because somebody was first.
    Refused(Fault),
    /// The server has it and does not say so.
    Overdue,
    /// The server had it when we last ran.
    Told,
}

impl Errand {
    pub fn is_sending(&self) -> bool {
        matches!(self.stage, Stage::Sending { .. })
    }

    pub fn send(
        &mut self,
        id: &IntentId,
        known: &mut Recent<ItemId, Wanted>,
        calls: &mut Calls,
        out: &mut Effects,
    ) {
        if let Deed::Decide(wanted) = &self.deed {
            known.insert(self.item.clone(), wanted.clone());
        }
        self.stage = Stage::Sending { parked: None, heard: false };
        self.sends = self.sends.saturating_add(1);
        calls.send(Call::Delivery(id.clone()), self.request.clone(), out);
    }

    /// When the server must have said that it has it. A build takes as long as it takes.
    pub fn due(&self, now: Millis) -> Option<Millis> {
        match &self.deed {
            Deed::Decide(Wanted::Approved) | Deed::Manage => None,
            Deed::Decide(Wanted::Denied { .. } | Wanted::Answered { .. } | Wanted::Cancelled)
            | Deed::Send { .. } => Some(now.plus(PROOF_MS)),
        }
    }

    /// Whether it was us who ended the ask; nothing while only the reply can tell.
    pub fn ours(&self, wanted: &Wanted, end: &End) -> Option<bool> {
        match &self.stage {
            Stage::Sending { .. } if wanted.is_like(&end.outcome) => None,
            Stage::Sending { .. } => Some(false),
            Stage::Taken { .. } | Stage::Looking(Why::Told | Why::Overdue) => {
                Some(wanted.is_like(&end.outcome) && is_by_operator(end))
            }
            Stage::Looking(Why::Doubt) | Stage::Watching => Some(is_ours(wanted, end)),
            Stage::Looking(Why::Refused(_)) => Some(self.doubt && is_ours(wanted, end)),
        }
    }

    /// The fresh picture lists the ask as open.
    pub fn still_open(
        &mut self,
        id: &IntentId,
        builds: bool,
        known: &mut Recent<ItemId, Wanted>,
        calls: &mut Calls,
        now: Millis,
        out: &mut Effects,
    ) -> Option<Effect> {
        let stick = |fault| Some(Effect::Stick { intent: id.clone(), fault });
        match &self.stage {
            Stage::Sending { .. } | Stage::Taken { due: Some(_) } => None,
            Stage::Looking(Why::Told | Why::Overdue) | Stage::Taken { due: None } if builds => {
                self.stage = Stage::Taken { due: None };
                None
            }
            Stage::Looking(Why::Overdue) => {
                stick(rejected("The server said that it took the answer, and still lists this as open."))
            }
            // What was built was another approval.
            Stage::Looking(Why::Told) | Stage::Taken { due: None } => {
                self.stage = Stage::Taken { due: self.due(now).or(Some(now.plus(FORGOTTEN_MS))) };
                None
            }
            Stage::Watching if builds => None,
            Stage::Looking(Why::Refused(fault)) if !(builds && self.doubt) => stick(fault.clone()),
            Stage::Looking(Why::Doubt | Why::Refused(_)) if builds => {
                self.stage = Stage::Watching;
                None
            }
            Stage::Looking(Why::Doubt | Why::Refused(_)) | Stage::Watching if self.sends >= MOST_SENDS => {
                stick(rejected(format!("Sent {MOST_SENDS} times, and the reply was lost each time.")))
            }
            Stage::Looking(Why::Doubt | Why::Refused(_)) | Stage::Watching => {
                self.send(id, known, calls, out);
                None
            }
        }
    }

    /// The fresh history does not show the message: had it, this would be done.
    pub fn look_for_message(&mut self, id: &IntentId) -> Option<Effect> {
        match &self.stage {
            Stage::Sending { .. } | Stage::Taken { .. } => None,
            Stage::Looking(Why::Refused(fault)) => {
                Some(Effect::Stick { intent: id.clone(), fault: fault.clone() })
            }
            Stage::Looking(Why::Doubt | Why::Overdue | Why::Told) | Stage::Watching => {
                Some(done(id.clone(), Verdict::Unknown, UNSEEN))
            }
        }
    }
}
