//! What holds whatever the bytes. The fuzzer looks for bytes that break it; the conformance suite holds every
//! dialect to it on the inputs the fuzzer found worth keeping.

use std::collections::BTreeMap;

use deskbell_domain::{
    Auth, Consent, Hash, Input, Intent, IntentId, ItemId, Key, Millis, Offer, Secret, SecretRef, Source,
    SourceId, State, Value, reduce,
};
use deskbell_wire::{Dialect, Effect, Frame};

const NOW: Millis = Millis(1_795_230_000_000);

/// Each line is a frame, both as text and as bytes. It gives events and odd ones only, each odd one is kept whole
/// with its reason, and whatever was asked has a way out.
pub fn decoding(dialect: &Dialect, bytes: &[u8]) {
    let mut adapter = (dialect.adapter)(&source(dialect)).unwrap();
    let (mut state, mut out) = (State::default(), Vec::new());
    for raw in bytes.split(|byte| *byte == b'\n') {
        let text = std::str::from_utf8(raw).ok().map(Frame::Text);
        for frame in text.into_iter().chain([Frame::Bytes(raw)]) {
            adapter.decode(frame, NOW, &mut out);
            for effect in out.drain(..) {
                match effect {
                    Effect::Emit(event) => drop(reduce(&mut state, event, NOW)),
                    Effect::Odd { why, .. } => assert!(!why.is_empty(), "odd without a reason: {frame:?}"),
                    other => panic!("decoding gave {other:?} for {frame:?}"),
                }
            }
        }
    }
    for ask in state.asks.values() {
        let open = |offer: &&Offer| ask.accept(intent(&ask.item, offer, ask.shown())).is_ok();
        assert!(ask.offers.iter().any(|offer| open(&offer)), "no way out of {ask:?}");
    }
}

/// A source of this dialect as it is out of the box.
pub fn source(dialect: &Dialect) -> Source {
    Source {
        id: SourceId::new("sample"),
        name: "sample".into(),
        dialect: dialect.name.into(),
        url: dialect.default_url.into(),
        auth: Auth::None,
        secret: SecretRef::None,
        settings: BTreeMap::new(),
        paused: false,
    }
}

/// An offer taken, with every field filled with the least it takes.
pub fn intent(item: &ItemId, offer: &Offer, shown: Hash) -> Intent {
    Intent {
        id: IntentId::new("01a1fa3f-6400-7000-8000-000000000001"),
        key: Key::new(SourceId::new("sample"), item.clone()),
        offer: offer.id.clone(),
        values: fill(offer),
        shown,
        consent: offer.name.clone().map_or(Consent::Confirmed, Consent::Typed),
    }
}

fn fill(offer: &Offer) -> BTreeMap<String, Value> {
    let value = |input: &Input| match input {
        Input::Text { min, .. } => Value::Text("x".repeat((*min).max(1) as usize)),
        Input::Pick { options, .. } if !options.is_empty() => {
            Value::Pick { chosen: vec![options[0].label.clone()], other: None }
        }
        Input::Pick { .. } => Value::Pick { chosen: Vec::new(), other: Some("x".into()) },
        Input::Date { .. } => Value::Date("2026-11-21".into()),
        Input::Flag { default } => Value::Flag(*default),
        Input::Secret { .. } => Value::Secret(Secret::new("hunter2")),
    };
    offer.fields.iter().map(|field| (field.id.clone(), value(&field.input))).collect()
}
