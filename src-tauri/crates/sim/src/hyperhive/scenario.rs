//! A world that plays by itself: agents at work who ask, talk, break and come back, and who notice what the
//! operator does. The same seed plays the same piece.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::model::World;
use super::parts::{Container, Prompt, Proposal};
use super::{Hyperhive, library};
use crate::Dice;
use crate::bus::{Desk, Received};
use crate::fault::Build;
use crate::hyperhive_agent::{self, HyperhiveAgent};
use crate::piece::{Pace, Piece, Playing};

/// More than this many open asks, and the agents wait with theirs.
const MOST_OPEN: usize = 4;
/// The agents of the piece; the manager is there anyway.
const AGENTS: [&str; 4] = [CODER, SCRIBE, "scout", "keeper"];
const CODER: &str = "coder";
const SCRIBE: &str = "scribe";

/// What happens, one thing after the other, without end.
#[derive(Clone, Debug)]
pub struct Script {
    dice: Dice,
    opening: VecDeque<Beat>,
    changes: Vec<usize>,
    prompts: Vec<usize>,
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
    Propose(Proposal),
    Ask(Prompt),
    Say {
        from: String,
        to: String,
        body: String,
    },
    /// An agent is restarted and comes back.
    Restart {
        name: String,
    },
    /// Another operator denies the oldest approval.
    DenyElsewhere,
}

/// A lively host: five agents, changes with diffs, questions of every sort, deadlines, chatter.
pub fn lively(seed: u64) -> Script {
    let mut dice = Dice::new(seed);
    let revision = dice.revision();
    let opening = [
        (1_500, Step::Propose(library::change(0, "coder", &revision))),
        (
            2_500,
            say("coder", "manager", "the import of the survey ran out of memory again, I want 4 GiB for it"),
        ),
        (8_000, library::prompt(0)),
        (
            6_000,
            say("scout", "operator", "Read 41 release notes. Two of them matter to the import; I asked you."),
        ),
        (12_000, library::prompt(1)),
        (15_000, Step::Propose(Proposal::spawn("gardener"))),
    ];
    let opening = opening.into_iter().map(|(after_ms, step)| Beat { after_ms, step }).collect();
    // What the opening told is not told again at once.
    let (changes, prompts) = ((1..library::CHANGES).collect(), (2..library::PROMPTS).collect());
    Script { dice, opening, changes, prompts }
}

impl Iterator for Script {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if let Some(beat) = self.opening.pop_front() {
            return Some(beat);
        }
        let after_ms = 9_000 + self.dice.below(9_000);
        let agent = *self.dice.pick(&AGENTS)?;
        let step = match self.dice.below(20) {
            0..5 => {
                let which = draw(&mut self.changes, library::CHANGES, &mut self.dice);
                Step::Propose(library::change(which, agent, &self.dice.revision()))
            }
            5..9 => library::prompt(draw(&mut self.prompts, library::PROMPTS, &mut self.dice)),
            9..17 => {
                let (to, body) = *self.dice.pick(&library::CHATTER)?;
                say(agent, to, body)
            }
            17..19 => Step::Restart { name: agent.to_owned() },
            _ => Step::DenyElsewhere,
        };
        Some(Beat { after_ms, step })
    }
}

/// Draws each once before any comes again.
fn draw(left: &mut Vec<usize>, of: usize, dice: &mut Dice) -> usize {
    if left.is_empty() {
        left.extend(0..of);
    }
    let at = usize::try_from(dice.below(left.len() as u64)).unwrap_or(0);
    left.swap_remove(at)
}

fn say(from: &str, to: &str, body: &str) -> Step {
    Step::Say { from: from.to_owned(), to: to.to_owned(), body: body.to_owned() }
}

impl Hyperhive {
    /// Plays a lively host. The agent of the stage is its `coder`; `scribe` listens at a port of its own, too.
    pub fn play(&self, piece: &Piece) -> Playing {
        let pace = piece.pace;
        let coder = piece.port_of(hyperhive_agent::SIMULATOR.dialect);
        self.shared.change(|world| set_the_stage(world, coder));
        self.switch(|faults| {
            faults.tells_containers = true;
            faults.keep_alive_ms = Some(15_000);
            faults.build = Build::After { ms: pace.ms(4_000) };
            faults.lifecycle_ms = pace.ms(2_500);
        });
        let shared = || Arc::clone(&self.shared);
        Playing::of([
            tokio::spawn(perform(shared(), lively(piece.seed), pace)),
            tokio::spawn(react(shared(), pace)),
            tokio::spawn(watch_deadlines(shared())),
            tokio::spawn(lend_an_ear(shared(), SCRIBE, piece.clone())),
        ])
    }
}

fn set_the_stage(world: &mut World, coder: Option<i64>) {
    for name in AGENTS {
        let mut container = Container::running(name);
        container.needs_update = name == "scout";
        // Nobody is to be sent to where nothing listens.
        container.port = coder.filter(|_| name == CODER);
        world.put_container(container);
    }
    world.put_container(Container { running: false, port: None, ..Container::running("auditor") });
    world.put_container(Container { port: None, ..Container::manager() });
    world.inputs = vec!["hyperhive".to_owned(), "nixpkgs".to_owned()];
    world.say(
        "manager",
        "operator",
        "Good morning. The soil survey goes public today. Four agents are up; auditor is stopped until Friday.",
    );
    world.say("keeper", "manager", "nightly backup finished: 2.1 GiB in 4 min 12 s");
}

