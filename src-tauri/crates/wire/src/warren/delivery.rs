//! Bringing an intent to warren, and judging what became of it.
//!
//! A mutation answers with the thing as it is now, or with an error: its reply is the proof. warren takes an answer
//! at most once, and says so to whoever comes later. Words go over the socket; their proof is that they come back.

use deskbell_domain::{Accepted, Fault, FaultCode, IntentId, Millis, Next, Verdict, When};
use serde_json::json;

use super::answer::Answer;
use super::chat::{SKEW_MS, made_at};
use super::frame::Ticket;
use super::graphql::{self, Said};
use super::reading::parse;
use super::rooms::RoomState;
use super::threads::ticket_thread;
use super::words::{TITLE, line};
use super::{Alarm, Purpose, Warren, emit};
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
    goal: Goal,
    pub step: Step,
    posts: u8,
    looks: u8,
    /// An earlier request may have reached warren.
    sent: bool,
    /// Why it was not taken the last time, where sending it again would be no better.
    trouble: Option<Fault>,
}

#[derive(Clone, Debug)]
enum Goal {
    Answer { id: String, answer: Answer },
    Say { ticket: String, text: String },
    Turn { ticket: String, request: Box<Request>, status: Target },
}

/// What a ticket is to be.
#[derive(Clone, Copy, Debug)]
enum Target {
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

    fn judge(&mut self, intent: &IntentId, said: Said, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get(intent) else { return };
        let error = said.errors.first().cloned();
        match delivery.goal.clone() {
            Goal::Answer { id, answer } => match (said.data.resolve, error) {
                (Some(resolved), None) if resolved.status != "pending" => {
                    self.tell_end(&id, Some(&answer), When::Seen(now), now, out);
                    self.finish(intent, Verdict::Won, &answer.words(), out);
                    self.follow(&id, out);
                }
                (_, Some(error)) if error.contains("not pending") => {
                    self.came_late(intent, &id, &answer, now, out);
                }
                (_, Some(error)) if error.contains("not found") => {
                    self.tell_end(&id, None, When::Seen(now), now, out);
                    let note = "warren no longer knows this request; the answer changed nothing.";
                    self.finish(intent, Verdict::Lost { to: None }, note, out);
                }
                (_, error) => self.stick(intent, rejected(error), out),
            },
            Goal::Turn { status, .. } => {
                let ticket = said.data.done.as_deref().and_then(|row| parse::<Ticket>(row, out));
                match (ticket, error) {
                    (Some(ticket), _) if status.holds(&ticket.status) => {
                        self.ticket_turned(intent, ticket, now, out);
                    }
                    (_, error) => self.stick(intent, rejected(error), out),
                }
            }
            Goal::Say { .. } => {}
        }
    }

    /// An answer lets a turn go on; what comes of it is read where it will not be told.
    fn follow(&mut self, hitl: &str, out: &mut Effects) {
        let Some(session) = self.wishes.get(hitl).and_then(|wish| wish.session()) else { return };
        let Some(known) = self.sessions.get(session).filter(|_| self.turns.any_lost(session)) else { return };
        let ticket = known.ticket.clone();
        self.chase_soon(&ticket, out);
    }

    /// warren no longer waits for this answer.
    fn came_late(&mut self, intent: &IntentId, id: &str, answer: &Answer, now: Millis, out: &mut Effects) {
        if self.judge_by_end(intent, now, out) {
            return;
        }
        let sent = self.deliveries.get(intent).is_some_and(|delivery| delivery.sent);
        let wish = self.wishes.get(id);
        let late = wish.and_then(|wish| wish.expires).is_some_and(|expires| expires <= now);
        self.tell_end(id, None, When::Seen(now), now, out);
        if late && !sent {
            let note = "warren's time for it ran out before the answer arrived.";
            self.finish(intent, Verdict::Expired, note, out);
        } else if sent {
            let note = format!(
                "It was sent, its reply was lost, and warren no longer waits: this answer may have been taken, or another. ({})",
                answer.outcome().word()
            );
            self.finish(intent, Verdict::Unknown, &note, out);
        } else {
            let note = "It was answered already, or warren stopped waiting; warren does not say which.";
            self.finish(intent, Verdict::Lost { to: None }, note, out);
        }
    }

