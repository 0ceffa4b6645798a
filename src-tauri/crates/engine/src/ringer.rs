//! Does what the policy says: raises and withdraws notifications, writes their fates down, and takes what the
//! operator pressed to the engine.

mod words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use deskbell_domain::{Entry, EntryKind, Hash, IntentId, ItemId, Key, Millis, SourceId, Surface, When};
use deskbell_store::{Op, Store, Write};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::command::{Command, Patch};
use crate::policy::{Note, Policy, Step, Taking};
use crate::self_test::SelfTest;
use crate::settings::Settings;
use crate::view::{AskView, ReceiptView};
use crate::{Engine, Notifier, Press, Tag};

pub(crate) use self::words::Words;

/// Without anything to do, the clock is looked at this often: it may have jumped.
const LONGEST_PAUSE_MS: i64 = 30_000;
/// Words heard together: their fates are written in one go.
const MOST_AT_ONCE: usize = 256;

#[derive(Debug)]
pub(crate) enum Word {
    AskChanged {
        ask: Box<AskView>,
        source_name: String,
    },
    /// A source's link is up, and its snapshot is in.
    SourceHeard(SourceId),
    SourceNamed {
        source: SourceId,
        name: String,
    },
    SourceGone(SourceId),
    Attend(Option<Key>),
    Pressed {
        tag: Tag,
        shown: Hash,
        press: Press,
    },
    /// How an answer from a notification stands.
    Answered(Box<ReceiptView>),
    Settings(Settings),
    /// Dropped unanswered where there is nobody to raise notifications.
    Test {
        reply: oneshot::Sender<SelfTest>,
    },
}

pub(crate) struct Ringer {
    pub(crate) policy: Policy,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) store: Store,
    pub(crate) sound: bool,
    pub(crate) test: Option<SelfTest>,
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
}

impl Ringer {
    /// Runs for as long as the engine's runtime does.
    pub(crate) async fn run(mut self, words: Words) {
        loop {
            let moment = self.clock.moment();
            let latest = moment.now.plus(LONGEST_PAUSE_MS);
            let wake = self.policy.next_wake(&moment).map_or(latest, |at| at.min(latest));
            tokio::select! {
                heard = words.next(MOST_AT_ONCE) => {
                    let mut steps = Vec::new();
                    for word in heard {
                        steps.extend(self.hear(word).await);
                    }
                    self.perform(steps).await;
                }
                () = self.clock.until(wake) => {
                    let steps = self.policy.tick(&self.clock.moment());
                    self.perform(steps).await;
                }
            }
        }
    }

    async fn hear(&mut self, word: Word) -> Vec<Step> {
        let moment = &self.clock.moment();
        match word {
            Word::AskChanged { ask, source_name } => self.policy.ask_changed(*ask, source_name, moment),
            Word::SourceHeard(source) => {
                self.policy.source_heard(&source, moment);
                Vec::new()
            }
            Word::SourceNamed { source, name } => self.policy.source_named(&source, &name, moment),
            Word::SourceGone(source) => self.policy.source_gone(&source, moment),
            Word::Attend(key) => self.policy.attend(key, moment),
            Word::Answered(receipt) => self.policy.answered(&receipt, moment),
            Word::Settings(settings) => {
                self.sound = settings.ringing.sound;
                self.policy.set(settings, moment)
            }
            Word::Pressed { tag: Tag::Ask(key), shown, press } => {
                self.policy.pressed(&key, shown, press, moment)
            }
            Word::Pressed { tag: Tag::Summary, press, .. } => self.policy.summary_pressed(&press, moment),
            Word::Pressed { tag: Tag::Test(kind), shown, press } => {
                if let Some(test) = &mut self.test
                    && test.hear(kind, &shown, press, moment.now)
                {
                    self.keep_test().await;
                }
                Vec::new()
            }
            Word::Test { reply } => {
                let test = self.begin_test(moment.now).await;
                // Nobody may be waiting for it any more.
                let _ = reply.send(test);
                Vec::new()
            }
        }
    }

