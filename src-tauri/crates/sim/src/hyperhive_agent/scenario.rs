//! An agent at work by itself: turn after turn, and it takes up what the operator sends. The same seed plays
//! the same piece.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::HyperhiveAgent;
use super::shared::Shared;
use super::world::World;
use crate::Dice;

/// What it is told to do, and what it says, runs and gets while it does.
const WORK: [(&str, &str, &str, &str); 5] = [
    (
        "the search over the notes is slow",
        "I measure it first.",
        "hyperfine 'grep -r todo notes'",
        "mean 1.84 s",
    ),
    (
        "the parser test is flaky",
        "Looks like a clock; I run it a hundred times.",
        "cargo test parser",
        "214 passed",
    ),
    (
        "read the release notes of the loader",
        "Two of them matter to us.",
        "curl -s https://docs.rs/loader",
        "41 entries",
    ),
    ("tidy the fixtures", "Three of them are no longer used.", "git status --short", " D fixtures/old.json"),
    (
        "write down why the cache was removed",
        "It is in the log of last week.",
        "git log --oneline -5",
        "a1b2c3d drop it",
    ),
];

/// An agent being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing {
    task: JoinHandle<()>,
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl HyperhiveAgent {
    /// Plays a lively agent of a later version: at speed 2, everything comes twice as fast.
    pub fn play(&self, seed: u64, speed: f64) -> Playing {
        self.switch(|faults| faults.counts = true);
        let pace = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Playing { task: tokio::spawn(work(Arc::clone(&self.shared), Dice::new(seed), pace)) }
    }
}

async fn work(shared: Arc<Shared>, mut dice: Dice, pace: f64) {
    let pause = async |ms: u64| tokio::time::sleep(Duration::from_millis(ms).div_f64(pace)).await;
    loop {
        let Some((body, says, command, result)) = dice.pick(&WORK).copied() else { return };
        if !shared.look(|world| world.busy) {
            shared.change(|world| world.begin_turn("manager", body));
        }
        for step in steps(says, command, result) {
            pause(600 + dice.below(1_800)).await;
            shared.change(|world| {
                // The operator may have stopped the turn.
                if world.busy {
                    step.perform(world);
                }
            });
        }
        pause(500).await;
        let failed = dice.below(8) == 0;
        shared.change(|world| {
            if world.busy {
                world.result(failed);
                world.end_turn(!failed, failed.then_some("claude exited with 1"));
            }
        });
        pause(2_000 + dice.below(5_000)).await;
    }
}

enum Step {
    Begin,
    Say(&'static str),
    Tool(Value, &'static str),
}

fn steps(says: &'static str, command: &str, result: &'static str) -> [Step; 3] {
    [Step::Begin, Step::Say(says), Step::Tool(json!({ "command": command }), result)]
}

impl Step {
    fn perform(&self, world: &mut World) {
        match self {
            Self::Begin => {
                let (model, rows) = (world.model.clone(), world.rows.len());
                world.stream(json!({ "type": "system", "subtype": "init", "model": model, "uuid": format!("init-{rows}") }));
            }
            Self::Say(text) => world.say(text),
            Self::Tool(input, result) => world.use_tool("Bash", input, result),
        }
    }
}
