//! The agents the hub knows and those that run.

use std::collections::BTreeMap;

use deskbell_domain::{Agent, AgentState, ItemId, Offer, Tone};
use serde_json::Value;

use super::conversation::odd;
use super::json::Row;
use super::words::{TITLE, line};
use crate::Effects;

const MOST: usize = 1_000;

pub(super) fn item(id: &str) -> ItemId {
    ItemId::of("agent", id)
}

#[derive(Debug, Default)]
pub(super) struct Agents {
    known: BTreeMap<String, Option<BTreeMap<String, String>>>,
}

impl Agents {
    /// `{known:[…], running:[{instance_id,pid,started_at}]}`; the known ones are names, or rows with one.
    pub fn learn_all(&mut self, body: &Value, out: &mut Effects) {
        self.known.clear();
        let list =
            |name: &str| body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for value in list("known") {
            match name(value) {
                Ok(id) if self.known.len() < MOST => _ = self.known.insert(id, None),
                Ok(_) => {}
                Err(why) => odd(value.to_string(), &why, out),
            }
        }
        for value in list("running") {
            match name(value) {
                Ok(id) if self.known.len() < MOST => {
                    let fact = |name: &str| Some((name.to_owned(), line(&Row(value).text(name)?, TITLE)));
                    let facts = ["pid", "started_at"].into_iter().filter_map(fact).collect();
                    self.known.insert(id, Some(facts));
                }
                Ok(_) => {}
                Err(why) => odd(value.to_string(), &why, out),
            }
        }
    }

    pub fn is_running(&self, id: &str) -> bool {
        self.known.get(id).is_some_and(Option::is_some)
    }

    pub fn all(&self) -> Vec<Agent> {
        let agent = |(id, running): (&String, &Option<BTreeMap<String, String>>)| {
            let (state, offer) = match running {
                Some(_) => {
                    let stop = Offer::plain("stop", "Stop", Tone::No).confirmed();
                    (AgentState::Running, stop.explained("Ends the agent's process."))
                }
                None => (AgentState::Stopped, Offer::plain("start", "Start", Tone::Yes)),
            };
            Agent {
                item: item(id),
                name: line(id, TITLE),
                state,
                transient: None,
                facts: running.clone().unwrap_or_default(),
                offers: vec![offer],
            }
        };
        self.known.iter().map(agent).collect()
    }
}

fn name(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_) => Row(&serde_json::json!({ "instance_id": value })).id("instance_id"),
        row => Row(row).id("instance_id").or_else(|_| Row(row).id("id")).or_else(|_| Row(row).id("name")),
    }
}
