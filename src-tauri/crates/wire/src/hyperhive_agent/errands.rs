//! What the operator wants done, from the request to its verdict.
//!
//! No reply proves anything: what the agent shows does. What may have been sent is never sent again before the
//! agent was read, and a message never at all.

use std::collections::{BTreeMap, VecDeque};

use deskbell_domain::{Accepted, IntentId, ItemId, Millis, Verdict};

use super::deed::{Seen, request};
use super::errand::{Errand, Judgement, Stage, Why};
use super::picture::Picture;
use super::signs::Signs;
use crate::hive::faults::rejected;
use crate::hive::{Came, Word, born};
use crate::{Attempt, Effect, Effects, Request};

/// How many refusals are remembered.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Errands {
    all: BTreeMap<IntentId, Errand>,
    pub signs: Signs,
    /// What the agent has surely refused: to try it again is no repetition.
    refused: VecDeque<IntentId>,
}

/// What must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[must_use]
pub(super) enum Need {
    Nothing,
    State,
    /// The history, and then the state.
    All,
}

impl Errands {
    /// The outbox gives everything again on the next connection.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Whether the agent owes a proof.
    pub fn waits(&self) -> bool {
        self.all.values().any(|errand| matches!(errand.stage, Stage::Taken { .. }))
    }

    /// Gives the request to send now, if any.
    pub fn take(
        &mut self,
        accepted: &Accepted,
        attempt: Attempt,
        seen: Seen<'_>,
        now: Millis,
        out: &mut Effects,
    ) -> (Need, Option<Request>) {
        let id = accepted.id().clone();
        if self.all.contains_key(&id) {
            return (Need::Nothing, None);
        }
        let item = accepted.key().item.clone();
        let Some((deed, request)) = request(accepted) else {
            let fault = rejected(format!("The agent has no way to \"{}\" this.", accepted.offer().label));
            out.push(Effect::Stick { intent: id, fault });
            return (Need::Nothing, None);
        };
        let refused = self.refused.iter().position(|known| *known == id).map(|at| self.refused.remove(at));
        let why = match attempt {
            Attempt::Fresh => None,
            Attempt::Maybe => refused.is_none().then_some(Why::Again),
            Attempt::Taken => Some(Why::Told),
        };
        if why.is_none()
            && let Some(note) = deed.is_past(&item, seen)
        {
            out.push(lost(id, note));
            return (Need::Nothing, None);
        }
        let since = born(id.as_str()).unwrap_or(now);
        let turn = seen.turn.filter(|_| why.is_none()).cloned();
        let (need, send) =
            if why.is_some() { (Need::State, None) } else { (Need::Nothing, Some(request.clone())) };
        let stage = why.map_or(Stage::Sending, Stage::Looking);
        self.all.insert(id, Errand { item, deed, request, stage, since, turn });
        (need, send)
    }

    /// What came of a request.
    pub fn came(&mut self, id: &IntentId, came: Came, now: Millis, out: &mut Effects) -> Need {
        let Some(errand) = self.all.get_mut(id) else { return Need::Nothing };
        // Where it may have left its trace in the history alone, that is read, too.
        let search = if errand.deed.may_be_traceless() { Need::All } else { Need::State };
        let (stage, need) = match Word::of(came) {
            Word::Unsent => {
                self.all.remove(id);
                out.push(Effect::Defer(id.clone()));
                return Need::Nothing;
            }
            Word::Lost | Word::Gateway(_) => (Stage::Looking(Why::Lost), search),
            Word::Refused(fault) | Word::Page(fault) => (Stage::Looking(Why::Refused(fault)), Need::State),
            Word::Accepted => {
                out.push(Effect::Taken(id.clone()));
                (Stage::Taken { due: now.plus(errand.deed.proof_ms()) }, Need::State)
            }
        };
        errand.stage = stage;
        need
    }

    /// Whether it is ours that a login ask ended.
    pub fn claims(&self, item: &ItemId, picture: &Picture) -> bool {
        self.all.values().any(|errand| {
            errand.item == *item && !errand.was_refused() && errand.deed.is_reached(picture.login())
        })
    }

    /// A fresh reading is there: whatever waits for it is judged. Gives what is to be sent now.
    pub fn look(
        &mut self,
        seen: Seen<'_>,
        now: Millis,
        out: &mut Effects,
    ) -> (Need, Vec<(IntentId, Request)>) {
        let (mut need, mut sends) = (Need::Nothing, Vec::new());
        for (id, mut errand) in std::mem::take(&mut self.all) {
            if errand.is_sending() {
                self.all.insert(id, errand);
            } else if errand.is_shown(seen, &mut self.signs) {
                out.push(errand.shown(id));
            } else if let Some(note) = errand.deed.is_past(&errand.item, seen) {
                out.push(lost(id, note));
            } else {
                errand.stage = match errand.unseen(&id, now) {
                    Judgement::Over(effect) => {
                        if errand.was_refused() {
                            self.refused.push_back(id);
                        }
                        out.push(effect);
                        continue;
                    }
                    Judgement::Send => {
                        sends.push((id.clone(), errand.request.clone()));
                        Stage::Sending
                    }
                    Judgement::Wait(stage) => stage,
                    Judgement::Read(stage) => {
                        need = Need::All;
                        stage
                    }
                };
                self.all.insert(id, errand);
            }
        }
        while self.refused.len() > MOST {
            self.refused.pop_front();
        }
        (need, sends)
    }
}

fn lost(intent: IntentId, note: &str) -> Effect {
    Effect::Done { intent, verdict: Verdict::Lost { to: None }, note: note.to_owned() }
}
