//! Reading back what was said while nobody listened.

use deskbell_domain::EntryKind;

use super::*;

fn held(updated: i64) -> Held {
    let mut info = session("ses_1", None);
    info["time"]["updated"] = json!(updated);
    Held { sessions: vec![info], ..Held::default() }
}

fn tool(status: &str) -> Json {
    json!({ "id": "prt_1", "sessionID": "ses_1", "messageID": "msg_1", "type": "tool", "tool": "bash",
            "callID": "call_1", "state": { "status": status, "input": { "command": "make" } } })
}

fn hear_tool(desk: &mut Desk, status: &str) {
    desk.hear("message.part.updated", json!({ "part": tool(status), "time": NOW.0 }));
}

fn story(parts: &[Json]) -> String {
    let info = json!({ "id": "msg_1", "sessionID": "ses_1", "role": "assistant", "agent": "build",
                       "time": { "created": NOW.0 } });
    json!([{ "info": info, "parts": parts }]).to_string()
}

fn lines(desk: &Desk, item: &str) -> Vec<String> {
    desk.entries.iter().filter(|entry| entry.item.as_str() == item).map(|entry| entry.text.clone()).collect()
}

fn gaps(desk: &Desk) -> usize {
    desk.entries.iter().filter(|entry| entry.kind == EntryKind::Gap).count()
}

/// A desk that has read all there is, and is live.
fn caught_up() -> Desk {
    let mut desk = Desk::new();
    let (call, request) = only_story(&desk.connect(&held(NOW.0)));
    assert_eq!(request.path, "/session/ses_1/message?limit=100");
    desk.reply(call, 200, "[]");
    desk
}

fn stories(effects: &[Effect]) -> Vec<(CallId, Request)> {
    calls(effects).into_iter().filter(|(_, request)| request.path.contains("/message")).collect()
}

fn only_story(effects: &[Effect]) -> (CallId, Request) {
    let stories = stories(effects);
    assert_eq!(stories.len(), 1, "{effects:?}");
    stories[0].clone()
}

#[test]
fn a_session_where_nothing_went_on_is_not_read_again() {
    let mut desk = caught_up();
    assert_eq!(stories(&desk.connect(&held(NOW.0))), []);
    desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
    hear_tool(&mut desk, "completed");
    desk.hear("session.idle", json!({ "sessionID": "ses_1" }));
    assert_eq!(stories(&desk.connect(&held(NOW.0))), [], "it was heard to its end");
}

#[test]
fn what_was_said_meanwhile_is_read_back_once() {
    let mut desk = caught_up();
    hear_tool(&mut desk, "running");
    let (call, _) = only_story(&desk.connect(&held(NOW.0)));
    desk.reply(call, 200, &story(&[tool("completed")]));
    assert_eq!(lines(&desk, "part:prt_1"), ["bash make: running", "bash make: done"]);
    let (call, _) = only_story(&desk.connect(&held(NOW.0 + 1)));
    assert_eq!(desk.reply(call, 200, &story(&[tool("completed")])), [], "nothing of it is news");
    assert_eq!(gaps(&desk), 0);
}

#[test]
fn what_the_stream_tells_after_the_call_stands_above_it() {
    let mut desk = caught_up();
    let (call, _) = only_story(&desk.connect(&held(NOW.0 + 1)));
    hear_tool(&mut desk, "completed");
    desk.reply(call, 200, &story(&[tool("running")]));
    assert_eq!(lines(&desk, "part:prt_1"), ["bash make: done"]);
}

#[test]
fn a_session_at_work_is_read_back_also_where_its_time_stands_still() {
    let mut desk = caught_up();
    desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
    assert_eq!(stories(&desk.connect(&held(NOW.0))).len(), 1, "it was at work");
    let mut busy = held(NOW.0);
    busy.statuses = json!({ "ses_1": { "type": "busy" } });
    let mut desk = caught_up();
    assert_eq!(stories(&desk.connect(&busy)).len(), 1, "it is at work");
}

#[test]
fn a_session_whose_change_was_the_last_thing_heard_is_read_back() {
    let mut desk = caught_up();
    // Its prompt was to follow, and the server ended: after that nobody works there any more.
    desk.hear("session.updated", json!({ "info": held(NOW.0 + 1).sessions[0] }));
    assert_eq!(stories(&desk.connect(&held(NOW.0 + 1))).len(), 1);
}

#[test]
fn a_stopped_session_is_read_back_although_it_rests() {
    let mut desk = caught_up();
    // opencode tells that it rests before it tells how its calls ended.
    desk.hear("session.error", json!({ "sessionID": "ses_1", "error": { "name": "MessageAbortedError" } }));
    desk.hear("session.idle", json!({ "sessionID": "ses_1" }));
    assert_eq!(stories(&desk.connect(&held(NOW.0))).len(), 1);
}

#[test]
fn a_conversation_that_cannot_be_read_is_tried_again_and_then_a_gap() {
    let mut desk = caught_up();
    let (mut call, _) = only_story(&desk.connect(&held(NOW.0 + 1)));
    for _ in 0..2 {
        (call, _) = only_story(&desk.no_reply(call, Sent::Maybe));
        assert_eq!(gaps(&desk), 0);
    }
    assert_eq!(stories(&desk.reply(call, 500, "trouble")), []);
    assert_eq!(gaps(&desk), 1);
}

#[test]
fn a_reading_that_was_cut_off_is_made_up_for() {
    let mut desk = caught_up();
    only_story(&desk.connect(&held(NOW.0 + 1)));
    assert_eq!(stories(&desk.connect(&held(NOW.0 + 1))).len(), 1, "its reply never came");
}

#[test]
fn more_than_can_be_read_back_is_a_gap() {
    let long = |first: usize| {
        let info = |n: usize| json!({ "id": format!("msg_{n}"), "sessionID": "ses_1", "role": "user" });
        json!((first..first + 100).map(|n| json!({ "info": info(n), "parts": [] })).collect::<Vec<_>>())
            .to_string()
    };
    let mut desk = Desk::new();
    let (call, _) = only_story(&desk.connect(&held(NOW.0)));
    desk.reply(call, 200, &long(0));
    assert_eq!(gaps(&desk), 0, "nobody was there before");
    let (call, _) = only_story(&desk.connect(&held(NOW.0 + 1)));
    desk.reply(call, 200, &long(50));
    assert_eq!(gaps(&desk), 0, "it reaches back to what is known");
    let (call, _) = only_story(&desk.connect(&held(NOW.0 + 2)));
    desk.reply(call, 200, &long(500));
    assert_eq!(gaps(&desk), 1);
}

#[test]
fn a_session_that_began_meanwhile_has_its_line() {
    let mut desk = caught_up();
    let mut both = held(NOW.0);
    both.sessions.push(session("ses_2", None));
    desk.connect(&both);
    assert_eq!(lines(&desk, "created:ses_2"), ["Session started: Title of ses_2"]);
    assert_eq!(lines(&desk, "created:ses_1"), Vec::<String>::new(), "it was there before us");
}

#[test]
fn a_session_that_was_deleted_is_gone_whether_that_was_heard_or_not() {
    for heard in [true, false] {
        let mut desk = caught_up();
        desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
        if heard {
            desk.hear("session.deleted", json!({ "info": session("ses_1", None) }));
        } else {
            desk.connect(&Held::default());
        }
        assert!(desk.state.threads.is_empty() && desk.state.tasks.is_empty());
    }
}
