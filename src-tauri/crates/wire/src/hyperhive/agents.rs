//! Who works: containers, what is being done to them, and what is left of the destroyed.

use std::collections::BTreeMap;

use deskbell_domain::{Agent, AgentState, Choice, Field, Input, ItemId, Millis, Offer, Tone, When};

use super::frame::{Container, PortConflict, Tombstone, Transient};
use super::messages::{EVERYBODY, send_offer};
use super::picture::Picture;

/// How the broker calls the manager, whatever its container's name.
const MANAGER: &str = "manager";
/// The longest name an agent may have, in characters.
const NAME_CHARS: u32 = 9;
/// More agents than any server has. What a stream adds beyond is left for the next snapshot.
const MOST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Roster {
    containers: BTreeMap<String, Container>,
    busy: BTreeMap<String, Busy>,
    tombstones: BTreeMap<String, Tombstone>,
    conflicts: Vec<PortConflict>,
    inputs: Vec<String>,
}

/// A lifecycle action under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Busy {
    pub action: String,
    pub since: When,
}

pub(super) fn agent_item(name: &str) -> ItemId {
    ItemId::of("agent", name)
}

impl Roster {
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What the picture says is all there is.
    pub fn replace(&mut self, picture: &Picture, now: Millis) {
        fn named<T: Clone>(rows: &[(T, String)], name: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
            rows.iter().map(|(row, _)| (name(row).clone(), row.clone())).collect()
        }
        self.containers = named(&picture.containers.rows, |row| &row.name);
        self.tombstones = named(&picture.tombstones.rows, |row| &row.name);
        self.conflicts = picture.conflicts.rows.iter().map(|(row, _)| row.clone()).collect();
        self.inputs = picture.inputs.rows.iter().map(|(row, _)| row.name.clone()).collect();
        let known = std::mem::take(&mut self.busy);
        for (row, _) in &picture.transients.rows {
            self.busy.insert(self.canonical(&row.name), busy(row, now));
        }
        for container in self.containers.values() {
            let Some(action) = container.pending.as_ref().filter(|action| !action.is_empty()) else {
                continue;
            };
            // The row does not say since when: the event did, if we heard it.
            let since = match known.get(&container.name) {
                Some(known) if known.action == *action => known.since,
                Some(_) | None => When::Seen(now),
            };
            self.busy.entry(container.name.clone()).or_insert(Busy { action: action.clone(), since });
        }
    }

    /// Everybody, and the one that stands for all.
    pub fn all(&self) -> Vec<Agent> {
        let mut names: Vec<&String> =
            self.containers.keys().chain(self.busy.keys()).chain(self.tombstones.keys()).collect();
        names.sort();
        names.dedup();
        std::iter::once(self.everybody())
            .chain(names.into_iter().filter_map(|name| self.agent(name)))
            .collect()
    }

    /// What is being done to an agent.
    pub fn busy(&self, name: &str) -> Option<&Busy> {
        self.busy.get(&self.canonical(name))
    }

    /// Takes in what is being done; says under which name, or nothing where that is known already.
    pub fn set_busy(&mut self, row: &Transient, now: Millis) -> Option<String> {
        let (name, busy) = (self.canonical(&row.name), busy(row, now));
        let is_known = self.busy.get(&name).is_some_and(|known| {
            known.action == busy.action && (known.since == busy.since || !busy.since.is_said())
        });
        if is_known || (self.busy.len() >= MOST && !self.busy.contains_key(&name)) {
            return None;
        }
        self.busy.insert(name.clone(), busy);
        Some(name)
    }

    /// It is done; gives the name and what was being done.
    pub fn clear_busy(&mut self, name: &str) -> Option<(String, Busy)> {
        let name = self.canonical(name);
        if let Some(container) = self.containers.get_mut(&name) {
            container.pending = None;
        }
        self.busy.remove(&name).map(|busy| (name, busy))
    }

    pub fn set_container(&mut self, container: Container, now: Millis) {
        let name = container.name.clone();
        if self.containers.len() >= MOST && !self.containers.contains_key(&name) {
            return;
        }
        match &container.pending {
            Some(action) if self.busy.get(&name).is_none_or(|known| known.action != *action) => {
                self.busy.insert(name.clone(), Busy { action: action.clone(), since: When::Seen(now) });
            }
            Some(_) => {}
            None => {
                self.busy.remove(&name);
            }
        }
        self.containers.insert(name, container);
    }

    /// Says whether it was there.
    pub fn remove_container(&mut self, name: &str) -> bool {
        self.containers.remove(name).is_some()
    }

    /// Whom the broker takes a message for.
    pub fn recipient(&self, name: &str) -> String {
        match self.containers.get(name) {
            Some(container) if container.is_manager => MANAGER.to_owned(),
            Some(_) | None => name.to_owned(),
        }
    }

