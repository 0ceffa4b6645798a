use deskbell_domain::{AskState, By, Fault, FaultCode, ItemId, Millis, Next, Outcome, SourceId, When};
use deskbell_store::{CountsRow, Fact};

use crate::samples::{Desk, ask, asked, key, settled};

#[tokio::test]
async fn a_settled_ask_never_opens_again() {
    let mut desk = Desk::new().await;
    let denied = ask("approval:1", settled(200, Outcome::Denied { note: Some("no".into()) }));
    desk.durable(asked(ask("approval:1", AskState::Open))).await;
    desk.durable(asked(denied.clone())).await;
    desk.told(asked(denied.clone())).await;
    for late in [AskState::Open, AskState::Sending, settled(300, Outcome::Vanished)] {
        assert_eq!(desk.told(asked(ask("approval:1", late))).await, [], "nothing is told of it either");
        assert_eq!(desk.reader().ask(&key("approval:1")).unwrap().unwrap().ask, denied);
    }
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().asks_open, 0);
}

#[tokio::test]
async fn a_vanished_ask_may_be_told_anew() {
    let mut desk = Desk::new().await;
    let vanished = ask("approval:1", settled(200, Outcome::Vanished));
    desk.durable(asked(vanished.clone())).await;
    let facts = desk.told(asked(ask("approval:1", AskState::Open))).await;
    assert!(matches!(&facts[..], [Fact::Change(_), Fact::Change(_)]), "{facts:?}");
    assert_eq!(desk.reader().counts(&SourceId::new("s")).unwrap().asks_open, 1);
    desk.durable(asked(vanished)).await;
    let approved = ask("approval:1", settled(300, Outcome::Approved));
    desk.durable(asked(approved.clone())).await;
    assert_eq!(
        desk.reader().ask(&key("approval:1")).unwrap().unwrap().ask,
        approved,
        "and have its true outcome"
    );
}

#[tokio::test]
async fn a_settled_ask_may_become_ours() {
    let mut desk = Desk::new().await;
    desk.durable(asked(ask("approval:1", settled(200, Outcome::Approved)))).await;
    let mut ours = ask("approval:1", settled(200, Outcome::Approved));
    ours.state = AskState::Settled { at: When::Seen(Millis(200)), by: By::Us, outcome: Outcome::Approved };
    desk.told(asked(ours.clone())).await;
    assert_eq!(desk.reader().ask(&key("approval:1")).unwrap().unwrap().ask, ours);
}

#[tokio::test]
async fn what_is_told_twice_is_told_once() {
    let mut desk = Desk::new().await;
    assert_eq!(desk.told(asked(ask("approval:1", AskState::Open))).await.len(), 1);
    assert_eq!(desk.told(asked(ask("approval:1", AskState::Open))).await, []);
}

#[tokio::test]
async fn asks_wait_by_deadline_then_by_age_and_ended_ones_are_newest_first() {
    let desk = Desk::new().await;
    for (item, asked_at, expires) in
        [("a:old", 10, None), ("a:soon", 30, Some(50)), ("a:new", 20, None), ("a:later", 5, Some(90))]
    {
        let mut it = ask(item, AskState::Open);
        it.asked = When::Said(Millis(asked_at));
        it.expires = expires.map(Millis);
        desk.durable(asked(it)).await;
    }
    for (item, at) in [("z:1", 100), ("z:3", 300), ("z:2", 200)] {
        desk.durable(asked(ask(item, settled(at, Outcome::Cancelled)))).await;
    }
    let items = |settled| -> Vec<String> {
        desk.reader().asks(settled).unwrap().into_iter().map(|row| row.ask.item.to_string()).collect()
    };
    assert_eq!(items(None), ["a:soon", "a:later", "a:old", "a:new"]);
    assert_eq!(items(Some(2)), ["a:soon", "a:later", "a:old", "a:new", "z:3", "z:2"]);
    let row = desk.reader().asks(None).unwrap().remove(0);
    assert_eq!((row.source.as_str(), row.dialect.as_str()), ("s", "hyperhive"));
}

#[tokio::test]
async fn the_open_ones_are_counted_whatever_becomes_of_them() {
    let desk = Desk::new().await;
    let fault = Fault::new(FaultCode::Rejected, "no", "", Next::Never);
    let steps = [
        ("approval:1", AskState::Open, 1),
        ("approval:2", AskState::Open, 2),
        ("approval:1", AskState::Held { until: Millis(7) }, 2),
        ("approval:1", AskState::Stuck { fault }, 2),
        ("approval:1", settled(9, Outcome::Expired), 1),
        ("approval:1", AskState::Open, 1),
        ("approval:3", settled(9, Outcome::Answered { text: "x".into() }), 1),
        ("approval:2", settled(9, Outcome::Vanished), 0),
        ("approval:2", AskState::Open, 1),
    ];
    for (item, state, open) in steps {
        desk.durable(asked(ask(item, state.clone()))).await;
        let counts = desk.reader().counts(&SourceId::new("s")).unwrap();
        assert_eq!(counts, CountsRow { asks_open: open, entries: 0, odd: 0 }, "{item} {state:?}");
    }
}

#[tokio::test]
async fn the_state_is_what_reduce_left() {
    let desk = Desk::new().await;
    let open = ask("approval:1", AskState::Held { until: Millis(8) });
    desk.durable(asked(open.clone())).await;
    desk.durable(asked(ask("approval:2", settled(9, Outcome::Failed { note: "x".into() })))).await;
    let state = desk.reader().state(&SourceId::new("s")).unwrap();
    assert_eq!(state.asks.into_values().collect::<Vec<_>>(), [open]);
    assert_eq!(state.settled[&ItemId::new("approval:2")], Outcome::Failed { note: "x".into() });
    assert_eq!(state.settled.len(), 1);
}
