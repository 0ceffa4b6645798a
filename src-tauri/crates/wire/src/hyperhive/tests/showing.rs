use deskbell_domain::{AgentState, AskBody, Danger, EntryKind, Input, Subject, When};

use super::*;

fn agent<'a>(bench: &'a Bench, name: &str) -> &'a deskbell_domain::Agent {
    &bench.state.agents[&ItemId::of("agent", name)]
}

fn offers<'a>(bench: &'a Bench, name: &str) -> Vec<&'a str> {
    agent(bench, name).offers.iter().map(|offer| offer.id.as_str()).collect()
}

#[test]
fn a_change_is_an_approval_with_its_diff() {
    let bench = Bench::live(with(world(1), "approvals", json!([approval(7)])));
    let ask = bench.ask("approval:7");
    assert_eq!(
        (ask.title(), ask.detail(), ask.agent.as_deref()),
        ("Apply a1b2c3d: add ripgrep", None, Some("coder"))
    );
    let AskBody::Approval { subject, .. } = &ask.body else { panic!("{ask:?}") };
    assert_eq!(*subject, Subject::Diff { unified: "--- a\n+++ b\n".into() });
    assert_eq!(ask.asked, When::Seen(bench.now), "the server never says when");
    assert!(ask.offers.iter().all(deskbell_domain::Offer::fits_a_button));
}

#[test]
fn the_event_and_the_row_make_the_same_ask() {
    let mut live = Bench::live(world(1));
    live.say(approval_added(2, 7));
    live.say(question_added(3, 3));
    let rows = with(with(world(3), "approvals", json!([approval(7)])), "questions", json!([question(3)]));
    assert_eq!(live.state.asks, Bench::live(rows).state.asks);
}

#[test]
fn a_spawn_shows_who_is_to_be() {
    let mut row = approval(7);
    row["kind"] = "spawn".into();
    row["agent"] = "scribe".into();
    row["diff"] = Value::Null;
    row["description"] = Value::Null;
    let bench = Bench::live(with(world(1), "approvals", json!([row])));
    let AskBody::Approval { title, subject, .. } = &bench.ask("approval:7").body else { panic!() };
    assert_eq!((title.as_str(), subject), ("Spawn scribe", &Subject::Spawn { agent: "scribe".into() }));
}

#[test]
fn a_diff_in_html_is_only_text() {
    let mut row = approval(7);
    row["diff"] = Value::Null;
    row["diff_html"] = "<b onclick=x>".into();
    let bench = Bench::live(with(world(1), "approvals", json!([row])));
    let AskBody::Approval { subject, .. } = &bench.ask("approval:7").body else { panic!() };
    assert_eq!(*subject, Subject::Text { text: "<b onclick=x>".into() });
}

#[test]
fn an_approval_of_an_unknown_kind_still_has_a_way_out() {
    let mut row = approval(7);
    row["kind"] = "rotate_keys".into();
    let bench = Bench::live(with(world(1), "approvals", json!([row])));
    assert!(bench.ask("approval:7").title().starts_with("rotate_keys"));
    assert_eq!(bench.ask("approval:7").offers.len(), 2);
}

#[test]
fn an_event_without_its_diff_fetches_it() {
    let mut bench = Bench::live(world(1));
    let mut event = approval_added(2, 7);
    event["diff"] = Value::Null;
    bench.say(event);
    assert_eq!(bench.open_asks(), ["approval:7"], "shown at once");
    bench.look(with(world(2), "approvals", json!([approval(7)])));
    let AskBody::Approval { subject, .. } = &bench.ask("approval:7").body else { panic!() };
    assert!(matches!(subject, Subject::Diff { .. }));
    assert!(!bench.asked("/api/state"), "once");
}

