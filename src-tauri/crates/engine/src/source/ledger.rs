//! A source's state, its outbox, and what is to be written down of them.

use deskbell_domain::{
    Accepted, Act, AskState, Change, Entry, EntryKind, Event, Fault, Hash, Intent, IntentId, ItemId, Millis,
    Refusal, SourceId, State, Surface, Verdict, When, reduce,
};
use deskbell_store::{Op, OutboxRow, Stage, Store, StoreError, Write};
use deskbell_wire::Attempt;

use crate::outbox::{Outbox, Pending};

/// An answer never waits in its undo window so long that it would miss the deadline.
const DEADLINE_MARGIN_MS: i64 = 1_500;

#[derive(Debug)]
pub(crate) struct Ledger {
    source: SourceId,
    state: State,
    outbox: Outbox,
    store: Store,
    /// Written together, in one transaction, at the next `hand_in`.
    ops: Vec<Op>,
    received: Option<Millis>,
}

impl Ledger {
    pub(crate) fn new(source: SourceId, state: State, outbox: Vec<OutboxRow>, store: Store) -> Self {
        Self { source, state, outbox: Outbox::load(outbox), store, ops: Vec::new(), received: None }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Hands over what is to be written. Waits while the store is behind: that is what slows the socket down.
    pub(crate) async fn hand_in(&mut self) {
        if let Some(write) = self.take_write() {
            self.store.write(write).await;
        }
    }

    /// Returns when it is on the disk. On an error it is not written, and not tried again.
    async fn hand_in_durably(&mut self) -> Result<(), StoreError> {
        match self.take_write() {
            Some(write) => self.store.write_durable(write).await,
            None => Ok(()),
        }
    }

    /// Returns when all that was handed in so far is on the disk: writes keep their order.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        self.hand_in().await;
        self.store.write_durable(Write { source: self.source.clone(), ops: Vec::new(), received: None }).await
    }

    fn take_write(&mut self) -> Option<Write> {
        let received = self.received.take();
        let ops = std::mem::take(&mut self.ops);
        (!ops.is_empty()).then(|| Write { source: self.source.clone(), ops, received })
    }

    pub(crate) fn received(&mut self, at: Millis) {
        self.received.get_or_insert(at);
    }

    pub(crate) fn as_of(&mut self, at: Millis) {
        self.ops.push(Op::AsOf(at));
    }

    pub(crate) fn emit(&mut self, event: Event, now: Millis) {
        let changes = reduce(&mut self.state, event, now);
        self.note(changes, now);
    }

    fn note(&mut self, changes: Vec<Change>, now: Millis) {
        for change in changes {
            if let Change::Ask(ask) = &change {
                if let Some((intent, fault)) = self.outbox.ask_changed(ask) {
                    self.ops.push(Op::Change(change));
                    self.stick(&intent, fault, now);
                    continue;
                }
                let overtaken = self.outbox.ask_ended(ask);
                self.ops.push(Op::Change(change));
                if let Some(overtaken) = overtaken {
                    self.done(&overtaken.intent, overtaken.verdict, overtaken.note, now);
                }
                continue;
            }
            self.ops.push(Op::Change(change));
        }
    }

    /// Keeps a frame that could not be understood. The same one again is counted, not listed twice.
    pub(crate) fn odd(&mut self, raw: &[u8], why: String, now: Millis) {
        let entry = Entry {
            item: ItemId::of("odd", Hash::of_bytes(raw)),
            at: When::Seen(now),
            kind: EntryKind::Odd,
            agent: None,
            thread: None,
            ask: None,
            text: why,
            raw: String::from_utf8_lossy(raw).into_owned(),
        };
        self.ops.push(Op::Change(Change::Entry(entry)));
    }

