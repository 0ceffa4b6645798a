//! Bringing an intent to warren: an answer and the turn of a ticket by a mutation, words over the socket.

use deskbell_domain::{Accepted, Fault, FaultCode, IntentId, Millis, Next, Verdict};
use serde_json::json;

use super::answer::Answer;
use super::chat::made_at;
use super::graphql;
use super::rooms::RoomState;
use super::{Alarm, Purpose, Warren};
use crate::{Attempt, Effect, Effects, Reply, Request, Sent};

/// How long the words may take to come back.
const PROOF_MS: u32 = 10_000;
/// How long until a look that failed is tried again.
const LOOK_MS: u32 = 3_000;
const MOST_LOOKS: u8 = 5;
const MOST_POSTS: u8 = 3;
/// warren closes the socket at a frame of more.
const FRAME_BYTES: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Delivery {
    pub goal: Goal,
    pub step: Step,
    posts: u8,
    looks: u8,
    /// An earlier request may have reached warren.
    pub sent: bool,
    /// Why it was not taken the last time, where sending it again would be no better.
    trouble: Option<Fault>,
}

#[derive(Clone, Debug)]
pub(super) enum Goal {
    Answer { id: String, answer: Answer },
    Say { ticket: String, text: String },
    Turn { ticket: String, request: Box<Request>, status: Target },
}

/// What a ticket is to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Is(&'static str),
    IsNot(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// On its way; the reply is to come.
    Posted,
    /// Said; the words are to come back.
    Saying,
    /// It may have arrived: what warren holds is read.
    Looking,
    /// The last look failed; the next is to come.
    Resting,
}

impl Warren {
    pub(super) fn deliver(&mut self, accepted: &Accepted, attempt: Attempt, now: Millis, out: &mut Effects) {
        let intent = accepted.id().clone();
        if self.deliveries.contains_key(&intent) {
            return;
        }
        let Some(goal) = self.goal(accepted) else {
            let message = format!("warren has no \"{}\" here.", accepted.offer().label);
            let fault = Fault::new(FaultCode::Rejected, message, "Discard it, and look again.", Next::Never);
            return out.push(Effect::Stick { intent, fault });
        };
        let sent = attempt != Attempt::Fresh;
        // Words that were said once are said again only when the operator wants it.
        let posts = u8::from(attempt == Attempt::Taken);
        let delivery = Delivery { goal, step: Step::Posted, posts, looks: 0, sent, trouble: None };
        self.deliveries.insert(intent.clone(), delivery);
        match attempt {
            Attempt::Fresh if self.judge_by_end(&intent, now, out) => {}
            Attempt::Fresh => self.send(&intent, out),
            Attempt::Maybe | Attempt::Taken => self.look(&intent, out),
        }
    }

    fn goal(&self, accepted: &Accepted) -> Option<Goal> {
        let item = &accepted.key().item;
        let id = item.rest().to_owned();
        let turn = |request, status| {
            Some(Goal::Turn { ticket: item.rest().to_owned(), request: Box::new(request), status })
        };
        let field = |name| accepted.text(name).unwrap_or_default();
        match (item.kind(), accepted.offer().id.as_str()) {
            ("hitl", _) => Answer::from_accepted(accepted).map(|answer| Goal::Answer { id, answer }),
            ("ticket", "send") => Some(Goal::Say { ticket: id, text: field("text").to_owned() }),
            ("session", "send") => {
                let ticket = self.sessions.get(&id)?.ticket.clone();
                Some(Goal::Say { ticket, text: field("text").to_owned() })
            }
            ("ticket", "resolve") => {
                turn(graphql::close(&id, field("conclusion"), field("reason")), Target::Is("resolved"))
            }
            ("ticket", "reopen") => turn(graphql::turn("reopenTicket", &id), Target::Is("open")),
            ("ticket", "archive") => turn(graphql::turn("archiveTicket", &id), Target::Is("archived")),
            ("ticket", "unarchive") => turn(graphql::turn("unarchiveTicket", &id), Target::IsNot("archived")),
            _ => None,
        }
    }

    fn send(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Posted;
        delivery.posts += 1;
        let request = match &delivery.goal {
            Goal::Answer { id, answer } => answer.request(id),
            Goal::Turn { request, .. } => request.as_ref().clone(),
            Goal::Say { ticket, text } => {
                let (ticket, text) = (ticket.clone(), text.clone());
                return self.say(intent, &ticket, &text, out);
            }
        };
        self.call(request, Purpose::Post(intent.clone()), out);
    }

