//! A hundred random scripts of faults on a hyperhive host. Each ends in what the host holds.

mod equality;

use std::collections::BTreeSet;

use deskbell_domain::{Choice, Input, IntentId, Key, Offer, Value};
use deskbell_engine::command::Command;
use deskbell_engine::view::{AskStateWord, VerdictWord};
use deskbell_sim::fault::{Build, NextPost};
use deskbell_sim::hyperhive::Prompt;
use deskbell_sim::{Config, Dice, Gate, Hyperhive};

use crate::reading::{agents, asks, entries, receipt};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u64 = 40;
/// Each costs a connection, and the next one a longer wait.
const MOST_BREAKS: u32 = 6;

#[test]
fn a_hundred_fault_scripts_end_in_what_the_host_holds() {
    play_all(play);
}

/// What the operator did, and what must have come of it.
struct Doing {
    intent: IntentId,
    deed: Deed,
}

enum Deed {
    /// On this ask.
    Answer(Key),
    /// These very words.
    Send(String),
    /// This path.
    Manage(String),
}

struct Script<'h> {
    seed: u64,
    dice: Dice,
    hive: &'h Hyperhive,
    stage: Stage<'h>,
    doings: Vec<Doing>,
    approvals: Vec<i64>,
    questions: Vec<i64>,
    /// What somebody else decided.
    elsewhere: BTreeSet<String>,
    breaks: u32,
}

async fn play(seed: u64) {
    let (noon, gate) = (noon(), Gate::default());
    let hive = Hyperhive::start(Config { seed, now: Some(noon), gate: gate.clone(), ..Config::default() })
        .await
        .unwrap();
    let mut dice = Dice::new(seed);
    let quirks = dice.throw();
    hive.switch(|faults| {
        (faults.build, faults.lifecycle_ms) = (Build::ByHand, 0);
        faults.success = if quirks & 1 > 0 { 303 } else { 200 };
        faults.tells_containers = quirks & 2 > 0;
        faults.bare_history = quirks & 4 > 0;
    });
    let stage = Stage::new(noon, gate, || hive.sent() + hive.requests()).await;
    stage.add("hyperhive", &hive.url()).await;
    let (doings, approvals, questions, elsewhere) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    let mut script =
        Script { seed, dice, hive: &hive, stage, doings, approvals, questions, elsewhere, breaks: 0 };
    script.stage.until_live().await;
    for number in 0..STEPS {
        script.step(number).await;
        script.stage.pause(&mut script.dice).await;
    }
    script.settle().await;
    script.judge().await;
    script.stage.engine.stop().await;
}

