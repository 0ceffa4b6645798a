//! What the operator wants done, from the request to its verdict.
//!
//! No reply proves that an answer won: the server's own word about the ask does. And what may have been sent
//! is never sent again before the server's state has been read.

use std::collections::BTreeMap;

use deskbell_domain::{Accepted, Ask, By, Event, Fault, IntentId, ItemId, Millis, Outcome, Verdict};

use super::agents::Roster;
use super::asks::{Board, End, SOMEBODY};
use super::calls::{Call, Calls};
use super::faults::{refused, rejected};
use super::frame::Message;
use super::messages::{EVERYBODY, OPERATOR, born, is_since};
use super::recent::Recent;
use super::requests::{Deed, Wanted, request};
use super::words::{clip, is_same, one_line};
use crate::{Attempt, Effect, Effects, Reply, Request};

/// How long the server may take to say what it has already accepted.
const PROOF_MS: i64 = 5_000;
/// How often one answer is sent before the operator is asked.
const MOST_SENDS: u8 = 3;

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

#[derive(Debug)]
struct Errand {
    item: ItemId,
    deed: Deed,
    request: Request,
    stage: Stage,
    sends: u8,
    /// Whether some sending's fate is unknown.
    doubt: bool,
    /// Nothing older can be its proof.
    since: Millis,
}