#[test]
fn a_late_added_never_revives() {
    let mut bench =
        Bench::live(with(world(1), "approval_history", json!([approval_ended(7, "denied", None)])));
    let revives =
        |effects: Effects| effects.iter().any(|effect| matches!(effect, Effect::Emit(Event::Ask(_))));
    assert!(!revives(bench.say(approval_added(2, 7))));
    assert!(revives(bench.say(question_added(3, 3))));
    bench.say(question_resolved(4, 3, "a", "manager"));
    assert!(!revives(bench.say(question_added(5, 3))));
    assert!(bench.open_asks().is_empty());
    let both = with(world(5), "approval_history", json!([approval_ended(7, "denied", None)]));
    bench.open();
    bench.look(with(both, "approvals", json!([approval(7)])));
    assert!(bench.open_asks().is_empty(), "in both lists, it has ended");
}

#[test]
fn an_end_told_twice_or_of_something_unknown_is_harmless() {
    let mut bench = Bench::live(world(1));
    bench.say(approval_resolved(2, 9, "denied", Some("too big")));
    assert_eq!(bench.ended("approval:9"), Some(&Outcome::Denied { note: Some("too big".into()) }));
    assert_eq!(bench.line("settled:approval:9").text, "Denied: Apply a1b2c3d: add ripgrep — too big");
    assert_eq!(bench.say(approval_resolved(3, 9, "approved", None)), []);
    assert_eq!(bench.ended("approval:9").unwrap().word(), "denied");
}

#[test]
fn the_end_of_an_unknown_question_fetches_its_text() {
    let mut bench = Bench::live(world(1));
    let effects = bench.say(question_resolved(2, 3, "b", "manager"));
    assert!(!effects.is_empty() && bench.ended("question:3").is_none());
    let mut row = question(3);
    row["answer"] = "b".into();
    row["answerer"] = "manager".into();
    row["answered_at"] = 1_779_000_100.into();
    bench.look(with(world(2), "question_history", json!([row])));
    assert_eq!(bench.line("settled:question:3").text, "Answered by manager: Which? — b");
}

#[test]
fn sentinels_are_no_answers() {
    let mut bench = Bench::live(with(world(1), "questions", json!([question(1), question(2), question(3)])));
    let effects = bench.say(question_resolved(2, 1, "[expired]", "ttl"));
    assert_eq!(settled_by(&effects, "question:1"), Some(By::Nobody));
    bench.say(question_resolved(3, 2, "[cancelled]", "operator"));
    let mut cancelled = question_resolved(4, 3, "never mind", "manager");
    cancelled["cancelled"] = true.into();
    bench.say(cancelled);
    assert_eq!(bench.ended("question:1"), Some(&Outcome::Expired));
    assert_eq!(bench.ended("question:2"), Some(&Outcome::Cancelled));
    assert_eq!(bench.ended("question:3"), Some(&Outcome::Cancelled));
}

#[test]
fn a_build_that_failed_is_a_failure_with_its_words() {
    let mut bench = Bench::live(with(world(1), "approvals", json!([approval(7)])));
    bench.say(approval_resolved(2, 7, "failed", Some("no such package")));
    assert_eq!(bench.ended("approval:7"), Some(&Outcome::Failed { note: "no such package".into() }));
}

#[test]
fn what_came_and_went_while_away_is_in_the_history() {
    let mut bench = Bench::new();
    bench.open();
    let effects =
        bench.look(with(world(9), "approval_history", json!([approval_ended(6, "approved", None)])));
    let Some(Effect::Emit(Event::Snapshot(snapshot))) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(snapshot.settled[0].ask.as_ref().unwrap().title(), "Apply a1b2c3d: add ripgrep");
    assert_eq!(snapshot.settled[0].by, By::Other("another operator".into()));
    let line = bench.line("settled:approval:6");
    assert_eq!(serde_json::from_str::<Value>(&line.raw).unwrap(), approval_ended(6, "approved", None));
}