    fn say(&mut self, intent: &IntentId, ticket: &str, text: &str, out: &mut Effects) {
        // The server sets its own time on what it takes.
        let frame = json!({ "type": "message", "content": text, "timestamp": made_at(intent.as_str()).map_or(0, |at| at.0 / 1000) });
        let frame = frame.to_string();
        if frame.len() > FRAME_BYTES {
            let fault = Fault::new(
                FaultCode::Rejected,
                "It is longer than the 64 KiB warren takes at once.",
                "Discard it, and send it in parts.",
                Next::Never,
            );
            return self.stick(intent, fault, out);
        }
        match self.voice(ticket) {
            Some(stream) => {
                if let Some(delivery) = self.deliveries.get_mut(intent) {
                    delivery.step = Step::Saying;
                    delivery.sent = true;
                }
                // That it may have been said is on the disk before it is said.
                out.push(Effect::Taken(intent.clone()));
                out.push(Effect::SendKept { stream, text: frame });
                if let Some(room) = self.rooms.get_mut(ticket) {
                    room.unstarted = room.unstarted.saturating_add(1);
                }
                self.arm(Alarm::Delivery(intent.clone()), PROOF_MS, out);
            }
            None => {
                self.deliveries.remove(intent);
                out.push(Effect::Defer(intent.clone()));
                // The operator wants to be heard here: that is worth taking the place back.
                if self.rooms.get(ticket).is_some_and(|room| room.state == RoomState::Replaced) {
                    self.reopen(ticket, out);
                }
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
                if !self.judge_by_end(intent, now, out) {
                    self.deliveries.remove(intent);
                    out.push(Effect::Defer(intent.clone()));
                }
                return;
            }
            Err((Sent::No | Sent::Maybe, _)) => {
                delivery.sent = true;
                if !self.judge_by_end(intent, now, out) {
                    self.look(intent, out);
                }
                return;
            }
        };
        match graphql::read(&reply) {
            Ok(said) => self.judge(intent, said, now, out),
            Err(fault) if fault.code == FaultCode::Unauthorized => {
                self.deliveries.remove(intent);
                out.push(Effect::Defer(intent.clone()));
                out.push(Effect::Fail(fault));
            }
            // It cannot be known from this whether it was taken.
            Err(fault) => {
                delivery.sent = true;
                delivery.trouble = Some(Fault { next: Next::Never, advice: again().into(), ..fault });
                self.look(intent, out);
            }
        }
    }

    /// Whether an answer of ours to it is under way.
    pub(super) fn awaits_reply(&self, hitl: &str) -> bool {
        let ours = |delivery: &Delivery| matches!(&delivery.goal, Goal::Answer { id, .. } if id == hitl);
        self.deliveries.values().any(ours)
    }

    fn look(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Looking;
        delivery.looks += 1;
        let request = match &delivery.goal {
            Goal::Turn { ticket, .. } => graphql::ticket(ticket),
            Goal::Say { ticket, .. } => {
                let ticket = ticket.clone();
                return self.read_room(&ticket, out);
            }
            // Nothing lists what waits. The reading shows that warren is well, and gives the socket the time to tell.
            Goal::Answer { .. } => graphql::list(),
        };
        self.call(request, Purpose::Look(intent.clone()), out);
    }

    /// What warren holds was read, and it is not there.
    pub(super) fn send_again(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let most = if matches!(delivery.goal, Goal::Say { .. }) { 1 } else { MOST_POSTS };
        let fault = match delivery.trouble.take() {
            Some(trouble) => trouble,
            None if delivery.posts >= most => Fault::new(
                FaultCode::Server,
                format!(
                    "It was sent {}, and warren does not have it.",
                    if most == 1 { "once".to_owned() } else { format!("{most} times") }
                ),
                again(),
                Next::Never,
            ),
            None => return self.send(intent, out),
        };
        self.stick(intent, fault, out);
    }

    /// A look could not be had.
    pub(super) fn rest(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        if delivery.looks >= MOST_LOOKS {
            let fault = Fault::new(
                FaultCode::Server,
                "It may have reached warren, and warren does not say whether it did.",
                again(),
                Next::Never,
            );
            return self.stick(intent, fault, out);
        }
        delivery.step = Step::Resting;
        self.arm(Alarm::Delivery(intent.clone()), LOOK_MS, out);
    }

    /// A wait is over.
    pub(super) fn waited(&mut self, intent: &IntentId, out: &mut Effects) {
        match self.deliveries.get(intent).map(|delivery| delivery.step) {
            Some(Step::Saying | Step::Resting) => self.look(intent, out),
            Some(Step::Posted | Step::Looking) | None => {}
        }
    }

    pub(super) fn stick(&mut self, intent: &IntentId, fault: Fault, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Stick { intent: intent.clone(), fault });
    }

    pub(super) fn finish(&mut self, intent: &IntentId, verdict: Verdict, note: &str, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Done { intent: intent.clone(), verdict, note: note.to_owned() });
    }
}

fn again() -> &'static str {
    "Retry, or discard it."
}
