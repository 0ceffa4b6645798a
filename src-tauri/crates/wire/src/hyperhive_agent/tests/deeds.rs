use deskbell_domain::{AgentState, By, Outcome, Settlement};

use super::*;

const AGENT: &str = "agent:coder";

fn idle() -> Bench {
    Bench::live(json!([start("hi"), result("1"), end()]), state("online"))
}

fn busy() -> Bench {
    Bench::live(json!([start("hi")]), state("online"))
}

fn ended(effects: &Effects) -> Option<&Settlement> {
    effects.iter().find_map(|effect| match effect {
        Effect::Emit(Event::Settled(settlement)) => Some(settlement),
        _ => None,
    })
}

fn letter(body: &str) -> Value {
    let mut told = state("online");
    told["inbox"] = json!([{ "from": "operator", "body": body, "at": 1_779_000_000 }]);
    told
}

#[test]
fn a_message_is_sent_once_and_what_the_agent_shows_is_its_proof() {
    for status in [303, 200] {
        let mut bench = idle();
        bench.take(AGENT, "send", &[("body", "go on")], Attempt::Fresh);
        assert_eq!(bench.form("/send"), [("body", "go on".to_owned())]);
        let out = bench.reply("/send", status, "");
        assert!(out.iter().any(|effect| matches!(effect, Effect::Taken(_))) && verdict(&out).is_none());
        assert_eq!(verdict(&bench.answer("/api/state", state("online"))), None);
        bench.say(&start("go on"));
        assert_eq!(verdict(&bench.answer("/api/state", state("online"))), Some(&Verdict::Won));

        let mut bench = idle();
        bench.take(AGENT, "send", &[("body", "go on")], Attempt::Fresh);
        bench.reply("/send", status, "");
        assert_eq!(verdict(&bench.answer("/api/state", letter("go on"))), Some(&Verdict::Won));
        assert!(!bench.asked("/send"));
    }
}

#[test]
fn a_message_that_the_agent_took_and_shows_nowhere_is_looked_for_in_its_history_and_then_unknown() {
    for (last, expected) in [(end(), Verdict::Unknown), (start("go on"), Verdict::Won)] {
        let mut bench = idle();
        bench.take(AGENT, "send", &[("body", "go on")], Attempt::Fresh);
        bench.reply("/send", 200, "");
        bench.answer("/api/state", state("online"));
        bench.now = bench.now.plus(10_000);
        bench.feed(Signal::Timer { timer: TimerId(1) });
        assert_eq!(verdict(&bench.answer("/api/state", state("online"))), None);
        let out = bench.read(json!([start("hi"), result("1"), end(), last]), state("online"));
        assert_eq!(verdict(&out), Some(&expected));
    }
}

#[test]
fn a_message_whose_reply_was_lost_is_looked_for_and_never_sent_again() {
    let told = json!([start("hi"), result("1"), end()]);
    let mut bench = idle();
    bench.take("thread:stream", "send", &[("body", "go on")], Attempt::Fresh);
    bench.no_reply("/send", Sent::Maybe);
    assert_eq!(verdict(&bench.read(told.clone(), state("online"))), Some(&Verdict::Unknown));
    assert!(!bench.asked("/send"));

    let mut bench = idle();
    bench.take(AGENT, "send", &[("body", "go on")], Attempt::Fresh);
    bench.say(&start("go on"));
    bench.no_reply("/send", Sent::Maybe);
    let out = bench.read(json!([start("hi"), result("1"), end(), start("go on")]), state("online"));
    assert_eq!(verdict(&out), Some(&Verdict::Won));

    let mut bench = idle();
    bench.take(AGENT, "send", &[("body", "go on")], Attempt::Maybe);
    assert_eq!(verdict(&bench.answer("/api/state", letter("go on"))), Some(&Verdict::Won));
    assert!(!bench.asked("/send"));
}

#[test]
fn a_compaction_is_proved_by_the_model_or_the_state() {
    let begun = || {
        let mut bench = idle();
        bench.take(AGENT, "compact", &[], Attempt::Fresh);
        bench.reply("/api/compact", 200, "ok");
        assert_eq!(verdict(&bench.answer("/api/state", state("online"))), None);
        bench.feed(Signal::Timer { timer: TimerId(1) });
        bench
    };
    let mut bench = begun();
    bench.say(&json!({ "kind": "stream", "type": "system", "subtype": "compact_boundary" }));
    assert_eq!(verdict(&bench.answer("/api/state", state("online"))), Some(&Verdict::Won));
    let mut bench = begun();
    let mut now = state("online");
    now["turn_state"] = "compacting".into();
    assert_eq!(verdict(&bench.answer("/api/state", now)), Some(&Verdict::Won));
}

#[test]
fn what_was_refused_says_why_and_may_be_sent_again() {
    let mut bench = idle();
    bench.take(AGENT, "send", &[("body", "go on")], Attempt::Fresh);
    bench.reply("/send", 500, "broker is down");
    let out = bench.answer("/api/state", state("online"));
    assert!(stuck(&out).unwrap().message.contains("broker is down"));
    bench.take(AGENT, "send", &[("body", "go on")], Attempt::Maybe);
    assert!(bench.asked("/send"));
}

#[test]
fn a_login_page_is_no_success() {
    let mut bench = idle();
    bench.take(AGENT, "compact", &[], Attempt::Fresh);
    bench.reply("/api/compact", 200, "<!doctype html>");
    assert!(stuck(&bench.answer("/api/state", state("online"))).is_some());
}

