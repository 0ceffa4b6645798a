use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::ask::accept_among;
use crate::{
    Accepted, Act, Agent, Ask, AskState, Audit, By, Change, Entry, EntryKind, Event, Finding, Gap, Hash,
    Intent, ItemId, Millis, Outcome, Refusal, Settlement, Snapshot, Task, Thread, Usage, When,
};

/// What one source holds now. Asks that ended leave only their outcome behind, so that they never revive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub asks: BTreeMap<ItemId, Ask>,
    pub settled: HashMap<ItemId, Outcome>,
    pub agents: BTreeMap<ItemId, Agent>,
    pub threads: BTreeMap<ItemId, Thread>,
    pub tasks: BTreeMap<ItemId, Task>,
    pub findings: BTreeMap<ItemId, Finding>,
    pub audit: Option<Audit>,
}

/// Folds one event into the state and says what changed. What changes nothing says nothing.
///
/// The law: any interleaving, duplication and replay of a server's snapshot and live events ends in the
/// server's state. An ask that ended stays ended; only one that *vanished* (which is our inference, not the
/// server's word) is open again when a later snapshot lists it, or gets its true outcome when one tells it.
pub fn reduce(state: &mut State, event: Event, now: Millis) -> Vec<Change> {
    let mut changes = Vec::new();
    match event {
        Event::Ask(ask) => state.open(*ask, false, &mut changes),
        Event::Settled(settlement) => state.settle(settlement, &mut changes),
        Event::Agent(agent) => {
            upsert(&mut state.agents, agent.item.clone(), agent, Change::Agent, &mut changes);
        }
        Event::AgentGone(item) => remove(&mut state.agents, item, Change::AgentGone, &mut changes),
        Event::Thread(thread) => state.thread(thread, &mut changes),
        Event::ThreadGone(item) => remove(&mut state.threads, item, Change::ThreadGone, &mut changes),
        Event::Task(task) => state.task(task, now, &mut changes),
        Event::TaskGone(item) => remove(&mut state.tasks, item, Change::TaskGone, &mut changes),
        Event::Finding(finding) => state.finding(finding, &mut changes),
        Event::FindingGone(item) => state.finding_gone(item, &mut changes),
        Event::Audit(at) => state.audited(at, &mut changes),
        Event::Entry(entry) => changes.push(Change::Entry(entry)),
        Event::Snapshot(snapshot) => state.snapshot(*snapshot, now, &mut changes),
        Event::Gap(Gap { why }) => changes.push(Change::Entry(Entry {
            item: ItemId::of("gap", now.0),
            at: When::Seen(now),
            kind: EntryKind::Gap,
            agent: None,
            thread: None,
            ask: None,
            raw: serde_json::json!({ "gap": why }).to_string(),
            text: why,
        })),
    }
    changes
}

impl State {
    /// Checks an intent against whatever it is about, as that is now.
    pub fn accept(&self, intent: Intent) -> Result<Accepted, Refusal> {
        let item = &intent.key.item;
        if let Some(ask) = self.asks.get(item) {
            return ask.accept(intent);
        }
        if let Some(outcome) = self.settled.get(item) {
            return Err(Refusal::NotOpen { how: format!("it was {}", outcome.word()) });
        }
        match self.offers(item) {
            Some(offers) if Hash::of(&(item, offers)) != intent.shown => Err(Refusal::Changed),
            Some(offers) => accept_among(offers, intent),
            None => Err(Refusal::NotOpen { how: "the server no longer lists it".into() }),
        }
    }

    fn offers(&self, item: &ItemId) -> Option<&[crate::Offer]> {
        (self.agents.get(item).map(|a| &a.offers))
            .or_else(|| self.threads.get(item).map(|t| &t.offers))
            .or_else(|| self.tasks.get(item).map(|t| &t.offers))
            .or_else(|| self.findings.get(item).map(|f| &f.offers))
            .map(Vec::as_slice)
    }

    /// What we ourselves do with an ask. An ask that has ended is past doing.
    pub fn act(&mut self, item: &ItemId, act: Act) -> Vec<Change> {
        let Some(ask) = self.asks.get_mut(item) else { return Vec::new() };
        let next = match act {
            Act::Hold { until } => AskState::Held { until },
            Act::Release => AskState::Open,
            Act::Send => AskState::Sending,
            Act::Sent => AskState::Sent,
            Act::Stick { fault } => AskState::Stuck { fault },
        };
        if ask.state == next {
            return Vec::new();
        }
        ask.state = next;
        vec![Change::Ask(Box::new(ask.clone()))]
    }

    fn open(&mut self, mut ask: Ask, from_snapshot: bool, changes: &mut Vec<Change>) {
        match self.settled.get(&ask.item) {
            Some(Outcome::Vanished) if from_snapshot => {
                self.settled.remove(&ask.item);
            }
            Some(_) => return,
            None => {}
        }
        if let Some(known) = self.asks.get(&ask.item) {
            ask.asked = known.asked.or_better(ask.asked);
            ask.state = known.state.clone();
        }
        upsert(&mut self.asks, ask.item.clone(), ask, |ask| Change::Ask(Box::new(ask)), changes);
    }

