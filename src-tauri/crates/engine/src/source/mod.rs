//! One task per source: everything about a source happens here, one thing after the other.

mod conversation;
mod ledger;
mod orders;

use std::ops::ControlFlow;
use std::sync::Arc;

use deskbell_domain::{Fault, FaultCode, Link, Millis, Next, Source, State};
use deskbell_link::{LinkEvent, Machine, Step};
use deskbell_store::{OutboxRow, Store};
use deskbell_wire::{Effect, Effects, Signal};
use tokio::sync::mpsc;

pub(crate) use conversation::{Conversation, port_here, usual_state_file};
use ledger::Ledger;
pub(crate) use orders::Control;

use crate::clock::Clock;
use crate::command::Patch;
use crate::desk::Desk;
use crate::ringer::{Word, Words};
use crate::secrets::Secrets;
use crate::subscription::Listeners;

/// How many batches of a link may wait before the socket is left alone. Each may be as large as a frame may be.
pub(crate) const LINK_QUEUE: usize = 8;

/// Without anything to do, the task looks at the clock this often: a clock that jumped means that we slept.
const TICK_MS: i64 = 5_000;

/// A live source is written down as such this often: one that is killed loses no more.
const NOTE_MS: i64 = 60_000;

/// What every source's task shares with the engine.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) desk: Arc<Desk>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) clock: Clock,
    pub(crate) ringer: Words,
    /// No links: sources are only changed.
    pub(crate) offline: bool,
}

pub(crate) struct SourceTask {
    source: Source,
    ledger: Ledger,
    machine: Machine,
    /// There while the source's settings make sense and it is not paused.
    conversation: Option<Conversation>,
    events: mpsc::Receiver<LinkEvent>,
    live: bool,
    /// When it was last seen to be live, and when that was last written down.
    as_of: Option<Millis>,
    noted: Option<Millis>,
    shared: Shared,
}

impl SourceTask {
    pub(crate) fn new(source: Source, state: State, outbox: Vec<OutboxRow>, shared: Shared) -> Self {
        Self {
            ledger: Ledger::new(source.id.clone(), state, outbox, shared.store.clone()),
            source,
            machine: Machine::new(),
            conversation: None,
            events: no_events(),
            live: false,
            as_of: None,
            noted: None,
            shared,
        }
    }