#[test]
fn a_question_offers_its_options_and_ones_own_words() {
    let mut free = question(4);
    free["options"] = json!([]);
    free["question"] = "Why?\nIn your own words.".into();
    free["deadline_at"] = 1_779_000_060.into();
    let bench = Bench::live(with(world(1), "questions", json!([question(3), free])));
    let Input::Pick { options, many, other, .. } = &bench.ask("question:3").offers[0].fields[0].input else {
        panic!()
    };
    assert_eq!((options.len(), *many, *other), (2, true, true));
    let ask = bench.ask("question:4");
    assert!(matches!(ask.offers[0].fields[0].input, Input::Text { multiline: true, .. }));
    assert_eq!((ask.title(), ask.detail()), ("Why?", Some("Why?\nIn your own words.")));
    assert_eq!(ask.expires, Some(Millis::from_seconds(1_779_000_060)));
    assert_eq!(ask.urgency, deskbell_domain::Urgency::Urgent);
    assert_eq!(ask.offers[1].label, "Cancel the question");
}

#[test]
fn messages_are_counted_where_they_cannot_be_told_apart() {
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/api/state", world(2));
    let twin = message("sent", "coder", "operator", "ping");
    bench.answer("/dashboard/history", json!({ "seq": 2, "events": [twin.clone(), twin] }));
    bench.say(sent(3, "coder", "operator", "ping"));
    let pings = bench.lines.values().filter(|line| line.text == "coder → operator: ping");
    let mut items: Vec<&str> = pings.map(|line| line.item.as_str()).collect();
    items.sort_by_key(|item| item.len());
    assert_eq!(items.len(), 3);
    assert!(items[1].ends_with(".2") || items[1].ends_with(".3"), "{items:?}");
    let thread = &bench.state.threads[&ItemId::new("thread:coder")];
    assert_eq!((thread.title.as_str(), thread.agent.as_deref()), ("coder", Some("coder")));
}

#[test]
fn an_agent_offers_what_its_state_allows() {
    let mut bench = Bench::live(with(
        world(1),
        "tombstones",
        json!([{ "name": "old", "state_bytes": 5, "last_seen": 1_779_000_000, "has_creds": true }]),
    ));
    assert_eq!(agent(&bench, "coder").facts["update"], "available");
    assert_eq!(offers(&bench, "coder"), ["send", "restart", "kill", "rebuild", "destroy", "purge"]);
    assert_eq!(agent(&bench, "hm1nd").name, "manager");
    assert_eq!(offers(&bench, "hm1nd"), ["send", "restart", "kill", "rebuild"]);
    assert_eq!(agent(&bench, "old").state, AgentState::Gone);
    let purge = &agent(&bench, "old").offers[0];
    assert_eq!((purge.danger, purge.name.as_deref()), (Danger::TypeTheName, Some("old")));
    let purge = agent(&bench, "coder").offers.iter().find(|offer| offer.id == "purge").unwrap();
    assert_eq!((purge.danger, purge.name.as_deref()), (Danger::TypeTheName, Some("coder")));
    assert_eq!(offers(&bench, "*"), ["send", "request-spawn", "update-all"]);
    bench.open();
    bench.look(with(world(1), "meta_inputs", json!([{ "name": "nixpkgs", "rev": "x" }])));
    assert_eq!(offers(&bench, "*").last(), Some(&"meta-update"));
    assert!(!bench.state.agents.contains_key(&ItemId::new("agent:old")), "gone for good");
}

#[test]
fn an_action_under_way_leaves_nothing_to_cross_it() {
    let mut bench = Bench::live(world(1));
    let set = json!({ "kind": "transient_set", "seq": 2, "name": "coder", "transient_kind": "stopping", "since_unix": 1_779_000_000 });
    bench.say(set);
    let transient = agent(&bench, "coder").transient.clone().unwrap();
    assert_eq!(
        (transient.kind.as_str(), transient.since),
        ("stopping", When::Said(Millis::from_seconds(1_779_000_000)))
    );
    assert_eq!(offers(&bench, "coder"), ["send"]);
    assert_eq!(bench.line("transient:coder:1779000000:stopping").kind, EntryKind::Lifecycle);
    bench.say(json!({ "kind": "transient_cleared", "seq": 3, "name": "coder" }));
    assert!(agent(&bench, "coder").transient.is_none());
    let mut after = world(3);
    after["containers"][1]["running"] = false.into();
    bench.look(after);
    assert_eq!(offers(&bench, "coder"), ["send", "start", "rebuild", "destroy", "purge"]);
}

