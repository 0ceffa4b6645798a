use super::*;

fn gaps(effects: &Effects) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Emit(Event::Gap(_)))).count()
}

#[test]
fn the_stream_is_opened_before_anything_is_read() {
    let mut bench = Bench::new();
    let effects = bench.feed(Signal::Start);
    assert!(
        matches!(&effects[..], [Effect::Open { stream: StreamId::MAIN, path, .. }] if path == "/dashboard/stream")
    );
    bench.feed(Signal::Opened { stream: StreamId::MAIN });
    assert!(bench.asked("/api/state") && bench.asked("/dashboard/history"));
}

#[test]
fn nothing_is_told_before_both_readings_are_in() {
    let mut bench = Bench::new();
    bench.open();
    assert_eq!(bench.say(approval_added(42, 7)), []);
    assert_eq!(bench.answer("/api/state", world(41)), []);
    let effects = bench.answer("/dashboard/history", json!({ "seq": 41, "events": [] }));
    assert!(matches!(effects.first(), Some(Effect::Emit(Event::Snapshot(_)))));
    assert!(effects.contains(&Effect::Live));
    assert_eq!(bench.open_asks(), ["approval:7"]);
}

#[test]
fn a_mutation_between_the_two_readings_is_not_lost_by_the_historys_mark() {
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/api/state", world(41));
    bench.say(approval_added(42, 7));
    bench.answer("/dashboard/history", json!({ "seq": 42, "events": [] }));
    assert_eq!(bench.open_asks(), ["approval:7"]);
}

#[test]
fn a_message_is_dropped_by_the_historys_mark_alone() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(sent(41, "coder", "operator", "in the history"));
    bench.say(sent(42, "coder", "operator", "after it"));
    bench.answer("/api/state", world(42));
    let history = json!({ "seq": 41, "events": [message("sent", "coder", "operator", "in the history")] });
    bench.answer("/dashboard/history", history);
    let texts: Vec<&str> = bench.lines.values().map(|line| line.text.as_str()).collect();
    assert_eq!(texts.iter().filter(|text| text.contains("in the history")).count(), 1);
    assert_eq!(texts.iter().filter(|text| text.contains("after it")).count(), 1);
}

#[test]
fn a_message_is_not_lost_by_the_states_mark_however_late_it_arrives() {
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/dashboard/history", json!({ "seq": 40, "events": [] }));
    bench.answer("/api/state", with(world(42), "approvals", json!([approval(7)])));
    bench.say(sent(41, "coder", "operator", "on its way all the while"));
    assert!(bench.lines.values().any(|line| line.text.contains("on its way")));
    assert_eq!(bench.say(approval_added(42, 7)), [], "the picture has it");
    assert!(!bench.say(sent(43, "coder", "operator", "next")).is_empty());
    assert!(!bench.asked("/api/state"), "nothing is missing");
}

#[test]
fn a_mutation_that_arrives_late_does_not_undo_the_picture() {
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/dashboard/history", json!({ "seq": 40, "events": [] }));
    bench.answer("/api/state", world(42));
    let over = json!({ "kind": "transient_set", "seq": 41, "name": "coder", "transient_kind": "restarting", "since_unix": 1 });
    assert_eq!(bench.say(over), [], "at 42 it was over");
}

#[test]
fn a_history_that_never_catches_up_keeps_no_ask_away() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(approval_added(42, 7));
    let mut readings = 0;
    while bench.open_asks().is_empty() {
        readings += 1;
        assert!(readings < 10);
        bench.answer("/api/state", with(world(42), "approvals", json!([approval(7)])));
        bench.answer("/dashboard/history", json!({ "seq": 0, "events": [] }));
    }
    assert!(readings > 1, "it is tried again first");
}

#[test]
fn what_the_picture_holds_already_is_not_told_again() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(approval_resolved(41, 7, "denied", None));
    let effects = bench.look(with(world(41), "approval_history", json!([approval_ended(7, "denied", None)])));
    let events = effects.iter().filter(|effect| matches!(effect, Effect::Emit(_))).count();
    assert_eq!(events, 1, "the picture alone: {effects:?}");
}

#[test]
fn a_hole_in_the_stream_is_said_and_everything_is_read_again() {
    let mut bench = Bench::live(world(41));
    let effects = bench.say(approval_added(43, 8));
    assert_eq!(gaps(&effects), 1);
    assert!(bench.asked("/api/state") && bench.asked("/dashboard/history"));
    assert!(bench.open_asks().is_empty(), "held");
    let effects = bench.look(with(world(43), "approvals", json!([approval(7), approval(8)])));
    assert!(!effects.contains(&Effect::Live), "it was live all along");
    assert_eq!(bench.open_asks(), ["approval:7", "approval:8"]);
}

