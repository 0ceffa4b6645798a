//! The agent and its thread as they are shown: from its state, and from the turn under way.

use std::collections::BTreeMap;

use deskbell_domain::{
    Agent, AgentState, Field, Input, ItemId, Millis, Offer, Thread, ThreadState, Tone, Transient, When,
};

use super::picture::{Login, Picture};
use super::turns::Turns;

/// There is one stream in an agent.
pub(super) const THREAD: &str = "thread:stream";
/// As the broker of its host has it, in bytes.
const BODY_BYTES: u32 = 1_024;
const MODEL_CHARS: u32 = 100;

pub(super) fn name(picture: &Picture) -> &str {
    picture.label.as_deref().filter(|label| !label.trim().is_empty()).unwrap_or("agent")
}

pub(super) fn agent(
    picture: &Picture,
    turns: &Turns,
    busy: bool,
    parent: Option<&str>,
    now: Millis,
) -> Agent {
    let login = picture.login();
    let state = match (login, picture.status.as_str()) {
        (Login::Needed | Login::UnderWay, _) => AgentState::NeedsLogin,
        (Login::NotNeeded, "online") if busy => AgentState::Working,
        (Login::NotNeeded, "online") => AgentState::Running,
        (Login::NotNeeded, other) => AgentState::Unknown(other.to_owned()),
    };
    let transient = picture.compacts().then(|| Transient {
        kind: "compacting".to_owned(),
        since: picture.since().map_or(When::Seen(now), When::Said),
    });
    let mut facts = BTreeMap::new();
    let mut say = |fact: &str, words: Option<String>| {
        if let Some(words) = words {
            facts.insert(fact.to_owned(), words);
        }
    };
    say("model", picture.model.clone());
    say("context", picture.context_window_tokens.map(|tokens| format!("{tokens} tokens")));
    say("full name", picture.qualified_label.clone());
    say("dashboard port", picture.dashboard_port.map(|port| port.to_string()));
    say("parent", parent.map(str::to_owned));
    say("inbox", Some(picture.inbox.len()).filter(|count| *count > 0).map(|count| count.to_string()));
    say("unread", Some(turns.unread).filter(|count| *count > 0).map(|count| count.to_string()));
    let mut offers = vec![send()];
    if busy {
        offers.push(cancel());
    } else if !picture.compacts() {
        offers.push(
            Offer::plain("compact", "Compact", Tone::Neutral)
                .explained("Shortens what the model remembers of the conversation so far."),
        );
    }
    offers.push(model(picture));
    if login == Login::Needed {
        offers.push(Offer::plain("login-start", "Start login", Tone::Yes));
    }
    Agent {
        item: ItemId::of("agent", name(picture)),
        name: name(picture).to_owned(),
        state,
        transient,
        facts,
        offers,
    }
}

pub(super) fn thread(picture: &Picture, busy: bool, updated: Millis) -> Thread {
    let mut offers = vec![send()];
    if busy {
        offers.push(cancel());
    }
    Thread {
        item: ItemId::new(THREAD),
        title: name(picture).to_owned(),
        parent: None,
        agent: Some(name(picture).to_owned()),
        state: if busy { ThreadState::Busy } else { ThreadState::Idle },
        updated: When::Seen(updated),
        offers,
    }
}

fn send() -> Offer {
    let mut body = Field::text("body", "Message", true, BODY_BYTES);
    body.input =
        Input::Text { multiline: true, min: 1, max: BODY_BYTES, max_bytes: Some(BODY_BYTES), default: None };
    Offer::plain("send", "Send", Tone::Neutral).with_field(body)
}

fn cancel() -> Offer {
    Offer::plain("cancel", "Stop the turn", Tone::No)
        .confirmed()
        .explained("Interrupts the model. The turn ends as failed; the agent stays.")
}

fn model(picture: &Picture) -> Offer {
    let mut model = Field::text("model", "Model", true, MODEL_CHARS);
    model.input = Input::Text {
        multiline: false,
        min: 1,
        max: MODEL_CHARS,
        max_bytes: None,
        default: picture.model.clone(),
    };
    Offer::plain("model", "Change the model", Tone::Neutral).with_field(model)
}
