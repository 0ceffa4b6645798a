//! A world that plays by itself: alerts become tickets, colleagues talk in Slack, and turns ask the operator.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Shared, Warren};
use crate::Dice;

/// More than this many requests that wait, and nothing more is asked.
const MOST_WAITING: usize = 4;

const TICKETS: &[(&str, &str)] = &[
    ("sec-101", "Login from two countries within ten minutes"),
    ("sec-102", "Service account downloads a whole bucket"),
    ("sec-103", "New admin on the staging cluster"),
];
const SLACK: &[(&str, &str)] = &[
    ("mika", "I am on call until six, ping me."),
    ("jo", "That service account belongs to the nightly export."),
    ("mika", "The user says she is at a conference in Lisbon."),
    ("jo", "We rotated those keys last week."),
];
const WORDS: &[&str] = &[
    "tool SELECT ip, count(*) FROM logins WHERE user = 'kai' GROUP BY ip",
    "ask Which host should be looked at first?web-1 web-2 db-1",
    "summarise what we know",
    "tool SELECT name FROM buckets WHERE owner = 'export'",
    "ask Who may be told about this",
    "is this the first time?",
];

/// A script being played. It ends when this is dropped.
#[derive(Debug)]
pub struct Playing(JoinHandle<()>);

impl Drop for Playing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Warren {
    /// A lively warren: at speed 2, everything comes twice as fast. The same seed plays the same piece.
    pub fn play(&self, seed: u64, speed: f64) -> Playing {
        for (id, title) in TICKETS {
            self.open_ticket(id, title);
        }
        self.say_in_slack("sec-101", "mika", "Looking at this one now.");
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Playing(tokio::spawn(perform(Arc::clone(&self.shared), Dice::new(seed), speed)))
    }
}

async fn perform(shared: Arc<Shared>, mut dice: Dice, speed: f64) {
    let mut beat = 0_u32;
    loop {
        // The first come quickly, so that there is something to see.
        let pause = if beat < 6 { 300 } else { 4_000 + dice.below(5_000) };
        tokio::time::sleep(Duration::from_millis(pause).div_f64(speed)).await;
        let throw = dice.below(4);
        let (words, chat) = (dice.pick(WORDS).copied(), dice.pick(SLACK).copied());
        shared.change(|world| {
            let listeners: Vec<u64> = world.listeners.keys().copied().collect();
            let waiting = world.hitls.values().filter(|hitl| hitl.status == "pending").count();
            match (dice.pick(&listeners), words, chat) {
                // As if the operator had typed it there a moment ago.
                (Some(listener), Some(words), _) if throw > 0 && waiting < MOST_WAITING => {
                    world.take_words(*listener, words);
                    beat += 1;
                }
                (_, _, Some((user, words))) if throw == 0 => {
                    let session = world.new_session("sec-102", "slack", user);
                    world.add_message(&session, None, "user", Some(user), words);
                    beat += 1;
                }
                _ => {}
            }
        });
    }
}
