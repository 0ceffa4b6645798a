//! A world that plays by itself: alerts become tickets, colleagues talk in Slack, and turns ask the operator.
//! The same seed plays the same piece.

use std::sync::Arc;

use serde_json::{Value, json};

use super::model::World;
use super::{Shared, Warren};
use crate::Dice;
use crate::piece::{Pace, Piece, Playing};

/// More than this many requests that wait, and nothing more is asked.
const MOST_WAITING: usize = 2;

const PRIYA: &str = "sec-101";
const BUCKET: &str = "sec-102";
const ADMIN: &str = "sec-103";
const TICKETS: &[(&str, &str)] = &[
    (PRIYA, "Priya logs in from two countries within ten minutes"),
    (BUCKET, "A service account downloads a whole bucket"),
    (ADMIN, "A new admin on the staging cluster"),
];
/// What colleagues say, and about what.
const SLACK: &[(&str, &str, &str)] = &[
    (PRIYA, "mika", "Looking at this one now. Is she not in Lisbon today?"),
    (BUCKET, "jo", "That account belongs to the nightly export of the soil survey."),
    (PRIYA, "mika", "Confirmed: she is on stage in Lisbon until four."),
    (BUCKET, "jo", "We rotated those keys last week."),
    (ADMIN, "mika", "I am on call until six, ping me."),
];

/// Words of the operator's, said a moment ago, and what they lead to.
#[derive(Clone, Copy, Debug)]
struct Turn {
    ticket: &'static str,
    words: &'static str,
    leads_to: LeadsTo,
}

#[derive(Clone, Copy, Debug)]
enum LeadsTo {
    /// The leave to use a tool, with these arguments in JSON.
    Tool(&'static str, &'static str),
    Question(&'static str, &'static [&'static str]),
    Words(&'static str),
}

/// The first three come in this order.
const TURNS: &[Turn] = &[
    Turn {
        ticket: BUCKET,
        words: "Whose account is it, and does it do this every night?",
        leads_to: LeadsTo::Tool(
            "bq_query",
            r#"{"sql": "SELECT day, bytes FROM downloads WHERE account = 'survey-export' ORDER BY day DESC LIMIT 14"}"#,
        ),
    },
    Turn {
        ticket: PRIYA,
        words: "Is this really her?",
        leads_to: LeadsTo::Question(
            "Priya cannot answer before four. Whom shall I ask instead?",
            &["Her manager", "The desk of the conference", "Nobody: lock the account"],
        ),
    },
    Turn {
        ticket: BUCKET,
        words: "Sum up what we know.",
        leads_to: LeadsTo::Words(
            "The export of the **soil survey** reads the whole bucket *every night at 02:10*. Last night it did so twice: \
             the first run was cut off at 61 %.\n\nNothing points to a person. I suggest to resolve this as a false positive.",
        ),
    },
    Turn {
        ticket: ADMIN,
        words: "Who made that admin?",
        leads_to: LeadsTo::Tool(
            "audit_log",
            r#"{"cluster": "staging", "verb": "create", "resource": "clusterrolebindings", "hours": 48}"#,
        ),
    },
    Turn {
        ticket: ADMIN,
        words: "Keep an eye on it.",
        leads_to: LeadsTo::Question("Who may be told about this, and from when on?", &[]),
    },
    Turn {
        ticket: PRIYA,
        words: "Are there other devices?",
        leads_to: LeadsTo::Tool("sign_out", r#"{"user": "priya", "sessions": "all but the one in Lisbon"}"#),
    },
];

impl Warren {
    /// Plays a lively warren.
    pub fn play(&self, piece: &Piece) -> Playing {
        for (id, title) in TICKETS {
            self.open_ticket(id, title);
        }
        let shared = Arc::clone(&self.shared);
        Playing::of([tokio::spawn(perform(shared, Dice::new(piece.seed), piece.pace))])
    }
}

async fn perform(shared: Arc<Shared>, mut dice: Dice, pace: Pace) {
    pace.pause(6_000).await;
    for (index, turn) in TURNS.iter().take(3).enumerate() {
        shared.change(|world| gossip(world, SLACK[index]));
        // Nobody can have said anything where nobody listens.
        while !shared.change(|world| say(world, *turn)) {
            pace.pause(1_000).await;
        }
        pace.pause(18_000).await;
    }
    let mut gossips = SLACK.iter().cycle().skip(3);
    // Each comes once before any comes again.
    for turn in TURNS.iter().cycle().skip(3) {
        pace.pause(12_000 + dice.below(10_000)).await;
        if dice.below(3) == 0
            && let Some(words) = gossips.next()
        {
            shared.change(|world| gossip(world, *words));
            pace.pause(8_000).await;
        }
        shared.change(|world| say(world, *turn));
    }
}

fn gossip(world: &mut World, (ticket, who, words): (&'static str, &'static str, &'static str)) {
    let mut known = world.sessions.iter();
    let talk =
        known.find(|(_, it)| (it.ticket.as_str(), it.source, it.user.as_str()) == (ticket, "slack", who));
    let session = talk.map(|(id, _)| id.clone()).unwrap_or_else(|| world.new_session(ticket, "slack", who));
    world.add_message(&session, None, "user", Some(who), words);
}

/// Says whether somebody listens to that ticket.
fn say(world: &mut World, turn: Turn) -> bool {
    let mut listeners = world.listeners.iter().filter(|(_, listener)| listener.ticket == turn.ticket);
    let Some((listener, _)) = listeners.next() else { return false };
    let listener = *listener;
    if world.waiting() < MOST_WAITING
        && let Some(begun) = world.hear_words(listener, turn.words)
    {
        match turn.leads_to {
            LeadsTo::Tool(name, arguments) => {
                let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
                world.ask(&begun, "tool_approval", json!({ "tool_name": name, "tool_args": arguments }));
            }
            LeadsTo::Question(question, options) => {
                let options = Some(options).filter(|options| !options.is_empty());
                world.ask(&begun, "question", json!({ "question": question, "options": options }));
            }
            LeadsTo::Words(words) => world.finish_turn(&begun, words),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_is_of_a_ticket_and_every_tool_has_arguments() {
        for turn in TURNS {
            assert!(TICKETS.iter().any(|(id, _)| *id == turn.ticket));
            if let LeadsTo::Tool(_, arguments) = turn.leads_to {
                assert!(serde_json::from_str::<Value>(arguments).unwrap().is_object());
            }
        }
    }
}
