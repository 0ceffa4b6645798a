//! Sockets: how they are opened, what they end with, and what is done about it.

use serde_json::json;

use super::*;

#[test]
fn without_a_setting_all_open_tickets_are_followed() {
    let mut desk = Desk::new(&[]);
    desk.data["open"]["tickets"] = json!([ticket("T1", "open"), ticket("T/2", "open")]);
    desk.data["resolved"]["tickets"] = json!([ticket("T0", "resolved")]);
    let out = desk.connect();
    assert!(desk.live);
    assert_eq!(paths(&out).len(), 2);
    assert!(paths(&out)[0].starts_with("/ws/chat/ticket/T%2F2?tab=deskbell-"), "{:?}", paths(&out));
    assert_eq!(desk.state.threads.len(), 3, "a resolved one is shown, and not listened to");
}

#[test]
fn named_tickets_are_asked_for_by_their_id_and_one_that_is_not_there_is_said() {
    let mut desk = Desk::new(&["T1"]);
    let out = desk.on(Signal::Start);
    let [(call, request)] = &calls(&out)[..] else { panic!() };
    assert_eq!(body(request)["variables"], json!({ "id": "T1" }));
    let out = desk
        .reply(*call, &json!({ "errors": [{ "message": "ticket not found" }], "data": { "ticket": null } }));
    assert!(faults(&out)[0].message.contains("\"T1\"") && faults(&out)[0].next == Next::Never);
}

#[test]
fn a_connection_that_hears_nothing_is_one_too_many() {
    let mut desk = Desk::new(&[]);
    let out = desk.connect();
    let (timer, _) = *timers(&out).iter().find(|(_, after)| *after == 3_000).unwrap();
    let out = desk.on(Signal::Timer { timer });
    assert!(faults(&out)[0].message.starts_with("Ticket full"), "{out:?}");
    assert!(out.iter().any(|effect| matches!(effect, Effect::Close { .. })));
}

#[test]
fn the_welcome_comes_in_either_order() {
    let status = json!({ "type": "status", "content": "Connected to chat", "timestamp": 1 });
    for frames in [[status.clone(), created("s1")], [created("s1"), status]] {
        let mut desk = Desk::new(&[]);
        let out = desk.connect();
        let silence = timers(&out).into_iter().find(|(_, after)| *after == 3_000).unwrap().0;
        for frame in frames {
            desk.hear(frame);
        }
        assert!(faults(&desk.on(Signal::Timer { timer: silence })).is_empty());
        assert!(desk.state.threads.contains_key(&ItemId::new("session:s1")));
    }
}

#[test]
fn an_empty_close_is_left_at_that_and_words_take_the_place_back() {
    let mut desk = Desk::live();
    let out = desk.close(Some(1005));
    assert!(timers(&out).is_empty() && paths(&out).is_empty(), "{out:?}");
    let out = desk.serve(out);
    assert!(paths(&out).is_empty(), "nor after warren was found to be well");
    let send = desk.accept("ticket:T1", "send", &[("text", Value::Text("hello".into()))]);
    let out = desk.deliver(&send, Attempt::Fresh);
    assert!(out.contains(&Effect::Defer(send.id().clone())) && paths(&out).len() == 1, "{out:?}");
}

#[test]
fn any_other_end_is_followed_by_another_opening_each_later_than_the_last() {
    let mut desk = Desk::live();
    let mut waits = Vec::new();
    for code in [None, Some(1009), None] {
        let out = desk.close(code);
        waits.push(timers(&out)[0].1);
        let reopened = desk.ring(&out);
        assert_eq!(paths(&reopened).len(), 1);
        desk.serve(reopened);
    }
    assert_eq!(waits, [500, 1_000, 2_000]);
}

#[test]
fn the_next_connection_takes_up_the_same_session_with_the_same_tab() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    let out = desk.close(None);
    let reopened = desk.ring(&out);
    assert!(paths(&reopened)[0].ends_with("&session_id=s1"));
    let again = desk.connect();
    assert_eq!(paths(&again), paths(&reopened), "also after a new start");
}

