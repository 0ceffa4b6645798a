//! What warren's replies and frames say of an intent.
//!
//! A mutation answers with the thing as it is now, or with an error: its reply is the proof. warren takes an answer
//! at most once, and says so to whoever comes later. Of words the proof is that they come back.

use deskbell_domain::{Event, Fault, FaultCode, IntentId, Millis, Next, Verdict, When};

use super::answer::Answer;
use super::chat::{SKEW_MS, made_at};
use super::delivery::{Delivery, Goal, Step, Target};
use super::frame::Ticket;
use super::graphql::{self, Said};
use super::reading::parse;
use super::threads::ticket_thread;
use super::words::{TITLE, line};
use super::{Warren, emit};
use crate::{Effects, Reply};

impl Warren {
    pub(super) fn judge(&mut self, intent: &IntentId, said: Said, now: Millis, out: &mut Effects) {
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
    pub(super) fn judge_by_end(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) -> bool {
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

    fn ticket_turned(&mut self, intent: &IntentId, ticket: Ticket, now: Millis, out: &mut Effects) {
        let note = format!("The ticket is {} now.", line(&ticket.status, 40));
        out.push(emit(Event::Thread(ticket_thread(&ticket, None, now))));
        self.finish(intent, Verdict::Won, &note, out);
        // Which sockets are to be open depends on the lists.
        self.list(out);
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

fn rejected(error: Option<String>) -> Fault {
    let why = error.unwrap_or_else(|| "it did not say why".to_owned());
    let message = format!("warren did not take it: {why}");
    Fault::new(FaultCode::Rejected, message, "Discard it, and look again.", Next::Never)
}
