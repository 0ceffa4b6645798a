//! A hundred random scripts of faults, each ending in equality.

use std::collections::BTreeSet;

use deskbell_domain::{IntentId, ItemId};
use deskbell_engine::view::VerdictWord;
use deskbell_sim::ailang::{Ailang, Config, Quirks};
use deskbell_sim::fault::NextPost;
use deskbell_sim::{Dice, Gate};
use serde_json::json;

use super::{asks, assert_said_once, difference, history, receipt, take};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u32 = 24;

#[test]
fn whatever_goes_wrong_the_end_is_what_the_hub_holds() {
    play_all(play);
}

struct Script<'s> {
    stage: Stage<'s>,
    hub: &'s Ailang,
    dice: Dice,
    thread: String,
    task: String,
    answers: Vec<Answered>,
}

/// What the operator decided, by which offer.
struct Answered {
    intent: IntentId,
    ask: ItemId,
    offer: String,
}

async fn play(seed: u64) {
    let (noon, gate) = (noon(), Gate::default());
    let hub =
        Ailang::start(Config { seed, now: Some(1_000 * noon), gate: gate.clone(), ..Config::default() })
            .await
            .unwrap();
    let thread = hub.put_thread("Write the parser", "coder");
    let task = hub.put_task("Write the parser", &thread);
    let stage = Stage::new(noon, gate, || hub.pulse()).await;
    stage.add("ailang", &hub.url()).await;
    let mut script = Script { stage, hub: &hub, dice: Dice::new(seed), thread, task, answers: Vec::new() };
    script.stage.until_live().await;
    for number in 0..STEPS {
        script.step(number).await;
        script.stage.pause(&mut script.dice).await;
    }
    script.heal().await;
    script.judge().await;
    script.stage.engine.stop().await;
}

impl Script<'_> {
    /// One thing that happens to the hub, or goes wrong with it.
    async fn step(&mut self, number: u32) {
        let (hub, thread, task) = (self.hub, self.thread.as_str(), self.task.as_str());
        match self.dice.below(19) {
            0 => _ = hub.say(thread, "coder", "question", &format!("Question {number}?")),
            1 => {
                _ = hub.ask_approval(thread, "coder", &format!("Merge {number}"), &json!({ "task_id": task }))
            }
            2 => _ = hub.say_elsewhere(thread, "ada", &format!("By ada, {number}")),
            3 => {
                let approvals = hub.state()["approvals"].as_object().unwrap().clone();
                let ids: Vec<&String> = approvals.keys().collect();
                let status = ["approved", "rejected", "expired"][self.dice.below(3) as usize];
                if let Some(id) = self.dice.pick(&ids) {
                    hub.decide_elsewhere(id, status, "ada", "");
                }
            }
            4 => hub
                .work(task, json!({ "stream_type": "text", "turn_num": 1, "text": format!("Row {number}") })),
            5 => _ = hub.write_letter("coder", "user", &format!("Letter {number}")),
            6 => {
                for n in 0..60 {
                    hub.say(thread, "coder", "status", &format!("Burst {number}.{n}"));
                }
            }
            7..=9 => self.answer().await,
            10 => hub.lose(1 + self.dice.below(3) as u32),
            11 => hub.swap(),
            12 => hub.cut(),
            13 => hub.restart().await.unwrap(),
            14 => hub.switch(|quirks| quirks.tells_twice = !quirks.tells_twice),
            15 => hub.switch(|quirks| quirks.stalled = !quirks.stalled),
            16 => hub.switch(|quirks| quirks.cut_after = Some(1 + self.dice.below(20) as u32)),
            17 => hub.switch(|quirks| quirks.lost_reads = 1 + self.dice.below(3) as u32),
            _ => {
                let next = match self.dice.below(3) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    _ => NextPost::GiveUp(504),
                };
                hub.switch(|quirks| {
                    quirks.next_post = Some(next);
                    quirks.wraps_all = !quirks.wraps_all;
                });
            }
        }
    }

    async fn answer(&mut self) {
        let open = asks(&self.stage.engine, false).await;
        let Some(ask) = self.dice.pick(&open) else { return };
        let offers = [&ask.offers[0].id, &ask.offers[ask.offers.len() - 1].id];
        let offer = offers[self.dice.below(2) as usize];
        if let Some(intent) = take(&self.stage.engine, ask, offer).await {
            self.answers.push(Answered { intent, ask: ask.key.item.clone(), offer: offer.clone() });
        }
    }

    /// The faults are over, and nothing differs any more.
    async fn heal(&mut self) {
        self.hub.switch(|quirks| *quirks = Quirks::default());
        // Rows of work that were lost on their way are told by a connection made again, of the same adapter.
        self.hub.cut();
        let engine = &self.stage.engine;
        self.stage
            .until("nothing differs", async || {
                for Answered { intent, .. } in &self.answers {
                    let told = receipt(engine, intent, 0).await;
                    if told.verdict == VerdictWord::Pending {
                        return Err(format!("{told:?}"));
                    }
                }
                difference(engine, self.hub).await.map_or(Ok(()), Err)
            })
            .await;
        // It stays so, whatever is read again.
        self.stage.pass(6).await;
        assert_eq!(difference(engine, self.hub).await, None);
    }

    /// The receipts tell what the hub took, once.
    async fn judge(&self) {
        let held = self.hub.state();
        for Answered { intent, ask, offer } in &self.answers {
            let told = receipt(&self.stage.engine, intent, 0).await;
            if ask.kind() != "approval" {
                let is_said = held["metadata"].to_string().contains(intent.as_str());
                match told.verdict {
                    VerdictWord::Won => assert!(is_said, "{told:?}"),
                    VerdictWord::Stuck => assert!(!is_said, "{told:?}"),
                    _ => {}
                }
                continue;
            }
            let status = held["approvals"][ask.rest()].as_str();
            let wanted = if offer == "reject" { "rejected" } else { "approved" };
            let is_ours = held["reviewers"][ask.rest()] == "user";
            let others = self.answers.iter().filter(|other| other.ask == *ask && other.intent != *intent);
            match told.verdict {
                VerdictWord::Won => assert_eq!(status, Some(wanted), "{told:?}"),
                VerdictWord::Lost | VerdictWord::Expired => {
                    assert!(!is_ours || others.count() > 0, "{told:?}")
                }
                _ => {}
            }
        }
        assert_said_once(self.hub);
        let rows = history(&self.stage.engine).await;
        let items: BTreeSet<&ItemId> = rows.iter().map(|row| &row.item).collect();
        assert_eq!(items.len(), rows.len(), "a line is there twice");
    }
}
