//! Messages and lifecycle actions: what may be done beside answering.

use super::*;

const SEND: &str = "/op-send";

fn sending(body: &str, attempt: Attempt) -> Bench {
    let mut bench = Bench::live(world(1));
    bench.decide("agent:coder", "send", &[("body", text(body))], attempt);
    bench
}

fn managing(offer: &str) -> Bench {
    let mut bench = Bench::live(world(1));
    bench.decide("agent:coder", offer, &[], Attempt::Fresh);
    bench
}

fn history(seq: u64, rows: Value) -> Value {
    json!({ "seq": seq, "events": rows })
}

#[test]
fn a_message_is_proved_by_the_server_saying_it() {
    let mut bench = sending("go on", Attempt::Fresh);
    assert_eq!(bench.form(SEND), [("to", "coder".to_owned()), ("body", "go on".to_owned())]);
    let effects = bench.reply(SEND, 303, "");
    assert!(is_taken(&effects) && verdict(&effects).is_none());
    assert_eq!(verdict(&bench.say(sent(2, "operator", "coder", "go on"))).unwrap().0, &Verdict::Won);
}

#[test]
fn a_message_may_be_heard_before_its_reply() {
    let mut bench = sending("go on", Attempt::Fresh);
    assert!(verdict(&bench.say(sent(2, "operator", "coder", "go on"))).is_none());
    assert_eq!(verdict(&bench.reply(SEND, 303, "")).unwrap().0, &Verdict::Won);
    let mut bench = sending("go on", Attempt::Fresh);
    bench.say(sent(2, "operator", "coder", "go on"));
    assert_eq!(verdict(&bench.no_reply(SEND, Sent::Maybe)).unwrap().0, &Verdict::Won);
}

#[test]
fn only_that_very_message_proves_it() {
    let mut bench = sending("go on", Attempt::Fresh);
    bench.reply(SEND, 303, "");
    for other in [
        sent(2, "operator", "coder", "go off"),
        sent(3, "operator", "scout", "go on"),
        sent(4, "manager", "coder", "go on"),
    ] {
        assert!(verdict(&bench.say(other)).is_none());
    }
    let mut late = sent(5, "operator", "coder", "go on");
    late["at"] = 1_778_000_000.into();
    assert!(verdict(&bench.say(late)).is_none(), "it is from before");
}

#[test]
fn a_lost_reply_to_a_message_is_looked_up_in_the_history() {
    for (rows, won) in [(json!([message("sent", "operator", "coder", "go on")]), true), (json!([]), false)] {
        for attempt in [Attempt::Fresh, Attempt::Maybe] {
            let mut bench = sending("go on", attempt);
            if attempt == Attempt::Fresh {
                bench.no_reply(SEND, Sent::Maybe);
            }
            assert!(!bench.asked(SEND));
            bench.answer("/api/state", world(2));
            let effects = bench.answer("/dashboard/history", history(2, rows.clone()));
            let expected = if won { &Verdict::Won } else { &Verdict::Unknown };
            assert_eq!(verdict(&effects).unwrap().0, expected, "{attempt:?}");
            assert!(!bench.asked(SEND), "never blindly repeated");
        }
    }
}

#[test]
fn one_message_proves_one_sending() {
    let mut bench = sending("go on", Attempt::Fresh);
    let mut second = bench.intent("agent:coder", "send", &[("body", text("go on"))]);
    second.id = IntentId::new("i2");
    bench.take(second, Attempt::Fresh);
    bench.reply(SEND, 303, "");
    bench.reply(SEND, 303, "");
    assert!(verdict(&bench.say(sent(2, "operator", "coder", "go on"))).is_some());
    assert!(
        verdict(&bench.say(sent(3, "operator", "coder", "go on"))).is_some(),
        "the second proves the second"
    );
    assert!(verdict(&bench.say(sent(4, "operator", "coder", "go on"))).is_none());
}

