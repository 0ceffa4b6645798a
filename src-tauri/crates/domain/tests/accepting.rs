//! The last word on an answer is the ask's own, as it is when the answer comes.

use deskbell_domain::{
    Ask, AskBody, AskState, By, Consent, Fault, FaultCode, Hash, Intent, IntentId, ItemId, Key, Millis, Next,
    Offer, Outcome, Refusal, SourceId, Subject, Tone, Urgency, When,
};

fn ask(state: AskState) -> Ask {
    Ask {
        item: ItemId::of("approval", 1),
        agent: Some("coder".into()),
        thread: None,
        asked: When::Said(Millis(1)),
        expires: None,
        urgency: Urgency::Normal,
        body: AskBody::Approval { title: "Deploy".into(), detail: None, subject: Subject::Nothing },
        offers: vec![
            Offer::plain("approve", "Approve", Tone::Yes),
            Offer::plain("purge", "Purge", Tone::No).confirmed(),
        ],
        state,
    }
}

fn intent(offer: &str, shown: Hash) -> Intent {
    Intent {
        id: IntentId::new("i"),
        key: Key::new(SourceId::new("hive"), ItemId::of("approval", 1)),
        offer: offer.to_owned(),
        values: Default::default(),
        shown,
        consent: Consent::None,
    }
}

#[test]
fn an_answer_to_something_else_than_what_was_shown_is_refused() {
    let open = ask(AskState::Open);
    assert!(open.accept(intent("approve", open.shown())).is_ok());
    let other = Ask { agent: Some("somebody else".into()), ..open.clone() };
    assert_eq!(open.accept(intent("approve", other.shown())), Err(Refusal::Changed));
}

#[test]
fn an_answer_to_what_no_longer_waits_is_refused() {
    let settled = AskState::Settled { at: When::Seen(Millis(2)), by: By::Us, outcome: Outcome::Approved };
    for state in [AskState::Held { until: Millis(9) }, AskState::Sending, AskState::Sent, settled] {
        let ask = ask(state);
        let refused = ask.accept(intent("approve", ask.shown()));
        assert!(matches!(refused, Err(Refusal::NotOpen { .. })), "{refused:?}");
    }
    let fault = Fault::new(FaultCode::Rejected, "no", "", Next::Never);
    let stuck = ask(AskState::Stuck { fault });
    assert!(stuck.accept(intent("approve", stuck.shown())).is_ok(), "another answer may take its place");
}

#[test]
fn what_must_be_confirmed_is_refused_unconfirmed_and_fits_no_notification() {
    let open = ask(AskState::Open);
    let refused = open.accept(intent("purge", open.shown()));
    assert!(matches!(refused, Err(Refusal::NotConfirmed { .. })), "{refused:?}");
    assert_eq!([0, 1].map(|nth: usize| open.offers[nth].fits_a_notification()), [true, false]);
}
