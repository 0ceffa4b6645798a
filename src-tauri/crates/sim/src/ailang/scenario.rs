//! A hub that works by itself: agents that write the importer of a survey, ask, propose merges, and notice what the
//! operator says. The same seed plays the same piece.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::World;
use super::{Ailang, Received, Shared};
use crate::Dice;
use crate::piece::{Pace, Piece, Playing};

/// More than this many things wait, and nothing new is asked.
const MOST_WAITING: usize = 2;

const CODER: &str = "survey-coder";
const REVIEWER: &str = "survey-reviewer";

const QUESTIONS: &[&str] = &[
    "May the importer leave out samples without a depth?\n\n41 of 12 806 have none. They would be listed in the report.",
    "Two effects are declared and never used. Shall I remove them?",
    "Which name should the column for the soil type have on the public page?",
];
const MERGES: &[&str] = &[
    "Read the corrected sample sheet",
    "Stream the sites instead of holding them",
    "Say which line was wrong",
];
const NEWS: &[&str] =
    &["All tests pass.", "Half of the sites are read.", "The report is down to two warnings, both known."];
const DIFF: &str = "diff --git a/src/import.ail b/src/import.ail
--- a/src/import.ail
+++ b/src/import.ail
@@ -18,7 +18,9 @@ module survey/import
 export func sheet(run: Run) -> Path ! {FS} {
   let plain = run.folder ++ \"/\" ++ run.sheet;
-  plain
+  let corrected = replace(plain, \".csv\", \"-corrected.csv\");
+  -- The lab writes a corrected sheet beside the first one.
+  if exists(corrected) then corrected else plain
 }
";

/// Where the work is told of.
struct Stage {
    shared: Arc<Shared>,
    pace: Pace,
    writing: String,
    review: String,
    task: String,
}

impl Ailang {
    /// Plays a lively hub.
    pub fn play(&self, piece: &Piece) -> Playing {
        let (writing, review, task) = self.shared.change(set_the_stage);
        let shared = || Arc::clone(&self.shared);
        let stage = Stage { shared: shared(), pace: piece.pace, writing, review, task };
        Playing::of([
            tokio::spawn(perform(stage, Dice::new(piece.seed))),
            tokio::spawn(react(shared(), piece.pace)),
        ])
    }
}

fn set_the_stage(world: &mut World) -> (String, String, String) {
    let writing = world.put_thread("Write the importer of the survey", CODER);
    let review = world.put_thread("Review the soil types", REVIEWER);
    let task = world.put_task("Write the importer of the survey", &writing);
    world.set_diff(&task, DIFF);
    for agent in [CODER, REVIEWER] {
        world.start_agent(agent);
    }
    world.put_letter(json!({ "from_agent": REVIEWER, "to_inbox": "user", "message_type": "notification",
                             "title": "The nightly review is ready" }));
    say(world, &writing, CODER, "status", "The sheets of the sequencer are read; the depths come next.");
    say(world, &review, REVIEWER, "status", "I go through the soil types by hand: 38 of them.");
    (writing, review, task)
}

async fn perform(stage: Stage, mut dice: Dice) {
    stage.pace.pause(3_000).await;
    stage.change(|world| work(world, &stage.task, 1, 4_200));
    stage.pace.pause(14_000).await;
    let (mut questions, mut merges) = (QUESTIONS.iter().cycle(), MERGES.iter().cycle());
    stage.ask(questions.next());
    stage.pace.pause(12_000).await;
    stage.propose(merges.next());
    let mut turn = 1;
    loop {
        stage.pace.pause(9_000 + dice.below(8_000)).await;
        match dice.below(6) {
            0 => stage.ask(questions.next()),
            1 => stage.propose(merges.next()),
            2 => {
                let Some(news) = dice.pick(NEWS) else { return };
                stage.change(|world| say(world, &stage.review, REVIEWER, "status", news));
            }
            _ => {
                turn += 1;
                stage.change(|world| work(world, &stage.task, turn, 2_000 + dice.below(9_000)));
            }
        }
    }
}

impl Stage {
    fn change(&self, change: impl FnOnce(&mut World)) {
        self.shared.change(change);
    }

    fn ask(&self, question: Option<&&str>) {
        let Some(question) = question else { return };
        self.change(|world| {
            if has_room(world) {
                say(world, &self.writing, CODER, "question", question);
            }
        });
    }

    fn propose(&self, merge: Option<&&str>) {
        let Some(merge) = merge else { return };
        self.change(|world| {
            if has_room(world) {
                world.put_approval(json!({
                    "thread_id": self.review, "instance_id": REVIEWER, "proposal": merge, "task_id": self.task,
                    "request_type": "merge", "impact": "low", "effect_delta_json": "{}",
                }));
            }
        });
    }
}

fn has_room(world: &World) -> bool {
    let pending = world.approvals.values().filter(|row| row["status"] == "pending").count();
    pending + world.waiting().len() < MOST_WAITING
}

/// The agents notice what the operator does.
async fn react(shared: Arc<Shared>, pace: Pace) {
    let mut noticed = 0;
    loop {
        pace.pause(1_500).await;
        shared.change(|world| {
            let news: Vec<Received> = world.received.iter().skip(noticed).cloned().collect();
            noticed += news.len();
            let reactions: Vec<_> = news.iter().filter_map(|received| reaction(world, received)).collect();
            for (thread, agent, words) in reactions {
                say(world, &thread, agent, "status", &words);
            }
        });
    }
}

/// In which thread who says what.
fn reaction(world: &World, received: &Received) -> Option<(String, &'static str, String)> {
    let path: Vec<&str> = received.path.split('/').filter(|part| !part.is_empty()).collect();
    match path.as_slice() {
        ["api", "messages"] => {
            let thread = received.body["thread_id"].as_str()?.to_owned();
            Some((thread, CODER, "Thank you. I go on with that.".to_owned()))
        }
        ["api", "approvals", id, verb] => {
            let row: &Value = world.approvals.get(*id)?;
            let (thread, what) = (row["thread_id"].as_str()?.to_owned(), row["proposal"].as_str()?);
            let words = match *verb {
                "approve" => format!("Merged: {what}. The tests run again."),
                _ => format!("Dropped: {what}."),
            };
            Some((thread, REVIEWER, words))
        }
        _ => None,
    }
}

fn say(world: &mut World, thread: &str, agent: &str, kind: &str, words: &str) {
    let message = json!({ "from_type": "ailang_instance", "from_id": agent, "to_type": "human", "to_id": "user",
                          "kind": kind, "content": words, "metadata_json": "{}" });
    // Both threads are there from the beginning.
    let _ = world.say(thread, message);
}

fn work(world: &mut World, task: &str, turn: u32, tokens: u64) {
    for mut row in [
        json!({ "stream_type": "turn_start", "turn_num": turn }),
        json!({ "stream_type": "tool_use", "turn_num": turn, "tool_name": "Bash", "tool_input": "ailang test survey" }),
        json!({ "stream_type": "tool_result", "turn_num": turn, "tool_name": "Bash", "tool_output": "214 passed" }),
        json!({ "stream_type": "turn_end", "turn_num": turn, "tokens_in": tokens, "tokens_out": tokens / 9,
                "cost": tokens as f64 / 100_000.0 }),
    ] {
        row["agent_id"] = json!(CODER);
        world.work(task, row);
    }
}
