//! Whatever the bytes: nothing panics, and nothing is silently dropped.

use deskbell_wire::{Effect, Effects, Frame, Reply, Signal};
use proptest::prelude::*;
use serde_json::Value;

use crate::desk::{Desk, reads};
use crate::sample::Sample;
use crate::samples;

/// One way to spoil a frame.
#[derive(Clone, Debug)]
enum Spoil {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    /// Puts a piece in at any place.
    Insert(prop::sample::Index, &'static str),
    /// Says the same again, key by key.
    Twice,
    /// Puts another value in the place of one of its own.
    Replace(prop::sample::Index, &'static str),
    /// Wraps it in many arrays.
    Deep(usize),
}

const PIECES: &[&str] =
    &["\"", "}", "{", "[", "]", ",", ":", "\\u0000", "\\ud800", "null", "\u{feff}", "\u{202e}", "\n"];
const VALUES: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "1e308",
    "-1e-400",
    "123456789012345678901234567890",
    "\"\"",
    "\"\\u0000\\u001b[31m\"",
    "[]",
    "{}",
    "[[]]",
    "\"../../x?y#z\"",
];

fn spoil() -> impl Strategy<Value = Spoil> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Spoil::Cut),
        (index(), any::<u8>()).prop_map(|(at, byte)| Spoil::Flip(at, byte)),
        (index(), prop::sample::select(PIECES)).prop_map(|(at, piece)| Spoil::Insert(at, piece)),
        Just(Spoil::Twice),
        (index(), prop::sample::select(VALUES)).prop_map(|(at, value)| Spoil::Replace(at, value)),
        (1..5_000_usize).prop_map(Spoil::Deep),
    ]
}

fn apply(spoil: &Spoil, text: Vec<u8>) -> Vec<u8> {
    let mut text = text;
    match spoil {
        Spoil::Cut(at) => text.truncate(at.index(text.len() + 1)),
        Spoil::Flip(at, byte) if !text.is_empty() => {
            let at = at.index(text.len());
            text[at] = *byte;
        }
        Spoil::Flip(..) => {}
        Spoil::Insert(at, piece) => {
            let at = at.index(text.len() + 1);
            text.splice(at..at, piece.bytes());
        }
        Spoil::Twice => {
            if let Some(inner) = text.strip_prefix(b"{").and_then(|t| t.strip_suffix(b"}")) {
                text = [b"{", inner, b",", inner, b"}"].concat();
            }
        }
        Spoil::Replace(at, value) => {
            if let Ok(json) = serde_json::from_slice::<Value>(&text) {
                let mut places = Vec::new();
                find_places(&json, String::new(), &mut places);
                let place = &places[at.index(places.len())];
                text = replaced(&json, place, value).into_bytes();
            }
        }
        Spoil::Deep(depth) => {
            text = [b"[".repeat(*depth), text, b"]".repeat(*depth)].concat();
        }
    }
    text
}

