//! A hundred random scripts of faults, each ending in equality.

use std::collections::BTreeSet;

use deskbell_domain::{EntryKind, IntentId, ItemId};
use deskbell_engine::command::Command;
use deskbell_engine::view::{ReceiptView, VerdictWord};
use deskbell_sim::fault::NextPost;
use deskbell_sim::warren::{Config, Faults, Received, Warren};
use deskbell_sim::{Dice, Gate};

use super::{Ends, answer, difference, say};
use crate::reading::{self, asks, entries};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u32 = 16;
const TICKETS: [&str; 2] = ["T1", "T2"];

/// How often what waits is answered, where an answer is stuck.
const ANSWERS: usize = 3;

#[test]
fn a_hundred_random_fault_scripts_end_in_equality() {
    play_all(play);
}

struct Script<'s> {
    stage: Stage<'s>,
    warren: &'s Warren,
    dice: Dice,
    words: Vec<(IntentId, String)>,
    answers: Vec<Answered>,
    /// Frames were lost of which nobody can know.
    was_stalled: bool,
}

/// What the operator answered, and to what.
struct Answered {
    intent: IntentId,
    ask: ItemId,
    yes: bool,
}

async fn play(seed: u64) {
    let gate = Gate::default();
    let warren = Warren::start(Config { seed, gate: gate.clone(), ..Config::default() }).await.unwrap();
    warren.open_ticket(TICKETS[0], "Login from two countries");
    warren.open_ticket(TICKETS[1], "A new admin");
    let stage = Stage::new(noon(), gate, || warren.pulse()).await;
    stage.add("warren", &warren.url()).await;
    let dice = Dice::new(seed);
    let mut script =
        Script { stage, warren: &warren, dice, words: Vec::new(), answers: Vec::new(), was_stalled: false };
    script.until_heard().await;
    for number in 0..STEPS {
        script.step(number).await;
        script.stage.pause(&mut script.dice).await;
    }
    script.heal().await;
    script.judge().await;
    script.stage.engine.stop().await;
}

