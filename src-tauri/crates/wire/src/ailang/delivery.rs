//! Bringing an intent to the hub. Status 200 is no proof: an approval is read again, and an answer is one when it
//! is the first in its thread.

use deskbell_domain::{
    Accepted, By, Entry, EntryKind, Event, Fault, FaultCode, Hash, IntentId, ItemId, Millis, Next, Verdict,
    When,
};
use serde_json::Value;

use super::asks::End;
use super::deed::Deed;
use super::json::Row;
use super::reading::beginning;
use super::words::{LINE, TITLE, line};
use super::{Ailang, Purpose, approval, emit};
use crate::{Attempt, Effect, Effects, Reply, Sent};

/// How long the thread may take to show what a reply said is there.
const PROOF_MS: u32 = 2_000;
/// How long until a look that told nothing is tried again.
const LOOK_MS: u32 = 2_000;
const MOST_LOOKS: u8 = 5;
const MOST_POSTS: u8 = 3;

#[derive(Debug)]
pub(super) struct Delivery {
    pub deed: Deed,
    pub step: Step,
    posts: u8,
    looks: u8,
    /// It may have reached the hub.
    pub sent: bool,
    /// The hub has said that it took it.
    pub taken: bool,
    /// Why it was not taken, where sending it again would be no better.
    trouble: Option<Fault>,
}

impl Delivery {
    /// It was looked for often enough.
    pub fn is_tired(&self) -> bool {
        self.looks >= MOST_LOOKS
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// On its way; the reply is to come.
    Posted,
    /// What the hub holds is read.
    Looking,
    /// A thread is read on to its end.
    Following,
    /// The next look is to come.
    Resting,
}

impl Ailang {
    pub(super) fn deliver(&mut self, accepted: &Accepted, attempt: Attempt, now: Millis, out: &mut Effects) {
        let intent = accepted.id().clone();
        if self.deliveries.contains_key(&intent) {
            return;
        }
        let ended = self.asks.end(&accepted.key().item).is_some();
        let Some(deed) = Deed::of(accepted, &self.asks) else {
            if self.said.has(intent.as_str()) {
                let note = "The answer is in the thread.".to_owned();
                return out.push(Effect::Done { intent, verdict: Verdict::Won, note });
            }
            if ended {
                return self.lose(&intent, &accepted.key().item, out);
            }
            let message = format!("The hub has no \"{}\" here.", accepted.offer().label);
            let fault = Fault::new(FaultCode::Rejected, message, "Discard it, and look again.", Next::Never);
            return out.push(Effect::Stick { intent, fault });
        };
        let sent = attempt != Attempt::Fresh;
        let taken = attempt == Attempt::Taken;
        if !sent && ended {
            return self.lose(&intent, &accepted.key().item, out);
        }
        let delivery = Delivery { deed, step: Step::Posted, posts: 0, looks: 0, sent, taken, trouble: None };
        self.deliveries.insert(intent.clone(), delivery);
        match attempt {
            Attempt::Fresh => self.post(&intent, out),
            Attempt::Maybe | Attempt::Taken => self.look(&intent, now, out),
        }
    }

