//! One source's intents on their way. Durable in the store; this is the part that decides what is due.

use std::collections::BTreeMap;

use deskbell_domain::{
    Accepted, Ask, AskState, By, Fault, FaultCode, IntentId, ItemId, Millis, Next, Outcome, Receipt, Verdict,
};
use deskbell_store::{OutboxRow, Stage};
use deskbell_wire::Attempt;

/// How long an intent that did not reach the server waits before it is tried again on a link that lives.
const AGAIN_MS: i64 = 2_000;

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    rows: BTreeMap<IntentId, Pending>,
}

#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) row: OutboxRow,
    /// With its secrets; nothing where they ended with an earlier engine.
    accepted: Option<Accepted>,
    /// The adapter has it, in this connection.
    in_hand: bool,
    not_before: Millis,
    /// How its ask ended, where that is known before the intent is decided.
    ended: Option<Box<Ask>>,
}

/// An intent that need not be sent any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overtaken {
    pub(crate) intent: IntentId,
    pub(crate) verdict: Verdict,
    pub(crate) note: String,
}

impl Outbox {
    pub(crate) fn load(rows: Vec<OutboxRow>) -> Self {
        let mut outbox = Self::default();
        for row in rows {
            // The offer accepted it once, so it accepts it again, if nothing is missing: both were kept.
            let accepted = row.offer.accept((*row.intent).clone()).ok();
            outbox.insert(row, accepted);
        }
        outbox
    }

    pub(crate) fn put(&mut self, row: OutboxRow, accepted: Accepted) {
        self.insert(row, Some(accepted));
    }

    fn insert(&mut self, row: OutboxRow, accepted: Option<Accepted>) {
        let pending = Pending { row, accepted, in_hand: false, not_before: Millis(0), ended: None };
        self.rows.insert(pending.row.intent.id.clone(), pending);
    }

    /// Intents that are on their way and can never leave, and why.
    pub(crate) fn crippled(&self) -> Vec<(IntentId, Fault)> {
        let is_crippled = |pending: &&Pending| {
            pending.accepted.is_none() && !matches!(pending.row.stage, Stage::Stuck { .. })
        };
        let fault = || {
            Fault::new(
                FaultCode::Rejected,
                "A secret that belongs to it is never written down, and was lost when Deskbell ended.",
                "Enter it again, or discard it.",
                Next::Never,
            )
        };
        self.rows
            .values()
            .filter(is_crippled)
            .map(|pending| (pending.row.intent.id.clone(), fault()))
            .collect()
    }

    pub(crate) fn get(&self, intent: &IntentId) -> Option<&OutboxRow> {
        self.rows.get(intent).map(|pending| &pending.row)
    }

    pub(crate) fn on_item(&self, item: &ItemId) -> Option<&OutboxRow> {
        self.rows.values().map(|pending| &pending.row).find(|row| row.intent.key.item == *item)
    }

    pub(crate) fn remove(&mut self, intent: &IntentId) -> Option<Pending> {
        self.rows.remove(intent)
    }

    /// Moves an intent to another stage and gives back its row, to be written.
    pub(crate) fn stage(&mut self, intent: &IntentId, stage: Stage) -> Option<OutboxRow> {
        let pending = self.rows.get_mut(intent)?;
        if !matches!(stage, Stage::Maybe | Stage::Taken) {
            pending.in_hand = false;
        }
        pending.row.stage = stage;
        Some(pending.row.clone())
    }

    /// It did not reach the server.
    pub(crate) fn defer(&mut self, intent: &IntentId, now: Millis) -> Option<OutboxRow> {
        let row = self.stage(intent, Stage::Queued)?;
        if let Some(pending) = self.rows.get_mut(intent) {
            pending.not_before = now.plus(AGAIN_MS);
        }
        Some(row)
    }

    /// The connection is gone, and with it whatever the adapter had in hand.
    pub(crate) fn drop_hand(&mut self) {
        for pending in self.rows.values_mut() {
            pending.in_hand = false;
        }
    }