#[test]
fn a_refused_message_sticks_and_may_be_tried_again() {
    let mut bench = sending("go on", Attempt::Fresh);
    assert!(stuck(&bench.reply(SEND, 500, "message body is too long")).unwrap().message.contains("too long"));
    bench.decide("agent:coder", "send", &[("body", text("go on"))], Attempt::Maybe);
    assert!(bench.asked(SEND), "the refusal was certain");
}

#[test]
fn a_message_is_measured_in_bytes() {
    let bench = Bench::live(world(1));
    let intent = bench.intent("agent:coder", "send", &[("body", text(&"ä".repeat(513)))]);
    assert!(bench.state.accept(intent).unwrap_err().to_string().contains("1024"));
}

#[test]
fn the_manager_and_everybody_are_called_as_the_broker_does() {
    let mut bench = Bench::live(world(1));
    bench.decide("agent:hm1nd", "send", &[("body", text("hi"))], Attempt::Fresh);
    assert_eq!(bench.form(SEND)[0].1, "manager");
    let mut bench = Bench::live(world(1));
    bench.decide("agent:*", "send", &[("body", text("hi"))], Attempt::Fresh);
    assert_eq!(bench.form(SEND)[0].1, "*");
    let mut bench = Bench::live(world(1));
    bench.say(sent(2, "coder", "operator", "hi"));
    bench.decide("thread:coder", "send", &[("body", text("hi"))], Attempt::Fresh);
    assert_eq!(bench.form(SEND)[0].1, "coder");
}

#[test]
fn lifecycle_actions_go_where_they_belong() {
    for (offer, path) in [
        ("kill", "/kill/coder"),
        ("restart", "/restart/coder"),
        ("rebuild", "/rebuild/coder"),
        ("destroy", "/destroy/coder"),
    ] {
        let bench = managing(offer);
        assert_eq!(bench.form(path), []);
        assert!(bench.calls[0].1.timeout_ms >= 10 * 60 * 1000, "it answers only when it is done");
    }
    let mut bench = Bench::live(world(1));
    let mut purge = bench.intent("agent:coder", "purge", &[]);
    purge.consent = Consent::Typed("coder".into());
    bench.take(purge, Attempt::Fresh);
    assert_eq!(bench.form("/destroy/coder"), [("purge", "on".to_owned())]);
    let mut bench = Bench::live(world(1));
    bench.decide("agent:*", "request-spawn", &[("name", text("gardener"))], Attempt::Fresh);
    assert_eq!(bench.form("/request-spawn"), [("name", "gardener".to_owned())]);
    let long = bench.intent("agent:*", "request-spawn", &[("name", text("gardeners2"))]);
    assert!(bench.state.accept(long).is_err(), "nine characters are the most");
    let mut bench = Bench::live(with(world(1), "meta_inputs", json!([{ "name": "nixpkgs" }])));
    let pick = Filled::Pick { chosen: vec!["nixpkgs".into()], other: None };
    bench.decide("agent:*", "meta-update", &[("inputs", pick)], Attempt::Fresh);
    assert_eq!(bench.form("/meta-update"), [("inputs", "nixpkgs".to_owned())]);
}

#[test]
fn a_lifecycle_action_is_done_when_its_reply_comes_and_never_repeated() {
    assert_eq!(verdict(&managing("restart").reply("/restart/coder", 303, "")).unwrap().0, &Verdict::Won);
    let effects = managing("restart").reply("/restart/coder", 500, "coder is rebuilding");
    assert!(stuck(&effects).unwrap().message.contains("coder is rebuilding"));
    let mut bench = managing("restart");
    assert_eq!(verdict(&bench.no_reply("/restart/coder", Sent::Maybe)).unwrap().0, &Verdict::Unknown);
    assert!(bench.calls.is_empty());
    let mut bench = Bench::live(world(1));
    let effects = bench.decide("agent:coder", "restart", &[], Attempt::Maybe);
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Unknown);
    assert!(matches!(managing("restart").no_reply("/restart/coder", Sent::No)[..], [Effect::Defer(_)]));
}