    fn post(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Posted;
        delivery.posts += 1;
        let request = delivery.deed.request(intent, self.renamed);
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
                self.deliveries.remove(intent);
                out.push(Effect::Defer(intent.clone()));
            }
            Err((Sent::Maybe, _)) => {
                delivery.sent = true;
                self.look(intent, now, out);
            }
        }
    }

    fn judge(&mut self, intent: &IntentId, reply: &Reply, now: Millis, out: &mut Effects) {
        let Some((deed, sent)) = self.deliveries.get(intent).map(|known| (known.deed.clone(), known.sent))
        else {
            return;
        };
        if let Deed::Decide { item, .. } = &deed
            && reply.status == 409
            && !sent
            && self.resolved(intent, item, reply, now, out)
        {
            return;
        }
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        match (&deed, reply.status) {
            (Deed::Decide { .. }, 200..=299) => {
                delivery.sent = true;
                delivery.taken = true;
                out.push(Effect::Taken(intent.clone()));
                self.look(intent, now, out);
            }
            (Deed::Post { answers: None, .. }, 200..=299) => self.win(intent, out),
            (Deed::Post { .. }, 200..=299) => {
                delivery.sent = true;
                delivery.taken = true;
                delivery.step = Step::Resting;
                out.push(Effect::Taken(intent.clone()));
                self.arm(intent, PROOF_MS, out);
            }
            // Go's own words for a path that is not there: this hub is a newer one.
            (Deed::Post { .. }, 404) if !self.renamed && reply.body.starts_with(b"404 page not found") => {
                self.renamed = true;
                self.post(intent, out);
            }
            // Already running, or already gone, is what was wanted.
            (Deed::Start { .. }, 200..=299 | 409) | (Deed::Stop { .. }, 200..=299 | 404) => {
                self.win(intent, out);
                self.read_all(false, out);
            }
            (Deed::Letter { .. } | Deed::EmptyInbox, 200..=299) => self.win(intent, out),
            (Deed::Diff { task }, 200) => self.tell_diff(intent, task, reply, now, out),
            (_, 400 | 413 | 422) => {
                self.stick(intent, rejected(reply, "Discard it, and answer in another way."), out);
            }
            (_, 401 | 403) => {
                let advice = "The hub wants an approver: set the bearer token of one, and retry.";
                self.stick(intent, rejected(reply, advice), out);
            }
            (Deed::Post { .. } | Deed::Diff { .. } | Deed::Start { .. }, 404) => {
                self.stick(intent, rejected(reply, "It is gone from the hub: discard it."), out);
            }
            // It cannot be known from this whether it was taken. The hub's own 500 is for a second answer, too; a
            // gateway that gave up waiting may well have passed it on.
            (_, status) => {
                delivery.sent |= matches!(status, 408 | 502..=504);
                delivery.trouble = Some(rejected(reply, "Retry, or discard it."));
                self.look(intent, now, out);
            }
        }
    }

    /// `{"status":"already_resolved","resolution":"…","resolved_by":"…"}`: somebody else was first, and the hub
    /// says who.
    fn resolved(
        &mut self,
        intent: &IntentId,
        item: &ItemId,
        reply: &Reply,
        now: Millis,
        out: &mut Effects,
    ) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else { return false };
        let row = Row(&body);
        let (Some(resolution), Some(who)) = (row.text("resolution"), row.text("resolved_by")) else {
            return false;
        };
        let end = End {
            at: When::Seen(now),
            by: By::Other(line(&who, TITLE)),
            outcome: approval::outcome(&resolution, None),
            raw: body.to_string(),
        };
        self.deliveries.remove(intent);
        self.settle(item, end, now, out);
        self.lose(intent, item, out);
        true
    }

    fn tell_diff(&mut self, intent: &IntentId, task: &str, reply: &Reply, now: Millis, out: &mut Effects) {
        let raw = String::from_utf8_lossy(&reply.body).into_owned();
        let body: Value = serde_json::from_str(&raw).unwrap_or_default();
        let row = Row(&body);
        let text = match (row.text("diff"), row.text("error")) {
            (Some(diff), _) => format!("The diff of {task}: {diff}"),
            (None, Some(error)) => format!("The diff of {task} cannot be had: {error}"),
            (None, None) => format!("The diff of {task} is empty"),
        };
        out.push(emit(Event::Entry(Entry {
            item: ItemId::of("diff", Hash::of(&(task, &raw))),
            at: When::Seen(now),
            kind: EntryKind::Stream,
            agent: None,
            thread: row.id("thread_id").ok().map(|thread| super::threads::item(&thread)),
            ask: None,
            text: line(&text, LINE),
            raw,
        })));
        self.win(intent, out);
    }

    pub(super) fn look(&mut self, intent: &IntentId, now: Millis, out: &mut Effects) {
        if self.said.has(intent.as_str()) {
            return self.found(intent, now, out);
        }
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        delivery.step = Step::Looking;
        delivery.looks += 1;
        let request = delivery.deed.look(self.renamed);
        self.call(request, Purpose::Look(intent.clone()), out);
    }

    /// The hub was read, and does not have it: it is sent again, unless that was tried often enough.
    pub(super) fn still_open(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        if delivery.taken && !delivery.is_tired() {
            return self.rest(intent, out);
        }
        let fault = match delivery.trouble.take() {
            Some(trouble) => trouble,
            None if delivery.taken => Fault::new(
                FaultCode::Rejected,
                "The hub said that it took it, and does not have it.",
                "Retry, or discard it.",
                Next::Never,
            ),
            None if delivery.posts >= MOST_POSTS => Fault::new(
                FaultCode::Server,
                format!("It was sent {MOST_POSTS} times, and the hub never had it."),
                "Retry, or discard it.",
                Next::Never,
            ),
            None => return self.post(intent, out),
        };
        self.stick(intent, fault, out);
    }

    /// A look told nothing, or it is too early to tell.
    pub(super) fn rest(&mut self, intent: &IntentId, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get_mut(intent) else { return };
        if delivery.is_tired() {
            let fault = Fault::new(
                FaultCode::Server,
                "It may have reached the hub, and the hub does not say whether it did.",
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
            Some(Step::Resting | Step::Following) => self.look(intent, now, out),
            Some(Step::Posted | Step::Looking) | None => {}
        }
    }

    pub(super) fn stick(&mut self, intent: &IntentId, fault: Fault, out: &mut Effects) {
        self.deliveries.remove(intent);
        out.push(Effect::Stick { intent: intent.clone(), fault });
    }

    /// Whether a decision of ours on an approval is under way.
    pub(super) fn is_waited_for(&self, item: &ItemId) -> bool {
        self.deliveries.values().any(|delivery| delivery.deed.ask() == Some(item))
    }
}

fn rejected(reply: &Reply, advice: &str) -> Fault {
    let code = match reply.status {
        429 | 500.. => FaultCode::Server,
        404 => FaultCode::NotFound,
        _ => FaultCode::Rejected,
    };
    let message = format!("The hub refused it ({}): {}", reply.status, beginning(reply));
    Fault::new(code, message, advice, Next::Never)
}