#[test]
fn when_graphql_is_gone_too_the_link_is_down() {
    let mut desk = Desk::live();
    let out = desk.close(None);
    let (call, _) = calls(&out)[0].clone();
    assert_eq!(faults(&desk.lose(call, Sent::No)).len(), 1);
}

#[test]
fn what_ends_while_nobody_listens_leaves_a_gap_and_the_history_tells_the_rest() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    desk.hear(json!({ "event": "turn_started", "timestamp": TIME, "session_id": "s1", "turn_id": "t1",
        "turn": { "id": "t1", "session_id": "s1", "status": "running", "started_at": TIME } }));
    let out = desk.close(None);
    assert_eq!(gaps(&out), 1);
    desk.data["ticketSessions"] =
        json!([{ "id": "s1", "ticketID": "T1", "source": "web", "userID": "alice" }]);
    desk.data["ticketSessionMessages"] = json!([{ "id": "m1", "sessionID": "s1", "turnID": "t1",
        "type": "response", "content": "done", "createdAt": TIME }]);
    desk.connect();
    let task = &desk.state.tasks[&ItemId::new("turn:t1")];
    assert_eq!(task.status, deskbell_domain::TaskStatus::Done);
    assert!(desk.texts().contains(&"done"));
}

#[test]
fn words_whose_turn_was_not_heard_to_start_leave_a_gap_too() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    let send = desk.accept("ticket:T1", "send", &[("text", Value::Text("hello".into()))]);
    desk.deliver(&send, Attempt::Fresh);
    desk.hear(json!({ "type": "message", "content": "hello", "timestamp": 1, "user": { "id": "alice" } }));
    assert_eq!(gaps(&desk.close(None)), 1, "they came back, and what was asked after them did not");
    desk.connect();
    assert_eq!(gaps(&desk.close(None)), 0, "it is told once");

    let mut desk = Desk::live();
    desk.hear(created("s1"));
    desk.deliver(&send, Attempt::Fresh);
    let turn = json!({ "id": "t1", "session_id": "s1", "status": "running", "started_at": TIME });
    let started = json!({ "event": "turn_started", "timestamp": TIME, "session_id": "s1", "turn_id": "t1", "turn": turn });
    desk.hear(started.clone());
    desk.hear(started);
    desk.hear(json!({ "event": "turn_ended", "timestamp": TIME, "session_id": "s1", "turn_id": "t1", "status": "completed" }));
    assert_eq!(gaps(&desk.close(None)), 0, "all was heard to the end");
}

#[test]
fn a_login_that_is_refused_says_how_to_log_in() {
    let mut desk = Desk::new(&[]);
    let out = desk.on(Signal::Start);
    let reply = Reply { status: 401, content_type: None, body: b"{\"errors\":[]}".to_vec() };
    let out = desk.on(Signal::Reply { call: calls(&out)[0].0, reply });
    assert!(faults(&out)[0].code == FaultCode::Unauthorized && faults(&out)[0].advice.contains("token_id"));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    assert!(Warren::new(&source(&[" "])).is_err());
    let many: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    assert!(Warren::new(&source(&many.iter().map(String::as_str).collect::<Vec<_>>())).is_err());
}

#[test]
fn an_ask_ends_with_its_turn_where_its_own_end_was_missed() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    desk.hear(message("session_message_added", "m1", "trace", "waiting", TIME));
    let mut asked = tool("h1");
    asked["hitl"]["payload"]["message_id"] = json!("m1");
    desk.hear(asked);
    desk.close(None);
    let said = |id: &str, kind: &str| json!({ "id": id, "sessionID": "s1", "turnID": "t1", "type": kind, "content": id, "createdAt": TIME });
    desk.data["ticketSessionMessages"] = json!([said("m1", "trace")]);
    desk.connect();
    assert_eq!(desk.state.asks.len(), 1, "nothing says that it ended");
    desk.data["ticketSessionMessages"] = json!([said("m1", "trace"), said("m2", "response")]);
    desk.connect();
    assert!(desk.state.asks.is_empty());
    assert_eq!(desk.state.settled.get(&ItemId::new("hitl:h1")), Some(&deskbell_domain::Outcome::Vanished));
}