    /// Hands over what is due, each once per connection. Rows whose undo window has closed become `Queued`.
    pub(crate) fn take_due(&mut self, now: Millis, live: bool) -> (Vec<OutboxRow>, Vec<(Accepted, Attempt)>) {
        let mut released = Vec::new();
        let mut due = Vec::new();
        for pending in self.rows.values_mut() {
            if pending.row.stage == Stage::Held && pending.row.held_until.is_none_or(|until| until <= now) {
                pending.row.stage = Stage::Queued;
                released.push(pending.row.clone());
            }
            let attempt = match pending.row.stage {
                Stage::Held | Stage::Stuck { .. } => continue,
                Stage::Queued => Attempt::Fresh,
                Stage::Maybe => Attempt::Maybe,
                Stage::Taken => Attempt::Taken,
            };
            if !live || pending.in_hand || pending.not_before > now {
                continue;
            }
            if let Some(accepted) = &pending.accepted {
                pending.in_hand = true;
                due.push((accepted.clone(), attempt));
            }
        }
        (released, due)
    }

    /// When the next row becomes due by time alone.
    pub(crate) fn next_wake(&self, live: bool) -> Option<Millis> {
        let wake = |pending: &Pending| match pending.row.stage {
            Stage::Held => pending.row.held_until,
            Stage::Queued | Stage::Maybe | Stage::Taken
                if live && !pending.in_hand && pending.accepted.is_some() =>
            {
                Some(pending.not_before)
            }
            Stage::Queued | Stage::Maybe | Stage::Taken | Stage::Stuck { .. } => None,
        };
        self.rows.values().filter_map(wake).min()
    }

    /// An ask ended. What was not sent yet need not be; what may have been sent is for the adapter to judge.
    pub(crate) fn ask_ended(&mut self, ask: &Ask) -> Option<Overtaken> {
        let AskState::Settled { by, outcome, .. } = &ask.state else { return None };
        let pending = self.rows.values_mut().find(|pending| pending.row.intent.key.item == ask.item)?;
        pending.ended = Some(Box::new(ask.clone()));
        if pending.in_hand {
            return None;
        }
        let was_sent = match pending.row.stage {
            Stage::Held | Stage::Queued => false,
            Stage::Stuck { .. } => true,
            Stage::Maybe | Stage::Taken => return None,
        };
        let intent = pending.row.intent.id.clone();
        let (verdict, note) = match (outcome, by) {
            (Outcome::Expired, _) => {
                (Verdict::Expired, "The deadline passed before the answer arrived.".to_owned())
            }
            (Outcome::Vanished, _) if was_sent => (
                Verdict::Unknown,
                "The server no longer knows it, and never said what became of it.".to_owned(),
            ),
            (Outcome::Vanished, _) => (
                Verdict::Lost { to: None },
                "The server no longer knows it. Your answer was not sent.".to_owned(),
            ),
            (_, By::Us) => (Verdict::Won, "The server took it.".to_owned()),
            (outcome, By::Other(name)) => (
                Verdict::Lost { to: Some(name.clone()) },
                format!("It was {} by {name} first.", outcome.word()),
            ),
            (outcome, By::Nobody) => {
                (Verdict::Lost { to: None }, format!("It was {} first.", outcome.word()))
            }
        };
        Some(Overtaken { intent, verdict, note })
    }

    /// An ask changed under an answer that has not left yet: it must not leave.
    pub(crate) fn ask_changed(&self, ask: &Ask) -> Option<(IntentId, Fault)> {
        let pending = self.rows.values().find(|pending| pending.row.intent.key.item == ask.item)?;
        let unsent = matches!(pending.row.stage, Stage::Held | Stage::Queued) && !pending.in_hand;
        (unsent && ask.shown() != pending.row.intent.shown).then(|| {
            (
                pending.row.intent.id.clone(),
                Fault::new(
                    FaultCode::Rejected,
                    "This changed after you answered it, so nothing was sent.",
                    "Look again, then answer anew or discard.",
                    Next::Never,
                ),
            )
        })
    }
}