/// One of the agents can be listened to at a port of its own.
async fn lend_an_ear(shared: Arc<Desk<World>>, name: &'static str, piece: Piece) {
    let config = hyperhive_agent::Config { label: name.to_owned(), ..hyperhive_agent::Config::default() };
    // Where no port is free, nobody listens to it.
    let Ok(agent) = HyperhiveAgent::start(config).await else { return };
    shared.change(|world| {
        let mut container = Container::running(name);
        container.port = agent.port();
        world.put_container(container);
    });
    // Not what the other one plays.
    let _playing = agent.play(&Piece { seed: piece.seed.wrapping_add(1), ..piece });
    std::future::pending().await
}

async fn perform(shared: Arc<Desk<World>>, script: Script, pace: Pace) {
    for Beat { after_ms, step } in script {
        pace.pause(after_ms).await;
        match step {
            Step::Propose(proposal) => shared.change(|world| {
                if world.open_asks() < MOST_OPEN {
                    world.ask_approval(proposal);
                }
            }),
            Step::Ask(prompt) => shared.change(|world| {
                if world.open_asks() < MOST_OPEN {
                    world.ask_question(prompt);
                }
            }),
            Step::Say { from, to, body } => shared.change(|world| world.say(&from, &to, &body)),
            Step::Restart { name } => {
                if shared.change(|world| world.begin_lifecycle("restart", &name)).is_ok() {
                    pace.pause(3_000).await;
                    shared.change(|world| world.finish_lifecycle("restart", &name, false));
                }
            }
            Step::DenyElsewhere => shared.change(|world| {
                if let Some(id) = world.oldest_open_approval().filter(|_| world.open_asks() >= MOST_OPEN) {
                    world.resolve(id, "denied", Some("Not before the release."));
                }
            }),
        }
    }
}

/// The agents notice what the operator does.
async fn react(shared: Arc<Desk<World>>, pace: Pace) {
    let mut posts = shared.posts();
    loop {
        let post = match posts.recv().await {
            Ok(post) => post,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        pace.pause(1_500).await;
        if let Some((from, body)) = shared.look(|world| reaction(world, &post)) {
            shared.change(|world| world.say(&from, "operator", &body));
        }
    }
}

fn reaction(world: &World, post: &Received) -> Option<(String, String)> {
    let mut path = post.path.trim_start_matches('/').split('/');
    let (verb, target) = (path.next()?, path.next().unwrap_or_default());
    let id = target.parse().unwrap_or_default();
    let proposal = || world.approvals.get(&id).map(|approval| &approval.proposal);
    match verb {
        "approve" => {
            let proposal = proposal()?;
            let what = proposal.description.as_deref().unwrap_or("the new agent");
            Some(("manager".to_owned(), format!("Building now: {what}.")))
        }
        "deny" => {
            let why = post.field("note").unwrap_or("no reason given");
            Some((proposal()?.agent.clone(), format!("Understood, dropped it ({why}).")))
        }
        "answer-question" => {
            let asker = world.questions.get(&id)?.prompt.asker.clone();
            Some((asker, format!("Thanks. Going with \"{}\".", post.field("answer")?)))
        }
        "cancel-question" => {
            let asker = world.questions.get(&id)?.prompt.asker.clone();
            Some((asker, "All right, I will decide that myself.".to_owned()))
        }
        "op-send" => {
            let to = post.field("to")?;
            let from = if to == "*" { "manager" } else { to };
            Some((from.to_owned(), "Got it, on my way.".to_owned()))
        }
        _ => None,
    }
}

/// Deadlines are in the server's own seconds, whatever the pace.
async fn watch_deadlines(shared: Arc<Desk<World>>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    loop {
        ticks.tick().await;
        for id in shared.look(World::overdue) {
            shared.change(|world| world.answer(id, "[expired]", "ttl", false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(seed: u64) -> Vec<String> {
        lively(seed).take(60).map(|beat| format!("{beat:?}")).collect()
    }

    #[test]
    fn the_same_seed_plays_the_same_piece() {
        assert_eq!(piece(3), piece(3));
        assert_ne!(piece(3), piece(4));
    }

    #[test]
    fn the_first_half_minute_already_has_something_of_everything() {
        let mut at = 0;
        let first: Vec<Step> = lively(1)
            .take_while(|beat| {
                at += beat.after_ms;
                at <= 30_000
            })
            .map(|beat| beat.step)
            .collect();
        assert!(first.iter().any(|step| matches!(step, Step::Propose(p) if p.diff.is_some())));
        assert!(first.iter().any(|step| matches!(step, Step::Ask(p) if p.multi)));
        assert!(first.iter().any(|step| matches!(step, Step::Say { to, .. } if to == "operator")));
    }
}
