//! Bringing an intent to the server, and judging what became of it.
//!
//! ExLab takes an answer with 200 and a stale picture; a second answer to the same wait is met with 500. Neither
//! tells who was first: only the session itself, read again, shows whether it still waits.

use deskbell_domain::{Accepted, Fault, FaultCode, IntentId, ItemId, Millis, Next, Value, Verdict};
use serde_json::Map;

use super::faults::{code_of, refusing, rejected, unauthorized};
use super::form::{extra_inputs, in_words, session_of};
use super::looking::Sight;
use super::override_record::Ruling;
use super::session::{Deed, Own};
use super::{Exlab, Purpose, requests};
use crate::{Attempt, CallId, Effect, Effects, Reply, Request, Sent};

/// How long until a look is tried again.
const LOOK_MS: u32 = 1_000;
/// A session that took an answer shows it within so many looks.
const MOST_LOOKS: u8 = 15;
const MOST_POSTS: u8 = 3;

#[derive(Debug)]
pub(super) struct Delivery {
    pub goal: Goal,
    posts: u8,
    pub looks: u8,
    /// A look counts only if it was asked for after this call.
    since: CallId,
    looking: bool,
    /// It may have reached the server.
    pub sent: bool,
    /// The server has said that it took it.
    pub taken: bool,
    /// Why it was not taken the last time, where sending it again would be no better.
    pub trouble: Option<Fault>,
}

#[derive(Clone, Debug)]
pub(super) enum Goal {
    Resume { session: String, item: ItemId, inputs: Map<String, serde_json::Value> },
    Cancel { session: String, item: ItemId, discard_files: bool },
    Rule(Ruling),
}

impl Delivery {
    /// It was sent as often as makes sense.
    pub fn is_spent(&self) -> bool {
        self.posts >= MOST_POSTS
    }
}

impl Goal {
    fn session(&self) -> Option<&str> {
        match self {
            Self::Resume { session, .. } | Self::Cancel { session, .. } => Some(session),
            Self::Rule(_) => None,
        }
    }

    pub fn deed(&self) -> Option<Deed> {
        match self {
            Self::Resume { inputs, .. } => Some(Deed::Answer { words: in_words(inputs) }),
            Self::Cancel { .. } => Some(Deed::Cancel),
            Self::Rule(_) => None,
        }
    }
}

impl Exlab {
    pub(super) fn deliver(&mut self, accepted: &Accepted, attempt: Attempt, now: Millis, out: &mut Effects) {
        let intent = accepted.id().clone();
        if self.deliveries.contains_key(&intent) {
            return;
        }
        let Some(goal) = self.goal(accepted) else {
            let message = format!("There is no \"{}\" here any more.", accepted.offer().label);
            return out
                .push(Effect::Stick { intent, fault: refusing(&message, "Discard it, and look again.") });
        };
        let (taken, sent) = (attempt == Attempt::Taken, attempt != Attempt::Fresh);
        self.own(&intent, &goal, taken);
        let since = CallId(self.last_call);
        let must_look = sent || !self.is_ready(&goal);
        let delivery =
            Delivery { goal, posts: 0, looks: 0, since, looking: false, sent, taken, trouble: None };
        self.deliveries.insert(intent.clone(), delivery);
        if must_look { self.check(&intent, now, out) } else { self.post(&intent, out) }
    }

    fn goal(&self, accepted: &Accepted) -> Option<Goal> {
        let item = accepted.key().item.clone();
        match (item.kind(), accepted.offer().id.as_str()) {
            ("input", "resume") => {
                let session = session_of(&item)?.to_owned();
                Some(Goal::Resume { session, item, inputs: extra_inputs(accepted) })
            }
            ("input" | "task", "cancel") => {
                let session = if item.kind() == "task" { item.rest() } else { session_of(&item)? }.to_owned();
                let discard_files = accepted.intent().values.get("discard_files") == Some(&Value::Flag(true));
                Some(Goal::Cancel { session, item, discard_files })
            }
            ("finding", verb) => Ruling::new(verb, self.board.row(&item)?, accepted).map(Goal::Rule),
            _ => None,
        }
    }

