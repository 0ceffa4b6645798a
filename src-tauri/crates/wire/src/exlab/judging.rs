//! What a look at a session means for what was sent to it.

use deskbell_domain::{IntentId, ItemId, Millis, Verdict};

use super::Exlab;
use super::delivery::Goal;
use super::looking::{how, settled, vanished};
use super::session::Own;
use super::shapes::Handle;
use crate::Effects;

impl Exlab {
    pub(super) fn judge_resume(
        &mut self,
        intent: &IntentId,
        item: &ItemId,
        handle: &Handle,
        now: Millis,
        out: &mut Effects,
    ) {
        let session = self.sessions.get(&handle.session_id);
        let form = session.and_then(|session| session.form.as_ref());
        if form.is_some_and(|form| form.item == *item) {
            return self.still_open(intent, out);
        }
        let Some(delivery) = self.deliveries.get(intent) else { return };
        let (verdict, note) = match (handle.state.as_str(), handle.code()) {
            ("aborted" | "failed", Some("session_abandoned")) => {
                (Verdict::Expired, "ExLab-Wizard gave the session up before the answer arrived.")
            }
            _ if delivery.taken => (Verdict::Won, "ExLab-Wizard took it, and the session went on."),
            ("aborted", Some("cancelled")) => {
                (Verdict::Lost { to: None }, "The session was cancelled first.")
            }
            ("failed" | "aborted", _) => (Verdict::Lost { to: None }, "The session failed first."),
            _ if delivery.sent => {
                (Verdict::Unknown, "The session went on. ExLab-Wizard does not tell whose answer it took.")
            }
            _ => (Verdict::Lost { to: None }, "Somebody else answered first."),
        };
        self.settle_unseen(intent, item, handle, now, out);
        self.finish(intent, verdict, note, out);
    }

    pub(super) fn judge_cancel(
        &mut self,
        intent: &IntentId,
        item: &ItemId,
        discard_files: bool,
        handle: &Handle,
        now: Millis,
        out: &mut Effects,
    ) {
        let Some(delivery) = self.deliveries.get(intent) else { return };
        let kept_to_it = handle.error.as_ref().and_then(|error| error.discard_files) == Some(discard_files);
        let lost = Verdict::Lost { to: None };
        let (verdict, note) = match (handle.state.as_str(), handle.code()) {
            ("aborted", Some("cancelled")) if (delivery.sent || delivery.taken) && kept_to_it => {
                (Verdict::Won, "The session is cancelled.")
            }
            ("aborted", Some("cancelled")) => (lost, "Somebody else cancelled it first."),
            ("aborted", _) => (lost, "ExLab-Wizard gave the session up first."),
            ("done", _) => (lost, "The session was done first."),
            ("failed", _) => (lost, "The session failed first."),
            _ => return self.still_open(intent, out),
        };
        if item.kind() == "input" {
            self.settle_unseen(intent, item, handle, now, out);
        }
        self.finish(intent, verdict, note, out);
    }

    /// An ask from before this engine's life ended without our seeing it. One that was seen to end stays as it is.
    fn settle_unseen(
        &self,
        intent: &IntentId,
        item: &ItemId,
        handle: &Handle,
        now: Millis,
        out: &mut Effects,
    ) {
        if let Some(delivery) = self.deliveries.get(intent)
            && let Some(deed) = delivery.goal.deed()
        {
            let own = Own { intent: intent.clone(), item: item.clone(), deed, taken: delivery.taken };
            let own = (delivery.sent || delivery.taken).then_some(&own);
            out.push(settled(item, how(own, handle), now));
        }
    }

    /// The server was started anew and knows no session from before.
    pub(super) fn gone(&mut self, intent: &IntentId, goal: &Goal, now: Millis, out: &mut Effects) {
        let Some(delivery) = self.deliveries.get(intent) else { return };
        let verdict = if delivery.sent { Verdict::Unknown } else { Verdict::Lost { to: None } };
        match goal {
            Goal::Resume { item, .. } | Goal::Cancel { item, .. } if item.kind() == "input" => {
                out.push(vanished(item, now));
            }
            Goal::Resume { .. } | Goal::Cancel { .. } | Goal::Rule(_) => {}
        }
        self.finish(intent, verdict, "ExLab-Wizard no longer knows the session: it was started anew.", out);
    }
}
