//! Every ask can be answered, and no answer is sent twice unseen.

use deskbell_domain::{Accepted, Hash, ItemId, Offer, State};
use deskbell_wire::{Attempt, CallId, Effect, Effects, Request, Sent, Signal, TimerId};
use proptest::prelude::*;

use crate::desk::{Desk, Picture, closed, deliveries, json, picture_reply, reads, timers};
use crate::laws::intent;
use crate::sample::Sample;
use crate::samples;

/// Everything the operator may do, each with the least it takes.
fn everything(state: &State) -> Vec<Accepted> {
    let mut offered: Vec<(&ItemId, &[Offer], Hash)> = Vec::new();
    offered.extend(state.asks.values().map(|ask| (&ask.item, ask.offers.as_slice(), ask.shown())));
    let others = (state.agents.values().map(|agent| (&agent.item, &agent.offers)))
        .chain(state.threads.values().map(|thread| (&thread.item, &thread.offers)))
        .chain(state.tasks.values().map(|task| (&task.item, &task.offers)));
    offered.extend(others.map(|(item, offers)| (item, offers.as_slice(), Hash::of(&(item, offers)))));
    let mut all = Vec::new();
    for (item, offers, shown) in offered {
        for offer in offers {
            all.push(state.accept(intent(item, offer, shown.clone())).unwrap());
        }
    }
    all
}

#[test]
fn every_open_ask_has_a_way_out() {
    for sample in samples() {
        let mut desk = Desk::live(sample.adapter(), &sample.before);
        let mut seen = 0;
        let mut check = |state: &State| {
            for ask in state.asks.values() {
                seen += 1;
                let ways: Vec<&Offer> = ask
                    .offers
                    .iter()
                    .filter(|offer| ask.accept(intent(&ask.item, offer, ask.shown())).is_ok())
                    .collect();
                assert!(!ways.is_empty(), "{}: no way out of {ask:?}", sample.dialect);
            }
        };
        check(&desk.state);
        for frame in &sample.frames {
            desk.frame_with(frame, &sample.after);
            check(&desk.state);
        }
        assert!(seen > 0, "the sample of {} has no asks", sample.dialect);
    }
}

/// What befalls a call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Answered as the server would before the frames: what is open is still open.
    Before,
    /// Answered as the server would after the frames.
    After,
    Trouble,
    Nonsense,
    Unanswered,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop::sample::select(&[Fate::Before, Fate::After, Fate::Trouble, Fate::Nonsense, Fate::Unanswered][..])
}

/// Delivers an intent while replies get lost, and checks that each sending but the first follows a read.
fn deliver(
    sample: &Sample,
    accepted: &Accepted,
    attempt: Attempt,
    fates: &[Fate],
) -> Result<(), TestCaseError> {
    let mut desk = Desk::live(sample.adapter(), &sample.before);
    let mut may_send = attempt == Attempt::Fresh;
    let mut ended = false;
    // What the server has may take as long as it takes.
    let mut taken = attempt == Attempt::Taken;
    let mut sent: Vec<CallId> = Vec::new();
    let mut asked: Vec<(CallId, Request)> = Vec::new();
    let mut armed: Vec<TimerId> = Vec::new();
    let mut out = desk.feed(Signal::Do { accepted: accepted.clone(), attempt });
    let mut fates = fates.iter().copied();
    loop {
        for call in deliveries(&out) {
            prop_assert!(may_send, "{}: sent again without a read: {accepted:?}", sample.dialect);
            prop_assert!(!ended, "{}: sent after its end", sample.dialect);
            may_send = false;
            sent.push(call);
        }
        ended |= ends(&out);
        taken |= out.iter().any(|effect| matches!(effect, Effect::Taken(_)));
        asked.extend(reads(&out));
        armed.extend(timers(&out));
        let Some(fate) = fates.next() else { return Ok(()) };
        out = if let Some(call) = sent.pop() {
            desk.feed(closed(call, Sent::Maybe))
        } else if !asked.is_empty() {
            let (call, request) = asked.remove(0);
            may_send |= matches!(fate, Fate::Before | Fate::After);
            read(&mut desk, call, &request, fate, sample)
        } else if !armed.is_empty() {
            desk.feed(Signal::Timer { timer: armed.remove(0) })
        } else {
            prop_assert!(ended || taken, "{}: an intent is left hanging: {accepted:?}", sample.dialect);
            return Ok(());
        };
    }
}

fn read(desk: &mut Desk, call: CallId, request: &Request, fate: Fate, sample: &Sample) -> Effects {
    let from = |picture: &Picture| picture_reply(request, picture);
    let reply = match fate {
        Fate::Before => from(&sample.before),
        Fate::After => from(&sample.after),
        Fate::Trouble => json(503, "down"),
        Fate::Nonsense => json(200, "<html>"),
        Fate::Unanswered => return desk.feed(closed(call, Sent::Maybe)),
    };
    desk.feed(Signal::Reply { call, reply })
}

/// Whether an intent is off the adapter's hands: decided, given back, for the operator's eye, or void with the link.
fn ends(effects: &Effects) -> bool {
    effects.iter().any(|effect| {
        matches!(effect, Effect::Done { .. } | Effect::Defer(_) | Effect::Stick { .. } | Effect::Fail(_))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_lost_reply_never_leads_to_a_second_sending_before_a_read(
        attempt in prop::sample::select(&[Attempt::Fresh, Attempt::Maybe, Attempt::Taken][..]),
        fates in prop::collection::vec(fate(), 40),
    ) {
        for sample in samples() {
            let desk = Desk::live(sample.adapter(), &sample.before);
            let all = everything(&desk.state);
            prop_assert!(!all.is_empty());
            for accepted in &all {
                deliver(&sample, accepted, attempt, &fates)?;
            }
        }
    }
}

#[test]
fn what_certainly_did_not_go_out_is_given_back() {
    for sample in samples() {
        let desk = Desk::live(sample.adapter(), &sample.before);
        for accepted in everything(&desk.state) {
            let mut desk = Desk::live(sample.adapter(), &sample.before);
            let out = desk.feed(Signal::Do { accepted: accepted.clone(), attempt: Attempt::Fresh });
            // What goes over a stream waits until that stream takes something.
            if out == [Effect::Defer(accepted.id().clone())] {
                continue;
            }
            let [call] = deliveries(&out)[..] else { panic!("{}: {out:?}", sample.dialect) };
            let out = desk.feed(closed(call, Sent::No));
            let deferred = out.contains(&Effect::Defer(accepted.id().clone()));
            assert!(deferred && deliveries(&out).is_empty(), "{}: {out:?}", sample.dialect);
        }
    }
}