impl Script<'_> {
    async fn step(&mut self, number: u64) {
        let hive = self.hive;
        match self.dice.below(30) {
            0..3 => {
                self.approvals.push(hive.ask_approval("coder", &format!("add tool{}", number % 3)));
            }
            3..6 => {
                let prompt = Prompt::new("coder", &format!("Which of {number}?")).options(&["a", "b"]);
                let prompt = if self.dice.below(2) == 0 { prompt.multi() } else { prompt };
                self.questions.push(hive.ask_question(prompt));
            }
            6..9 => {
                let to = *self.dice.pick(&["operator", "manager", "*"]).unwrap();
                // Now and then the very same once more.
                hive.send("coder", to, &format!("Step {}", number / 2));
            }
            9..15 => self.answer().await,
            15 => self.send(number).await,
            16 => self.manage().await,
            17 => self.decide_elsewhere(),
            18 | 19 => {
                if let Some(id) = self.dice.pick(&self.approvals) {
                    hive.finish_build(*id, self.dice.below(3) > 0);
                }
            }
            20 => hive.lose(1 + u32::try_from(self.dice.below(3)).unwrap()),
            21 => hive.switch(|faults| faults.stalled = !faults.stalled),
            22 => {
                if let Some(id) = self.dice.pick(&self.approvals) {
                    hive.tell_late(*id);
                }
            }
            23 => {
                let quirks = self.dice.throw();
                hive.switch(|faults| {
                    faults.bare_events = quirks & 1 > 0;
                    faults.html_diffs = quirks & 2 > 0;
                    faults.hides_builds = quirks & 4 > 0;
                });
            }
            24 => {
                let fate = match self.dice.below(5) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    2 => NextPost::GiveUp(504),
                    3 => NextPost::Refuse(500, "database is locked".to_owned()),
                    _ => NextPost::Delay { ms: 5 },
                };
                hive.switch(|faults| faults.next_post = Some(fate));
            }
            25 => hive.hold_after_requests(self.dice.below(3)),
            26 => hive.release(),
            _ => self.break_off().await,
        }
    }

    async fn break_off(&mut self) {
        if self.breaks == MOST_BREAKS {
            return;
        }
        self.breaks += 1;
        match self.dice.below(5) {
            0 => self.hive.cut(),
            1 => self.hive.cut_connections().await,
            2 => self.hive.cut_after_events(self.dice.below(5)),
            3 => self.hive.cut_after_requests(self.dice.below(4)),
            _ => self.hive.restart().await.unwrap(),
        }
    }

    fn decide_elsewhere(&mut self) {
        match self.dice.below(3) {
            0 => {
                let status = *self.dice.pick(&["approved", "denied", "failed"]).unwrap();
                if let Some(id) = self.dice.pick(&self.approvals) {
                    self.hive.resolve_elsewhere(*id, status, Some("by somebody else"));
                    self.elsewhere.insert(format!("approval:{id}"));
                }
            }
            1 => {
                if let Some(id) = self.dice.pick(&self.questions) {
                    self.hive.answer_elsewhere(*id, "mine", "manager");
                    self.elsewhere.insert(format!("question:{id}"));
                }
            }
            _ => {
                if let Some(id) = self.dice.pick(&self.questions) {
                    self.hive.expire(*id);
                }
            }
        }
    }

    async fn answer(&mut self) {
        let open = asks(&self.stage.engine, false).await;
        let open: Vec<_> = open.into_iter().filter(|ask| ask.state == AskStateWord::Open).collect();
        let Some(ask) = self.dice.pick(&open) else { return };
        let offer = self.dice.pick(&ask.offers).unwrap();
        let values = fill(offer, self.seed + self.dice.below(3));
        let values: Vec<(&str, Value)> =
            values.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
        // It may have ended or changed meanwhile: then it is refused, and nothing was sent.
        if let Ok(intent) = self.stage.take(&ask.key, &ask.shown, offer, &values).await {
            self.doings.push(Doing { intent, deed: Deed::Answer(ask.key.clone()) });
        }
    }

    async fn send(&mut self, number: u64) {
        let words = format!("Said by the operator at {number}");
        let body = [("body", Value::Text(words.clone()))];
        if let Some(intent) = self.act("send", &body).await {
            self.doings.push(Doing { intent, deed: Deed::Send(words) });
        }
    }

    async fn manage(&mut self) {
        let verb = *self.dice.pick(&["start", "kill", "restart"]).unwrap();
        if let Some(intent) = self.act(verb, &[]).await {
            self.doings.push(Doing { intent, deed: Deed::Manage(format!("/{verb}/coder")) });
        }
    }

    /// Takes an offer of the one agent, where it has it now.
    async fn act(&self, verb: &str, values: &[(&str, Value)]) -> Option<IntentId> {
        let agents = agents(&self.stage.engine).await;
        let agent = agents.iter().find(|agent| agent.key.item.as_str() == "agent:coder")?;
        let offer = agent.offers.iter().find(|offer| offer.id == verb)?;
        self.stage.take(&agent.key, &agent.shown, offer, values).await.ok()
    }

    /// Waits until all is decided and nothing differs.
    async fn settle(&self) {
        let hive = self.hive;
        hive.release();
        hive.lose(0);
        hive.switch(|faults| (faults.stalled, faults.next_post) = (false, None));
        // A loss shows at the next event.
        hive.send("coder", "operator", "The last words");
        self.stage
            .until("Deskbell holds what the host holds", async || {
                for id in &self.approvals {
                    hive.finish_build(*id, true);
                }
                self.discard_stuck().await;
                self.undecided().await?;
                self.is_equal().await
            })
            .await;
    }

    /// What needs the operator is given up.
    async fn discard_stuck(&self) {
        for Doing { intent, .. } in &self.doings {
            if receipt(&self.stage.engine, intent).await.verdict == VerdictWord::Stuck {
                let discard = Command::IntentDiscard { intent: intent.clone() };
                // Its ask may have ended meanwhile, and it with that.
                let _ = self.stage.engine.command(discard).await;
            }
        }
    }

    async fn undecided(&self) -> Result<(), String> {
        for Doing { intent, .. } in &self.doings {
            let told = receipt(&self.stage.engine, intent).await;
            if matches!(told.verdict, VerdictWord::Pending | VerdictWord::Stuck) {
                return Err(format!("undecided: {told:?}"));
            }
        }
        Ok(())
    }

    /// Nothing was done twice, and each receipt says what was done.
    async fn judge(&self) {
        let (received, done) = (self.hive.received(), self.hive.done());
        for Doing { intent, deed } in &self.doings {
            let told = receipt(&self.stage.engine, intent).await;
            let (sent, taken) = match deed {
                // A host that was started anew forgets that it took an approval, and takes it again.
                Deed::Answer(key) => (0, self.answers_done(key).min(1)),
                Deed::Send(words) => {
                    let is_it = |post: &&deskbell_sim::hyperhive::Received| post.field("body") == Some(words);
                    (received.iter().filter(is_it).count(), done.iter().filter(is_it).count())
                }
                Deed::Manage(_) => (0, 1),
            };
            assert!(sent <= 1, "sent {sent} times: {told:?}");
            match told.verdict {
                // Of two who want the same, the host does not tell who was first.
                VerdictWord::Won if self.elsewhere.contains(told.key.item.as_str()) => {}
                VerdictWord::Won => assert_eq!(taken, 1, "{told:?}"),
                VerdictWord::Discarded if matches!(deed, Deed::Send(_)) => {
                    assert_eq!(taken, 0, "{told:?}");
                }
                VerdictWord::Lost | VerdictWord::Expired | VerdictWord::Unknown | VerdictWord::Discarded => {}
                VerdictWord::Pending | VerdictWord::Stuck => panic!("{told:?}"),
            }
        }
        self.judge_verbs();
        let odd: Vec<_> =
            entries(&self.stage.engine).await.into_iter().filter(|it| it.item.kind() == "odd").collect();
        assert!(odd.is_empty(), "{odd:?}");
    }

    /// How many answers to an ask were done.
    fn answers_done(&self, key: &Key) -> usize {
        let end = format!("/{}", key.item.rest());
        let is_it = |path: &str| path.ends_with(&end) && decides(key.item.kind(), path);
        self.hive.done().iter().filter(|post| is_it(&post.path)).count()
    }

    /// A lifecycle verb leaves no trace by which to know it again: it is never sent twice.
    fn judge_verbs(&self) {
        let received = self.hive.received();
        for path in ["/start/coder", "/kill/coder", "/restart/coder"] {
            let wanted = self.doings.iter().filter(|it| matches!(&it.deed, Deed::Manage(of) if of == path));
            let came = received.iter().filter(|post| post.path == path).count();
            assert!(came <= wanted.count(), "{path} came {came} times");
        }
    }
}

fn decides(kind: &str, path: &str) -> bool {
    match kind {
        "approval" => path.starts_with("/approve/") || path.starts_with("/deny/"),
        _ => path.starts_with("/answer-question/") || path.starts_with("/cancel-question/"),
    }
}

fn fill(offer: &Offer, of: u64) -> Vec<(String, Value)> {
    let value = |input: &Input| match input {
        Input::Pick { options, .. } => {
            let chosen = options.first().map(|Choice { label, .. }| label.clone());
            Value::Pick {
                chosen: chosen.into_iter().collect(),
                other: of.is_multiple_of(2).then(|| format!("own {of}")),
            }
        }
        Input::Text { .. } | Input::Date { .. } | Input::Flag { .. } | Input::Secret { .. } => {
            Value::Text(format!("words {of}"))
        }
    };
    offer.fields.iter().map(|field| (field.id.clone(), value(&field.input))).collect()
}
