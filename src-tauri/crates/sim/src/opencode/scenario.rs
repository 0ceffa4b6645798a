//! A project that is worked on by itself: sessions that plan, edit, run, ask and delegate, and go on as the operator
//! decides. The same seed plays the same piece.

use std::sync::Arc;

use super::Opencode;
use super::library::{PIECES, piece};
use super::model::World;
use super::shared::Shared;
use crate::Dice;
use crate::piece::{Pace, Piece, Playing};

/// So many sessions are at work at once.
const AT_WORK: usize = 3;
/// So many are kept; the oldest that rests goes.
const KEPT: usize = 24;
const TICK_MS: u64 = 150;
/// So many ticks pass between the first sessions.
const APART: u64 = 100;

impl Opencode {
    /// Plays a lively project. It begins where a session already waits for the operator.
    pub fn play(&self, piece: &Piece) -> Playing {
        begin(&self.shared, 0);
        self.pace();
        Playing::of([tokio::spawn(work(Arc::clone(&self.shared), Dice::new(piece.seed), piece.pace))])
    }
}

fn begin(shared: &Shared, which: usize) {
    let piece = piece(which);
    shared.change(|world| {
        let session = world.create_session(Some(piece.title), None, None);
        world.prompt(&session, piece.prompt, piece.turns);
    });
}

async fn work(shared: Arc<Shared>, mut dice: Dice, pace: Pace) {
    // The first pieces come in their order, so that each is seen.
    let mut next = 1;
    // How many ticks until another session begins, once there is room for it.
    let mut rest = APART;
    loop {
        pace.pause(TICK_MS).await;
        for session in shared.look(World::at_work) {
            shared.change(|world| world.beat(&session));
        }
        if shared.look(World::busy_tops) >= AT_WORK {
            rest = APART + dice.below(APART);
        } else if rest == 0 {
            begin(&shared, next);
            shared.change(|world| world.keep_newest(KEPT));
            rest = APART;
            let ahead = if next < PIECES { 0 } else { dice.below(PIECES as u64 - 1) };
            next += 1 + usize::try_from(ahead).unwrap_or_default();
        } else {
            rest -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::Value;

    use super::super::{Config, Opencode};
    use crate::piece::{Pace, Piece};

    #[tokio::test]
    async fn the_play_comes_to_a_diff_a_command_of_a_subagent_and_a_question() {
        let server = Opencode::start(Config::default()).await.unwrap();
        let _playing = server.play(&Piece::solo(1, Pace::new(100.0)));
        assert!(!asked(&server.state(), "diff").is_empty(), "the first one waits from the beginning");
        let begun = Instant::now();
        let state = loop {
            let state = server.state();
            if !asked(&state, "command").is_empty() && state["questions"][0].is_object() {
                break state;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{state}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let sessions = state["sessions"].as_array().unwrap();
        let of =
            |it: &Value| sessions.iter().find(|session| session["id"] == it["sessionID"]).unwrap().clone();
        assert!(of(&asked(&state, "command")[0])["parentID"].is_string());
        assert_eq!(state["questions"][0]["questions"][1]["multiple"], true);
        assert!(sessions.iter().any(|session| session["cost"].as_f64().unwrap() > 0.0));
    }

    /// The permissions that tell of this.
    fn asked(state: &Value, what: &str) -> Vec<Value> {
        let waiting = state["permissions"].as_array().unwrap().iter();
        waiting.filter(|it| it["metadata"][what].is_string()).cloned().collect()
    }
}
