//! A hub that works by itself: agents that write a parser, ask, propose merges, and a colleague at another desk.
//! The same seed plays the same piece.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use super::{Ailang, Shared};
use crate::Dice;

/// More than this many things wait, and nothing new is asked.
const MOST_WAITING: usize = 6;

const QUESTIONS: &[&str] = &[
    "May the parser accept tabs as indentation?",
    "Two effects are declared and never used. Shall I remove them?",
    "Which error should an empty module give?",
];
const MERGES: &[&str] = &["Merge the effect checker", "Merge the new pretty printer", "Merge faster lookups"];

/// A script being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing(JoinHandle<()>);

impl Drop for Playing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Ailang {
    /// Plays a lively hub: at speed 2, everything comes twice as fast.
    pub fn play(&self, seed: u64, speed: f64) -> Playing {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        // Clamped to what fits.
        let pace = move |ms: u64| Duration::from_millis((ms as f64 / speed).clamp(1.0, 3_600_000.0) as u64);
        let thread = self.put_thread("Write the effect checker", "ailang-coder");
        let second = self.put_thread("Review the standard library", "ailang-reviewer");
        let task = self.put_task("Write the effect checker", &thread);
        self.write_letter("ailang-reviewer", "user", "The nightly review is ready");
        let shared = std::sync::Arc::clone(&self.shared);
        Playing(tokio::spawn(async move {
            let mut dice = Dice::new(seed);
            let mut turn = 0;
            loop {
                let (thread, agent) =
                    if dice.below(2) == 0 { (&thread, "ailang-coder") } else { (&second, "ailang-reviewer") };
                match dice.below(5) {
                    0 => say(&shared, thread, agent, "question", dice.pick(QUESTIONS)),
                    1 => propose(&shared, thread, agent, &task, dice.pick(MERGES)),
                    2 => say(&shared, thread, agent, "status", Some(&"All tests pass")),
                    _ => {
                        turn += 1;
                        work(&shared, &task, turn, 400 + dice.below(2_000));
                    }
                }
                tokio::time::sleep(pace(2_000 + dice.below(6_000))).await;
            }
        }))
    }
}

fn say(shared: &Shared, thread: &str, agent: &str, kind: &str, words: Option<&&str>) {
    let message = json!({ "from_type": "ailang_instance", "from_id": agent, "to_type": "human", "to_id": "user",
                          "kind": kind, "content": words, "metadata_json": "{}" });
    shared.change(|world| world.say(thread, message));
}

fn propose(shared: &Shared, thread: &str, agent: &str, task: &str, words: Option<&&str>) {
    shared.change(|world| {
        if world.approvals.values().filter(|row| row["status"] == "pending").count() < MOST_WAITING {
            world.put_approval(
                json!({ "thread_id": thread, "instance_id": agent, "proposal": words, "task_id": task,
                                       "request_type": "merge", "impact": "low", "effect_delta_json": "{}" }),
            );
        }
    });
}

fn work(shared: &Shared, task: &str, turn: u32, tokens: u64) {
    shared.change(|world| {
        for row in [
            json!({ "stream_type": "turn_start", "turn_num": turn }),
            json!({ "stream_type": "tool_use", "turn_num": turn, "tool_name": "Bash", "tool_input": "ailang test" }),
            json!({ "stream_type": "tool_result", "turn_num": turn, "tool_name": "Bash", "tool_output": "ok" }),
            json!({ "stream_type": "turn_end", "turn_num": turn, "tokens_in": tokens, "tokens_out": tokens / 9,
                    "cost": tokens as f64 / 100_000.0 }),
        ] {
            world.work(task, row);
        }
    });
}
