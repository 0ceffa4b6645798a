//! Tells every listener what was committed, in the order it was committed, and nothing before.

use std::sync::Arc;

use deskbell_domain::{Change, IntentId, Key, Source, Surface};
use deskbell_store::{Committed, Fact};
use tokio::sync::{broadcast, mpsc};

use crate::clock::Clock;
use crate::command::Patch;
use crate::desk::Desk;
use crate::ringer::{Word, Words};
use crate::subscription::Listeners;
use crate::view::{
    AgentView, AskStateWord, AskView, Counts, EntryView, FindingView, ReceiptView, TaskView, ThreadView,
};

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) desk: Arc<Desk>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) intents: broadcast::Sender<IntentId>,
    pub(crate) ringer: Words,
    pub(crate) clock: Clock,
}

impl Hub {
    /// Runs until the store is closed.
    pub(crate) async fn run(self, mut committed: mpsc::Receiver<Committed>) {
        while let Some(committed) = committed.recv().await {
            self.publish(committed);
        }
    }

    fn publish(&self, committed: Committed) {
        let Committed { source, facts, received, counts } = committed;
        let Some(config) = self.desk.source(&source) else { return };
        let mut patches = Vec::with_capacity(facts.len() + 1);
        for fact in facts {
            match fact {
                Fact::Change(change) => self.change(&config, change, &mut patches),
                Fact::Entry(row) => patches.push(Patch::Entry { row: EntryView::from(row) }),
                Fact::Receipt(receipt) => self.receipt(ReceiptView::from(&receipt), &mut patches),
                Fact::OutboxGone(intent) => {
                    self.intent(&intent);
                    patches.push(Patch::ReceiptGone { intent });
                }
                Fact::Outbox(row) => self.receipt(ReceiptView::from(&row), &mut patches),
            }
        }
        let counts = Counts { asks_open: counts.asks_open, entries: counts.entries, odd: counts.odd };
        let lag_ms = received.map(|received| self.clock.now().since(received));
        if let Some(row) = self.desk.set_counts(&source, counts, lag_ms) {
            patches.push(Patch::Source { row: Box::new(row) });
        }
        self.listeners.tell(&patches);
    }

    fn change(&self, config: &Source, change: Change, patches: &mut Vec<Patch>) {
        let source = &config.id;
        patches.push(match change {
            Change::Ask(ask) => {
                let key = Key::new(source.clone(), ask.item.clone());
                let row = AskView::new(source, &config.dialect, &ask).snoozed(self.desk.snoozed(&key));
                if row.state == AskStateWord::Settled {
                    self.desk.snooze(&key, None);
                }
                let row = Box::new(row);
                self.ringer.tell(Word::AskChanged { ask: row.clone(), source_name: config.name.clone() });
                Patch::Ask { row }
            }
            Change::Agent(agent) => Patch::Agent { row: AgentView::new(config, &agent) },
            Change::AgentGone(item) => Patch::AgentGone { key: Key::new(source.clone(), item) },
            Change::Thread(thread) => Patch::Thread { row: ThreadView::new(source, &thread) },
            Change::ThreadGone(item) => Patch::ThreadGone { key: Key::new(source.clone(), item) },
            Change::Task(task) => Patch::Task { row: TaskView::new(source, &task) },
            Change::TaskGone(item) => Patch::TaskGone { key: Key::new(source.clone(), item) },
            Change::Finding(finding) => Patch::Finding { row: FindingView::new(source, &finding) },
            Change::FindingGone(item) => Patch::FindingGone { key: Key::new(source.clone(), item) },
            // The store tells entries with their place in the history; the others are asked for.
            Change::Entry(_) | Change::Usage(_) | Change::Audit(_) => return,
        });
    }

    fn receipt(&self, row: ReceiptView, patches: &mut Vec<Patch>) {
        if row.surface == Surface::Notification {
            self.ringer.tell(Word::Answered(Box::new(row.clone())));
        }
        self.intent(&row.intent);
        patches.push(Patch::Receipt { row });
    }

    fn intent(&self, intent: &IntentId) {
        // Nobody may be waiting for it.
        let _ = self.intents.send(intent.clone());
    }
}