    pub fn agent(&self, name: &str) -> Option<Agent> {
        let busy = self.busy.get(name);
        let item = agent_item(name);
        let transient =
            busy.map(|busy| deskbell_domain::Transient { kind: busy.action.clone(), since: busy.since });
        if let Some(container) = self.containers.get(name) {
            let state = match (container.running, container.needs_login) {
                (true, true) => AgentState::NeedsLogin,
                (true, false) => AgentState::Running,
                (false, _) => AgentState::Stopped,
            };
            return Some(Agent {
                item,
                name: self.recipient(name),
                state,
                facts: self.facts(container),
                offers: offers(container, transient.is_some()),
                transient,
            });
        }
        if let Some(busy) = busy {
            // Not created yet: its state is what is being done to it.
            return Some(Agent {
                item,
                name: name.to_owned(),
                state: AgentState::Unknown(busy.action.clone()),
                transient,
                facts: BTreeMap::new(),
                offers: Vec::new(),
            });
        }
        let tombstone = self.tombstones.get(name)?;
        let mut facts = BTreeMap::new();
        if let Some(bytes) = tombstone.state_bytes {
            facts.insert("state kept".to_owned(), format!("{bytes} bytes"));
        }
        facts.insert("credentials kept".to_owned(), yes_or_no(tombstone.has_creds));
        let purge = Offer::plain("purge-tombstone", "Purge what is left", Tone::No)
            .behind_name(name)
            .explained("Deletes the state it left behind. This cannot be undone.");
        Some(Agent {
            item,
            name: name.to_owned(),
            state: AgentState::Gone,
            transient: None,
            facts,
            offers: vec![purge],
        })
    }

    fn facts(&self, container: &Container) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::new();
        let mut say = |fact: &str, words: Option<String>| {
            if let Some(words) = words {
                facts.insert(fact.to_owned(), words);
            }
        };
        say("revision", container.deployed_sha.clone());
        say("port", container.port.map(|port| port.to_string()));
        say("update", container.needs_update.then(|| "available".to_owned()));
        say("manager", container.is_manager.then(|| yes_or_no(true)));
        say("container", container.is_manager.then(|| container.name.clone()));
        say("parent", container.parent.clone());
        say("rate limited", container.rate_limited.then(|| yes_or_no(true)));
        say("reminders", container.pending_reminders.filter(|count| *count > 0).map(|n| n.to_string()));
        let conflict = self.conflicts.iter().find(|conflict| conflict.agents.contains(&container.name));
        say("port conflict", conflict.map(|c| format!("{} is used by {}", c.port, c.agents.join(", "))));
        facts
    }

    fn everybody(&self) -> Agent {
        let mut name = Field::text("name", "Name", true, NAME_CHARS);
        name.input =
            Input::Text { multiline: false, min: 1, max: NAME_CHARS, max_bytes: None, default: None };
        name.hint = Some(format!("At most {NAME_CHARS} characters."));
        let mut offers = vec![
            send_offer("Send to everybody"),
            Offer::plain("request-spawn", "Ask for a new agent", Tone::Neutral)
                .with_field(name)
                .explained("Queues an approval; nothing is created before it is approved."),
            Offer::plain("update-all", "Update all", Tone::Neutral)
                .confirmed()
                .explained("Rebuilds every agent that is out of date."),
        ];
        if !self.inputs.is_empty() {
            let options = self.inputs.iter().map(Choice::plain).collect();
            offers.push(Offer::plain("meta-update", "Update inputs", Tone::Neutral).confirmed().with_field(
                Field {
                    id: "inputs".to_owned(),
                    label: "Inputs".to_owned(),
                    required: true,
                    hint: None,
                    input: Input::Pick { options, many: true, other: false, max_bytes: None },
                },
            ));
        }
        Agent {
            item: agent_item(EVERYBODY),
            name: "All agents".to_owned(),
            state: AgentState::Running,
            transient: None,
            facts: BTreeMap::new(),
            offers,
        }
    }

    /// The manager has two names; the container's is the one we keep it under.
    fn canonical(&self, name: &str) -> String {
        if name == MANAGER && !self.containers.contains_key(name) {
            let manager = self.containers.values().find(|container| container.is_manager);
            return manager.map_or(name, |container| &container.name).to_owned();
        }
        name.to_owned()
    }
}

fn busy(row: &Transient, now: Millis) -> Busy {
    Busy { action: row.action().to_owned(), since: super::asks::said_or_seen(row.since_unix, now) }
}

/// What may be done with an agent. While something is being done to it, nothing that would cross it.
fn offers(container: &Container, is_busy: bool) -> Vec<Offer> {
    let mut offers = vec![send_offer("Send")];
    if is_busy {
        return offers;
    }
    if container.running {
        offers.push(Offer::plain("restart", "Restart", Tone::Neutral).confirmed());
        offers.push(
            Offer::plain("kill", "Stop", Tone::No)
                .confirmed()
                .explained("Stops it when it is done with its turn."),
        );
    } else {
        offers.push(Offer::plain("start", "Start", Tone::Yes));
    }
    offers.push(Offer::plain("rebuild", "Rebuild", Tone::Neutral));
    if !container.is_manager {
        offers.push(
            Offer::plain("destroy", "Destroy", Tone::No)
                .confirmed()
                .explained("Removes the container and keeps its state."),
        );
        offers.push(
            Offer::plain("purge", "Destroy and purge", Tone::No)
                .behind_name(&container.name)
                .explained("Removes the container and deletes its state. This cannot be undone."),
        );
    }
    offers
}

fn yes_or_no(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
