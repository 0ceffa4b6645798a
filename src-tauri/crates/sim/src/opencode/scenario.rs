//! A project that is worked on by itself: sessions that plan, edit, run, ask and delegate, and go on as the operator
//! decides. The same seed plays the same piece.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Opencode;
use super::library::{PIECES, piece};
use super::shared::Shared;
use crate::Dice;

/// So many sessions are at work at once.
const AT_WORK: usize = 3;
/// So many are kept; the oldest that rests goes.
const KEPT: usize = 24;
const TICK_MS: u64 = 120;

/// A project being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing {
    task: JoinHandle<()>,
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Opencode {
    /// Plays a lively project: at speed 2, everything comes twice as fast. It begins where three sessions already
    /// wait for the operator.
    pub fn play(&self, seed: u64, speed: f64) -> Playing {
        for which in 0..AT_WORK {
            begin(&self.shared, which);
        }
        self.shared.change(|world| world.paced = true);
        let pace = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Playing { task: tokio::spawn(work(Arc::clone(&self.shared), Dice::new(seed), pace)) }
    }
}

fn begin(shared: &Shared, which: usize) {
    let piece = piece(which);
    shared.change(|world| {
        let session = world.create_session(Some(piece.title), None, None);
        world.prompt(&session, piece.prompt, piece.turns);
    });
}

async fn work(shared: Arc<Shared>, mut dice: Dice, pace: f64) {
    let tick = Duration::from_millis(TICK_MS).div_f64(pace);
    // As many pieces as are at work begin the play, so the next one is another.
    let mut next = AT_WORK;
    // How many ticks until another session begins, once there is room for it.
    let mut rest = 0;
    loop {
        tokio::time::sleep(tick).await;
        for session in shared.look(super::model::World::at_work) {
            shared.change(|world| world.beat(&session));
        }
        if shared.look(super::model::World::busy_tops) >= AT_WORK {
            rest = 30 + dice.below(60);
        } else if rest == 0 {
            begin(&shared, next);
            next += 1 + usize::try_from(dice.below(PIECES as u64 - 1)).unwrap_or_default();
            shared.change(|world| world.keep_newest(KEPT));
        } else {
            rest -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Config, Opencode};

    #[tokio::test]
    async fn the_play_begins_with_a_diff_a_command_of_a_subagent_and_a_question() {
        let server = Opencode::start(Config::default()).await.unwrap();
        let _playing = server.play(1, 1.0);
        let state = server.state();
        let waiting = state["permissions"].as_array().unwrap();
        assert!(waiting.iter().any(|it| it["metadata"]["diff"].is_string()), "{waiting:?}");
        let subagent = waiting.iter().find(|it| it["metadata"]["command"].is_string()).unwrap();
        let sessions = state["sessions"].as_array().unwrap();
        let of =
            |it: &Value| sessions.iter().find(|session| session["id"] == it["sessionID"]).unwrap().clone();
        assert!(of(subagent)["parentID"].is_string());
        assert_eq!(state["questions"][0]["questions"][1]["multiple"], true);
        assert!(sessions.iter().any(|session| session["cost"].as_f64().unwrap() > 0.0));
    }
}