fn find_places(json: &Value, at: String, places: &mut Vec<String>) {
    match json {
        Value::Object(map) => {
            for (key, value) in map {
                find_places(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                find_places(value, format!("{at}/{index}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(at);
}

/// The value goes in as text: some of them are no number a JSON value can hold.
fn replaced(json: &Value, place: &str, value: &str) -> String {
    let mark = "deskbell:here";
    let mut json = json.clone();
    if let Some(spot) = json.pointer_mut(place) {
        *spot = Value::String(mark.into());
    }
    json.to_string().replace(&format!("\"{mark}\""), value)
}

fn feed(desk: &mut Desk, bytes: &[u8]) -> Effects {
    let frame = match std::str::from_utf8(bytes) {
        Ok(text) => Frame::Text(text),
        Err(_) => Frame::Bytes(bytes),
    };
    desk.feed(Signal::Frame { stream: desk.stream, frame })
}

fn is_odd(effects: &Effects) -> bool {
    matches!(effects.as_slice(), [Effect::Odd { .. }])
}

fn spoiled(sample: &Sample, which: prop::sample::Index, spoils: &[Spoil]) -> Vec<u8> {
    let frame = sample.frames[which.index(sample.frames.len())].clone().into_bytes();
    spoils.iter().fold(frame, |frame, spoil| apply(spoil, frame))
}

proptest! {
    #[test]
    fn random_bytes_are_odd_and_nothing_else(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assume!(serde_json::from_slice::<Value>(&bytes).is_err());
        for sample in samples() {
            let mut desk = Desk::live(sample.adapter(), &sample.before);
            let before = desk.state.clone();
            let out = feed(&mut desk, &bytes);
            prop_assert!(is_odd(&out), "{}: {out:?}", sample.dialect);
            let whole = matches!(&out[0], Effect::Odd { raw, why } if *raw == bytes && !why.is_empty());
            prop_assert!(whole, "{}: {out:?}", sample.dialect);
            prop_assert_eq!(&desk.state, &before);
        }
    }

    #[test]
    fn spoiled_frames_never_panic_and_what_is_no_json_is_odd(
        which in any::<prop::sample::Index>(),
        spoils in prop::collection::vec(spoil(), 1..4),
    ) {
        for sample in samples() {
            let bytes = spoiled(&sample, which, &spoils);
            let mut desk = Desk::live(sample.adapter(), &sample.before);
            let out = feed(&mut desk, &bytes);
            if serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_err() {
                prop_assert!(is_odd(&out), "{}: {out:?}", sample.dialect);
            }
            // Held, too, and then taken with the picture.
            let mut desk = Desk::new(sample.adapter());
            let mut asked = reads(&desk.open(&sample.before));
            feed(&mut desk, &bytes);
            while let Some((call, request)) = asked.pop() {
                let reply = crate::desk::picture_reply(&request, &sample.before);
                asked.extend(reads(&desk.feed(Signal::Reply { call, reply })));
            }
        }
    }

    #[test]
    fn spoiled_replies_never_panic_and_never_leave_the_link_hanging(
        which in any::<prop::sample::Index>(),
        status in prop::sample::select(&[200_u16, 204, 301, 400, 401, 404, 429, 500, 999][..]),
        spoils in prop::collection::vec(spoil(), 1..3),
    ) {
        for sample in samples() {
            let mut desk = Desk::new(sample.adapter());
            let mut asked = reads(&desk.open(&sample.before));
            let spoilt = which.index(asked.len());
            let mut failed = false;
            let mut count = 0;
            while !asked.is_empty() && !failed && count < 50 {
                let (call, request) = asked.remove(0);
                let mut reply = crate::desk::picture_reply(&request, &sample.before);
                if count == spoilt {
                    let body = spoils.iter().fold(reply.body, |body, spoil| apply(spoil, body));
                    reply = Reply { status, body, ..reply };
                }
                count += 1;
                let out = desk.feed(Signal::Reply { call, reply });
                failed = out.iter().any(|effect| matches!(effect, Effect::Fail(_)));
                asked.extend(reads(&out));
            }
            prop_assert!(failed || desk.live, "{}: neither live nor failed", sample.dialect);
        }
    }

    #[test]
    fn decoding_gives_events_and_odd_ones_only(
        which in any::<prop::sample::Index>(),
        spoils in prop::collection::vec(spoil(), 0..3),
    ) {
        for sample in samples() {
            let mut desk = Desk::new(sample.adapter());
            let bytes = spoiled(&sample, which, &spoils);
            let text = String::from_utf8_lossy(&bytes);
            for frame in [Frame::Text(&text), Frame::Bytes(&bytes)] {
                let out = desk.decode(frame);
                let only = out.iter().all(|effect| matches!(effect, Effect::Emit(_) | Effect::Odd { .. }));
                prop_assert!(only, "{}: {out:?}", sample.dialect);
            }
        }
    }
}

#[test]
fn every_frame_of_a_server_emits_or_is_known_to_be_quiet() {
    for sample in samples() {
        let mut desk = Desk::live(sample.adapter(), &sample.before);
        for frame in &sample.frames {
            let out = desk.frame_with(frame, &sample.after);
            assert!(
                !out.iter().any(|effect| matches!(effect, Effect::Odd { .. })),
                "{}: {out:?}",
                sample.dialect
            );
            let says = out.iter().any(|effect| matches!(effect, Effect::Emit(_)));
            let quiet = sample.quiet.iter().any(|piece| frame.contains(piece));
            assert!(says || quiet, "{} says nothing to {frame}", sample.dialect);
        }
    }
}

#[test]
fn a_kind_nobody_knows_is_odd() {
    let unknown =
        r#"{"id":"x1","kind":"teleported","type":"teleported","seq":42,"properties":{},"payload":{}}"#;
    for sample in samples() {
        let mut desk = Desk::live(sample.adapter(), &sample.before);
        let out = desk.frame(unknown);
        assert!(is_odd(&out), "{}: {out:?}", sample.dialect);
    }
}