#[derive(Debug)]
enum Stage {
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
enum Why {
    /// It may have been sent.
    Doubt,
    /// The server said no; perhaps because somebody was first.
    Refused(Fault),
    /// The server has it and does not say so.
    Overdue,
    /// The server had it when we last ran.
    Told,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Came {
    Reply(Reply),
    /// It certainly did not go out.
    Unsent,
    /// Nobody knows.
    Lost,
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
            (Deed::Manage, Word::Gateway(fault)) => out.push(Effect::Stick { intent: id.clone(), fault }),
            (Deed::Manage | Deed::Send { .. }, Word::Refused(fault)) => {
                self.refused.insert(id.clone(), ());
                out.push(Effect::Stick { intent: id.clone(), fault });
            }
            (Deed::Manage, Word::Lost) => out.push(done(id.clone(), Verdict::Unknown, UNKNOWN_DEED)),
            (Deed::Send { .. }, Word::Accepted | Word::Gateway(_) | Word::Lost) if heard => {
                out.push(done(id.clone(), Verdict::Won, SENT));
            }
            (Deed::Decide(wanted), word) if board.end(&errand.item).is_some() => {
                let Some(end) = board.end(&errand.item) else { return Need::Nothing };
                let ours = match word {
                    Word::Accepted => wanted.is_like(&end.outcome),
                    Word::Gateway(_) | Word::Lost => is_ours(wanted, end),
                    Word::Refused(_) | Word::Unsent => errand.doubt && is_ours(wanted, end),
                };
                let lost_reply = matches!(word, Word::Gateway(_) | Word::Lost);
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
            (Deed::Decide(_) | Deed::Send { .. }, Word::Gateway(fault)) => {
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
                Some(effect) => out.push(effect),
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

impl Errand {
    fn is_sending(&self) -> bool {
        matches!(self.stage, Stage::Sending { .. })
    }

    fn send(
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
        let call = calls.make(Call::Delivery(id.clone()));
        out.push(Effect::Http { call, request: self.request.clone(), delivers: Some(id.clone()) });
    }

    /// When the server must have said that it has it. A build takes as long as it takes.
    fn due(&self, now: Millis) -> Option<Millis> {
        match &self.deed {
            Deed::Decide(Wanted::Approved) | Deed::Manage => None,
            Deed::Decide(Wanted::Denied { .. } | Wanted::Answered { .. } | Wanted::Cancelled)
            | Deed::Send { .. } => Some(now.plus(PROOF_MS)),
        }
    }

    /// Whether it was us who ended the ask; nothing while only the reply can tell.
    fn ours(&self, wanted: &Wanted, end: &End) -> Option<bool> {
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
    fn still_open(
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
            Stage::Sending { .. } | Stage::Taken { .. } => None,
            Stage::Looking(Why::Refused(fault)) => stick(fault.clone()),
            Stage::Looking(Why::Overdue) => {
                stick(rejected("The server said that it took the answer, and still lists this as open."))
            }
            Stage::Looking(Why::Told) => {
                self.stage = Stage::Taken { due: self.due(now) };
                None
            }
            Stage::Watching if builds => None,
            Stage::Looking(Why::Doubt) if builds => {
                self.stage = Stage::Watching;
                out.push(Effect::Taken(id.clone()));
                None
            }
            Stage::Looking(Why::Doubt) | Stage::Watching if self.sends >= MOST_SENDS => {
                stick(rejected(format!("Sent {MOST_SENDS} times, and the reply was lost each time.")))
            }
            Stage::Looking(Why::Doubt) | Stage::Watching => {
                self.send(id, known, calls, out);
                None
            }
        }
    }

    /// The fresh history does not show the message: had it, this would be done.
    fn look_for_message(&mut self, id: &IntentId) -> Option<Effect> {
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

const SENT: &str = "Sent: the server shows it.";
const UNSEEN: &str = "The server's history does not show the message. Look there before you send it again.";
const UNKNOWN_DEED: &str = "The reply was lost, and nothing shows whether it was done. Look at the agent.";
const VANISHED: &str = "The server no longer lists it and does not say how it ended.";

/// What a reply says.
#[derive(Debug)]
enum Word {
    Accepted,
    Refused(Fault),
    /// Somebody between us and the server failed: it may have been taken all the same.
    Gateway(Fault),
    Unsent,
    Lost,
}

impl Word {
    fn of(came: Came) -> Self {
        match came {
            Came::Reply(reply) => match reply.status {
                200..=299 | 303 => Self::Accepted,
                502..=504 => Self::Gateway(refused(&reply)),
                _ => Self::Refused(refused(&reply)),
            },
            Came::Unsent => Self::Unsent,
            Came::Lost => Self::Lost,
        }
    }
}

fn is_by_operator(end: &End) -> bool {
    matches!(&end.by, By::Other(name) if name == OPERATOR || name == SOMEBODY)
}

/// Whether an end is so much ours that nobody else's is likely.
fn is_ours(wanted: &Wanted, end: &End) -> bool {
    is_by_operator(end) && wanted.is(&end.outcome)
}

fn is_building(agent: Option<&str>, roster: &Roster) -> bool {
    let busy = agent.and_then(|agent| roster.busy(agent));
    busy.is_some_and(|busy| {
        matches!(busy.action.as_str(), "rebuilding" | "spawning" | "starting" | "restarting")
    })
}

fn done(intent: IntentId, verdict: Verdict, note: impl Into<String>) -> Effect {
    Effect::Done { intent, verdict, note: note.into() }
}

fn decided(intent: IntentId, wanted: &Wanted, end: &End, ours: bool, was_lost: bool) -> Effect {
    if !ours {
        let (verdict, note) = lost(end);
        return done(intent, verdict, note);
    }
    let mut note = match (wanted, &end.outcome) {
        (Wanted::Approved, Outcome::Failed { note }) => {
            format!("Approved; then it failed: {}", clip(&one_line(note), 300))
        }
        (Wanted::Approved, _) => "Approved.".to_owned(),
        (Wanted::Denied { .. }, _) => "Denied.".to_owned(),
        (Wanted::Answered { .. }, _) => "Answered.".to_owned(),
        (Wanted::Cancelled, _) => "Cancelled.".to_owned(),
    };
    if was_lost {
        note.push_str(" The reply was lost; the server shows it.");
    }
    done(intent, Verdict::Won, note)
}

/// Somebody, or the deadline, was first.
fn lost(end: &End) -> (Verdict, String) {
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
