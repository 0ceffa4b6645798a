//! How often a session has waited for each form: ExLab gives its waits no ids, so they are counted.

use std::collections::BTreeMap;

use deskbell_domain::{Hash, ItemId, Millis, State};

use super::form::session_of;

/// How many different forms of one session are told apart.
const MOST_FORMS: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Waits {
    /// By the form's hash.
    times: BTreeMap<String, u32>,
    /// The deadlines of those that were open when this was recalled.
    deadlines: BTreeMap<ItemId, Millis>,
}

impl Waits {
    /// Whether the session has never waited before.
    pub fn is_empty(&self) -> bool {
        self.times.values().all(|times| *times == 0)
    }

    /// Counts one more wait for a form.
    pub fn next(&mut self, form: &Hash) -> u32 {
        let form = form.to_string();
        if self.times.len() >= MOST_FORMS && !self.times.contains_key(&form) {
            self.times.clear();
        }
        let times = self.times.entry(form).or_insert(0);
        *times = times.saturating_add(1);
        *times
    }

    pub fn deadline(&self, item: &ItemId) -> Option<Millis> {
        self.deadlines.get(item).copied()
    }

    fn at_least(&mut self, form: &str, times: u32) {
        let known = self.times.entry(form.to_owned()).or_insert(0);
        *known = times.max(*known);
    }
}

/// Names one wait.
pub(super) fn item(session: &str, form: &Hash, time: u32) -> ItemId {
    let again = if time > 1 { format!(".{time}") } else { String::new() };
    ItemId::of("input", format!("{form}{again}:{session}"))
}

/// What is known of the waits of each session. One that ended is not the next; one that is open is.
pub(super) fn recall(known: &State) -> BTreeMap<String, Waits> {
    let mut past: BTreeMap<String, Waits> = BTreeMap::new();
    let mut note = |item: &ItemId, open: u32, deadline: Option<Millis>| {
        let Some((session, (form, time))) = session_of(item).zip(numbered(item)) else { return };
        let waits = past.entry(session.to_owned()).or_default();
        waits.at_least(form, time - open);
        waits.deadlines.extend(deadline.map(|deadline| (item.clone(), deadline)));
    };
    for item in known.settled.keys() {
        note(item, 0, None);
    }
    for (item, ask) in &known.asks {
        note(item, 1, ask.expires);
    }
    past
}

/// The form of a wait, and which of its waits it is.
fn numbered(item: &ItemId) -> Option<(&str, u32)> {
    if item.kind() != "input" {
        return None;
    }
    let (name, _) = item.rest().split_once(':')?;
    match name.split_once('.') {
        Some((form, time)) => Some((form, time.parse().ok().filter(|time| *time > 1)?)),
        None => Some((name, 1)),
    }
}

#[cfg(test)]
mod tests {
    use deskbell_domain::Outcome;

    use super::*;

    #[test]
    fn what_ended_is_counted_on() {
        let form = Hash::of_bytes(b"color");
        let mut known = State::default();
        assert!(recall(&known).is_empty());
        for time in [1, 2] {
            known.settled.insert(item("s", &form, time), Outcome::Cancelled);
        }
        known.settled.insert(ItemId::new("input:nonsense"), Outcome::Cancelled);
        let mut past = recall(&known);
        let waits = past.get_mut("s").unwrap();
        assert!(!waits.is_empty());
        assert_eq!((waits.next(&form), waits.next(&Hash::of_bytes(b"size"))), (3, 1));
        assert_eq!(past.len(), 1);
    }
}