    async fn perform(&mut self, steps: Vec<Step>) {
        let (notes, steps): (Vec<Step>, Vec<Step>) =
            steps.into_iter().partition(|step| matches!(step, Step::Note(_)));
        let unwritten = self.write_down(notes).await;
        self.policy.unrung(&unwritten);
        let mut steps = VecDeque::from(steps);
        while let Some(step) = steps.pop_front() {
            match step {
                Step::Note(_) => {}
                // An ask that is not written down as rung would ring again after a restart.
                Step::Show(notice) if unwritten.contains(&notice.tag) => {}
                Step::Show(notice) => self.notifier.show(notice),
                Step::Withdraw(tag) => self.notifier.withdraw(&tag),
                Step::Reveal(key) => self.engine.reveal(key),
                Step::Take(taking) => steps.extend(self.take(taking).await),
            }
        }
    }

    /// Before anything is shown: an ask that has rung never rings again, even if we are killed now. Gives what could
    /// not be written.
    async fn write_down(&self, notes: Vec<Step>) -> BTreeSet<Tag> {
        let mut sources: BTreeMap<SourceId, (Vec<Op>, Vec<Tag>)> = BTreeMap::new();
        for step in notes {
            let Step::Note(note) = step else { continue };
            let (ops, tags) = sources.entry(note.row.key.source.clone()).or_default();
            tags.push(Tag::Ask(note.row.key.clone()));
            ops.extend(written(note));
        }
        let mut unwritten = BTreeSet::new();
        for (source, (ops, tags)) in sources {
            let write = Write { source, ops, received: None };
            if let Err(error) = self.store.write_durable(write).await {
                tracing::error!(%error, "the fates of notifications could not be written down");
                unwritten.extend(tags);
            }
        }
        unwritten
    }

    /// What is to be done once the engine has taken it, or has not.
    async fn take(&mut self, taking: Taking) -> Vec<Step> {
        let id = IntentId::new(uuid::Uuid::now_v7().to_string());
        let intent = taking.intent(id.clone());
        let command = Command::IntentTake { intent, surface: Surface::Notification };
        match self.engine.command(command).await {
            Ok(_) => {
                let live = self.engine.is_live(&taking.key.source);
                self.policy.taken(id, taking, live, &self.clock.moment())
            }
            Err(error) => vec![Step::Show(self.policy.refused(&taking, &error))],
        }
    }

    async fn begin_test(&mut self, now: Millis) -> SelfTest {
        let desktop = self.engine.known_desktop().unwrap_or_default();
        let (test, notices) = SelfTest::begin(&desktop, self.sound, now);
        self.test = Some(test.clone());
        self.keep_test().await;
        for notice in notices {
            self.notifier.show(notice);
        }
        test
    }

    async fn keep_test(&self) {
        let Some(test) = &self.test else { return };
        let Ok(value) = serde_json::to_string(test) else { return };
        let ops = vec![Op::Setting { name: SelfTest::NAME.to_owned(), value }];
        let write = Write { source: SourceId::new(""), ops, received: None };
        if let Err(error) = self.store.write_durable(write).await {
            tracing::error!(%error, "the self-test could not be written down");
        }
        self.engine.tell(Patch::SelfTest { test: test.clone() });
    }
}

/// A fate as it is kept: beside its ask, and as a line of history.
fn written(note: Note) -> [Op; 2] {
    let Note { row, title, agent } = note;
    let word = row.fate.as_str();
    let why = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
    let entry = Entry {
        item: ItemId::of("notice", format!("{}:{}:{word}", row.key.item, row.at.0)),
        at: When::Seen(row.at),
        kind: EntryKind::Notice,
        agent,
        thread: None,
        ask: Some(row.key.item.clone()),
        text: format!("Notification {word}{why}: {title}"),
        raw: serde_json::json!({ "ask": row.key, "shown": row.shown, "fate": word, "note": row.note })
            .to_string(),
    };
    [Op::Change(deskbell_domain::Change::Entry(entry)), Op::Notice(row)]
}