    /// Takes an intent in, if what it is about still is what the operator saw. Returns when it is on the disk.
    pub(crate) async fn take(
        &mut self,
        intent: Intent,
        surface: Surface,
        undo_ms: u32,
        now: Millis,
    ) -> Result<Result<OutboxRow, StoreError>, Refusal> {
        let accepted = self.state.accept(intent)?;
        // What was learned before is no part of this: it is written even if this cannot be.
        self.hand_in().await;
        if surface == Surface::Notification && !accepted.offer().fits_a_notification() {
            return Err(Refusal::NotConfirmed { label: accepted.offer().label.clone() });
        }
        let item = accepted.key().item.clone();
        // A new answer takes the place of one that is stuck.
        if let Some(stuck) = self.outbox.on_item(&item).map(|row| row.intent.id.clone())
            && self.state.asks.contains_key(&item)
        {
            self.done(&stuck, Verdict::Discarded, "Another answer took its place.".to_owned(), now);
        }
        let held_until = self.hold_until(&accepted, undo_ms, now);
        let row = OutboxRow {
            title: self.title(&item),
            intent: accepted.intent().kept(),
            offer: accepted.offer().clone(),
            surface,
            accepted_at: now,
            held_until,
            stage: if held_until.is_some() { Stage::Held } else { Stage::Queued },
        };
        let act = match held_until {
            Some(until) => Act::Hold { until },
            None => Act::Send,
        };
        self.outbox.put(row.clone(), accepted);
        self.ops.push(Op::Outbox(row.clone()));
        let changes = self.state.act(&item, act);
        self.note(changes, now);
        Ok(match self.hand_in_durably().await {
            Ok(()) => Ok(row),
            Err(error) => {
                // It is not on the disk, so it was not taken.
                self.outbox.remove(&row.intent.id);
                let changes = self.state.act(&item, Act::Release);
                self.note(changes, now);
                Err(error)
            }
        })
    }

    fn hold_until(&self, accepted: &Accepted, undo_ms: u32, now: Millis) -> Option<Millis> {
        let until = now.plus(undo_ms.into());
        let until = match self.state.asks.get(&accepted.key().item).and_then(|ask| ask.expires) {
            Some(deadline) => until.min(deadline.plus(-DEADLINE_MARGIN_MS)),
            None => until,
        };
        (until > now).then_some(until)
    }

    fn title(&self, item: &ItemId) -> String {
        let state = &self.state;
        (state.asks.get(item).map(|ask| ask.title().to_owned()))
            .or_else(|| state.agents.get(item).map(|agent| agent.name.clone()))
            .or_else(|| state.threads.get(item).map(|thread| thread.title.clone()))
            .or_else(|| state.tasks.get(item).map(|task| task.title.clone()))
            .or_else(|| state.findings.get(item).map(|finding| finding.text.clone()))
            .unwrap_or_else(|| item.to_string())
    }

    /// Takes an answer back that has not left yet.
    pub(crate) async fn undo(&mut self, intent: &IntentId, now: Millis) -> Result<bool, StoreError> {
        self.hand_in().await;
        let held = self.outbox.get(intent).is_some_and(|row| row.stage == Stage::Held);
        if held {
            self.drop_intent(intent, now);
            self.hand_in_durably().await?;
        }
        Ok(held)
    }

    fn drop_intent(&mut self, intent: &IntentId, now: Millis) -> Option<Pending> {
        let pending = self.outbox.remove(intent)?;
        self.ops.push(Op::OutboxGone(intent.clone()));
        let changes = self.state.act(&pending.row.intent.key.item, Act::Release);
        self.note(changes, now);
        Some(pending)
    }

    /// Puts a stuck intent back on its way. It may have reached the server once, so it is looked for first.
    pub(crate) async fn retry(&mut self, intent: &IntentId, now: Millis) -> Result<bool, StoreError> {
        self.hand_in().await;
        let stuck = self.is_stuck(intent);
        if stuck {
            self.stage(intent, Stage::Maybe, Act::Send, now);
            self.hand_in_durably().await?;
        }
        Ok(stuck)
    }

