//! Coming up, going down, and reading what the server holds.

use super::*;
use crate::Transport;

fn pending() -> Held {
    Held {
        permissions: vec![edit("per_1", "ses_1")],
        questions: vec![question("que_1")],
        sessions: vec![session("ses_1", None)],
        statuses: json!({ "ses_1": { "type": "busy" } }),
        story: String::new(),
    }
}

#[test]
fn the_stream_is_opened_before_anything_is_read() {
    let mut desk = Desk::new();
    let opened = Effect::Open { stream: StreamId::MAIN, transport: Transport::Sse, path: "/event".into() };
    assert_eq!(desk.on(Signal::Start), [opened]);
    let paths: Vec<String> = calls(&desk.on(Signal::Opened { stream: StreamId::MAIN }))
        .into_iter()
        .map(|(_, request)| request.path)
        .collect();
    assert_eq!(paths, ["/permission", "/question", "/session", "/session/status"]);
}

#[test]
fn the_directory_goes_with_every_call() {
    let mut desk = Desk::new();
    desk.adapter = Opencode::new(&source(Some("/srv/my project"))).unwrap();
    for (_, request) in desk.open() {
        assert!(request.path.ends_with("?directory=%2Fsrv%2Fmy%20project"), "{}", request.path);
    }
}

#[test]
fn a_directory_that_is_no_absolute_path_is_refused() {
    let fault = Opencode::new(&source(Some("project"))).unwrap_err();
    assert_eq!(fault.code, FaultCode::Settings);
    assert!(fault.message.contains("\"project\" is not an absolute path"), "{fault}");
}

#[test]
fn nothing_is_told_before_all_lists_are_in() {
    let mut desk = Desk::new();
    let asked = desk.open();
    assert_eq!(desk.ask_edit("per_2"), [], "held");
    let (last, first) = asked.split_last().unwrap();
    assert_eq!(desk.serve(first.to_vec(), &pending()), []);
    let told = desk.serve(vec![last.clone()], &pending());
    assert!(matches!(told.first(), Some(Effect::Emit(Event::Snapshot(_)))));
    assert!(told.contains(&Effect::Live));
    for item in ["permission:per_1", "question:que_1", "permission:per_2"] {
        assert!(desk.is_open(item), "{item}");
    }
}

#[test]
fn what_ended_while_the_lists_were_read_is_not_taken_for_vanished() {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    let asked = desk.open();
    desk.hear("permission.replied", json!({ "sessionID": "ses_1", "requestID": "per_1", "reply": "reject" }));
    let told = desk.serve(asked, &Held::default());
    assert_eq!(snapshot(&told).unwrap().settled.len(), 1);
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Denied { note: None }));
    assert!(!desk.entries.iter().any(|entry| entry.text.contains("Lost")));
}

#[test]
fn a_pending_the_server_forgot_vanishes_and_is_never_a_denial() {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    desk.connect(&Held { sessions: vec![session("ses_1", None)], ..Held::default() });
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
    assert!(
        desk.entries
            .iter()
            .any(|entry| entry.text.contains("Lost: the server no longer knows \"Edit a.txt\""))
    );
}

#[test]
fn an_answer_the_server_took_before_it_was_lost_is_ours() {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    let (call, _) = desk.answer("permission:per_1", "once");
    desk.reply(call, 200, "true");
    let told = desk.connect(&Held::default());
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Approved));
    let told_at = told.iter().position(|effect| matches!(effect, Effect::Emit(Event::Snapshot(_))));
    let done_at = told.iter().position(|effect| matches!(effect, Effect::Done { .. }));
    assert!(told_at.unwrap() < done_at.unwrap(), "settled before it is done");
    assert_eq!(snapshot(&told).unwrap().settled[0].by, By::Us);
}

#[test]
fn a_web_page_is_the_wrong_dialect() {
    let mut desk = Desk::new();
    let (call, _) = desk.open()[0].clone();
    let page = Reply {
        status: 200,
        content_type: Some("text/html".into()),
        body: b"<!doctype html>\n<title>Hello</title>".to_vec(),
    };
    let out = desk.on(Signal::Reply { call, reply: page });
    let fault = fault(&out);
    assert_eq!((fault.code, fault.next), (FaultCode::WrongDialect, Next::Never));
    assert!(fault.message.contains("text/html") && fault.message.contains("<!doctype html>"), "{fault}");
    assert!(fault.advice.contains("opencode serve"), "{fault}");
}

