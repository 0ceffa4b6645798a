use deskbell_domain::{AgentState, FaultCode, ThreadState};

use super::*;

#[test]
fn the_history_is_read_before_the_state_and_both_before_it_is_live() {
    let mut bench = Bench::new();
    bench.open();
    assert!(bench.asked("/events/history") && !bench.asked("/api/state"));
    bench.answer("/events/history", json!([start("hi")]));
    let out = bench.answer("/api/state", state("online"));
    assert!(out.contains(&Effect::Live));
    assert_eq!(bench.texts(), ["Turn begins: operator: hi"]);
    let agent = &bench.state.agents[&ItemId::new("agent:coder")];
    assert_eq!((&agent.state, agent.facts["parent"].as_str()), (&AgentState::Working, "hive"));
    assert_eq!(bench.state.threads[&ItemId::new("thread:stream")].state, ThreadState::Busy);
    assert!(bench.lines.iter().all(|line| !line.at.is_said()), "the bus tells no times");
}

#[test]
fn the_overlap_of_history_and_stream_is_told_once() {
    let mut bench = Bench::new();
    bench.open();
    for row in [result("1"), end(), start("again")] {
        bench.say(&row);
    }
    bench.read(json!([start("hi"), result("1"), end()]), state("online"));
    let words = ["Turn begins: operator: hi", "Done: 1", "Turn ended", "Turn begins: operator: again"];
    assert_eq!(bench.texts(), words);
}

#[test]
fn with_a_count_the_mark_decides() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(&numbered(7, end()));
    bench.say(&numbered(8, start("again")));
    let out = bench.read(json!({ "seq": 7, "events": [start("hi"), end()] }), state("online"));
    assert_eq!((bench.texts().len(), gaps(&out)), (3, 0));
    bench.say(&numbered(8, start("again")));
    assert_eq!(bench.texts().len(), 3, "a duplicate");
}

#[test]
fn a_jump_of_the_count_is_a_gap_and_is_read_again() {
    let mut bench = Bench::live(json!({ "seq": 1, "events": [start("hi")] }), state("online"));
    let out = bench.say(&numbered(4, start("again")));
    assert_eq!(gaps(&out), 1);
    let rows = json!({ "seq": 4, "events": [start("hi"), result("1"), end(), start("again")] });
    bench.read(rows, state("online"));
    assert_eq!(bench.turns().len(), 2);
    assert_eq!(
        bench.texts()[1..4],
        ["The stream skipped from 1 to 4; everything was read again.", "Done: 1", "Turn ended"]
    );
}

#[test]
fn a_restarted_server_counts_from_the_beginning() {
    let mut bench = Bench::live(json!({ "seq": 90, "events": [start("hi")] }), state("online"));
    bench.connect(json!({ "seq": 0, "events": [start("hi")] }), state("online"));
    bench.say(&numbered(1, end()));
    assert_eq!(bench.texts().last(), Some(&"Turn ended"));
}

#[test]
fn a_silent_loss_is_found_when_the_turn_ends() {
    let mut bench = Bench::live(json!([]), state("online"));
    bench.say(&start("hi"));
    bench.say(&end());
    assert!(bench.asked("/events/history"), "nothing but the history tells of a loss");
    bench.say(&start("meanwhile"));
    bench.read(json!([start("hi"), result("1"), end()]), state("online"));
    let mut words = bench.texts();
    words.sort_unstable();
    assert_eq!(
        words,
        ["Done: 1", "Turn begins: operator: hi", "Turn begins: operator: meanwhile", "Turn ended"]
    );
}

#[test]
fn a_reconnect_tells_what_was_missed_and_nothing_twice() {
    let (mut bench, first) = (Bench::new(), json!([start("go on"), result("1"), end()]));
    bench.connect(first, state("online"));
    bench.say(&start("go on"));
    let rows =
        [start("go on"), result("1"), end(), start("go on"), end(), start("go on"), result("2"), end()];
    bench.connect(json!(rows), state("online"));
    assert_eq!(bench.texts().len(), rows.len());
    // And a fresh start knows the rows by the same names.
    let fresh = Bench::live(json!(rows), state("online"));
    assert_eq!(by_item(&bench), by_item(&fresh));
    assert_eq!(bench.state.tasks, fresh.state.tasks);
}

#[test]
fn a_null_is_nothing_and_an_unknown_kind_is_odd() {
    let mut bench = Bench::live(json!([null, start("hi"), { "kind": "flux" }]), state("online"));
    assert!(bench.say_raw("null").is_empty());
    assert!(matches!(&bench.say_raw(r#"{"kind":"flux"}"#)[..], [Effect::Odd { .. }]));
    bench.say_raw(r#"{"kind":"stream","kind":"inner","type":"novel"}"#);
    assert_eq!(bench.texts().last(), Some(&r#"{"kind":"stream","kind":"inner","type":"novel"}"#));
}

#[test]
fn the_unread_badge_is_the_newest_turns() {
    let mut bench = Bench::live(json!([]), state("online"));
    bench.say(&json!({ "kind": "turn_start", "from": "a", "body": "b", "unread": 3 }));
    assert_eq!(bench.state.agents[&ItemId::new("agent:coder")].facts["unread"], "3");
}

#[test]
fn the_state_overrules_a_turn_that_never_ended() {
    let mut idle = state("online");
    idle["turn_state"] = "idle".into();
    let bench = Bench::live(json!([start("hi")]), idle.clone());
    assert_eq!(bench.turns(), [TaskStatus::Unknown("interrupted".into())]);
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/events/history", json!([start("hi")]));
    bench.say(&end());
    bench.answer("/api/state", idle);
    assert_eq!(bench.turns(), [TaskStatus::Done], "its end had come already");
}

#[test]
fn a_later_event_makes_the_state_be_read_again() {
    let mut bench = Bench::live(json!({ "seq": 1, "events": [] }), state("online"));
    bench.say(&json!({ "kind": "model_changed", "seq": 2, "model": "opus" }));
    let mut now = state("online");
    now["model"] = "opus".into();
    bench.answer("/api/state", now);
    assert_eq!(bench.state.agents[&ItemId::new("agent:coder")].facts["model"], "opus");
    assert_eq!(bench.texts(), ["model changed"]);
}

#[test]
fn what_is_no_agent_says_so() {
    for (status, body, code) in [
        (404, "no", FaultCode::NotFound),
        (401, "no", FaultCode::Unauthorized),
        (303, "", FaultCode::WrongDialect),
        (200, "<html>", FaultCode::WrongDialect),
        (200, "{}", FaultCode::WrongDialect),
        (500, "store is locked", FaultCode::Server),
    ] {
        let mut bench = Bench::new();
        bench.open();
        let out = bench.reply("/events/history", status, body);
        assert_eq!(failure(&out).unwrap().code, code, "{status} {body}");
    }
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/events/history", json!([]));
    assert_eq!(
        failure(&bench.answer("/api/state", json!({ "label": "x" }))).unwrap().code,
        FaultCode::WrongDialect
    );
}

#[test]
fn no_more_is_held_than_may_be() {
    let mut bench = Bench::new();
    bench.open();
    let row = json!({ "kind": "stream", "type": "result", "x": "y".repeat(4 << 20) });
    let failed = (0..16).find_map(|_| failure(&bench.say(&row)).map(|fault| fault.code));
    assert_eq!(failed, Some(FaultCode::TooLarge));
}
