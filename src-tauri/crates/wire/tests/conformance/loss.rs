//! Replays change nothing, and a loss leaves no trace after the next reading.

use std::collections::BTreeSet;

use deskbell_domain::{Agent, Ask, Finding, ItemId, Millis, State, When};
use proptest::prelude::*;

use crate::desk::Desk;
use crate::sample::Sample;
use crate::samples;

/// Which frames arrive; the others are lost.
fn arrives() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(prop::bool::weighted(0.8), 1..40)
}

fn through(sample: &Sample, arrives: &[bool]) -> Desk {
    let mut desk = Desk::live(sample.adapter(), &sample.before);
    for (frame, arrives) in sample.frames.iter().zip(arrives.iter().cycle()) {
        if *arrives {
            desk.frame_with(frame, &sample.after);
        }
    }
    desk
}

/// What is open, with all that is shown of it. When it was first seen is a matter of who looked first.
fn open(state: &State) -> Vec<Ask> {
    let unseen = When::Seen(Millis(0));
    state.asks.values().cloned().map(|ask| Ask { asked: unseen, ..ask }).collect()
}

/// What is known, with an earlier deadline where that is all a reading could tell.
fn with_deadlines_read(known: Vec<Ask>, told: &[Ask]) -> Vec<Ask> {
    let read = |ask: Ask| match told.iter().find(|other| other.item == ask.item) {
        Some(other) if other.expires <= ask.expires => Ask { expires: other.expires, ..ask },
        Some(_) | None => ask,
    };
    known.into_iter().map(read).collect()
}

fn agents(state: &State) -> Vec<&Agent> {
    state.agents.values().collect()
}

/// What is found. What the last audit did is a matter of which one was known before it.
fn findings(state: &State) -> Vec<Finding> {
    let found = state.findings.values().filter(|finding| !finding.is_removed());
    found.cloned().map(|finding| Finding { news: None, ..finding }).collect()
}

/// Checks that everything a fresh start shows is shown just so.
fn assert_covers(desk: &Desk, fresh: &Desk, sample: &Sample) -> Result<(), TestCaseError> {
    let dialect = sample.dialect;
    let (mut known, told) = (open(&desk.state), open(&fresh.state));
    if sample.deadlines_are_heard {
        known = with_deadlines_read(known, &told);
    }
    if fresh.lists_asks {
        prop_assert_eq!(known, told, "the asks of {}", dialect);
    } else {
        // What no reading tells again is kept.
        prop_assert!(told.iter().all(|ask| known.contains(ask)), "the asks of {}", dialect);
    }
    prop_assert_eq!(agents(&desk.state), agents(&fresh.state), "the agents of {}", dialect);
    prop_assert_eq!(findings(&desk.state), findings(&fresh.state), "the findings of {}", dialect);
    for (item, thread) in &fresh.state.threads {
        let known = desk.state.threads.get(item).map(|known| (&known.title, &known.state, &known.offers));
        prop_assert_eq!(
            known,
            Some((&thread.title, &thread.state, &thread.offers)),
            "a thread of {}",
            dialect
        );
    }
    for (item, task) in &fresh.state.tasks {
        prop_assert_eq!(desk.state.tasks.get(item), Some(task), "a task of {}", dialect);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_any_loss_the_next_reading_is_a_fresh_start(arrives in arrives()) {
        for sample in samples() {
            let mut desk = through(&sample, &arrives);
            desk.connect(&sample.after);
            let fresh = Desk::live(sample.adapter(), &sample.after);
            assert_covers(&desk, &fresh, &sample)?;
        }
    }

    #[test]
    fn a_replay_changes_nothing(
        from in any::<prop::sample::Index>(),
        length in 1..60_usize,
        times in 1..3_usize,
    ) {
        for sample in samples() {
            let mut desk = through(&sample, &[true]);
            let (state, entries) = (desk.state.clone(), desk.entries.clone());
            let from = from.index(sample.frames.len());
            let until = (from + length).min(sample.frames.len());
            for _ in 0..times {
                for frame in &sample.frames[from..until] {
                    desk.frame_with(frame, &sample.after);
                }
            }
            prop_assert_eq!(&desk.state, &state, "{}", sample.dialect);
            let before: BTreeSet<&ItemId> = entries.keys().collect();
            let after: BTreeSet<&ItemId> = desk.entries.keys().collect();
            prop_assert_eq!(after, before, "a replay adds no line: {}", sample.dialect);
        }
    }
}

#[test]
fn the_frames_lead_to_what_the_server_holds_after_them() {
    for sample in samples() {
        let desk = through(&sample, &[true]);
        let fresh = Desk::live(sample.adapter(), &sample.after);
        assert_covers(&desk, &fresh, &sample).unwrap();
    }
}

#[test]
fn reading_the_same_again_changes_nothing() {
    for sample in samples() {
        let mut desk = Desk::live(sample.adapter(), &sample.after);
        let state = desk.state.clone();
        desk.connect(&sample.after);
        assert_eq!(desk.state, state, "{}", sample.dialect);
    }
}

#[test]
fn what_ended_never_opens_again() {
    for sample in samples() {
        let mut desk = through(&sample, &[true]);
        let ended: Vec<ItemId> = desk.state.settled.keys().cloned().collect();
        assert!(!ended.is_empty(), "nothing ends in the sample of {}", sample.dialect);
        for frame in &sample.frames {
            desk.frame_with(frame, &sample.after);
            let back: Vec<&ItemId> = ended.iter().filter(|item| desk.state.asks.contains_key(item)).collect();
            assert!(back.is_empty(), "{}: {back:?}", sample.dialect);
        }
    }
}