    fn settle(&mut self, settlement: Settlement, changes: &mut Vec<Change>) {
        let Settlement { item, at, by, outcome, ask } = settlement;
        let news = match self.settled.get(&item) {
            None => true,
            Some(Outcome::Vanished) => outcome != Outcome::Vanished,
            Some(_) => false,
        };
        if !news {
            return;
        }
        let known = self.asks.remove(&item);
        self.settled.insert(item, outcome.clone());
        if let Some(mut ask) = known.or(ask.map(|ask| *ask)) {
            ask.state = AskState::Settled { at, by, outcome };
            changes.push(Change::Ask(Box::new(ask)));
        }
    }

    fn thread(&mut self, mut thread: Thread, changes: &mut Vec<Change>) {
        if let Some(known) = self.threads.get(&thread.item) {
            thread.updated = known.updated.or_later(thread.updated);
        }
        upsert(&mut self.threads, thread.item.clone(), thread, Change::Thread, changes);
    }

    fn task(&mut self, mut task: Task, now: Millis, changes: &mut Vec<Change>) {
        let known = self.tasks.get(&task.item);
        let took_more = known.is_none_or(|known| known.took() != task.took());
        if let Some(known) = known {
            task.started = known.started.or_better(task.started);
            // Servers tell the last change for the end; only one that went on has another end.
            if !took_more && known.ended.is_some() && task.ended.is_some() {
                task.ended = known.ended;
            }
        }
        let usage = Usage::of(&task, now).filter(|_| took_more);
        upsert(&mut self.tasks, task.item.clone(), task, Change::Task, changes);
        changes.extend(usage.map(Change::Usage));
    }

    fn snapshot(&mut self, snapshot: Snapshot, now: Millis, changes: &mut Vec<Change>) {
        let Snapshot { covers, asks, settled, agents, threads, tasks, findings, entries } = snapshot;
        // Endings first: what ended while we were away must not be taken for vanished.
        for settlement in settled {
            self.settle(settlement, changes);
        }
        if covers.asks {
            let listed: BTreeSet<&ItemId> = asks.iter().map(|ask| &ask.item).collect();
            let missing: Vec<ItemId> =
                self.asks.keys().filter(|item| !listed.contains(item)).cloned().collect();
            for item in missing {
                self.vanish(item, now, changes);
            }
        }
        for ask in asks {
            self.open(ask, true, changes);
        }
        if covers.agents {
            let listed: BTreeSet<&ItemId> = agents.iter().map(|agent| &agent.item).collect();
            retain(&mut self.agents, &listed, Change::AgentGone, changes);
        }
        for agent in agents {
            upsert(&mut self.agents, agent.item.clone(), agent, Change::Agent, changes);
        }
        if covers.threads {
            let listed: BTreeSet<&ItemId> = threads.iter().map(|thread| &thread.item).collect();
            retain(&mut self.threads, &listed, Change::ThreadGone, changes);
        }
        for thread in threads {
            self.thread(thread, changes);
        }
        if covers.tasks {
            let listed: BTreeSet<&ItemId> = tasks.iter().map(|task| &task.item).collect();
            retain(&mut self.tasks, &listed, Change::TaskGone, changes);
        }
        for task in tasks {
            self.task(task, now, changes);
        }
        if covers.findings {
            self.findings_listed(findings.iter().map(|finding| &finding.item), changes);
        }
        for finding in findings {
            self.finding(finding, changes);
        }
        changes.extend(entries.into_iter().map(Change::Entry));
    }

    /// The server no longer lists an ask and never said how it ended. It is said out loud, never taken for a denial.
    fn vanish(&mut self, item: ItemId, now: Millis, changes: &mut Vec<Change>) {
        let Some(ask) = self.asks.get(&item) else { return };
        let text = format!(
            "Lost: the server no longer knows \"{}\", and did not say what became of it",
            ask.title()
        );
        changes.push(Change::Entry(Entry {
            item: ItemId::of("vanished", &item),
            at: When::Seen(now),
            kind: EntryKind::Ask,
            agent: ask.agent.clone(),
            thread: ask.thread.clone(),
            ask: Some(item.clone()),
            text,
            raw: serde_json::json!({ "vanished": item }).to_string(),
        }));
        self.settle(
            Settlement { item, at: When::Seen(now), by: By::Nobody, outcome: Outcome::Vanished, ask: None },
            changes,
        );
    }
}

impl When {
    /// Of two times of the last change, the later; the server's word over ours.
    fn or_later(self, newer: Self) -> Self {
        if newer.is_said() == self.is_said() {
            if newer.millis() > self.millis() { newer } else { self }
        } else if newer.is_said() {
            newer
        } else {
            self
        }
    }
}

fn upsert<T: Clone + PartialEq>(
    map: &mut BTreeMap<ItemId, T>,
    item: ItemId,
    value: T,
    change: impl FnOnce(T) -> Change,
    changes: &mut Vec<Change>,
) {
    if map.get(&item) != Some(&value) {
        map.insert(item, value.clone());
        changes.push(change(value));
    }
}

fn remove<T>(
    map: &mut BTreeMap<ItemId, T>,
    item: ItemId,
    gone: impl Fn(ItemId) -> Change,
    changes: &mut Vec<Change>,
) {
    if map.remove(&item).is_some() {
        changes.push(gone(item));
    }
}

fn retain<T>(
    map: &mut BTreeMap<ItemId, T>,
    listed: &BTreeSet<&ItemId>,
    gone: impl Fn(ItemId) -> Change,
    changes: &mut Vec<Change>,
) {
    let missing: Vec<ItemId> = map.keys().filter(|item| !listed.contains(item)).cloned().collect();
    for item in missing {
        remove(map, item, &gone, changes);
    }
}