impl Pending {
    pub(crate) fn receipt(&self, verdict: Verdict, note: String, now: Millis) -> Receipt {
        let OutboxRow { intent, offer, title, surface, accepted_at, .. } = &self.row;
        Receipt {
            intent: intent.id.clone(),
            key: intent.key.clone(),
            title: title.clone(),
            offer: offer.id.clone(),
            label: offer.label.clone(),
            surface: *surface,
            shown: intent.shown.clone(),
            answered_at: *accepted_at,
            settled_at: now,
            verdict,
            note,
        }
    }

    /// The ask as it ended, told as ours: the snapshot that told its end could not know whose answer it was.
    pub(crate) fn claimed(self) -> Option<Box<Ask>> {
        let mut ask = self.ended?;
        match &mut ask.state {
            AskState::Settled { by, .. } if *by != By::Us => *by = By::Us,
            AskState::Settled { .. }
            | AskState::Open
            | AskState::Held { .. }
            | AskState::Sending
            | AskState::Sent
            | AskState::Stuck { .. } => return None,
        }
        Some(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{
        AskBody, Field, Hash, Intent, Key, Offer, Secret, SourceId, Subject, Surface, Tone, Urgency, Value,
        When,
    };

    fn ask(title: &str) -> Ask {
        Ask {
            item: ItemId::new("approval:1"),
            agent: None,
            thread: None,
            asked: When::Seen(Millis(0)),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Approval { title: title.into(), detail: None, subject: Subject::Nothing },
            offers: vec![Offer::plain("approve", "Approve", Tone::Yes)],
            state: AskState::Open,
        }
    }

    fn ended(by: By, outcome: Outcome) -> Ask {
        Ask { state: AskState::Settled { at: When::Seen(Millis(9)), by, outcome }, ..ask("a") }
    }

    fn outbox(stage: Stage) -> (Outbox, IntentId) {
        let ask = ask("a");
        let id = IntentId::new("i");
        let row = OutboxRow {
            intent: Intent {
                id: id.clone(),
                key: Key::new(SourceId::new("s"), ask.item.clone()),
                offer: "approve".into(),
                values: Default::default(),
                shown: ask.shown(),
                consent: Default::default(),
            }
            .kept(),
            offer: ask.offers[0].clone(),
            title: "a".into(),
            surface: Surface::Window,
            accepted_at: Millis(0),
            held_until: (stage == Stage::Held).then_some(Millis(100)),
            stage,
        };
        (Outbox::load(vec![row]), id)
    }

    fn attempts(outbox: &mut Outbox, now: i64, live: bool) -> Vec<Attempt> {
        outbox.take_due(Millis(now), live).1.into_iter().map(|(_, attempt)| attempt).collect()
    }

    #[test]
    fn what_is_held_leaves_when_its_window_closes_and_not_before() {
        let (mut outbox, _) = outbox(Stage::Held);
        assert_eq!(attempts(&mut outbox, 99, true), []);
        assert_eq!(outbox.next_wake(true), Some(Millis(100)));
        assert_eq!(attempts(&mut outbox, 100, true), [Attempt::Fresh]);
    }

    #[test]
    fn each_is_handed_over_once_per_connection() {
        let (mut outbox, _) = outbox(Stage::Queued);
        assert_eq!(attempts(&mut outbox, 0, false), [], "not without a connection");
        assert_eq!(attempts(&mut outbox, 0, true), [Attempt::Fresh]);
        assert_eq!(attempts(&mut outbox, 0, true), []);
        outbox.drop_hand();
        assert_eq!(attempts(&mut outbox, 0, true), [Attempt::Fresh]);
    }

    #[test]
    fn what_may_have_been_sent_is_never_handed_over_as_fresh() {
        let (mut maybe, _) = outbox(Stage::Maybe);
        assert_eq!(attempts(&mut maybe, 0, true), [Attempt::Maybe]);
        let (mut taken, _) = outbox(Stage::Taken);
        assert_eq!(attempts(&mut taken, 0, true), [Attempt::Taken]);
    }

    #[test]
    fn what_did_not_reach_the_server_waits_a_moment_before_it_is_tried_again() {
        let (mut outbox, id) = outbox(Stage::Queued);
        attempts(&mut outbox, 0, true);
        outbox.defer(&id, Millis(0));
        assert_eq!(attempts(&mut outbox, AGAIN_MS - 1, true), []);
        assert_eq!(outbox.next_wake(true), Some(Millis(AGAIN_MS)));
        assert_eq!(attempts(&mut outbox, AGAIN_MS, true), [Attempt::Fresh]);
    }

    #[test]
    fn without_its_secret_an_intent_does_not_leave() {
        let offer = Offer::plain("code", "Send", Tone::Yes).with_field(Field::secret("code", "Code", 9));
        let (outbox_before, id) = outbox(Stage::Queued);
        let mut row = outbox_before.get(&id).unwrap().clone();
        let values = [("code".to_owned(), Value::Secret(Secret::new("hunter2")))].into();
        let intent = Intent { offer: "code".into(), values, ..(*row.intent).clone() };
        (row.intent, row.offer) = (intent.kept(), offer.clone());
        let mut fresh = Outbox::default();
        fresh.put(row.clone(), offer.accept(intent).unwrap());
        assert_eq!(fresh.crippled(), []);
        assert_eq!(fresh.take_due(Millis(0), true).1[0].0.secret("code"), Some("hunter2"));
        let mut loaded = Outbox::load(vec![row]);
        assert_eq!((attempts(&mut loaded, 0, true), loaded.next_wake(true)), (vec![], None));
        let [(crippled, fault)] = &loaded.crippled()[..] else { panic!() };
        assert_eq!((crippled, fault.advice.as_str()), (&id, "Enter it again, or discard it."));
        loaded.stage(&id, Stage::Stuck { fault: fault.clone() });
        assert_eq!(loaded.crippled(), [], "said once");
    }

    #[test]
    fn what_is_stuck_waits_for_the_operator() {
        let fault = Fault::new(FaultCode::Rejected, "no", "", Next::Never);
        let (mut outbox, _) = outbox(Stage::Stuck { fault });
        assert_eq!(attempts(&mut outbox, 0, true), []);
        assert_eq!(outbox.next_wake(true), None);
    }

    #[test]
    fn an_answer_that_was_not_sent_is_overtaken_by_whoever_was_first() {
        let cases = [
            (ended(By::Other("ann".into()), Outcome::Approved), Verdict::Lost { to: Some("ann".into()) }),
            (ended(By::Nobody, Outcome::Expired), Verdict::Expired),
            (ended(By::Nobody, Outcome::Vanished), Verdict::Lost { to: None }),
        ];
        for (ask, verdict) in cases {
            let (mut outbox, id) = outbox(Stage::Queued);
            let overtaken = outbox.ask_ended(&ask).unwrap();
            assert_eq!((overtaken.intent, overtaken.verdict), (id, verdict));
        }
    }

    #[test]
    fn what_may_have_been_sent_is_left_to_the_adapter_to_judge() {
        for stage in [Stage::Maybe, Stage::Taken] {
            let (mut outbox, id) = outbox(stage);
            assert_eq!(outbox.ask_ended(&ended(By::Other("operator".into()), Outcome::Approved)), None);
            let claimed = outbox.remove(&id).unwrap().claimed().unwrap();
            assert!(matches!(claimed.state, AskState::Settled { by: By::Us, .. }));
        }
    }

    #[test]
    fn an_answer_does_not_leave_for_an_ask_that_changed_under_it() {
        let (held, id) = outbox(Stage::Held);
        assert_eq!(held.ask_changed(&ask("a")), None);
        assert_eq!(held.ask_changed(&ask("something else")).unwrap().0, id);
        let (mut sent, _) = outbox(Stage::Queued);
        attempts(&mut sent, 0, true);
        assert_eq!(sent.ask_changed(&ask("something else")), None, "it has left already");
    }

    #[test]
    fn the_hash_of_what_was_shown_is_kept_on_the_receipt() {
        let (mut outbox, id) = outbox(Stage::Maybe);
        let receipt = outbox.remove(&id).unwrap().receipt(Verdict::Won, String::new(), Millis(5));
        assert_eq!(receipt.shown, ask("a").shown());
        assert_ne!(receipt.shown, Hash::of_bytes(b""));
    }
}