#[test]
fn a_hole_while_reading_means_reading_again() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(approval_added(42, 7));
    bench.say(approval_added(44, 9));
    let effects = bench.look(world(41));
    assert_eq!((gaps(&effects), bench.open_asks().len()), (1, 0));
    bench.look(with(world(44), "approvals", json!([approval(7), approval(8), approval(9)])));
    assert_eq!(bench.open_asks(), ["approval:7", "approval:8", "approval:9"]);
}

#[test]
fn a_loss_right_after_the_picture_is_seen_at_the_next_event() {
    let mut bench = Bench::live(world(41));
    assert_eq!(gaps(&bench.say(sent(43, "a", "b", "c"))), 1);
}

#[test]
fn hole_after_hole_does_not_hammer_the_server() {
    let mut bench = Bench::live(world(1));
    let mut readings = 0;
    for round in 1..20 {
        bench.say(sent(round * 10, "a", "b", "c"));
        if bench.asked("/api/state") {
            readings += 1;
            bench.look(world(round * 10));
        }
    }
    assert!(readings < 4, "{readings} readings in no time");
    bench.now = bench.now.plus(2_000);
    bench.feed(Signal::Timer { timer: TimerId(2) });
    assert!(bench.asked("/api/state"), "the next one in due time");
}

#[test]
fn an_event_told_twice_in_one_connection_is_nothing() {
    let mut bench = Bench::live(world(41));
    assert!(!bench.say(approval_added(42, 7)).is_empty());
    assert_eq!(bench.say(approval_added(42, 7)), []);
    assert_eq!(bench.say(approval_added(40, 6)), [], "of before the picture");
}

#[test]
fn a_restarted_server_counts_from_zero_and_nothing_is_lost() {
    let mut bench = Bench::live(with(world(4_000), "approvals", json!([approval(7)])));
    bench.open();
    bench.look(with(world(0), "approvals", json!([approval(7)])));
    bench.say(approval_added(1, 8));
    assert_eq!(bench.open_asks(), ["approval:7", "approval:8"]);
}

#[test]
fn a_picture_older_than_the_stream_is_not_believed() {
    let mut bench = Bench::live(world(41));
    bench.say(approval_added(42, 7));
    bench.say(sent(44, "a", "b", "c"));
    bench.look(world(41));
    assert_eq!(bench.open_asks(), ["approval:7"], "it did not vanish");
    bench.look(world(41));
    let effects = bench.look(world(41));
    assert_eq!(failure(&effects).map(|fault| fault.code), Some(deskbell_domain::FaultCode::Server));
}

#[test]
fn replies_of_an_earlier_connection_are_void() {
    let mut bench = Bench::new();
    bench.open();
    let call = bench.call("/api/state");
    bench.open();
    let reply = Reply { status: 500, content_type: None, body: Vec::new() };
    assert_eq!(bench.feed(Signal::Reply { call, reply }), []);
    bench.look(world(1));
    assert!(!bench.state.agents.is_empty());
}

#[test]
fn too_much_before_the_picture_fails_the_link() {
    let mut bench = Bench::new();
    bench.open();
    let failed = (1..40_000).find_map(|seq| failure(&bench.say(sent(seq, "a", "b", "c"))).cloned()).unwrap();
    assert_eq!(failed.next, deskbell_domain::Next::Soon);
}

#[test]
fn a_server_of_another_kind_is_told_in_plain_words() {
    use deskbell_domain::{FaultCode, Next};
    for (status, body, code, next, word) in [
        (200, "<!doctype html><p>", FaultCode::WrongDialect, Next::Never, "web page"),
        (200, "hello", FaultCode::WrongDialect, Next::Never, "not JSON"),
        (200, "{\"sessions\":[]}", FaultCode::WrongDialect, Next::Never, "JSON of some other kind"),
        (302, "", FaultCode::WrongDialect, Next::Never, "302"),
        (401, "", FaultCode::Unauthorized, Next::Never, "401"),
        (403, "", FaultCode::Unauthorized, Next::Never, "403"),
        (404, "", FaultCode::NotFound, Next::Never, "404"),
        (429, "slow down", FaultCode::Server, Next::Soon, "slow down"),
        (500, "database is locked", FaultCode::Server, Next::Soon, "database is locked"),
        (502, "<html>", FaultCode::Server, Next::Soon, "502"),
    ] {
        let mut bench = Bench::new();
        bench.open();
        let effects = bench.reply("/api/state", status, body);
        let fault = failure(&effects).unwrap();
        assert_eq!((fault.code, fault.next), (code, next), "{status} {body}");
        assert!(fault.message.contains(word) && !fault.advice.is_empty(), "{fault}");
        assert!(!effects.contains(&Effect::Live));
    }
    let mut bench = Bench::new();
    bench.open();
    assert_eq!(failure(&bench.no_reply("/api/state", Sent::Maybe)), Some(&fault()));
}

