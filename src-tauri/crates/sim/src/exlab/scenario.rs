//! A lab that works by itself: runs that stop to ask, audits that find and forget, a colleague at another desk.
//! The same seed plays the same piece.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::Exlab;
use super::model::World;
use super::parts::{Draft, Problem, form};
use super::state::Shared;
use crate::Dice;

/// More than this many sessions wait, and no new one is started.
const MOST_WAITING: usize = 5;
/// The audits of the real one come half as often.
const AUDIT_MS: u64 = 15_000;

/// What happens, one thing after the other, without end.
#[derive(Clone, Debug)]
pub struct Script {
    dice: Dice,
    opening: VecDeque<Beat>,
    runs: usize,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub struct Beat {
    /// How long after the last one, at speed 1.
    pub after_ms: u64,
    pub step: Step,
}

#[derive(Clone, Debug)]
pub enum Step {
    Run(Draft),
    Find(Problem),
    /// The finding that is there longest is put right.
    Fix,
    Audit,
    /// A colleague answers what waits longest.
    AnswerElsewhere,
}

/// A lively lab: a microscope, a sequencer and a plate reader, with runs that ask what only a person knows.
pub fn lively(seed: u64) -> Script {
    let opening = [
        (50, Step::Find(orphan())),
        (50, Step::Find(illegal("<"))),
        (50, Step::Find(illegal(">"))),
        (100, Step::Audit),
        (100, Step::Run(run(0))),
        (400, Step::Run(run(1))),
        (900, Step::Run(run(2))),
    ];
    let opening = opening.into_iter().map(|(after_ms, step)| Beat { after_ms, step }).collect();
    Script { dice: Dice::new(seed), opening, runs: 3 }
}

impl Iterator for Script {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if let Some(beat) = self.opening.pop_front() {
            return Some(beat);
        }
        let after_ms = 6_000 + self.dice.below(9_000);
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
    let field = |id: &str, label: &str, kind: &str, required: bool| json!({ "id": id, "label": label, "type": kind, "required": required });
    let with = |mut field: Value, key: &str, value: Value| {
        field[key] = value;
        field
    };
    match which % 4 {
        0 => {
            let objective = with(
                field("objective", "Objective", "choice", true),
                "options",
                json!(["20x air", "40x oil", "63x oil"]),
            );
            let bleached = field("bleached", "Discard the bleached stacks", "boolean", false);
            Draft::new("Zebrafish stack 12").on("Confocal 2", "Heart valves").asking(form(
                "Which objective was used? The header of the file does not say.",
                &[objective, bleached],
            ))
        }
        1 => {
            let barcode = with(
                field("barcode", "Plate barcode", "string", true),
                "hint",
                json!("Eight digits, on the short side"),
            );
            let read_on = field("read_on", "Read on", "date", true);
            let note = field("note", "What should the next person know?", "text", false);
            Draft::new("ELISA plate 88")
                .on("Plate reader", "Serum panel")
                .asking(form("The barcode of the plate could not be read.", &[barcode, read_on, note]))
        }
        2 => Draft::new("Amplicon run 0417")
            .on("Sequencer", "Soil survey")
            .asking(form(
                "Two sample sheets fit this run.",
                &[with(
                    field("sheet", "Sample sheet", "choice", true),
                    "options",
                    json!(["sheet-0417.csv", "sheet-0417-corrected.csv"]),
                )],
            ))
            .failing("nas_sync_failed", "the share of the lab is full"),
        _ => Draft::new("Overnight time lapse").on("Confocal 2", "Heart valves"),
    }
}

fn orphan() -> Problem {
    Problem::new("orphan", "/srv/lab/data/Sequencer/Soil survey/Runs/Run_2026-11-02T09-14")
        .saying("a run without a creation record")
}

fn illegal(token: &str) -> Problem {
    let run = "/srv/lab/data/Plate reader/Serum panel/Runs/Run_2026-11-19T16-40";
    Problem::new("illegal_filesystem_character", run).hard().at(&format!("{run}/export <new>.csv"), token)
}

/// A script being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing {
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Playing {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Exlab {
    /// Plays a script: at speed 2, everything comes twice as fast.
    pub fn play(&self, script: Script, speed: f64) -> Playing {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        // Clamped to what fits.
        let pace = move |ms: u64| Duration::from_millis((ms as f64 / speed).clamp(1.0, 3_600_000.0) as u64);
        self.switch(|quirks| quirks.step_ms = u64::try_from(pace(2_000).as_millis()).unwrap_or(2_000));
        let shared = || Arc::clone(&self.shared);
        let (player, auditor) = (shared(), shared());
        let playing = tokio::spawn(async move {
            for Beat { after_ms, step } in script {
                tokio::time::sleep(pace(after_ms)).await;
                perform(&player, step);
            }
        });
        let auditing = tokio::spawn(async move {
            loop {
                tokio::time::sleep(pace(AUDIT_MS)).await;
                auditor.change(World::audit);
            }
        });
        Playing { tasks: vec![playing, auditing] }
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