    pub(crate) async fn discard(&mut self, intent: &IntentId, now: Millis) -> Result<bool, StoreError> {
        self.hand_in().await;
        let stuck = self.is_stuck(intent);
        if stuck {
            self.done(intent, Verdict::Discarded, "You gave this answer up.".to_owned(), now);
            self.hand_in_durably().await?;
        }
        Ok(stuck)
    }

    fn is_stuck(&self, intent: &IntentId) -> bool {
        self.outbox.get(intent).is_some_and(|row| matches!(row.stage, Stage::Stuck { .. }))
    }

    /// What is to be delivered now, each once per connection.
    pub(crate) fn take_due(&mut self, now: Millis, live: bool) -> Vec<(Accepted, Attempt)> {
        for (intent, fault) in self.outbox.crippled() {
            self.stick(&intent, fault, now);
        }
        let (released, due) = self.outbox.take_due(now, live);
        for row in released {
            let changes = self.state.act(&row.intent.key.item, Act::Send);
            self.ops.push(Op::Outbox(row));
            self.note(changes, now);
        }
        due
    }

    /// Makes it durable that an intent may have been sent. Only then may it be sent.
    pub(crate) async fn sending(&mut self, intent: &IntentId, now: Millis) -> Result<(), StoreError> {
        self.hand_in().await;
        self.stage(intent, Stage::Maybe, Act::Send, now);
        self.hand_in_durably().await
    }

    pub(crate) fn taken(&mut self, intent: &IntentId, now: Millis) {
        self.stage(intent, Stage::Taken, Act::Sent, now);
    }

    pub(crate) fn defer(&mut self, intent: &IntentId, now: Millis) {
        if let Some(row) = self.outbox.defer(intent, now) {
            self.ops.push(Op::Outbox(row));
        }
    }

    pub(crate) fn stick(&mut self, intent: &IntentId, fault: Fault, now: Millis) {
        self.stage(intent, Stage::Stuck { fault: fault.clone() }, Act::Stick { fault }, now);
    }

    fn stage(&mut self, intent: &IntentId, stage: Stage, act: Act, now: Millis) {
        let Some(row) = self.outbox.stage(intent, stage) else { return };
        let changes = self.state.act(&row.intent.key.item, act);
        self.ops.push(Op::Outbox(row));
        self.note(changes, now);
    }

    /// An intent is decided: it leaves the outbox, and its receipt stays.
    pub(crate) fn done(&mut self, intent: &IntentId, verdict: Verdict, note: String, now: Millis) {
        let won = verdict == Verdict::Won;
        let Some(pending) = self.outbox.remove(intent) else { return };
        self.ops.push(Op::OutboxGone(intent.clone()));
        let item = pending.row.intent.key.item.clone();
        let receipt = pending.receipt(verdict, note, now);
        self.ops.push(Op::Change(Change::Entry(Entry {
            item: ItemId::of("receipt", intent),
            at: When::Seen(now),
            kind: EntryKind::Receipt,
            agent: self.state.asks.get(&item).and_then(|ask| ask.agent.clone()),
            thread: self.state.asks.get(&item).and_then(|ask| ask.thread.clone()),
            ask: Some(item.clone()),
            text: format!(
                "{} “{}”: {}. {}",
                receipt.label,
                receipt.title,
                receipt.verdict.word(),
                receipt.note
            ),
            raw: serde_json::to_string(&receipt).unwrap_or_default(),
        })));
        self.ops.push(Op::Receipt(receipt));
        if won {
            if let Some(ask) = pending.claimed() {
                self.ops.push(Op::Change(Change::Ask(ask)));
            }
        } else if self.state.asks.get(&item).is_some_and(|ask| ask.state != AskState::Open) {
            let changes = self.state.act(&item, Act::Release);
            self.note(changes, now);
        }
    }

    pub(crate) fn drop_hand(&mut self) {
        self.outbox.drop_hand();
    }

    pub(crate) fn next_wake(&self, live: bool) -> Option<Millis> {
        self.outbox.next_wake(live)
    }
}
