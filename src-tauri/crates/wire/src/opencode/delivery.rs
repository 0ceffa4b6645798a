//! Bringing an intent to the server, and judging what became of it.
//!
//! opencode takes an answer at most once: it removes the ask, tells `…replied` on the stream, and says `true`;
//! whoever comes later gets 404. So `true` for our own request and the ask gone is proof that we won.

use deskbell_domain::{Accepted, Fault, FaultCode, IntentId, ItemId, Millis, Next, Verdict};

use super::answer::Answer;
use super::asks::Own;
use super::reading::{beginning, unauthorized};
use super::words::{LINE, line};
use super::{Opencode, Purpose, evidence};
use crate::{Attempt, Body, Effect, Effects, Reply, Request, Sent};

/// How long the stream may take to confirm what a reply said.
const PROOF_MS: u32 = 3_000;
/// How long the stream may take to name who answered first.
const NAME_MS: u32 = 1_000;
/// How long until a look that failed is tried again.
const LOOK_MS: u32 = 3_000;
const MOST_LOOKS: u8 = 5;
const MOST_POSTS: u8 = 3;
#[derive(Debug)]
pub(super) struct Delivery {
    pub goal: Goal,
    pub step: Step,
    posts: u8,
    looks: u8,
    /// It may have reached the server.
    pub sent: bool,
    /// The server has said that it took it.
    pub taken: bool,
    /// Why it was not taken the last time, where sending it again would be no better.
    trouble: Option<Fault>,
}

#[derive(Clone, Debug)]
pub(super) enum Goal {
    Answer { item: ItemId, answer: Answer },
    Prompt { session: String, text: String },
    Abort { session: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// On its way; the reply is to come.
    Posted,
    /// Taken; the stream is to confirm it.
    Proving,
    /// Somebody else was first; the stream is to say what they said.
    Naming,
    /// It may have arrived: what the server holds is read.
    Looking,
    /// The last look failed; the next is to come.
    Resting,
}

impl Goal {
    fn of(accepted: &Accepted) -> Option<Self> {
        let item = &accepted.key().item;
        match (item.kind(), accepted.offer().id.as_str()) {
            ("session", "prompt") => Some(Self::Prompt {
                session: item.rest().to_owned(),
                text: accepted.text("text").unwrap_or_default().to_owned(),
            }),
            ("session", "abort") => Some(Self::Abort { session: item.rest().to_owned() }),
            _ => Answer::from_accepted(accepted).map(|answer| Self::Answer { item: item.clone(), answer }),
        }
    }
}

/// For the receipt of an answer the server took.
pub(super) fn took(answer: &Answer) -> String {
    line(&format!("opencode took it: {}.", answer.words()), LINE)
}

impl Opencode {
    pub(super) fn deliver(&mut self, accepted: &Accepted, attempt: Attempt, now: Millis, out: &mut Effects) {
        let intent = accepted.id().clone();
        if self.deliveries.contains_key(&intent) {
            return;
        }
        let Some(goal) = Goal::of(accepted) else {
            let message = format!("opencode has no \"{}\" here.", accepted.offer().label);
            let fault = Fault::new(FaultCode::Rejected, message, "Discard it, and look again.", Next::Never);
            return out.push(Effect::Stick { intent, fault });
        };
        let taken = attempt == Attempt::Taken;
        if let Goal::Answer { item, answer } = &goal
            && let Some(known) = self.asks.get_mut(item)
        {
            known.own = Some(Own { intent: intent.clone(), answer: answer.clone(), sent: now, taken });
        }
        let sent = attempt != Attempt::Fresh;
        let delivery = Delivery { goal, step: Step::Posted, posts: 0, looks: 0, sent, taken, trouble: None };
        self.deliveries.insert(intent.clone(), delivery);
        match attempt {
            Attempt::Fresh if self.judge_by_end(&intent, now, out) => {}
            Attempt::Fresh => self.post(&intent, out),
            Attempt::Maybe | Attempt::Taken => self.look(&intent, out),
        }
    }

    fn post(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Posted;
        delivery.posts += 1;
        let request = match &delivery.goal {
            Goal::Answer { item, answer } => answer.request(&self.paths, item),
            Goal::Prompt { session, text } => {
                let parts = serde_json::json!({ "parts": [{ "type": "text", "text": text }] });
                self.paths.act("session", session, "prompt_async", Body::Json(parts.to_string()))
            }
            Goal::Abort { session } => self.paths.act("session", session, "abort", Body::Empty),
        };
        self.call(request, Purpose::Post(intent.clone()), out);
    }

