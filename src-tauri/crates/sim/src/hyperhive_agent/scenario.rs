//! An agent that works by itself: turn after turn with what it says, runs and gets, and what the operator wants
//! first. The same seed plays the same piece.

use std::sync::Arc;

use serde_json::json;

use super::HyperhiveAgent;
use super::world::World;
use crate::Dice;
use crate::bus::Desk;
use crate::piece::{Pace, Piece, Playing};

/// A piece of work: what it is told, what it says, runs and gets, and what it makes of that.
#[derive(Clone, Copy, Debug)]
struct Work {
    told: &'static str,
    says: &'static str,
    runs: &'static str,
    gets: &'static str,
    concludes: &'static str,
}

const WORK: [Work; 5] = [
    Work {
        told: "the import of the soil survey runs out of memory",
        says: "I measure it first.",
        runs: "/usr/bin/time -v import --dry-run survey.csv",
        gets: "Maximum resident set size: 3481 MiB",
        concludes: "It holds all sites at once. 4 GiB are enough for today; streaming them is the cure.",
    },
    Work {
        told: "the importer's test is flaky",
        says: "Looks like a clock; I run it a hundred times.",
        runs: "cargo test --package importer -- --test-threads 1",
        gets: "214 passed",
        concludes: "It compared local time with UTC. Fixed, and the test says why.",
    },
    Work {
        told: "read the release notes of the loader",
        says: "Two of them may matter to us.",
        runs: "curl --silent https://docs.rs/loader",
        gets: "41 entries",
        concludes: "1.53 changes how depths are rounded. I would wait until after the survey.",
    },
    Work {
        told: "tidy the fixtures of the survey",
        says: "Three of them are no longer used.",
        runs: "git status --short",
        gets: " D fixtures/old-sites.json",
        concludes: "Removed three files, 2.4 MB less to clone.",
    },
    Work {
        told: "write down why the cache was removed",
        says: "It is in the log of last week.",
        runs: "git log --oneline -5",
        gets: "a1b2c3d drop the cache: it served stale depths",
        concludes: "Added a paragraph to docs/decisions.md.",
    },
];

/// What the operator told it, as far as it can do that here.
const ERRAND: Work = Work {
    told: "",
    says: "On it: I look where that is.",
    runs: "git log --oneline -3 && git status --short",
    gets: "7f3ac10 importer: say which line was wrong",
    concludes: "Done. It is on my branch, with a test.",
};

impl HyperhiveAgent {
    /// Plays a lively agent of a later version.
    pub fn play(&self, piece: &Piece) -> Playing {
        self.switch(|faults| faults.counts = true);
        Playing::of([tokio::spawn(live(Arc::clone(&self.shared), Dice::new(piece.seed), piece.pace))])
    }
}

async fn live(shared: Arc<Desk<World>>, mut dice: Dice, pace: Pace) {
    loop {
        pace.pause(3_000 + dice.below(2_000)).await;
        // The operator may have begun a turn, or one waited in the inbox.
        let work = if shared.look(|world| world.busy) {
            ERRAND
        } else {
            let Some(work) = dice.pick(&WORK).copied() else { return };
            shared.change(|world| world.begin_turn("manager", work.told));
            work
        };
        let failed = dice.below(8) == 0;
        let steps: [fn(&mut World, Work); 4] = [begin, say, run, if failed { give_up } else { conclude }];
        for step in steps {
            pace.pause(2_000 + dice.below(3_000)).await;
            shared.change(|world| {
                // The operator may have stopped the turn.
                if world.busy {
                    step(world, work);
                }
            });
        }
        pace.pause(6_000 + dice.below(9_000)).await;
    }
}

fn begin(world: &mut World, _: Work) {
    let (model, rows) = (world.model.clone(), world.rows.len());
    world.stream(
        json!({ "type": "system", "subtype": "init", "model": model, "uuid": format!("init-{rows}") }),
    );
}

fn say(world: &mut World, work: Work) {
    world.say(work.says);
}

fn run(world: &mut World, work: Work) {
    world.use_tool("Bash", &json!({ "command": work.runs }), work.gets);
}

fn conclude(world: &mut World, work: Work) {
    world.say(work.concludes);
    world.result(false);
    world.end_turn(true, None);
}

fn give_up(world: &mut World, _: Work) {
    world.result(true);
    world.end_turn(false, Some("claude exited with 1"));
}