    /// Runs until it is told to end, or until the engine drops its end of `orders`.
    pub(crate) async fn run(mut self, mut orders: mpsc::Receiver<Control>) {
        self.begin().await;
        loop {
            let wake = self.next_wake();
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => {
                        if self.obey(order).await.is_break() {
                            break;
                        }
                    }
                    None => break,
                },
                Some(event) = self.events.recv() => self.hear(event).await,
                () = self.shared.clock.until(wake) => {}
            }
            let step = self.machine.tick(self.now());
            self.follow(step).await;
            self.fire_timers().await;
            self.look_whether_live();
            self.pump().await;
        }
        self.end().await;
    }

    /// Makes the conversation anew from the source's settings, and starts it unless the source is paused.
    async fn begin(&mut self) {
        if self.source.paused || self.shared.offline {
            let step = self.machine.pause();
            self.follow(step).await;
            return;
        }
        let secrets = Arc::clone(&self.shared.secrets);
        let source = self.source.clone();
        let secret = match tokio::task::spawn_blocking(move || secrets.fetch(&source)).await {
            Ok(secret) => secret,
            Err(error) => Err(Fault::new(FaultCode::NoSecret, error.to_string(), "", Next::Never)),
        };
        let (sender, events) = mpsc::channel(LINK_QUEUE);
        let step = match secret.and_then(|secret| Conversation::new(&self.source, secret, sender)) {
            Ok(mut conversation) => {
                conversation.recall(self.ledger.state());
                self.conversation = Some(conversation);
                self.events = events;
                self.machine.resume(self.shared.clock.now())
            }
            Err(fault) => self.machine.refuse(fault),
        };
        self.follow(step).await;
    }

    async fn end(&mut self) {
        let now = self.now();
        self.settle(|conversation| conversation.feed(Signal::Stop, now)).await;
        self.lose();
        self.ledger.hand_in().await;
        self.conversation = None;
        self.events = no_events();
    }

    async fn obey(&mut self, order: Control) -> ControlFlow<()> {
        let now = self.now();
        // A command whose asker has gone away is done all the same.
        match order {
            Control::Take { intent, surface, undo_ms, reply } => {
                let result = self.ledger.take(*intent, surface, undo_ms, now).await;
                let _ = reply.send(orders::taken(result));
            }
            Control::Undo { intent, reply } => {
                let result = self.ledger.undo(&intent, now).await;
                let _ =
                    reply.send(orders::done(result, "It has already left: it can no longer be taken back."));
            }
            Control::Retry { intent, reply } => {
                let result = self.ledger.retry(&intent, now).await;
                let _ = reply.send(orders::done(result, "It is not stuck."));
            }
            Control::Discard { intent, reply } => {
                let result = self.ledger.discard(&intent, now).await;
                let _ = reply.send(orders::done(result, "It is not stuck."));
            }
            Control::Configure { source, reply } => {
                self.end().await;
                self.source = *source;
                self.begin().await;
                let _ = reply.send(());
            }
            Control::End { reply } => {
                self.end().await;
                let _ = reply.send(());
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn now(&self) -> Millis {
        self.shared.clock.now()
    }

    fn next_wake(&self) -> Millis {
        let tick = self.now().plus(TICK_MS);
        [
            self.machine.next_wake(),
            self.conversation.as_ref().and_then(Conversation::next_timer),
            self.ledger.next_wake(self.live),
        ]
        .into_iter()
        .flatten()
        .fold(tick, Ord::min)
    }

    /// Does what the connection machine says, and shows how the link stands.
    async fn follow(&mut self, step: Option<Step>) {
        let Some(step) = step else { return };
        self.lose();
        self.show_link();
        let now = self.now();
        match step {
            Step::Connect => self.settle(|conversation| conversation.feed(Signal::Start, now)).await,
            Step::Disconnect => {}
        }
    }

    /// The connection is gone, and whatever was under way on it is void.
    fn lose(&mut self) {
        if std::mem::take(&mut self.live) {
            self.note_as_of();
        }
        self.ledger.drop_hand();
        if let Some(conversation) = &mut self.conversation {
            conversation.reset();
        }
    }

    /// A loss is found out later than it happened, after a sleep by hours. So what counts is the last time before.
    fn look_whether_live(&mut self) {
        if !self.live {
            return;
        }
        let now = self.now();
        self.as_of = Some(now);
        if self.noted.is_none_or(|noted| now.since(noted) >= NOTE_MS) {
            self.note_as_of();
        }
    }

    fn note_as_of(&mut self) {
        self.noted = self.as_of;
        if let Some(at) = self.as_of {
            self.ledger.as_of(at);
        }
    }

    async fn hear(&mut self, event: LinkEvent) {
        let mut lost = None;
        let at = self.now();
        if let Some(conversation) = &mut self.conversation {
            let heard = conversation.hear(event, at);
            if heard.frames {
                self.ledger.received(at);
            }
            lost = heard.lost;
            self.perform(heard.effects).await;
        }
        if let Some(fault) = lost {
            self.lost(fault).await;
        }
    }

    async fn fire_timers(&mut self) {
        loop {
            let now = self.now();
            let due = self.conversation.as_mut().and_then(|conversation| conversation.take_due(now));
            let Some(timer) = due else { return };
            self.settle(|conversation| conversation.feed(Signal::Timer { timer }, now)).await;
        }
    }

    /// Delivers what is due.
    async fn pump(&mut self) {
        let now = self.now();
        for (accepted, attempt) in self.ledger.take_due(now, self.live) {
            self.settle(|conversation| conversation.feed(Signal::Do { accepted, attempt }, now)).await;
        }
        self.ledger.hand_in().await;
    }

    async fn settle(&mut self, speak: impl FnOnce(&mut Conversation) -> Effects) {
        if let Some(conversation) = &mut self.conversation {
            let effects = speak(conversation);
            self.perform(effects).await;
        }
    }

    /// Performs what an adapter wants done, in its order. What it learned is written in one transaction.
    async fn perform(&mut self, effects: Effects) {
        let mut failure = None;
        for effect in effects {
            let Some(conversation) = &mut self.conversation else { break };
            let at = self.shared.clock.now();
            match effect {
                Effect::Locate => conversation.locate(),
                Effect::Open { stream, transport, path } => conversation.open(stream, transport, &path),
                Effect::Close { stream } => conversation.close(stream),
                Effect::SendText { stream, text } => conversation.send_text(stream, text),
                Effect::SendKept { stream, text } => match self.ledger.flush().await {
                    Ok(()) => conversation.send_text(stream, text),
                    // What is not on the disk is not acknowledged: the server will tell it again.
                    Err(error) => {
                        tracing::warn!(source = %self.source.id, %error, "nothing was acknowledged")
                    }
                },
                Effect::Http { call, request, delivers: None } => conversation.call(call, request),
                Effect::Http { call, request, delivers: Some(intent) } => {
                    match self.ledger.sending(&intent, at).await {
                        Ok(()) => conversation.call(call, request),
                        Err(error) => self.ledger.stick(&intent, unwritten(&error), at),
                    }
                }
                Effect::Arm { timer, after_ms } => conversation.arm(timer, at.plus(after_ms.into())),
                Effect::Live => {
                    // Who sees a link live must find there what it brought.
                    if let Err(error) = self.ledger.flush().await {
                        tracing::warn!(source = %self.source.id, %error, "what was read is not on the disk yet");
                    }
                    self.live = true;
                    self.look_whether_live();
                    self.machine.live(at);
                    self.show_link();
                    self.shared.ringer.tell(Word::SourceHeard(self.source.id.clone()));
                }
                Effect::Emit(event) => self.ledger.emit(event, at),
                Effect::Odd { raw, why } => self.ledger.odd(&raw, why, at),
                Effect::Fail(fault) => failure = Some(fault),
                Effect::Taken(intent) => self.ledger.taken(&intent, at),
                Effect::Defer(intent) => self.ledger.defer(&intent, at),
                Effect::Stick { intent, fault } => self.ledger.stick(&intent, fault, at),
                Effect::Done { intent, verdict, note } => self.ledger.done(&intent, verdict, note, at),
            }
        }
        self.ledger.hand_in().await;
        if let Some(fault) = failure {
            Box::pin(self.lost(fault)).await;
        }
    }

    async fn lost(&mut self, fault: Fault) {
        let step = self.machine.lost(fault, self.now(), dice());
        self.follow(step).await;
    }

    /// How the link stands. A fault is read in many places, so it says itself whose it is.
    fn named_link(&self) -> Link {
        let named =
            |fault: Fault| Fault { message: format!("{}: {}", self.source.name, fault.message), ..fault };
        match self.machine.link().clone() {
            Link::Waiting { until, fault } => Link::Waiting { until, fault: named(fault) },
            Link::Refused { fault } => Link::Refused { fault: named(fault) },
            link @ (Link::Off | Link::Connecting | Link::Live { .. }) => link,
        }
    }

    fn show_link(&self) {
        if let Some(row) = self.shared.desk.set_link(&self.source.id, self.named_link(), self.as_of) {
            self.shared.listeners.tell(&[Patch::Source { row: Box::new(row) }]);
        }
    }
}

/// A channel on which nothing comes, until there is a link.
fn no_events() -> mpsc::Receiver<LinkEvent> {
    mpsc::channel(1).1
}

/// A throw between 0 and 1, so that many clients of one server do not come back all at once.
fn dice() -> f64 {
    let random = uuid::Uuid::new_v4().as_u128() as u32;
    f64::from(random) / f64::from(u32::MAX)
}

fn unwritten(error: &deskbell_store::StoreError) -> Fault {
    Fault::new(
        FaultCode::Rejected,
        format!("It was not sent, because it could not be written down first: {error}."),
        "See that the disk has room, then retry.",
        Next::Never,
    )
}
