//! The laws of `reduce`, on generated histories.

use std::collections::BTreeMap;

use deskbell_domain::{
    Act, Ask, AskBody, AskState, By, Change, Covers, Event, ItemId, Millis, Offer, Outcome, Settlement,
    Snapshot, State, Subject, Tone, Urgency, When, reduce,
};
use proptest::prelude::*;

const NOW: Millis = Millis(1_000);

fn ask(n: u8) -> Ask {
    Ask {
        item: ItemId::of("approval", n),
        agent: Some("coder".into()),
        thread: None,
        asked: When::Said(Millis(n.into())),
        expires: None,
        urgency: Urgency::Normal,
        body: AskBody::Approval { title: format!("ask {n}"), detail: None, subject: Subject::Nothing },
        offers: vec![Offer::plain("approve", "Approve", Tone::Yes)],
        state: AskState::Open,
    }
}

fn settlement(n: u8, outcome: Outcome) -> Settlement {
    Settlement {
        item: ItemId::of("approval", n),
        at: When::Said(Millis(500)),
        by: By::Other("somebody".into()),
        outcome,
        ask: None,
    }
}

/// A server that opens and settles asks, in an order of its own.
#[derive(Clone, Debug)]
enum Deed {
    Open(u8),
    Settle(u8, bool),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Server {
    open: BTreeMap<ItemId, Ask>,
    ended: BTreeMap<ItemId, Outcome>,
}

impl Server {
    /// Performs a deed that makes sense now, and says what it tells its clients.
    fn perform(&mut self, deed: &Deed) -> Option<Event> {
        match *deed {
            Deed::Open(n) => {
                let ask = ask(n);
                if self.open.contains_key(&ask.item) || self.ended.contains_key(&ask.item) {
                    return None;
                }
                self.open.insert(ask.item.clone(), ask.clone());
                Some(Event::Ask(Box::new(ask)))
            }
            Deed::Settle(n, yes) => {
                let outcome = if yes { Outcome::Approved } else { Outcome::Denied { note: None } };
                self.open.remove(&ItemId::of("approval", n))?;
                self.ended.insert(ItemId::of("approval", n), outcome.clone());
                Some(Event::Settled(settlement(n, outcome)))
            }
        }
    }

    fn snapshot(&self, with_history: bool) -> Event {
        let settled = if with_history {
            self.ended
                .iter()
                .map(|(item, outcome)| Settlement {
                    item: item.clone(),
                    at: When::Said(Millis(500)),
                    by: By::Other("somebody".into()),
                    outcome: outcome.clone(),
                    ask: None,
                })
                .collect()
        } else {
            Vec::new()
        };
        Event::Snapshot(Box::new(Snapshot {
            covers: Covers { asks: true, ..Covers::default() },
            asks: self.open.values().cloned().collect(),
            settled,
            ..Snapshot::default()
        }))
    }
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(
        prop_oneof![
            (0u8..6).prop_map(Deed::Open),
            (0u8..6, any::<bool>()).prop_map(|(n, y)| Deed::Settle(n, y))
        ],
        0..40,
    )
}

proptest! {
    /// Whatever was heard, lost, doubled and mixed up before a snapshot, and however often old events are told
    /// again after it: the end is the server's state.
    #[test]
    fn any_interleaving_and_replay_ends_in_the_servers_state(
        before in deeds(),
        after in deeds(),
        heard in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        echoes in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        with_history in any::<bool>(),
    ) {
        let mut server = Server::default();
        let told: Vec<Event> = before.iter().filter_map(|deed| server.perform(deed)).collect();
        let mut state = State::default();
        // What may be told again later: what was heard, or what the snapshot gives the end of. An opening that
        // was never heard and whose end nobody tells can only be held back by the dialect (`seq`).
        let mut echoed = if with_history { told.clone() } else { Vec::new() };
        if !told.is_empty() {
            for index in &heard {
                let event = &told[index.index(told.len())];
                reduce(&mut state, event.clone(), NOW);
                echoed.push(event.clone());
            }
        }
        reduce(&mut state, server.snapshot(with_history), NOW);
        let mut echoes = echoes.iter();
        for deed in &after {
            if let Some(event) = server.perform(deed) {
                reduce(&mut state, event.clone(), NOW);
                echoed.push(event);
            }
            if let Some(index) = echoes.next() && !echoed.is_empty() {
                reduce(&mut state, echoed[index.index(echoed.len())].clone(), NOW);
            }
        }
        prop_assert_eq!(&state.asks, &server.open);
        for (item, outcome) in &state.settled {
            if *outcome != Outcome::Vanished {
                prop_assert_eq!(server.ended.get(item), Some(outcome));
            } else {
                prop_assert!(server.ended.contains_key(item), "only what truly ended is called vanished");
            }
        }
    }

    /// The same events and the same snapshot once more change nothing and say nothing.
    #[test]
    fn a_replay_changes_nothing(deeds in deeds()) {
        let mut server = Server::default();
        let told: Vec<Event> = deeds.iter().filter_map(|deed| server.perform(deed)).collect();
        let mut state = State::default();
        for event in &told {
            reduce(&mut state, event.clone(), NOW);
        }
        reduce(&mut state, server.snapshot(true), NOW);
        let before = state.clone();
        for event in told.iter().chain([&server.snapshot(true)]) {
            prop_assert_eq!(reduce(&mut state, event.clone(), NOW), Vec::new());
        }
        prop_assert_eq!(state, before);
    }
}

fn settled_as(changes: &[Change]) -> Option<&Outcome> {
    changes.iter().find_map(|change| match change {
        Change::Ask(ask) => match &ask.state {
            AskState::Settled { outcome, .. } => Some(outcome),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn a_late_open_never_revives_what_ended() {
    let mut state = State::default();
    reduce(&mut state, Event::Settled(settlement(1, Outcome::Approved)), NOW);
    assert!(reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW).is_empty());
    assert!(state.asks.is_empty());
}

#[test]
fn what_the_server_forgot_is_vanished_and_said_out_loud() {
    let mut state = State::default();
    reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW);
    let changes = reduce(&mut state, Server::default().snapshot(false), NOW);
    assert_eq!(settled_as(&changes), Some(&Outcome::Vanished));
    assert!(changes.iter().any(|c| matches!(c, Change::Entry(e) if e.text.contains("no longer knows"))));
}

#[test]
fn what_vanished_is_open_again_when_a_snapshot_lists_it_but_not_by_a_late_event() {
    let mut state = State::default();
    reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW);
    reduce(&mut state, Server::default().snapshot(false), NOW);
    assert!(reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW).is_empty());
    let mut server = Server::default();
    server.perform(&Deed::Open(1));
    reduce(&mut state, server.snapshot(false), NOW);
    assert_eq!(state.asks.len(), 1);
}

#[test]
fn what_vanished_gets_its_true_outcome_when_one_is_told() {
    let mut state = State::default();
    reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW);
    reduce(&mut state, Server::default().snapshot(false), NOW);
    let told = Settlement { ask: Some(Box::new(ask(1))), ..settlement(1, Outcome::Denied { note: None }) };
    let changes = reduce(&mut state, Event::Settled(told), NOW);
    assert_eq!(settled_as(&changes), Some(&Outcome::Denied { note: None }));
}

#[test]
fn the_servers_retelling_keeps_our_answer_on_its_way() {
    let mut state = State::default();
    reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW);
    state.act(&ItemId::of("approval", 1), Act::Send);
    assert!(reduce(&mut state, Event::Ask(Box::new(ask(1))), NOW).is_empty());
    assert_eq!(state.asks[&ItemId::of("approval", 1)].state, AskState::Sending);
}