impl Script<'_> {
    async fn until_heard(&self) {
        self.stage.until_live().await;
        let each = async || match self.warren.listeners() {
            heard if heard == TICKETS.len() => Ok(()),
            heard => Err(format!("{heard} of them")),
        };
        self.stage.until("every ticket is listened to", each).await;
    }

    async fn step(&mut self, number: u32) {
        let (engine, warren, dice) = (&self.stage.engine, self.warren, &mut self.dice);
        let ticket = *dice.pick(&TICKETS).unwrap();
        match dice.below(22) {
            0..6 => {
                let first = *dice.pick(&["tool", "ask", "ask", "wait", "look"]).unwrap();
                let words = format!("{first} number {number}?one two");
                if let Some(intent) = say(engine, ticket, &words).await {
                    self.words.push((intent, words));
                }
            }
            6..9 => {
                let open = asks(engine, false).await;
                let yes = dice.below(3) > 0;
                if let Some(ask) = dice.pick(&open)
                    && let Some(intent) = answer(engine, ask, yes).await
                {
                    self.answers.push(Answered { intent, ask: ask.key.item.clone(), yes });
                }
            }
            9 => warren.cut(),
            10 => warren.switch(|faults| faults.cut_after = Some(1 + dice.below(10) as u32)),
            11 => warren.restart().await.unwrap(),
            12 => {
                let post = match dice.below(3) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    _ => NextPost::GiveUp(502),
                };
                warren.switch(|faults| faults.next_post = Some(post));
            }
            13 => warren.switch(|faults| faults.lost_queries = 1 + dice.below(2) as u32),
            14 => {
                let stalled = dice.below(2) == 0;
                self.was_stalled |= stalled;
                warren.switch(|faults| faults.stalled = stalled);
            }
            15 => {
                let quirks = dice.throw();
                warren.switch(|faults| {
                    faults.status_first = quirks & 1 > 0;
                    faults.late_echo = quirks & 2 > 0;
                    faults.twice = quirks & 4 > 0;
                    faults.null_lists = quirks & 8 > 0;
                    faults.bare_ends = quirks & 16 > 0;
                });
            }
            16 => {
                warren.say_in_slack(ticket, "mika", &format!("number {number}"));
            }
            17 => {
                // Words of the operator stay as they were said: they are the proof.
                let messages = warren.state().messages;
                let changeable: Vec<&String> =
                    messages.iter().filter(|(_, words)| !words.contains('?')).map(|(id, _)| id).collect();
                if let Some(message) = dice.pick(&changeable) {
                    warren.change_message(message, &format!("changed {number}"));
                }
            }
            18 | 19 => {
                let waiting: Vec<String> = warren.state().asks.into_keys().collect();
                if let Some(id) = dice.pick(&waiting) {
                    match dice.below(2) {
                        0 => warren.resolve_elsewhere(id, dice.below(2) == 0, Some("mine")),
                        _ => warren.give_up(id),
                    };
                }
            }
            20 => {
                warren.finish_turns();
            }
            _ => warren.send_raw(r#"{"type":"hologram","content":"?"}"#),
        }
    }

    /// The faults are over. What waits is answered, what is at work comes to its end, and nothing differs any more.
    async fn heal(&mut self) {
        self.warren.switch(|faults| *faults = Faults::default());
        // The end of a turn is told once: where its telling was lost, the end of the connection says so.
        self.warren.cut();
        self.until_heard().await;
        self.until_equal("the faults are over", Ends::Missed).await;
        self.answer_all().await;
        self.warren.finish_turns();
        self.until_equal("no turn is at work", Ends::Known).await;
        // It stays so, whatever is read again.
        self.stage.pass(20).await;
        assert_eq!(difference(&self.stage.engine, self.warren, Ends::Known).await, None);
    }

    /// Until nothing waits. An answer that was stuck was given up, and is given again.
    async fn answer_all(&mut self) {
        for _ in 0..ANSWERS {
            let before = self.answers.len();
            for ask in asks(&self.stage.engine, false).await {
                if let Some(intent) = answer(&self.stage.engine, &ask, true).await {
                    self.answers.push(Answered { intent, ask: ask.key.item.clone(), yes: true });
                }
            }
            self.until_equal("all is answered", Ends::Known).await;
            let open = asks(&self.stage.engine, false).await;
            if open.is_empty() {
                return;
            }
            for Answered { intent, ask, .. } in &self.answers[before..] {
                let told = reading::receipt(&self.stage.engine, intent).await;
                let is_open = open.iter().any(|other| other.key.item == *ask);
                assert!(!is_open || told.verdict == VerdictWord::Discarded, "answered, and open: {told:?}");
            }
        }
        panic!("what waits cannot be answered: {:?}", asks(&self.stage.engine, false).await);
    }

    /// Every doing of the operator is decided, and nothing differs. What is stuck is given up.
    async fn until_equal(&self, when: &str, ends: Ends) {
        let engine = &self.stage.engine;
        self.stage
            .until(when, async || {
                for intent in self.intents() {
                    let told = reading::receipt(engine, intent).await;
                    match told.verdict {
                        VerdictWord::Pending => return Err(format!("{told:?}")),
                        VerdictWord::Stuck => {
                            self.assert_unsent(&told);
                            let discard = Command::IntentDiscard { intent: intent.clone() };
                            // Its ask may have ended meanwhile, and it with that.
                            let _ = engine.command(discard).await;
                        }
                        VerdictWord::Won
                        | VerdictWord::Lost
                        | VerdictWord::Expired
                        | VerdictWord::Unknown
                        | VerdictWord::Discarded => {}
                    }
                }
                difference(engine, self.warren, ends).await.map_or(Ok(()), Err)
            })
            .await;
    }

    fn intents(&self) -> impl Iterator<Item = &IntentId> {
        self.words.iter().map(|(intent, _)| intent).chain(self.answers.iter().map(|answer| &answer.intent))
    }

    fn heard(&self, words: &str) -> usize {
        self.warren.received().iter().filter(|one| **one == Received::Words(words.to_owned())).count()
    }

    /// Words that are stuck never reached warren.
    fn assert_unsent(&self, told: &ReceiptView) {
        if let Some((_, words)) = self.words.iter().find(|(intent, _)| *intent == told.intent) {
            assert_eq!(self.heard(words), 0, "{words}: {told:?}");
        }
    }

    /// The receipts tell what warren took, once; and where something was lost, a gap is shown.
    async fn judge(&self) {
        let held = self.warren.state();
        for (intent, words) in &self.words {
            let told = reading::receipt(&self.stage.engine, intent).await;
            match told.verdict {
                VerdictWord::Won => assert_eq!(self.heard(words), 1, "{words}: {told:?}"),
                VerdictWord::Discarded => assert_eq!(self.heard(words), 0, "{words}: {told:?}"),
                _ => panic!("{words}: {told:?}"),
            }
        }
        for Answered { intent, ask, yes } in &self.answers {
            let told = reading::receipt(&self.stage.engine, intent).await;
            let status = held.asks.get(ask.rest()).map(String::as_str);
            let is_ours = held.answered.contains(ask.rest());
            let others = self.answers.iter().filter(|other| other.ask == *ask && other.intent != *intent);
            match told.verdict {
                VerdictWord::Won => {
                    assert!(is_ours, "{told:?}: {status:?}");
                    assert_eq!(status, Some(if *yes { "approved" } else { "denied" }), "{told:?}");
                }
                VerdictWord::Lost => assert!(!is_ours || others.count() > 0, "{told:?}: {status:?}"),
                _ => {}
            }
        }
        let rows = entries(&self.stage.engine).await;
        let items: BTreeSet<&ItemId> = rows.iter().map(|row| &row.item).collect();
        assert_eq!(items.len(), rows.len(), "a line is there twice");
        let known = asks(&self.stage.engine, true).await.len();
        let gaps = rows.iter().filter(|row| row.kind == EntryKind::Gap).count();
        assert!(
            known == held.asks.len() || gaps > 0 || self.was_stalled,
            "{known} of {} requests are known, and no gap is told",
            held.asks.len()
        );
    }
}
