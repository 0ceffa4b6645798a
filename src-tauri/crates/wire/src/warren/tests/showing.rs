//! What frames mean, and that each thing is shown once.

use deskbell_domain::{AskBody, EntryKind, Outcome, Subject, TaskStatus};
use serde_json::json;

use super::*;

const LATER: &str = "2026-11-21T02:26:43.5Z";

#[test]
fn a_message_is_changed_in_place_and_no_older_telling_takes_it_back() {
    let mut desk = Desk::live();
    let added = message("session_message_added", "m1", "trace", "step 1", TIME);
    desk.hear(added.clone());
    desk.hear(message("session_message_updated", "m1", "trace", "step 1 done", LATER));
    assert!(desk.hear(added).is_empty(), "a replay");
    desk.data["ticketSessionMessages"] = json!([{ "id": "m1", "sessionID": "s1", "type": "trace",
        "content": "step 1", "createdAt": TIME, "updatedAt": TIME }]);
    desk.connect();
    assert_eq!(desk.texts(), ["step 1", "step 1 done"]);
    assert_eq!(desk.entries[0].item, desk.entries[1].item);
}

#[test]
fn an_echo_is_not_shown_beside_its_message_in_whatever_order_they_come() {
    let echo = json!({ "type": "message", "content": "hello <b>", "user": { "id": "alice", "name": "alice" }, "timestamp": 1 });
    let envelope = message("session_message_added", "m1", "user", "hello <b>", TIME);
    for frames in [[echo.clone(), envelope.clone()], [envelope, echo]] {
        let mut desk = Desk::live();
        for frame in frames {
            desk.hear(frame);
        }
        assert_eq!(desk.texts(), ["hello <b>"]);
    }
}

#[test]
fn after_the_words_of_another_operator_the_history_is_read() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    let out = desk.hear(
        json!({ "type": "message", "content": "hi", "user": { "id": "bob", "name": "bob" }, "timestamp": 1 }),
    );
    desk.data["ticketSessionMessages"] = json!([{ "id": "m9", "sessionID": "s9", "type": "user", "content": "hi",
        "author": { "userID": "bob", "displayName": "bob" }, "createdAt": TIME }]);
    let out = desk.ring(&out);
    desk.serve(out);
    assert_eq!((desk.entries[0].text.as_str(), desk.entries[0].agent.as_deref()), ("hi", Some("bob")));
}

#[test]
fn turns_at_the_same_time_are_told_apart() {
    let mut desk = Desk::live();
    let turn = |event: &str, id: &str, status: &str| {
        let mut frame =
            json!({ "event": event, "timestamp": TIME, "session_id": "s1", "turn_id": id, "status": status });
        if event == "turn_started" {
            frame["turn"] = json!({ "id": id, "session_id": "s1", "status": "running", "started_at": TIME });
        }
        frame
    };
    desk.hear(turn("turn_started", "t1", ""));
    desk.hear(turn("turn_started", "t2", ""));
    desk.hear(turn("turn_ended", "t1", "aborted"));
    let status = |desk: &Desk, id: &str| desk.state.tasks[&ItemId::of("turn", id)].status.clone();
    assert_eq!((status(&desk, "t1"), status(&desk, "t2")), (TaskStatus::Cancelled, TaskStatus::Running));
    desk.hear(turn("turn_started", "t1", ""));
    assert_eq!(status(&desk, "t1"), TaskStatus::Cancelled, "what ended does not start again");
}

#[test]
fn an_approval_shows_the_tool_and_a_question_its_options_or_none() {
    let mut desk = Desk::live();
    desk.hear(tool("h1"));
    desk.hear(pending("h2", "question", json!({ "question": "Which host?", "options": ["a", "b"] })));
    desk.hear(pending("h3", "question", json!({ "question": "Free text?", "options": null })));
    let ask = |id: &str| &desk.state.asks[&ItemId::of("hitl", id)];
    let AskBody::Approval { subject: Subject::Tool { name, arguments }, .. } = &ask("h1").body else {
        panic!()
    };
    assert!(name == "bq_query" && arguments.contains("SELECT 1"));
    assert_eq!(ask("h1").expires, Some(ask("h1").asked.millis().plus(24 * 3_600_000)));
    assert!(
        matches!(&ask("h2").offers[0].fields[0].input, deskbell_domain::Input::Pick { options, .. } if options.len() == 2)
    );
    assert!(matches!(ask("h3").offers[0].fields[0].input, deskbell_domain::Input::Text { .. }));
}

#[test]
fn an_unknown_kind_of_request_can_be_answered_all_the_same() {
    let mut desk = Desk::live();
    desk.hear(pending("h1", "hologram", json!({})));
    let ask = &desk.state.asks[&ItemId::new("hitl:h1")];
    assert!(matches!(&ask.body, AskBody::Unknown { kind, .. } if kind == "hologram"));
    assert_eq!(ask.offers.len(), 3);
}