    pub(super) fn posted(
        &mut self,
        intent: &IntentId,
        reply: Result<Reply, (Sent, Fault)>,
        now: Millis,
        out: &mut Effects,
    ) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        match reply {
            Ok(reply) => self.judge(intent, &reply, now, out),
            Err((Sent::No, _)) => {
                // Somebody else may have answered while ours was under way.
                if !self.judge_by_end(intent, now, out) {
                    self.drop_delivery(intent);
                    out.push(Effect::Defer(intent.clone()));
                }
            }
            Err((Sent::Maybe, _)) => {
                delivery.sent = true;
                if !self.judge_by_end(intent, now, out) {
                    self.look(intent, out);
                }
            }
        }
    }

    fn judge(&mut self, intent: &IntentId, reply: &Reply, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let is_true = reply.status == 200 && reply.body.trim_ascii() == b"true";
        match (&delivery.goal, reply.status) {
            (Goal::Answer { item, .. }, 200) if is_true => {
                delivery.sent = true;
                delivery.taken = true;
                delivery.step = Step::Proving;
                if let Some(own) = self.asks.get_mut(item).and_then(|known| known.own.as_mut()) {
                    own.taken = true;
                }
                if !self.judge_by_end(intent, now, out) {
                    out.push(Effect::Taken(intent.clone()));
                    self.arm(intent, PROOF_MS, out);
                }
            }
            (Goal::Prompt { .. }, 200 | 204) if reply.body.is_empty() => {
                self.finish(intent, Verdict::Won, "opencode has the message.", out);
            }
            (Goal::Abort { .. }, 200) if is_true => {
                self.finish(intent, Verdict::Won, "opencode stopped the session.", out);
            }
            (Goal::Answer { .. }, 404) if is_not_found(reply) => {
                delivery.step = Step::Naming;
                if !self.judge_by_end(intent, now, out) {
                    self.arm(intent, NAME_MS, out);
                }
            }
            (Goal::Prompt { .. } | Goal::Abort { .. }, 404) if is_not_found(reply) => {
                let fault = rejected(reply, "The session is gone: discard it.");
                self.stick(intent, fault, out);
            }
            (_, 400) => {
                let fault = rejected(reply, "Discard it, and answer in another way.");
                self.stick(intent, fault, out);
            }
            (_, status @ (401 | 403)) => {
                self.drop_delivery(intent);
                out.push(Effect::Defer(intent.clone()));
                out.push(Effect::Fail(unauthorized(status)));
            }
            // It cannot be known from this whether it was taken.
            _ => {
                delivery.sent = true;
                delivery.trouble = Some(rejected(reply, "Retry, or discard it."));
                self.look(intent, out);
            }
        }
    }