    /// The socket told how it ended: that decides what no reply told.
    fn judge_by_end(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) -> bool {
        let Some(Delivery { goal: Goal::Answer { id, answer }, sent, .. }) = self.deliveries.get(intent)
        else {
            return false;
        };
        let Some(end) = self.wishes.get(id).and_then(|wish| wish.end.clone()) else { return false };
        let (id, answer, ours) = (id.clone(), answer.clone(), *sent && end.tells(answer));
        let at = When::Seen(now);
        if ours {
            self.tell_end(&id, Some(&answer), at, now, out);
            self.finish(intent, Verdict::Won, &answer.words(), out);
        } else {
            self.tell_end(&id, None, at, now, out);
            let (to, note) = match end.is_somebodys() {
                true => (Some("another operator".to_owned()), format!("It was {} first.", end.status)),
                false => (None, "warren stopped waiting before the answer arrived.".to_owned()),
            };
            self.finish(intent, Verdict::Lost { to }, &line(&note, TITLE), out);
        }
        true
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

    pub(super) fn looked(
        &mut self,
        intent: &IntentId,
        reply: Result<Reply, Fault>,
        now: Millis,
        out: &mut Effects,
    ) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let Some(said) = reply.ok().and_then(|reply| graphql::read(&reply).ok()) else {
            return self.rest(intent, out);
        };
        match delivery.goal.clone() {
            Goal::Answer { .. } if self.judge_by_end(intent, now, out) => {}
            // warren refuses an answer to what no longer waits, so that sending it again cannot act twice.
            Goal::Answer { .. } if said.data.open.is_some() || said.data.resolved.is_some() => {
                self.send_again(intent, out);
            }
            Goal::Turn { status, .. } => {
                match said.data.ticket.as_deref().and_then(|row| parse::<Ticket>(row, out)) {
                    Some(ticket) if status.holds(&ticket.status) => {
                        self.ticket_turned(intent, ticket, now, out);
                    }
                    Some(_) => self.send_again(intent, out),
                    None => self.rest(intent, out),
                }
            }
            Goal::Answer { .. } | Goal::Say { .. } => self.rest(intent, out),
        }
    }

    /// The history of a ticket is read: were these words said?
    pub(super) fn look_for_words(&mut self, ticket: &str, out: &mut Effects) {
        let looking: Vec<(IntentId, String)> = self
            .deliveries
            .iter()
            .filter(|(_, delivery)| delivery.step == Step::Looking)
            .filter_map(|(intent, delivery)| match &delivery.goal {
                Goal::Say { ticket: of, text } if of == ticket => Some((intent.clone(), text.clone())),
                Goal::Say { .. } | Goal::Answer { .. } | Goal::Turn { .. } => None,
            })
            .collect();
        for (intent, text) in looking {
            let sessions: Vec<&str> = self
                .sessions
                .values()
                .filter(|(_, known)| known.ticket == ticket)
                .map(|(id, _)| id.as_str())
                .collect();
            let since = made_at(intent.as_str()).map(|at| at.plus(-SKEW_MS));
            if self.telling.was_said(&sessions, &text, since) {
                self.finish(&intent, Verdict::Won, "The words are in the ticket's history.", out);
            } else {
                self.send_again(&intent, out);
            }
        }
    }

    /// These words came back.
    pub(super) fn words_heard(&mut self, ticket: &str, words: &str, out: &mut Effects) {
        let heard = self.deliveries.iter().find(|(_, delivery)| {
            let ours =
                matches!(&delivery.goal, Goal::Say { ticket: of, text } if of == ticket && text == words);
            ours && delivery.sent
        });
        if let Some((intent, _)) = heard {
            let intent = intent.clone();
            self.finish(&intent, Verdict::Won, "warren took the words.", out);
        }
    }

    /// warren says of some frame that it could not take it. Of which is clear where only one is under way.
    pub(super) fn words_refused(&mut self, ticket: &str, why: &str, out: &mut Effects) {
        let mut saying = self.deliveries.iter().filter(|(_, delivery)| {
            delivery.step == Step::Saying
                && matches!(&delivery.goal, Goal::Say { ticket: of, .. } if of == ticket)
        });
        if let (Some((intent, _)), None) = (saying.next(), saying.next()) {
            let intent = intent.clone();
            self.stick(&intent, rejected(Some(line(why, TITLE))), out);
        }
    }

    /// What warren holds was read, and it is not there.
    fn send_again(&mut self, intent: &IntentId, out: &mut Effects) {
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
    fn rest(&mut self, intent: &IntentId, out: &mut Effects) {
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

    fn ticket_turned(&mut self, intent: &IntentId, ticket: Ticket, now: Millis, out: &mut Effects) {
        let note = format!("The ticket is {} now.", line(&ticket.status, 40));
        out.push(emit(deskbell_domain::Event::Thread(ticket_thread(&ticket, None, now))));
        self.finish(intent, Verdict::Won, &note, out);
        // Which sockets are to be open depends on the lists.
        self.list(out);
    }

    fn stick(&mut self, intent: &IntentId, fault: Fault, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Stick { intent: intent.clone(), fault });
    }

    fn finish(&mut self, intent: &IntentId, verdict: Verdict, note: &str, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Done { intent: intent.clone(), verdict, note: note.to_owned() });
    }
}

impl Target {
    fn holds(self, status: &str) -> bool {
        match self {
            Self::Is(wanted) => status == wanted,
            Self::IsNot(unwanted) => !status.is_empty() && status != unwanted,
        }
    }
}

fn again() -> &'static str {
    "Try again, or discard it."
}

fn rejected(error: Option<String>) -> Fault {
    let why = error.unwrap_or_else(|| "it did not say why".to_owned());
    let message = format!("warren did not take it: {why}");
    Fault::new(FaultCode::Rejected, message, "Discard it, and look again.", Next::Never)
}