#[test]
fn a_stopped_turn_is_proved_by_its_end() {
    let mut bench = busy();
    bench.take(AGENT, "cancel", &[], Attempt::Fresh);
    let out = bench.reply("/api/cancel", 303, "");
    assert!(out.iter().any(|effect| matches!(effect, Effect::Taken(_))));
    assert_eq!(verdict(&bench.answer("/api/state", state("online"))), None);
    bench.say(&json!({ "kind": "turn_end", "ok": false, "note": "interrupted" }));
    let out = bench.read(
        json!([start("hi"), { "kind": "turn_end", "ok": false, "note": "interrupted" }]),
        state("online"),
    );
    assert_eq!(verdict(&out), Some(&Verdict::Won));
}

#[test]
fn a_turn_that_was_stopped_is_over_though_the_next_has_begun() {
    let mut bench = busy();
    bench.take(AGENT, "cancel", &[], Attempt::Fresh);
    bench.reply("/api/cancel", 303, "");
    bench.answer("/api/state", state("online"));
    for row in [end(), start("the next")] {
        bench.say(&row);
    }
    let out = bench.read(json!([start("hi"), end(), start("the next")]), state("online"));
    assert_eq!(verdict(&out), Some(&Verdict::Won));
}

#[test]
fn a_turn_that_does_not_stop_is_shown_as_stuck() {
    let mut bench = busy();
    bench.take(AGENT, "cancel", &[], Attempt::Fresh);
    bench.reply("/api/cancel", 303, "");
    bench.answer("/api/state", state("online"));
    bench.now = bench.now.plus(10_000);
    bench.feed(Signal::Timer { timer: TimerId(1) });
    assert!(stuck(&bench.answer("/api/state", state("online"))).is_some());
}

#[test]
fn a_turn_that_had_ended_is_not_stopped() {
    let mut bench = busy();
    let mut late = Bench::live(json!([start("hi"), end()]), state("online"));
    std::mem::swap(&mut bench.machine, &mut late.machine);
    let out = bench.take(AGENT, "cancel", &[], Attempt::Fresh);
    assert_eq!(verdict(&out), Some(&Verdict::Lost { to: None }));
    assert!(!bench.asked("/api/cancel"));
}

#[test]
fn a_model_is_changed_when_the_state_names_it() {
    let mut bench = idle();
    bench.take(AGENT, "model", &[("model", " opus ")], Attempt::Fresh);
    assert_eq!(bench.form("/api/model"), [("model", "opus".to_owned())]);
    bench.reply("/api/model", 200, "ok");
    let mut now = state("online");
    now["model"] = "opus".into();
    assert_eq!(verdict(&bench.answer("/api/state", now)), Some(&Verdict::Won));
}

#[test]
fn a_login_is_a_dialogue_of_two_asks() {
    let mut bench = Bench::live(json!([]), state("needs_login_idle"));
    assert_eq!(bench.state.agents[&ItemId::new(AGENT)].state, AgentState::NeedsLogin);
    bench.take("login:start-begin", "login-start", &[], Attempt::Fresh);
    bench.reply("/login/start", 303, "");
    let mut under_way = state("needs_login_in_progress");
    under_way["session"] = json!({ "output": "open https://example.org/oauth" });
    let out = bench.answer("/api/state", under_way.clone());
    assert_eq!((verdict(&out), ended(&out).map(|end| &end.by)), (Some(&Verdict::Won), Some(&By::Us)));
    let ask = &bench.state.asks[&ItemId::new("login:code-begin")];
    assert_eq!(ask.detail(), Some("open https://example.org/oauth"));

    bench.take("login:code-begin", "login-code", &[("code", "c0de")], Attempt::Fresh);
    assert_eq!(bench.form("/login/code"), [("code", "c0de".to_owned())]);
    bench.reply("/login/code", 303, "");
    let out = bench.answer("/api/state", under_way);
    assert!(verdict(&out).is_none() && out.contains(&Effect::Arm { timer: TimerId(1), after_ms: 500 }));
    bench.feed(Signal::Timer { timer: TimerId(1) });
    let out = bench.answer("/api/state", state("online"));
    assert_eq!(verdict(&out), Some(&Verdict::Won));
    let Some(Settlement { outcome: Outcome::Answered { text }, by: By::Us, .. }) = ended(&out) else {
        panic!("{out:?}")
    };
    assert!(!text.contains("c0de"), "a code is not written down");
    assert!(bench.state.asks.is_empty());
}

#[test]
fn a_login_given_up_elsewhere_is_lost() {
    let mut bench = Bench::live(json!([]), state("needs_login_in_progress"));
    bench.take("login:code-begin", "login-code", &[("code", "c0de")], Attempt::Fresh);
    bench.no_reply("/login/code", Sent::Maybe);
    let out = bench.answer("/api/state", state("needs_login_idle"));
    assert_eq!(verdict(&out), Some(&Verdict::Lost { to: None }));
    assert_eq!(ended(&out).map(|end| &end.outcome), Some(&Outcome::Cancelled));
}

#[test]
fn a_login_under_way_is_looked_at_often() {
    let mut bench = Bench::new();
    let out = bench.connect(json!([]), state("needs_login_in_progress"));
    assert!(out.contains(&Effect::Arm { timer: TimerId(1), after_ms: 2_000 }));
    let out = bench.connect(json!([]), state("online"));
    assert!(out.contains(&Effect::Arm { timer: TimerId(1), after_ms: 30_000 }));
}
