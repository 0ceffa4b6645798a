//! A lab that works by itself: runs that stop to ask, audits that find and forget, a colleague at another desk.
//! The same seed plays the same piece.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Exlab;
use super::model::World;
use super::parts::{Draft, Problem};
use super::state::Shared;
use crate::Dice;
use crate::piece::{Piece, Playing};

/// More than this many sessions wait, and no new one is started.
const MOST_WAITING: usize = 2;
/// As often as those of the real one.
const AUDIT_MS: u64 = 30_000;

/// What happens, one thing after the other, without end.
#[derive(Clone, Debug)]
struct Script {
    dice: Dice,
    opening: VecDeque<Beat>,
    runs: usize,
}

/// One thing that happens.
#[derive(Clone, Debug)]
struct Beat {
    /// How long after the last one, at speed 1.
    after_ms: u64,
    step: Step,
}

#[derive(Clone, Debug)]
enum Step {
    Run(Draft),
    Find(Problem),
    /// The finding that is there longest is put right.
    Fix,
    Audit,
    /// A colleague answers what waits longest.
    AnswerElsewhere,
}

/// A lively lab: a sequencer, a plate reader and a microscope, with runs that ask what only a person knows.
fn lively(seed: u64) -> Script {
    let opening = [
        (500, Step::Find(orphan())),
        (50, Step::Find(illegal("<"))),
        (50, Step::Find(illegal(">"))),
        (100, Step::Audit),
        (2_000, Step::Run(run(0))),
        (24_000, Step::Run(run(1))),
        (20_000, Step::Run(run(2))),
    ];
    let opening = opening.into_iter().map(|(after_ms, step)| Beat { after_ms, step }).collect();
    Script { dice: Dice::new(seed), opening, runs: 2 }
}

impl Iterator for Script {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if let Some(beat) = self.opening.pop_front() {
            return Some(beat);
        }
        let after_ms = 14_000 + self.dice.below(12_000);
        let step = match self.dice.below(10) {
            0..5 => {
                self.runs += 1;
                Step::Run(run(self.runs))
            }
            5 => Step::Find(if self.dice.below(2) == 0 { orphan() } else { illegal("|") }),
            6 => Step::Fix,
            7 => Step::AnswerElsewhere,
            _ => Step::Audit,
        };
        Some(Beat { after_ms, step })
    }
}

fn run(which: usize) -> Draft {
    let numbered = |what: &str, first: usize| Draft::new(&format!("{what} {}", first + which / 4));
    match which % 4 {
        0 => numbered("Nitrate plate", 88).on("Plate reader", "Soil survey").asking(asked_by(
            "plate-reader",
            "The barcode of the plate could not be read.",
            &[
                with(
                    field("barcode", "Plate barcode", "string", true),
                    "hint",
                    "Eight digits, on the short side",
                ),
                field("read_on", "Read on", "date", true),
                field("note", "What should the next person know?", "text", false),
            ],
        )),
        1 => numbered("Amplicon run", 417)
            .on("Sequencer", "Soil survey")
            .asking(asked_by(
                "sample-sheets",
                "Two sample sheets fit this run.",
                &[with(
                    field("sheet", "Sample sheet", "choice", true),
                    "options",
                    json!(["samples.csv", "samples-corrected.csv"]),
                )],
            ))
            .failing("nas_sync_failed", "the share of the lab is full"),
        2 => Draft::new("Overnight time lapse").on("Confocal 2", "Root growth"),
        _ => numbered("Root stack", 12).on("Confocal 2", "Root growth").asking(asked_by(
            "image-header",
            "Which objective was used? The header of the file does not say.",
            &[
                with(
                    field("objective", "Objective", "choice", true),
                    "options",
                    json!(["20x air", "40x oil", "63x oil"]),
                ),
                field("bleached", "Discard the bleached stacks", "boolean", false),
            ],
        )),
    }
}

fn asked_by(plugin: &str, reason: &str, fields: &[Value]) -> Value {
    json!({ "plugin": plugin, "fields": fields, "reason": reason })
}

fn field(id: &str, label: &str, kind: &str, required: bool) -> Value {
    json!({ "id": id, "label": label, "type": kind, "required": required })
}

fn with(mut field: Value, key: &str, value: impl Into<Value>) -> Value {
    field[key] = value.into();
    field
}

fn orphan() -> Problem {
    Problem::new("orphan", "/srv/lab/data/Sequencer/Soil survey/Runs/Run_2026-11-02T09-14")
        .saying("a run without a creation record")
}

fn illegal(token: &str) -> Problem {
    let run = "/srv/lab/data/Plate reader/Soil survey/Runs/Run_2026-11-19T16-40";
    Problem::new("illegal_filesystem_character", run)
        .hard()
        .at(&format!("{run}/export <new>.csv"), token)
        .saying(&format!("the name of a file has a \"{token}\" in it"))
}

impl Exlab {
    /// Plays a lively lab.
    pub fn play(&self, piece: &Piece) -> Playing {
        let pace = piece.pace;
        self.switch(|quirks| quirks.step_ms = pace.ms(3_000));
        let (player, auditor) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        let script = lively(piece.seed);
        Playing::of([
            tokio::spawn(async move {
                for Beat { after_ms, step } in script {
                    pace.pause(after_ms).await;
                    perform(&player, step);
                }
            }),
            tokio::spawn(async move {
                loop {
                    pace.pause(AUDIT_MS).await;
                    auditor.change(World::audit);
                }
            }),
        ])
    }
}

fn perform(shared: &Arc<Shared>, step: Step) {
    match step {
        Step::Run(draft) => {
            let waiting = |world: &World| {
                world.sessions.values().filter(|session| session.state == "input_required").count()
            };
            if shared.look(waiting) < MOST_WAITING {
                let id = shared.change(|world| {
                    let id = world.start_session(draft);
                    world.say_progress(&id, "rendering_template", 3, 8);
                    id
                });
                shared.step_later(id);
            }
        }
        Step::Find(problem) => shared.change(|world| world.put_problem(problem)),
        Step::Fix => shared.change(|world| {
            if let Some(oldest) = world.problems().first().cloned() {
                world.fix_problem(|problem| {
                    problem.rule == oldest.rule && problem.matched_token == oldest.matched_token
                });
            }
            world.audit();
        }),
        Step::Audit => shared.change(World::audit),
        Step::AnswerElsewhere => shared.change(|world| {
            let waits = world.sessions.iter().find(|(_, session)| session.state == "input_required");
            if let Some(id) = waits.map(|(id, _)| id.clone())
                && world.resume(&id).is_ok()
            {
                world.step(&id);
            }
        }),
    }
}