#[test]
fn a_missing_password_says_who_and_where() {
    for status in [401, 403] {
        let mut desk = Desk::new();
        let (call, _) = desk.open()[1].clone();
        let out = desk.reply(call, status, "");
        let fault = fault(&out);
        assert_eq!((fault.code, fault.next), (FaultCode::Unauthorized, Next::Never));
        assert!(fault.advice.contains("OPENCODE_SERVER_PASSWORD") && fault.advice.contains("\"opencode\""));
    }
}

#[test]
fn a_server_in_trouble_is_tried_again() {
    for status in [429, 500, 503] {
        let mut desk = Desk::new();
        let (call, _) = desk.open()[2].clone();
        let out = desk.reply(call, status, "upstream is down");
        let fault = fault(&out);
        assert_eq!((fault.code, fault.next), (FaultCode::Server, Next::Soon));
        assert!(fault.message.contains("upstream is down"), "{fault}");
    }
}

#[test]
fn a_list_that_does_not_come_fails_the_link_with_its_reason() {
    let mut desk = Desk::new();
    let (call, _) = desk.open()[3].clone();
    assert_eq!(fault(&desk.no_reply(call, Sent::Maybe)).code, FaultCode::Closed);
}

#[test]
fn replies_of_an_earlier_connection_are_void() {
    let mut desk = Desk::new();
    let old = desk.open();
    desk.open();
    assert_eq!(desk.serve(old, &pending()), []);
}

#[test]
fn one_bad_row_costs_only_itself() {
    let mut desk = Desk::new();
    let mut held = pending();
    held.permissions.insert(0, json!({ "id": 7 }));
    held.statuses["ses_9"] = json!("?");
    let told = desk.connect(&held);
    assert_eq!(told.iter().filter(|effect| matches!(effect, Effect::Odd { .. })).count(), 2);
    assert!(desk.is_open("permission:per_1"));
}

#[test]
fn an_ask_answered_while_nobody_listened_ends_as_its_call_shows() {
    let ends = [
        (json!({ "status": "completed" }), Some(Outcome::Approved)),
        (
            json!({ "status": "error", "error": "The user rejected permission to use this specific tool call." }),
            Some(Outcome::Denied { note: None }),
        ),
        (
            json!({ "status": "error", "error": "Tool execution aborted", "metadata": { "interrupted": true } }),
            Some(Outcome::Cancelled),
        ),
        (json!({ "status": "running" }), Some(Outcome::Vanished)),
    ];
    for (state, outcome) in ends {
        let mut desk = Desk::new();
        desk.connect(&pending());
        let gone = Held { permissions: Vec::new(), story: record("edit", state), ..pending() };
        desk.connect(&gone);
        assert_eq!(desk.outcome("permission:per_1"), outcome.as_ref());
        assert!(desk.is_open("question:que_1"));
    }
}

#[test]
fn a_record_that_cannot_be_read_does_not_hold_the_rest_up() {
    let mut desk = Desk::new();
    desk.connect(&pending());
    let asked = desk.open();
    let mut out = Vec::new();
    for (call, request) in asked {
        let body = if request.path == "/session/status" { "{}" } else { "[]" };
        out = desk.reply(call, 200, body);
    }
    for (call, _) in calls(&out) {
        out = desk.reply(call, 404, "{}");
    }
    assert!(out.contains(&Effect::Live));
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
}

#[test]
fn a_project_started_afresh_is_read_again() {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    let asked = calls(&desk.hear("server.instance.disposed", json!({ "directory": "/home/op/project" })));
    assert_eq!(asked.len(), 4);
    let told = desk.serve(asked, &Held::default());
    assert_eq!(told.last(), Some(&Effect::Live));
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
}

#[test]
fn an_idle_session_that_still_seems_to_ask_is_looked_at() {
    let mut desk = Desk::live();
    desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
    desk.ask_edit("per_1");
    let asked =
        calls(&desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "idle" } })));
    assert_eq!(asked.len(), 4);
    desk.serve(asked, &Held { permissions: vec![edit("per_1", "ses_1")], ..Held::default() });
    assert!(desk.is_open("permission:per_1"), "the server lists it, so it is shown");
}

#[test]
fn too_much_before_the_lists_are_in_fails_the_link() {
    let mut desk = Desk::new();
    desk.open();
    let big = "x".repeat(16 << 20);
    assert_eq!(desk.hear_text(&big), []);
    assert_eq!(desk.hear_text(&big), []);
    assert_eq!(fault(&desk.hear_text(&big)).code, FaultCode::TooLarge);
}