    /// Remembers what we do to a session, so that what comes of it is known for ours.
    fn own(&mut self, intent: &IntentId, goal: &Goal, taken: bool) {
        let (Goal::Resume { item, .. } | Goal::Cancel { item, .. }, Some(deed)) = (goal, goal.deed()) else {
            return;
        };
        if let Some(session) = goal.session().and_then(|id| self.sessions.get_mut(id)) {
            session.own = Some(Own { intent: intent.clone(), item: item.clone(), deed, taken });
        }
    }

    /// Whether the thing is as it was when the operator decided, by what was read last.
    fn is_ready(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Resume { session, item, .. } => {
                let form = self.sessions.get(session).and_then(|session| session.form.as_ref());
                form.is_some_and(|form| form.item == *item)
            }
            Goal::Cancel { session, .. } => {
                self.sessions.get(session).is_some_and(|session| !session.is_over())
            }
            Goal::Rule(ruling) => ruling.is_ready(),
        }
    }

    pub(super) fn post(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.posts += 1;
        delivery.looking = false;
        let request: Request = match &delivery.goal {
            Goal::Resume { session, inputs, .. } => requests::resume(session, inputs),
            Goal::Cancel { session, discard_files, .. } => requests::cancel(session, *discard_files),
            Goal::Rule(ruling) => ruling.request(),
        };
        self.call(request, Purpose::Post(intent.clone()), out);
    }

    /// Looks how what an intent is about stands now.
    pub(super) fn check(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        let last_call = CallId(self.last_call);
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.looks = delivery.looks.saturating_add(1);
        delivery.since = last_call;
        delivery.looking = true;
        match &delivery.goal {
            Goal::Resume { session, .. } | Goal::Cancel { session, .. } => {
                let session = session.clone();
                self.look(&session, now, out);
            }
            Goal::Rule(ruling) => {
                let request = requests::run(ruling.run_path());
                self.call(request, Purpose::Run(intent.clone()), out);
            }
        }
    }

    pub(super) fn posted(
        &mut self,
        intent: &IntentId,
        reply: Result<Reply, (Sent, Fault)>,
        now: Millis,
        out: &mut Effects,
    ) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let reply = match reply {
            Ok(reply) => reply,
            Err((Sent::No, _)) if !delivery.sent => {
                self.drop_delivery(intent);
                return out.push(Effect::Defer(intent.clone()));
            }
            Err((Sent::No | Sent::Maybe, _)) => {
                delivery.sent = true;
                return self.check(intent, now, out);
            }
        };
        if let Goal::Rule(ruling) = &delivery.goal
            && let Some(note) = ruling.proof(&reply)
        {
            self.finish(intent, Verdict::Won, &note, out);
            return self.read(true, now, out);
        }
        match reply.status {
            200 => {
                (delivery.sent, delivery.taken) = (true, true);
                let session = delivery.goal.session().map(str::to_owned);
                if let Some(session) = session.and_then(|id| self.sessions.get_mut(&id))
                    && let Some(own) = session.own.as_mut().filter(|own| own.intent == *intent)
                {
                    own.taken = true;
                }
                out.push(Effect::Taken(intent.clone()));
                self.check(intent, now, out);
            }
            status @ (401 | 403) if code_of(&reply).is_none() => {
                self.drop_delivery(intent);
                out.push(Effect::Defer(intent.clone()));
                self.fail(unauthorized(status), out);
            }
            400..=499 if status_says_no(&reply) => {
                let fault = rejected(&reply, "Discard it, and answer in another way.");
                self.stick(intent, fault, out);
            }
            // It has ended, is unknown, was answered before, or nothing can be told from this.
            _ => {
                delivery.trouble = Some(rejected(&reply, "Retry to look once more, or discard it."));
                // ExLab's own word of trouble, the 500 of a second answer too, means that this one was not taken.
                delivery.sent |= code_of(&reply).is_none();
                if !delivery.sent {
                    self.disown(intent);
                }
                self.check(intent, now, out);
            }
        }
    }

    /// Judges every delivery that waits for this look.
    pub(super) fn judge_looks(
        &mut self,
        id: &str,
        call: CallId,
        sight: &Sight,
        now: Millis,
        out: &mut Effects,
    ) {
        let waits = |delivery: &Delivery| {
            delivery.looking && delivery.goal.session() == Some(id) && call > delivery.since
        };
        let waiting: Vec<IntentId> = (self.deliveries.iter())
            .filter(|(_, delivery)| waits(delivery))
            .map(|(intent, _)| intent.clone())
            .collect();
        for intent in waiting {
            let Some(delivery) = self.deliveries.get_mut(&intent) else { continue };
            delivery.looking = false;
            match (sight, delivery.goal.clone()) {
                (Sight::Nothing, _) => self.rest(&intent, out),
                (Sight::Gone, goal) => self.gone(&intent, &goal, now, out),
                (Sight::Shown(handle), Goal::Resume { item, .. }) => {
                    self.judge_resume(&intent, &item, handle, now, out);
                }
                (Sight::Shown(handle), Goal::Cancel { item, discard_files, .. }) => {
                    self.judge_cancel(&intent, &item, discard_files, handle, now, out);
                }
                (Sight::Shown(_), Goal::Rule(_)) => {}
            }
        }
    }

    /// The server was read, and does not have it.
    pub(super) fn still_open(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let waits_for_proof = delivery.taken || delivery.trouble.is_some();
        if waits_for_proof && delivery.looks < MOST_LOOKS {
            return self.arm(intent, LOOK_MS, out);
        }
        let fault = match delivery.trouble.take() {
            Some(trouble) => trouble,
            None if delivery.taken => refusing(
                "ExLab-Wizard said that it took it, and the session still stands as it did.",
                "Retry, or discard it.",
            ),
            None if delivery.is_spent() => Fault::new(
                FaultCode::Server,
                format!("It was sent {MOST_POSTS} times, and ExLab-Wizard never had it."),
                "Retry, or discard it.",
                Next::Never,
            ),
            None => return self.post(intent, out),
        };
        self.stick(intent, fault, out);
    }

    /// A look could not be had.
    pub(super) fn rest(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get(intent) else { return };
        if delivery.looks < MOST_LOOKS {
            return self.arm(intent, LOOK_MS, out);
        }
        let fault = Fault::new(
            FaultCode::Server,
            "It may have reached ExLab-Wizard, which does not say whether it did.",
            "Retry to look once more, or discard it.",
            Next::Never,
        );
        self.stick(intent, fault, out);
    }

    pub(super) fn waited(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        if self.deliveries.get(intent).is_some_and(|delivery| !delivery.looking) {
            self.check(intent, now, out);
        }
    }

    pub(super) fn stick(&mut self, intent: &IntentId, fault: Fault, out: &mut Effects) {
        self.drop_delivery(intent);
        out.push(Effect::Stick { intent: intent.clone(), fault });
    }

    /// It did not reach the server, or was refused: it is not ours to be credited for.
    fn drop_delivery(&mut self, intent: &IntentId) {
        self.disown(intent);
        self.deliveries.remove(intent);
    }

    fn disown(&mut self, intent: &IntentId) {
        let session = self.deliveries.get(intent).and_then(|delivery| delivery.goal.session());
        if let Some(session) = session.and_then(|id| self.sessions.get_mut(id)) {
            session.own.take_if(|own| own.intent == *intent);
        }
    }

    pub(super) fn finish(&mut self, intent: &IntentId, verdict: Verdict, note: &str, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Done { intent: intent.clone(), verdict, note: note.to_owned() });
    }
}

/// Whether a 4xx is about what was sent, and not about the session's state.
fn status_says_no(reply: &Reply) -> bool {
    !matches!(reply.status, 404 | 408 | 409 | 429)
}