#[test]
fn an_agent_that_is_not_there_yet_is_shown() {
    let mut bench = Bench::live(world(1));
    let set = json!({ "kind": "transient_set", "seq": 2, "name": "scribe", "transient_kind": "spawning", "since_unix": 1_779_000_000 });
    bench.say(set);
    assert_eq!(agent(&bench, "scribe").state, AgentState::Unknown("spawning".into()));
    let rows = json!([{ "name": "scribe", "kind": "spawning", "since_unix": 1_779_000_000 }]);
    let other = Bench::live(with(world(2), "transients", rows));
    assert_eq!(agent(&bench, "scribe"), agent(&other, "scribe"));
}

#[test]
fn an_action_in_a_row_keeps_the_time_its_event_told() {
    let mut bench = Bench::live(world(1));
    bench.say(json!({ "kind": "transient_set", "seq": 2, "name": "coder", "transient_kind": "rebuilding", "since_unix": 1_779_000_000 }));
    bench.say(sent(4, "a", "b", "c"));
    let mut again = world(4);
    again["containers"][1]["pending"] = "rebuilding".into();
    bench.look(again);
    assert!(agent(&bench, "coder").transient.as_ref().unwrap().since.is_said());
}

#[test]
fn later_kinds_are_understood_where_that_is_sensible() {
    let mut bench = Bench::live(world(1));
    bench.say(json!({ "kind": "container_state_changed", "seq": 2, "container": { "name": "scout", "running": true, "ctx_tokens": 9 } }));
    assert_eq!(agent(&bench, "scout").state, AgentState::Running);
    bench.say(json!({ "kind": "container_removed", "seq": 3, "name": "scout" }));
    assert!(!bench.state.agents.contains_key(&ItemId::new("agent:scout")));
    let effects = bench.say(json!({ "kind": "rebuild_queue_changed", "seq": 4, "queue": [] }));
    assert!(matches!(&effects[..], [Effect::Emit(Event::Entry(_))]));
    bench.say(json!({ "kind": "tombstones_changed", "seq": 5 }));
    assert!(bench.asked("/api/state"));
}

#[test]
fn what_is_not_understood_is_kept_as_it_came() {
    let mut bench = Bench::live(world(1));
    for (frame, raw) in [
        (Frame::Text("{\"kind\":\"flux\",\"seq\":2}"), &b"{\"kind\":\"flux\",\"seq\":2}"[..]),
        (Frame::Text("no json"), b"no json"),
        (Frame::Bytes(b"\xff\xfe"), b"\xff\xfe"),
    ] {
        let effects = bench.feed(Signal::Frame { stream: StreamId::MAIN, frame });
        let [Effect::Odd { raw: kept, why }] = &effects[..] else { panic!("{effects:?}") };
        assert!(kept == raw && !why.is_empty());
    }
    assert!(!bench.say(approval_added(3, 7)).iter().any(|e| matches!(e, Effect::Emit(Event::Gap(_)))));
}

#[test]
fn a_recording_is_decoded_without_a_connection() {
    let mut machine = Machine::new(Paths::DASHBOARD);
    let mut state = State::default();
    for event in [
        question_added(4, 3),
        question_resolved(2, 3, "b", "manager"),
        question_resolved(9, 4, "a", "manager"),
    ] {
        let mut out = Effects::new();
        machine.decode(Frame::Text(&event.to_string()), Millis(0), &mut out);
        assert!(!out.is_empty());
        for effect in out {
            let Effect::Emit(event) = effect else { panic!("{effect:?}") };
            reduce(&mut state, event, Millis(0));
        }
    }
    assert_eq!((state.asks.len(), state.settled.len()), (0, 2));
}