    fn look(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Looking;
        delivery.looks += 1;
        let request: Request = match &delivery.goal {
            Goal::Answer { item, .. } => self.paths.list(&format!("/{}", item.kind())),
            Goal::Prompt { session, .. } => self.paths.messages(session),
            Goal::Abort { .. } => self.paths.list("/session/status"),
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
        let reply = reply.ok();
        let reply = reply.as_ref();
        match delivery.goal.clone() {
            Goal::Answer { item, .. } => match reply.and_then(|reply| evidence::lists(reply, item.rest())) {
                Some(true) => self.still_open(intent, out),
                Some(false) => self.gone(intent, now, out),
                None => self.rest(intent, out),
            },
            Goal::Prompt { text, .. } => match reply
                .and_then(|reply| evidence::was_said(reply, &text, intent))
            {
                Some(true) => self.finish(intent, Verdict::Won, "The message is in the conversation.", out),
                Some(false) => self.still_open(intent, out),
                None => self.rest(intent, out),
            },
            Goal::Abort { session } => match reply.and_then(|reply| evidence::at_work(reply, &session)) {
                Some(true) => self.still_open(intent, out),
                Some(false) => self.finish(intent, Verdict::Won, "The session no longer works.", out),
                None => self.rest(intent, out),
            },
        }
    }

    /// The server was read, and does not have it: it is sent again, unless that was tried often enough.
    fn still_open(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        let fault = match delivery.trouble.take() {
            Some(trouble) => trouble,
            None if delivery.taken => Fault::new(
                FaultCode::Rejected,
                "opencode said that it took the answer, and still asks.",
                "Retry, or discard it.",
                Next::Never,
            ),
            None if delivery.posts >= MOST_POSTS => Fault::new(
                FaultCode::Server,
                format!("It was sent {MOST_POSTS} times, and opencode never had it."),
                "Retry, or discard it.",
                Next::Never,
            ),
            None => return self.post(intent, out),
        };
        self.stick(intent, fault, out);
    }

    /// The ask is no longer there.
    fn gone(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        if self.judge_by_end(intent, now, out) {
            return;
        }
        let Some(Delivery { goal: Goal::Answer { item, .. }, taken, sent, .. }) = self.deliveries.get(intent)
        else {
            return;
        };
        if *taken {
            return self.win(intent, now, out);
        }
        let known = self.asks.get(item);
        match known.and_then(|known| Some((known.wish.session().to_owned(), known.wish.call()?))) {
            Some((session, _)) => {
                let request = self.paths.messages(&session);
                self.call(request, Purpose::Dig(intent.clone()), out);
            }
            None => self.never_known(intent, *sent, now, out),
        }
    }

    /// The work that waited for the answer is read: it shows what was answered.
    pub(super) fn dug(&mut self, intent: &IntentId, reply: Option<Reply>, now: Millis, out: &mut Effects) {
        let Some(Delivery { goal: Goal::Answer { item, .. }, sent, .. }) = self.deliveries.get(intent) else {
            return;
        };
        let (item, sent) = (item.clone(), *sent);
        if self.judge_by_end(intent, now, out) {
            return;
        }
        let known = self.asks.get(&item);
        let said = known.and_then(|known| evidence::of_call(&reply?, known.wish.call()?));
        let Some(said) = said else { return self.never_known(intent, sent, now, out) };
        let own = known.and_then(|known| known.own.as_ref()).filter(|_| sent);
        let end = evidence::end(said, own);
        self.ended(&item, end, now, out);
    }

    /// A look could not be had.
    fn rest(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        if delivery.looks >= MOST_LOOKS {
            let fault = Fault::new(
                FaultCode::Server,
                "It may have reached opencode, and opencode does not say whether it did.",
                "Retry to look once more, or discard it.",
                Next::Never,
            );
            return self.stick(intent, fault, out);
        }
        delivery.step = Step::Resting;
        self.arm(intent, LOOK_MS, out);
    }

    /// A wait is over.
    pub(super) fn waited(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        match self.deliveries.get(intent).map(|delivery| delivery.step) {
            Some(Step::Proving | Step::Resting) => self.look(intent, out),
            Some(Step::Naming) => self.gone(intent, now, out),
            Some(Step::Posted | Step::Looking) | None => {}
        }
    }

    fn stick(&mut self, intent: &IntentId, fault: Fault, out: &mut Effects) {
        self.drop_delivery(intent);
        out.push(Effect::Stick { intent: intent.clone(), fault });
    }

    /// It did not reach the server, or was refused: it is not ours to be credited for.
    fn drop_delivery(&mut self, intent: &IntentId) {
        if let Some(Delivery { goal: Goal::Answer { item, .. }, .. }) = self.deliveries.remove(intent)
            && let Some(known) = self.asks.get_mut(&item)
        {
            known.own = None;
        }
    }

    pub(super) fn finish(&mut self, intent: &IntentId, verdict: Verdict, note: &str, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Done { intent: intent.clone(), verdict, note: note.to_owned() });
    }
}

/// opencode's own 404, and not one of something in between.
fn is_not_found(reply: &Reply) -> bool {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let name = body.get("_tag").or_else(|| body.get("name")).and_then(serde_json::Value::as_str);
    name.is_some_and(|name| name.ends_with("NotFoundError"))
}

fn rejected(reply: &Reply, advice: &str) -> Fault {
    let code = match reply.status {
        429 | 500.. => FaultCode::Server,
        404 => FaultCode::NotFound,
        _ => FaultCode::Rejected,
    };
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let said =
        body.pointer("/data/message").or_else(|| body.get("message")).and_then(serde_json::Value::as_str);
    let words = said.map_or_else(|| beginning(reply), |said| line(said, LINE));
    Fault::new(code, format!("opencode refused it ({}): {words}", reply.status), advice, Next::Never)
}