#[test]
fn an_older_server_has_its_history_elsewhere_and_bare() {
    let mut bench = Bench::new();
    bench.open();
    bench.say(sent(4, "coder", "operator", "both"));
    bench.say(sent(5, "coder", "operator", "live only"));
    bench.answer("/api/state", world(3));
    bench.reply("/dashboard/history", 404, "");
    let rows = json!([
        message("sent", "coder", "operator", "both"),
        message("sent", "coder", "operator", "on its way"),
    ]);
    assert!(!bench.answer("/messages/history?limit=200", rows).contains(&Effect::Live));
    assert!(
        bench.answer("/api/state", world(6)).contains(&Effect::Live),
        "read once more, behind the history"
    );
    let said = |bench: &Bench, body: &str| {
        let is_it = |line: &&Entry| line.item.kind() == "message" && line.text.ends_with(body);
        bench.lines.values().filter(is_it).count()
    };
    bench.say(sent(6, "coder", "operator", "on its way"));
    bench.say(sent(7, "coder", "operator", "between the two"));
    for body in ["both", "live only", "on its way", "between the two"] {
        assert_eq!(said(&bench, body), 1, "{body}");
    }
    bench.say(sent(8, "coder", "operator", "on its way"));
    assert_eq!(said(&bench, "on its way"), 2, "newer than the readings, it was said again");
}

#[test]
fn a_server_without_any_history_is_live_all_the_same() {
    let mut bench = Bench::new();
    bench.open();
    bench.answer("/api/state", world(3));
    bench.reply("/dashboard/history", 404, "");
    bench.reply("/messages/history?limit=200", 404, "");
    assert!(bench.answer("/api/state", world(3)).contains(&Effect::Live));
}

#[test]
fn the_predecessor_is_spoken_to_on_its_own_stream() {
    let mut bench = Bench::at(Paths::MESSAGES);
    let effects = bench.open();
    assert!(effects.iter().any(|e| matches!(e, Effect::Open { path, .. } if path == "/messages/stream")));
    assert!(bench.asked("/messages/history?limit=200"));
}

#[test]
fn a_bad_setting_is_refused_by_name() {
    let mut source = deskbell_domain::Source {
        id: SourceId::new("hive"),
        name: "hive".into(),
        dialect: "hyperhive".into(),
        url: "http://127.0.0.1:7000".into(),
        auth: deskbell_domain::Auth::None,
        secret: deskbell_domain::SecretRef::None,
        settings: BTreeMap::from([("stream".to_owned(), vec!["radio".to_owned()])]),
        paused: false,
    };
    let Err(refused) = (crate::hyperhive::DIALECT.adapter)(&source) else { panic!("it was taken") };
    assert!(refused.message.contains("radio") && refused.advice.contains("messages"), "{refused}");
    source.settings.clear();
    assert!((crate::hyperhive::DIALECT.adapter)(&source).is_ok());
}

#[test]
fn a_row_that_cannot_be_read_makes_nothing_vanish() {
    let mut bench = Bench::live(with(world(1), "approvals", json!([approval(7), approval(8)])));
    bench.open();
    let effects = bench.look(with(world(1), "approvals", json!([approval(7), { "id": "eight" }])));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Odd { .. })));
    assert_eq!(bench.open_asks(), ["approval:7", "approval:8"]);
    bench.open();
    bench.look(with(world(1), "approval_history", json!([{ "id": "seven", "status": "denied" }])));
    assert_eq!(
        bench.open_asks(),
        ["approval:7", "approval:8"],
        "the end that cannot be read may be of either"
    );
    bench.open();
    let mut without = world(1);
    without.as_object_mut().unwrap().remove("questions");
    bench.look(without);
    assert_eq!(bench.open_asks(), ["approval:7", "approval:8"], "it is no whole picture");
}

#[test]
fn what_the_server_forgot_is_said_out_loud_and_never_taken_for_a_denial() {
    let mut bench = Bench::live(with(world(1), "approvals", json!([approval(7)])));
    bench.open();
    bench.look(world(1));
    assert_eq!(bench.ended("approval:7"), Some(&Outcome::Vanished));
}
