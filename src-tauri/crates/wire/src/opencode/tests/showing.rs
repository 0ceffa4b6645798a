//! What is shown of permissions, questions, sessions and messages.

use deskbell_domain::{
    AskBody, Danger, EntryKind, Input, Scope, Subject, Task, TaskStatus, ThreadState, Tone,
};

use super::*;

fn subject(ask: &Ask) -> &Subject {
    match &ask.body {
        AskBody::Approval { subject, .. } => subject,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_edit_is_an_approval_with_its_diff() {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    let ask = desk.ask("permission:per_1");
    assert_eq!((ask.title(), ask.detail()), ("Edit a.txt", None));
    assert_eq!(
        (ask.agent.as_deref(), ask.thread.as_ref()),
        (Some("build"), Some(&ItemId::new("session:ses_1")))
    );
    assert!(matches!(subject(ask), Subject::Diff { unified } if unified.contains("+b")));
    let offers: Vec<_> =
        ask.offers.iter().map(|o| (o.id.as_str(), o.label.as_str(), o.tone, o.scope, o.danger)).collect();
    assert_eq!(
        offers,
        [
            ("once", "Approve", Tone::Yes, Scope::Once, Danger::None),
            ("always", "Always approve", Tone::Yes, Scope::Always, Danger::Confirm),
            ("reject", "Deny", Tone::No, Scope::Once, Danger::None),
        ]
    );
    assert!(ask.offers[1].explains.as_deref().unwrap().starts_with("Allows all edits, in every session"));
    assert!(ask.offers[2].fields[0].id == "note" && !ask.offers[2].fields[0].required);
    let buttons: Vec<&str> = ask.offers.iter().filter(|o| o.fits_a_button()).map(|o| o.id.as_str()).collect();
    assert_eq!(buttons, ["once", "reject"]);
}

#[test]
fn a_command_is_shown_whole_and_its_always_is_spelled_out() {
    let mut desk = Desk::live();
    desk.hear(
        "permission.asked",
        json!({
            "id": "per_1", "sessionID": "ses_1", "permission": "bash", "patterns": ["echo hello > out.txt", "ls"],
            "metadata": { "command": "echo hello > out.txt && ls\nrm x" }, "always": ["echo *", "ls *"],
        }),
    );
    let ask = desk.ask("permission:per_1");
    assert_eq!(ask.title(), "Run: echo hello > out.txt && ls …");
    let command = Subject::Command {
        text: "echo hello > out.txt && ls\nrm x".into(),
        cwd: Some("/home/op/project".into()),
    };
    assert_eq!(subject(ask), &command);
    let explains = ask.offers[1].explains.as_deref().unwrap();
    assert!(
        explains.starts_with("Allows all commands that match echo * or ls *, in every session"),
        "{explains}"
    );
}

#[test]
fn any_other_permission_is_a_tool_with_its_arguments() {
    let mut desk = Desk::live();
    desk.hear(
        "permission.asked",
        json!({ "id": "per_1", "sessionID": "ses_1", "permission": "webfetch", "patterns": ["https://a.example"],
                "metadata": { "url": "https://a.example", "format": "text" }, "always": [] }),
    );
    let ask = desk.ask("permission:per_1");
    assert_eq!(ask.title(), "Fetch https://a.example");
    assert!(matches!(subject(ask), Subject::Tool { name, arguments }
        if name == "webfetch" && arguments.contains("\"format\": \"text\"")));
    let offers: Vec<&str> = ask.offers.iter().map(|o| o.id.as_str()).collect();
    assert_eq!(offers, ["once", "reject"], "an \"always\" that allows nothing more is not offered");
}

#[test]
fn a_permission_with_nothing_but_its_ids_still_has_a_way_out() {
    let mut desk = Desk::live();
    desk.hear("permission.asked", json!({ "id": "per_1", "sessionID": "ses_1" }));
    assert_eq!(desk.ask("permission:per_1").offers.len(), 2);
}

#[test]
fn a_question_is_one_offer_with_a_field_for_each_prompt() {
    let mut desk = Desk::live();
    desk.hear("question.asked", question("que_1"));
    let ask = desk.ask("question:que_1");
    assert_eq!((ask.kind(), ask.title()), ("question", "2 questions: Database, Features"));
    let [answer, reject] = ask.offers.as_slice() else { panic!("{:?}", ask.offers) };
    assert_eq!((answer.id.as_str(), answer.label.as_str()), ("answer", "Answer"));
    assert_eq!((reject.id.as_str(), reject.label.as_str(), reject.tone), ("reject", "Dismiss", Tone::No));
    let shapes: Vec<_> = answer
        .fields
        .iter()
        .map(|field| match &field.input {
            Input::Pick { options, many, other, .. } => {
                (field.id.as_str(), field.label.as_str(), options.len(), *many, *other, field.required)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shapes,
        [("q1", "Which database?", 2, false, true, true), ("q2", "Which features?", 3, true, false, true)]
    );
}

#[test]
fn a_subagents_permission_is_shown_under_the_top_parent() {
    let mut desk = Desk::live();
    desk.hear("session.created", json!({ "sessionID": "ses_2", "info": session("ses_2", Some("ses_1")) }));
    desk.hear("session.created", json!({ "sessionID": "ses_3", "info": session("ses_3", Some("ses_2")) }));
    desk.hear("permission.asked", edit("per_1", "ses_3"));
    let ask = desk.ask("permission:per_1");
    assert_eq!(ask.thread, Some(ItemId::new("session:ses_1")));
    assert_eq!(ask.agent.as_deref(), Some("general"));
    assert_eq!(ask.detail(), Some("Asked by the subagent general: Title of ses_3"));
    assert_eq!(desk.state.threads[&ItemId::new("session:ses_3")].parent, Some(ItemId::new("session:ses_2")));
}

#[test]
fn an_ask_of_an_unknown_session_waits_for_one_look_at_it() {
    let mut desk = Desk::live();
    let (call, request) = only_call(&desk.hear("permission.asked", edit("per_1", "ses_2")));
    assert_eq!(request.path, "/session/ses_2");
    assert!(!desk.is_open("permission:per_1"));
    desk.reply(call, 200, &session("ses_2", Some("ses_1")).to_string());
    assert_eq!(desk.ask("permission:per_1").thread, Some(ItemId::new("session:ses_1")));
}

#[test]
fn an_ask_whose_session_cannot_be_had_is_shown_under_its_own() {
    let mut desk = Desk::live();
    let (call, _) = only_call(&desk.hear("permission.asked", edit("per_1", "ses_2")));
    assert_eq!(calls(&desk.no_reply(call, Sent::Maybe)), [], "not asked for again");
    assert_eq!(desk.ask("permission:per_1").thread, Some(ItemId::new("session:ses_2")));
    assert_eq!(calls(&desk.hear("permission.asked", edit("per_2", "ses_2"))), []);
    assert!(desk.is_open("permission:per_2"));
}

#[test]
fn a_grandparent_that_comes_late_moves_the_ask() {
    let mut desk = Desk::live();
    let (call, _) = only_call(&desk.hear("permission.asked", edit("per_1", "ses_3")));
    let out = desk.reply(call, 200, &session("ses_3", Some("ses_2")).to_string());
    assert!(desk.is_open("permission:per_1"), "shown without waiting for more");
    let (call, request) = only_call(&out);
    assert_eq!(request.path, "/session/ses_2");
    desk.reply(call, 200, &session("ses_2", Some("ses_1")).to_string());
    assert_eq!(desk.ask("permission:per_1").thread, Some(ItemId::new("session:ses_1")));
}

#[test]
fn parents_in_a_circle_end() {
    let mut desk = Desk::live();
    desk.hear("session.created", json!({ "info": session("ses_2", Some("ses_3")) }));
    desk.hear("session.created", json!({ "info": session("ses_3", Some("ses_2")) }));
    desk.hear("permission.asked", edit("per_1", "ses_2"));
    assert!(desk.is_open("permission:per_1"));
}

#[test]
fn a_session_is_a_thread_and_a_task() {
    let mut desk = Desk::live();
    let thread = |desk: &Desk| desk.state.threads[&ItemId::new("session:ses_1")].clone();
    let task = |desk: &Desk| -> Task { desk.state.tasks[&ItemId::new("task:ses_1")].clone() };
    let offers = |desk: &Desk| thread(desk).offers.iter().map(|o| o.id.clone()).collect::<Vec<_>>();
    assert_eq!((thread(&desk).state, offers(&desk)), (ThreadState::Idle, vec!["prompt".into()]));
    assert_eq!((task(&desk).tokens_in, task(&desk).tokens_out), (Some(1234), Some(60)));
    assert_eq!((task(&desk).cost_micros, task(&desk).status), (Some(1166), TaskStatus::Done));

    desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
    assert_eq!((thread(&desk).state, task(&desk).status), (ThreadState::Busy, TaskStatus::Running));
    assert_eq!(offers(&desk), ["prompt", "abort"]);
    desk.hear(
        "session.status",
        json!({ "sessionID": "ses_1", "status": { "type": "retry", "attempt": 1, "message": "overloaded", "next": 5 } }),
    );
    assert_eq!(thread(&desk).state, ThreadState::Unknown("retrying".into()));
    assert_eq!(task(&desk).phase.as_deref(), Some("overloaded"));
    desk.hear("session.idle", json!({ "sessionID": "ses_1" }));
    assert_eq!(thread(&desk).state, ThreadState::Idle);

    desk.hear("session.deleted", json!({ "info": session("ses_1", None) }));
    assert!(desk.state.threads.is_empty() && desk.state.tasks.is_empty());
}

#[test]
fn only_a_change_of_status_is_a_line_of_history() {
    let mut desk = Desk::live();
    let busy = json!({ "sessionID": "ses_1", "status": { "type": "busy" } });
    for _ in 0..3 {
        desk.hear("session.status", busy.clone());
    }
    let lines: Vec<&str> = desk.entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(lines, ["Works"]);
}

#[test]
fn an_older_word_about_a_session_changes_nothing() {
    let mut desk = Desk::live();
    let mut newer = session("ses_1", None);
    newer["title"] = json!("Newer");
    newer["time"]["updated"] = json!(NOW.0 + 9);
    desk.hear("session.updated", json!({ "info": newer }));
    assert_eq!(desk.hear("session.updated", json!({ "info": session("ses_1", None) })), []);
    assert_eq!(desk.state.threads[&ItemId::new("session:ses_1")].title, "Newer");
}

/// A piece of text before its first word.
fn begun_piece(message: &str, part: &str) -> Json {
    json!({ "part": { "id": part, "sessionID": "ses_1", "messageID": message, "type": "text", "text": "",
                      "time": { "start": 1 } }, "time": NOW.0 })
}

#[test]
fn deltas_grow_one_line_and_the_whole_stands_above_them() {
    let mut desk = Desk::live();
    desk.hear(
        "message.updated",
        json!({ "info": { "id": "msg_1", "sessionID": "ses_1", "role": "assistant", "agent": "build" } }),
    );
    let delta = |delta: &str| json!({ "sessionID": "ses_1", "messageID": "msg_1", "partID": "prt_1", "field": "text", "delta": delta });
    assert_eq!(desk.hear("message.part.delta", delta("lost beginning")), [], "its beginning was not heard");
    desk.hear("message.part.updated", begun_piece("msg_1", "prt_1"));
    desk.hear("message.part.delta", delta("I will "));
    desk.hear("message.part.delta", delta("edit."));
    desk.hear(
        "message.part.updated",
        json!({ "part": { "id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1", "type": "text",
                          "text": "I will\nedit it.", "time": { "start": 1, "end": 2 } }, "time": NOW.0 }),
    );
    assert_eq!(desk.hear("message.part.delta", delta("late")), []);
    let lines: Vec<_> =
        desk.entries.iter().map(|e| (e.item.as_str(), e.text.as_str(), e.agent.as_deref())).collect();
    assert_eq!(
        lines,
        [
            ("part:prt_1", "I will", Some("build")),
            ("part:prt_1", "I will edit.", Some("build")),
            ("part:prt_1", "I will edit it.", Some("build")),
        ]
    );
    assert!(desk.entries.iter().all(|entry| entry.kind == EntryKind::Stream));
}

#[test]
fn a_stream_of_deltas_without_end_takes_bounded_room() {
    let mut desk = Desk::live();
    let delta = "x".repeat(900);
    desk.hear("message.part.updated", begun_piece("m", "p"));
    let mut told = 0;
    for _ in 0..10 {
        let out = desk.hear(
            "message.part.delta",
            json!({ "sessionID": "ses_1", "messageID": "m", "partID": "p", "field": "text", "delta": delta }),
        );
        told += out.len();
    }
    assert_eq!(told, 3, "once the line is full, more of it tells nothing");
    assert_eq!(desk.entries.last().unwrap().text.chars().count(), 2_000);
}

#[test]
fn the_operators_words_are_a_message() {
    let mut desk = Desk::live();
    desk.hear("message.updated", json!({ "info": { "id": "msg_1", "sessionID": "ses_1", "role": "user" } }));
    desk.hear(
        "message.part.updated",
        json!({ "part": { "id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1", "type": "text", "text": "Do it" } }),
    );
    assert_eq!((desk.entries[0].kind, desk.entries[0].text.as_str()), (EntryKind::Message, "Do it"));
}

#[test]
fn what_is_not_known_is_odd_and_what_is_quiet_is_quiet() {
    let mut desk = Desk::live();
    let is_odd = |out: Vec<Effect>| matches!(out.as_slice(), [Effect::Odd { .. }]);
    assert!(is_odd(desk.hear("session.teleported", json!({}))));
    assert!(is_odd(desk.hear("permission.asked", json!({ "id": "per_1" }))), "no session");
    assert!(is_odd(desk.hear("permission.replied", json!({ "requestID": "per_1", "reply": "perhaps" }))));
    assert!(is_odd(desk.hear_text("not json")));
    assert!(is_odd(desk.on(Signal::Frame { stream: StreamId::MAIN, frame: Frame::Bytes(b"\xff") })));
    for quiet in ["server.connected", "server.heartbeat", "plugin.added", "catalog.updated", "session.diff"] {
        assert_eq!(desk.hear(quiet, json!({})), []);
    }
}

#[test]
fn an_event_told_twice_is_taken_once() {
    let mut desk = Desk::live();
    let frame = json!({ "id": "evt_x", "type": "session.teleported", "properties": {} }).to_string();
    assert_eq!(desk.hear_text(&frame).len(), 1);
    assert_eq!(desk.hear_text(&frame), []);
}