#[test]
fn whatever_the_status_of_its_end_it_no_longer_waits_and_never_comes_back() {
    let cases = [
        ("denied", json!({ "comment": "no" }), Outcome::Denied { note: Some("no".into()) }),
        ("approved", json!({}), Outcome::Approved),
        (
            "pending",
            json!(null),
            Outcome::Failed { note: "warren stopped waiting before there was an answer.".into() },
        ),
    ];
    for (status, response, outcome) in cases {
        let mut desk = Desk::live();
        desk.hear(tool("h1"));
        desk.hear(resolved("h1", status, response));
        desk.hear(tool("h1"));
        assert!(desk.state.asks.is_empty());
        assert_eq!(desk.state.settled[&ItemId::new("hitl:h1")], outcome);
    }
}

#[test]
fn what_waits_is_kept_over_every_reading() {
    let mut desk = Desk::live();
    desk.hear(tool("h1"));
    desk.connect();
    assert!(desk.state.asks.contains_key(&ItemId::new("hitl:h1")));
}

#[test]
fn frames_that_make_no_sense_are_odd() {
    let mut desk = Desk::live();
    for frame in [
        json!({ "type": "hologram" }),
        json!({ "event": "hologram" }),
        json!({ "event": "turn_started" }),
        json!({ "event": "turn_ended", "status": "completed" }),
        json!({ "event": "hitl_request_pending", "hitl": { "id": "" } }),
        json!([1]),
        json!({}),
    ] {
        assert!(matches!(&desk.hear(frame.clone())[..], [Effect::Odd { .. }]), "{frame}");
    }
    let stream = desk.stream();
    let out = desk.on(Signal::Frame { stream, frame: Frame::Bytes(b"{}") });
    assert!(matches!(&out[..], [Effect::Odd { .. }]));
}

#[test]
fn all_pages_of_the_history_are_read() {
    let mut desk = Desk::new(&[]);
    let rows = |from: usize, count: usize| -> Vec<Json> {
        (from..from + count)
            .map(|n| json!({ "id": format!("m{n}"), "sessionID": "s1", "type": "trace", "content": n.to_string() }))
            .collect()
    };
    let out = desk.on(Signal::Start);
    let data = json!({ "data": desk.data });
    let out = desk.reply(calls(&out)[0].0, &data);
    assert_eq!(paths(&out).len(), 1);
    let mut out = desk.on(Signal::Opened { stream: desk.stream() });
    for (from, count) in [(0, 200), (200, 7)] {
        let (call, request) = calls(&out)[0].clone();
        assert_eq!(body(&request)["variables"]["offset"], json!(from));
        assert!(!desk.live);
        let mut data = desk.data.clone();
        data["ticketSessionMessages"] = json!(rows(from, count));
        out = desk.reply(call, &json!({ "data": data }));
    }
    assert!(desk.live && desk.entries.len() == 207);
}

#[test]
fn the_recording_is_understood_frame_by_frame() {
    let recording = include_str!("../../../../../../tests/fixtures/warren/chat.txt");
    let mut desk = Desk::new(&[]);
    for line in recording.lines().filter(|line| line.contains("FRAME str ")) {
        let mut out = Vec::new();
        desk.adapter.decode(Frame::Text(line), NOW, &mut out);
        assert!(out.iter().all(|effect| matches!(effect, Effect::Emit(_))), "{line}: {out:?}");
        desk.fold(&out);
    }
    assert!(desk.state.asks.is_empty(), "all were answered: {:?}", desk.state.asks.keys());
    assert_eq!(desk.state.settled.len(), 9);
    assert!(desk.state.tasks.values().all(|task| task.status == TaskStatus::Done));
    let dropped = desk.entries.iter().any(|entry| entry.text.contains("\\u003c"));
    assert!(!dropped && desk.texts().contains(&"hello <b>"));
    let finals =
        desk.entries.iter().filter(|entry| entry.kind == EntryKind::Message && entry.text == "final");
    assert_eq!(finals.count(), 3);
}

#[test]
fn open_tickets_beyond_those_listened_to_are_said_once_and_taken_back() {
    let mut desk = Desk::new(&[]);
    let tickets: Vec<Json> = (0..40).map(|n| ticket(&format!("T{n}"), "open")).collect();
    desk.data["open"] = json!({ "tickets": tickets, "totalCount": 45 });
    desk.connect();
    desk.connect();
    let said = |desk: &Desk| desk.texts().iter().filter(|text| text.contains("13 open tickets")).count();
    assert_eq!(said(&desk), 1, "{:?}", desk.texts());
    let fact = &desk.state.agents.values().next().unwrap().facts["not listened to"];
    assert!(fact.starts_with("13 open tickets") && fact.contains("\"ticket\""), "{fact}");
    desk.data["open"] = json!({ "tickets": [ticket("T1", "open")], "totalCount": 1 });
    desk.connect();
    assert!(desk.state.agents.values().next().unwrap().facts.is_empty());
    assert_eq!(desk.texts().last(), Some(&"Every open ticket is listened to again."));
}
