//! A hundred random scripts of faults, each ending in what the agent holds.

use deskbell_domain::{IntentId, Secret, Value as Filled};
use deskbell_engine::command::Command;
use deskbell_engine::view::{AskStateWord, VerdictWord};
use deskbell_sim::fault::NextPost;
use deskbell_sim::hyperhive_agent::{Config, HyperhiveAgent, Notes};
use deskbell_sim::{Dice, Gate};
use serde_json::json;

use super::difference;
use crate::reading::{agents, asks, entries, receipt};
use crate::scripts::{Stage, noon, play_all};

const STEPS: u64 = 36;
/// Each costs a connection, and the next one a longer wait.
const MOST_BREAKS: u32 = 5;

#[test]
fn a_hundred_fault_scripts_end_in_what_the_agent_holds() {
    play_all(play);
}

/// What the operator did: the path it goes to, and the words of a message.
struct Doing {
    intent: IntentId,
    path: String,
    words: Option<String>,
}

struct Script<'a> {
    dice: Dice,
    agent: &'a HyperhiveAgent,
    stage: Stage<'a>,
    /// Of a later version: it counts its events.
    counts: bool,
    doings: Vec<Doing>,
    breaks: u32,
}

async fn play(seed: u64) {
    let (noon, gate) = (noon(), Gate::default());
    let agent =
        HyperhiveAgent::start(Config { seed, now: Some(noon), gate: gate.clone(), ..Config::default() })
            .await
            .unwrap();
    let mut dice = Dice::new(seed);
    let counts = dice.below(2) == 0;
    let notes = *dice.pick(&[Notes::Null, Notes::Missing, Notes::Struct]).unwrap();
    let success = *dice.pick(&[200, 303]).unwrap();
    agent.switch(|faults| (faults.counts, faults.notes, faults.success) = (counts, notes, success));
    let stage = Stage::new(noon, gate, || agent.sent() + agent.requests()).await;
    stage.add("hyperhive-agent", &agent.url()).await;
    let mut script = Script { dice, agent: &agent, stage, counts, doings: Vec::new(), breaks: 0 };
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
        let agent = self.agent;
        match self.dice.below(28) {
            0..3 if agent.is_busy() => agent.end_turn(self.dice.below(4) > 0, None),
            0..3 => agent.begin_turn("operator", "go on"),
            3..6 => agent.say("the same words"),
            6 => agent.use_tool("Bash", &json!({ "command": "ls" }), "a.txt"),
            7 => agent.result(false),
            8 => agent.note(&format!("note {number}")),
            9 => agent.lose(1 + u32::try_from(self.dice.below(3)).unwrap()),
            10 | 11 => agent.switch(|faults| faults.stalled = !faults.stalled),
            // Without a count, the same told twice is two.
            12 if self.counts => agent.repeat(),
            12 => agent.send_raw(b": nothing\n\n"),
            13 => agent.need_login(),
            14..16 => self.log_in().await,
            16..18 => {
                let words = format!("Said by the operator at {number}");
                self.act("send", "/send", Some(words)).await;
            }
            18 => self.act("cancel", "/api/cancel", None).await,
            19 => self.act("compact", "/api/compact", None).await,
            20 => self.act("model", "/api/model", Some(format!("model {number}"))).await,
            21 => {
                let fate = match self.dice.below(5) {
                    0 => NextPost::LoseReply,
                    1 => NextPost::LoseRequest,
                    2 => NextPost::GiveUp(504),
                    3 => NextPost::Refuse(500, "broker is down".to_owned()),
                    _ => NextPost::Delay { ms: 5 },
                };
                agent.switch(|faults| faults.next_post = Some(fate));
            }
            22 => agent.hold_after_requests(self.dice.below(3)),
            23 => agent.release(),
            _ => self.break_off().await,
        }
    }

    async fn break_off(&mut self) {
        if self.breaks == MOST_BREAKS {
            return;
        }
        self.breaks += 1;
        match self.dice.below(5) {
            0 => self.agent.cut(),
            1 => self.agent.cut_connections().await,
            2 => self.agent.cut_after_events(self.dice.below(5)),
            3 => self.agent.cut_after_requests(self.dice.below(4)),
            _ => self.agent.restart().await.unwrap(),
        }
    }

    /// One step of the login that is asked for.
    async fn log_in(&mut self) {
        let Some(ask) = asks(&self.stage.engine, false).await.pop() else { return };
        let offer = self.dice.pick(&ask.offers).unwrap();
        let code = *self.dice.pick(&["c0de", "bad"]).unwrap();
        let values: Vec<_> =
            offer.fields.iter().map(|_| ("code", Filled::Secret(Secret::new(code)))).collect();
        // It may have ended or changed meanwhile: then it is refused, and nothing was sent.
        if let Ok(intent) = self.stage.take(&ask.key, &ask.shown, offer, &values).await {
            let path = format!("/login/{}", offer.id.trim_start_matches("login-"));
            self.doings.push(Doing { intent, path, words: None });
        }
    }

    /// Takes an offer of the agent, where it has it now. `words` fill its only field.
    async fn act(&mut self, verb: &str, path: &str, words: Option<String>) {
        let agents = agents(&self.stage.engine).await;
        let Some(agent) = agents.first() else { return };
        let Some(offer) = agent.offers.iter().find(|offer| offer.id == verb) else { return };
        let values: Vec<_> = (offer.fields.iter().zip(&words))
            .map(|(field, words)| (field.id.as_str(), Filled::Text(words.clone())))
            .collect();
        if let Ok(intent) = self.stage.take(&agent.key, &agent.shown, offer, &values).await {
            self.doings.push(Doing {
                intent,
                path: path.to_owned(),
                words: words.filter(|_| verb == "send"),
            });
        }
    }

    /// Waits until all is decided and nothing differs.
    async fn settle(&self) {
        self.agent.release();
        self.agent.lose(0);
        self.agent.switch(|faults| (faults.stalled, faults.next_post) = (false, None));
        // A loss shows at the next event, or at the end of a turn.
        if !self.agent.is_busy() {
            self.agent.begin_turn("manager", "the last one");
        }
        self.agent.end_turn(true, None);
        self.stage
            .until("Deskbell holds what the agent holds", async || {
                self.decided().await?;
                self.asked().await?;
                difference(&self.stage.engine, self.agent).await
            })
            .await;
    }

    /// Whether all that was done has its verdict. What needs the operator is given up.
    async fn decided(&self) -> Result<(), String> {
        for Doing { intent, .. } in &self.doings {
            let told = receipt(&self.stage.engine, intent).await;
            match told.verdict {
                VerdictWord::Pending => return Err(format!("undecided: {told:?}")),
                VerdictWord::Stuck => {
                    let discard = Command::IntentDiscard { intent: intent.clone() };
                    // Its ask may have ended meanwhile, and it with that.
                    let _ = self.stage.engine.command(discard).await;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A login is asked for while one is needed, and nothing else is.
    async fn asked(&self) -> Result<(), String> {
        let asks = asks(&self.stage.engine, false).await;
        let kind = match self.agent.state()["status"].as_str() {
            Some("needs_login_idle") => "start-",
            Some("needs_login_in_progress") => "code-",
            _ => return if asks.is_empty() { Ok(()) } else { Err(format!("{asks:?}")) },
        };
        match &asks[..] {
            [ask] if ask.state == AskStateWord::Open && ask.key.item.rest().starts_with(kind) => Ok(()),
            other => Err(format!("{kind} is asked for, and open is {other:?}")),
        }
    }

    /// Nothing was sent twice, and each receipt says what was done.
    async fn judge(&self) {
        let (received, done) = (self.agent.received(), self.agent.done());
        for Doing { intent, path, words } in &self.doings {
            let told = receipt(&self.stage.engine, intent).await;
            let Some(words) = words else {
                let wanted = self.doings.iter().filter(|doing| doing.path == *path).count();
                let came = received.iter().filter(|post| post.path == *path).count();
                // What leaves its trace may be sent once more where there is none.
                let most = if path == "/api/compact" { wanted } else { 2 * wanted };
                assert!(came <= most, "{path} came {came} times");
                let taken = done.iter().any(|post| post.path == *path);
                assert!(taken || told.verdict != VerdictWord::Won, "{path}: {told:?}");
                continue;
            };
            let is_it = |post: &&deskbell_sim::hyperhive::Received| post.field("body") == Some(words);
            let (sent, taken) = (received.iter().filter(is_it).count(), done.iter().filter(is_it).count());
            assert!(sent <= 1, "sent {sent} times: {told:?}");
            match told.verdict {
                VerdictWord::Won => assert_eq!(taken, 1, "{told:?}"),
                VerdictWord::Discarded => assert_eq!(taken, 0, "{told:?}"),
                VerdictWord::Unknown => {}
                other => panic!("{other:?}: {told:?}"),
            }
        }
        let odd: Vec<_> =
            entries(&self.stage.engine).await.into_iter().filter(|it| it.item.kind() == "odd").collect();
        assert!(odd.is_empty(), "{odd:?}");
    }
}
