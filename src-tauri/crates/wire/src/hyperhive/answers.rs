//! What the operator wants done, from the request to its verdict.
//!
//! No reply proves that an answer won: the server's own word about the ask does. And what may have been sent
//! is never sent again before the server's state has been read.

use std::collections::BTreeMap;

use deskbell_domain::{Accepted, Ask, By, Event, IntentId, ItemId, Millis, Verdict};

use super::agents::Roster;
use super::asks::{Board, End};
use super::errand::{Errand, Stage, Why};
use super::frame::Message;
use super::messages::{EVERYBODY, is_since};
use super::recent::Recent;
use super::requests::{Deed, Wanted, request};
use super::ruling::{SENT, UNKNOWN_DEED, VANISHED, decided, done, is_ours, lost};
use crate::hive::faults::rejected;
use crate::hive::{Calls, Came, OPERATOR, Word, born};
use crate::words::is_same;
use crate::{Attempt, Effect, Effects};

#[derive(Debug)]
pub(super) struct Errands {
    all: BTreeMap<IntentId, Errand>,
    /// How we wanted asks to end: outlives a connection, whose end may hide who won.
    wanted: Recent<ItemId, Wanted>,
    /// Messages that have already proved a sending.
    proofs: Recent<ItemId, ()>,
    /// What the server has surely refused: to try it again is no repetition.
    refused: Recent<IntentId, ()>,
}

/// Who ended an ask.
#[derive(Debug, PartialEq)]
pub(super) enum Claim {
    Us,
    Them,
    /// The reply that is still out will say.
    Wait,
}

/// Whether the server's state must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Need {
    Nothing,
    Picture,
}

impl Errands {
    pub fn new() -> Self {
        Self {
            all: BTreeMap::new(),
            wanted: Recent::new(4096),
            proofs: Recent::new(4096),
            refused: Recent::new(256),
        }
    }

    /// The outbox gives everything again on the next connection.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    pub fn take(
        &mut self,
        accepted: &Accepted,
        attempt: Attempt,
        (board, roster): (&Board, &Roster),
        calls: &mut Calls,
        now: Millis,
        out: &mut Effects,
    ) -> Need {
        let id = accepted.id().clone();
        if self.all.contains_key(&id) {
            return Need::Nothing;
        }
        let item = accepted.key().item.clone();
        let Some((deed, request)) = request(accepted, roster) else {
            let fault = rejected(format!("The server has no way to \"{}\" this.", accepted.offer().label));
            out.push(Effect::Stick { intent: id, fault });
            return Need::Nothing;
        };
        let was_refused = self.refused.remove(&id).is_some();
        let why = match (attempt, &deed) {
            (Attempt::Maybe, _) if was_refused => None,
            (Attempt::Fresh, _) => None,
            (Attempt::Maybe | Attempt::Taken, Deed::Manage) => {
                out.push(done(id, Verdict::Unknown, UNKNOWN_DEED));
                return Need::Nothing;
            }
            (Attempt::Maybe, Deed::Decide(_) | Deed::Send { .. }) => Some(Why::Doubt),
            (Attempt::Taken, Deed::Decide(_) | Deed::Send { .. }) => Some(Why::Told),
        };
        if why.is_none()
            && let (Deed::Decide(_), Some(end)) = (&deed, board.end(&item))
        {
            let (verdict, note) = lost(end);
            out.push(done(id, verdict, note));
            return Need::Nothing;
        }
        let since = born(id.as_str()).unwrap_or(now);
        let doubt = matches!(why, Some(Why::Doubt));
        let looks = why.is_some();
        let stage = why.map_or(Stage::Watching, Stage::Looking);
        let mut errand = Errand { item, deed, request, stage, sends: 0, doubt, since };
        if looks {
            if let Deed::Decide(wanted) = &errand.deed {
                self.wanted.insert(errand.item.clone(), wanted.clone());
            }
        } else {
            errand.send(&id, &mut self.wanted, calls, out);
        }
        self.all.insert(id, errand);
        if looks { Need::Picture } else { Need::Nothing }
    }

    /// What came of an errand's request.
    pub fn came(&mut self, id: &IntentId, came: Came, board: &Board, now: Millis, out: &mut Effects) -> Need {
        let Some(mut errand) = self.all.remove(id) else { return Need::Nothing };
        let Stage::Sending { parked, heard } = &mut errand.stage else {
            self.all.insert(id.clone(), errand);
            return Need::Nothing;
        };
        let (parked, heard) = (parked.take(), *heard);
        let verdict = Word::of(came);
        match (&errand.deed, verdict) {
            (Deed::Manage, Word::Accepted) => out.push(done(id.clone(), Verdict::Won, "Done.")),
            (Deed::Manage, Word::Gateway(fault) | Word::Page(fault)) => {
                out.push(Effect::Stick { intent: id.clone(), fault })
            }
            (Deed::Manage | Deed::Send { .. }, Word::Refused(fault)) => {
                self.refused.insert(id.clone(), ());
                out.push(Effect::Stick { intent: id.clone(), fault });
            }
            (Deed::Manage, Word::Lost) => out.push(done(id.clone(), Verdict::Unknown, UNKNOWN_DEED)),
            (Deed::Send { .. }, Word::Accepted | Word::Gateway(_) | Word::Page(_) | Word::Lost) if heard => {
                out.push(done(id.clone(), Verdict::Won, SENT));
            }
            (Deed::Decide(wanted), word) if board.end(&errand.item).is_some() => {
                let Some(end) = board.end(&errand.item) else { return Need::Nothing };
                let ours = match word {
                    Word::Accepted => wanted.is_like(&end.outcome),
                    Word::Gateway(_) | Word::Page(_) | Word::Lost => is_ours(wanted, end),
                    Word::Refused(_) | Word::Unsent => errand.doubt && is_ours(wanted, end),
                };
                let lost_reply = matches!(word, Word::Gateway(_) | Word::Page(_) | Word::Lost);
                let by = if ours { By::Us } else { end.by.clone() };
                let settlement =
                    End { by, ..end.clone() }.settle(errand.item.clone(), parked.map(|ask| *ask));
                out.push(Effect::Emit(Event::Settled(settlement)));
                out.push(decided(id.clone(), wanted, end, ours, lost_reply));
            }
            (Deed::Manage | Deed::Decide(_) | Deed::Send { .. }, Word::Unsent) => {
                self.wanted.remove(&errand.item);
                out.push(Effect::Defer(id.clone()));
            }
            (Deed::Decide(_) | Deed::Send { .. }, Word::Accepted) => {
                out.push(Effect::Taken(id.clone()));
                errand.stage = Stage::Taken { due: errand.due(now) };
                self.all.insert(id.clone(), errand);
            }
            (Deed::Decide(_), Word::Refused(fault)) => {
                errand.stage = Stage::Looking(Why::Refused(fault));
                self.all.insert(id.clone(), errand);
                return Need::Picture;
            }
            (Deed::Decide(_) | Deed::Send { .. }, Word::Gateway(fault) | Word::Page(fault)) => {
                errand.doubt = true;
                errand.stage = Stage::Looking(Why::Refused(fault));
                self.all.insert(id.clone(), errand);
                return Need::Picture;
            }
            (Deed::Decide(_) | Deed::Send { .. }, Word::Lost) => {
                errand.doubt = true;
                errand.stage = Stage::Looking(Why::Doubt);
                self.all.insert(id.clone(), errand);
                return Need::Picture;
            }
        }
        Need::Nothing
    }

    /// Who ended an ask, as far as can be told now.
    pub fn claim(&self, item: &ItemId, end: &End) -> Claim {
        let Some(errand) = self.all.values().find(|errand| errand.item == *item) else {
            let ours = self.wanted.get(item).is_some_and(|wanted| is_ours(wanted, end));
            return if ours { Claim::Us } else { Claim::Them };
        };
        let Deed::Decide(wanted) = &errand.deed else { return Claim::Them };
        match errand.ours(wanted, end) {
            None => Claim::Wait,
            Some(true) => Claim::Us,
            Some(false) => Claim::Them,
        }
    }

    /// Keeps an ask that has ended until the reply says who ended it.
    pub fn park(&mut self, item: &ItemId, ask: Option<Ask>) {
        for errand in self.all.values_mut().filter(|errand| errand.item == *item) {
            if let Stage::Sending { parked, .. } = &mut errand.stage
                && parked.is_none()
            {
                *parked = ask.clone().map(Box::new);
            }
        }
    }

    pub fn parked(&self) -> impl Iterator<Item = &Ask> {
        self.all.values().filter_map(|errand| match &errand.stage {
            Stage::Sending { parked, .. } => parked.as_deref(),
            Stage::Looking(_) | Stage::Taken { .. } | Stage::Watching => None,
        })
    }

    /// An ask ended: what that makes of the answer to it.
    pub fn ended(&mut self, item: &ItemId, end: &End, out: &mut Effects) {
        let ids: Vec<IntentId> =
            self.all.iter().filter(|(_, errand)| errand.item == *item).map(|(id, _)| id.clone()).collect();
        for id in ids {
            let Some(errand) = self.all.get(&id) else { continue };
            let Deed::Decide(wanted) = &errand.deed else { continue };
            if let Some(ours) = errand.ours(wanted, end) {
                out.push(decided(id.clone(), wanted, end, ours, errand.doubt));
                self.all.remove(&id);
            }
        }
    }

    /// A message was heard, live or in the history: the first sending it fits is proved by it.
    pub fn heard(&mut self, item: &ItemId, message: &Message, out: &mut Effects) {
        if message.kind != "sent" || message.from != OPERATOR || self.proofs.contains(item) {
            return;
        }
        let fits = |errand: &Errand| match &errand.deed {
            Deed::Send { to, body } => {
                (to == EVERYBODY || *to == message.to)
                    && is_same(body, &message.body)
                    && is_since(message, errand.since)
                    && !matches!(errand.stage, Stage::Sending { heard: true, .. })
            }
            Deed::Decide(_) | Deed::Manage => false,
        };
        let Some((id, errand)) = self.all.iter_mut().find(|(_, errand)| fits(errand)) else { return };
        let id = id.clone();
        self.proofs.insert(item.clone(), ());
        match &mut errand.stage {
            Stage::Sending { heard, .. } => *heard = true,
            Stage::Looking(_) | Stage::Taken { .. } | Stage::Watching => {
                self.all.remove(&id);
                out.push(done(id, Verdict::Won, SENT));
            }
        }
    }

    /// Whether an approval that is in no list any more is being built for us.
    pub fn builds(&self, ask: &Ask, roster: &Roster) -> bool {
        is_building(ask.agent.as_deref(), roster)
            && self.all.values().any(|errand| {
                errand.item == ask.item
                    && errand.deed == Deed::Decide(Wanted::Approved)
                    && !errand.is_sending()
            })
    }

    /// A fresh picture has been taken in: judges everything that waited for one.
    pub fn look(
        &mut self,
        (board, roster): (&Board, &Roster),
        calls: &mut Calls,
        now: Millis,
        out: &mut Effects,
    ) {
        for (id, mut errand) in std::mem::take(&mut self.all) {
            let ending = match &errand.deed {
                Deed::Manage => None,
                Deed::Send { .. } => errand.look_for_message(&id),
                Deed::Decide(_) if errand.is_sending() => None,
                Deed::Decide(wanted) => match (board.end(&errand.item), board.get(&errand.item)) {
                    (Some(end), _) => errand
                        .ours(wanted, end)
                        .map(|ours| decided(id.clone(), wanted, end, ours, errand.doubt)),
                    (None, None) => Some(done(id.clone(), Verdict::Unknown, VANISHED)),
                    (None, Some(ask)) => {
                        let builds = *wanted == Wanted::Approved && is_building(ask.agent.as_deref(), roster);
                        errand.still_open(&id, builds, &mut self.wanted, calls, now, out)
                    }
                },
            };
            match ending {
                Some(effect) => {
                    // What surely was not done is nothing to be credited for later.
                    if matches!(effect, Effect::Stick { .. }) && !errand.doubt {
                        self.wanted.remove(&errand.item);
                    }
                    out.push(effect);
                }
                None => {
                    self.all.insert(id, errand);
                }
            }
        }
    }

    /// The time is up for some: they need a look.
    pub fn overdue(&mut self, now: Millis) -> Need {
        let mut need = Need::Nothing;
        for errand in self.all.values_mut() {
            if let Stage::Taken { due: Some(due) } = errand.stage
                && due <= now
            {
                errand.stage = Stage::Looking(Why::Overdue);
                need = Need::Picture;
            }
        }
        need
    }

    /// When the next proof is overdue.
    pub fn next_due(&self) -> Option<Millis> {
        let dues = self.all.values().filter_map(|errand| match errand.stage {
            Stage::Taken { due } => due,
            Stage::Sending { .. } | Stage::Looking(_) | Stage::Watching => None,
        });
        dues.min()
    }
}

fn is_building(agent: Option<&str>, roster: &Roster) -> bool {
    let busy = agent.and_then(|agent| roster.busy(agent));
    busy.is_some_and(|busy| {
        matches!(busy.action.as_str(), "rebuilding" | "spawning" | "starting" | "restarting")
    })
}
