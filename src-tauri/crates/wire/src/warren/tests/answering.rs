//! What becomes of answers and words.

use deskbell_domain::{Outcome, Verdict};
use serde_json::json;

use super::*;

fn asked() -> Desk {
    let mut desk = Desk::live();
    desk.hear(tool("h1"));
    desk
}

fn verdicts(out: &[Effect]) -> Vec<&Verdict> {
    out.iter()
        .filter_map(|effect| match effect {
            Effect::Done { verdict, .. } => Some(verdict),
            _ => None,
        })
        .collect()
}

fn outcome(desk: &Desk) -> Option<&Outcome> {
    desk.state.settled.get(&ItemId::new("hitl:h1"))
}

fn error(message: &str) -> Json {
    json!({ "errors": [{ "message": message, "path": ["resolveHITLRequest"] }], "data": null })
}

#[test]
fn an_answer_is_won_by_the_reply_that_shows_it() {
    let mut desk = asked();
    let deny = desk.accept("hitl:h1", "deny", &[("comment", Value::Text("too broad".into()))]);
    let out = desk.deliver(&deny, Attempt::Fresh);
    let (call, request) = calls(&out)[0].clone();
    let given = json!({ "id": "h1", "approved": false, "answer": null, "comment": "too broad" });
    assert_eq!(body(&request)["variables"], given);
    let out =
        desk.reply(call, &json!({ "data": { "resolveHITLRequest": { "id": "h1", "status": "denied" } } }));
    assert_eq!(verdicts(&out), [&Verdict::Won]);
    assert!(matches!(out[0], Effect::Emit(deskbell_domain::Event::Settled(_))), "the end before the verdict");
    assert_eq!(outcome(&desk), Some(&Outcome::Denied { note: Some("too broad".into()) }));
}

#[test]
fn what_comes_of_an_answer_is_read_where_nobody_will_tell_it() {
    for lost in [false, true] {
        let mut desk = Desk::live();
        desk.hear(created("s1"));
        desk.hear(json!({ "event": "turn_started", "timestamp": TIME, "session_id": "s1", "turn_id": "t1",
                          "turn": { "id": "t1", "session_id": "s1", "status": "running" } }));
        desk.hear(tool("h1"));
        if lost {
            desk.close(Some(1006));
        }
        let approve = desk.accept("hitl:h1", "approve", &[]);
        let out = desk.deliver(&approve, Attempt::Fresh);
        let call = calls(&out)[0].0;
        let reply = json!({ "data": { "resolveHITLRequest": { "id": "h1", "status": "approved" } } });
        let out = desk.reply(call, &reply);
        assert_eq!(verdicts(&out), [&Verdict::Won]);
        assert_eq!(timers(&out).len(), usize::from(lost), "{out:?}");
        if lost {
            let read = calls(&desk.ring(&out));
            assert!(
                body(&read[0].1)["query"].as_str().unwrap().contains("ticketSessionMessages"),
                "{read:?}"
            );
        }
    }
}

#[test]
fn a_question_is_answered_with_its_option_or_own_words() {
    for (options, value, words) in [
        (json!(["a", "b"]), Value::Pick { chosen: vec!["b".into()], other: None }, "b"),
        (json!(["a", "b"]), Value::Pick { chosen: vec![], other: Some("c".into()) }, "c"),
        (json!(null), Value::Text("anything".into()), "anything"),
    ] {
        let mut desk = Desk::live();
        desk.hear(pending("h1", "question", json!({ "question": "Which?", "options": options })));
        let answer = desk.accept("hitl:h1", "answer", &[("answer", value)]);
        let out = desk.deliver(&answer, Attempt::Fresh);
        let given = body(&calls(&out)[0].1)["variables"].clone();
        assert_eq!((&given["approved"], &given["answer"]), (&json!(true), &json!(words)));
    }
}

#[test]
fn who_comes_late_has_lost_and_nobody_knows_to_what() {
    let mut desk = asked();
    let approve = desk.accept("hitl:h1", "approve", &[]);
    let out = desk.deliver(&approve, Attempt::Fresh);
    let out = desk.reply(calls(&out)[0].0, &error("HITL request is not pending; cannot respond"));
    assert_eq!(verdicts(&out), [&Verdict::Lost { to: None }]);
    assert_eq!(outcome(&desk), Some(&Outcome::Vanished));
}

#[test]
fn what_is_late_by_the_clock_has_expired() {
    let mut desk = asked();
    let approve = desk.accept("hitl:h1", "approve", &[]);
    desk.now = desk.now.plus(25 * 3_600_000);
    let out = desk.deliver(&approve, Attempt::Fresh);
    let out = desk.reply(calls(&out)[0].0, &error("HITL request is not pending; cannot respond"));
    assert_eq!((verdicts(&out), outcome(&desk)), (vec![&Verdict::Expired], Some(&Outcome::Expired)));
}

#[test]
fn the_socket_may_tell_the_end_before_the_reply_says_whose_it_was() {
    for (reply, verdict) in [
        (json!({ "data": { "resolveHITLRequest": { "id": "h1", "status": "approved" } } }), Verdict::Won),
        (
            error("HITL request is not pending; cannot respond"),
            Verdict::Lost { to: Some("another operator".into()) },
        ),
    ] {
        let mut desk = asked();
        let approve = desk.accept("hitl:h1", "approve", &[]);
        let out = desk.deliver(&approve, Attempt::Fresh);
        let call = calls(&out)[0].0;
        desk.hear(resolved("h1", "approved", json!({})));
        assert_eq!(outcome(&desk), None, "it is not said before it is known");
        let out = desk.reply(call, &reply);
        assert_eq!(verdicts(&out), [&verdict]);
        assert_eq!(outcome(&desk), Some(&Outcome::Approved));
    }
}

#[test]
fn a_lost_reply_is_followed_by_a_reading_and_what_the_socket_tells_decides() {
    let mut desk = asked();
    let approve = desk.accept("hitl:h1", "approve", &[]);
    let out = desk.deliver(&approve, Attempt::Fresh);
    let out = desk.lose(calls(&out)[0].0, Sent::Maybe);
    let (look, request) = calls(&out)[0].clone();
    assert!(body(&request)["query"].as_str().unwrap().starts_with("query"));
    desk.hear(resolved("h1", "approved", json!({})));
    let data = json!({ "data": desk.data });
    assert_eq!(verdicts(&desk.reply(look, &data)), [&Verdict::Won]);
}

#[test]
fn sent_again_after_a_reading_and_refused_it_is_not_known_who_won() {
    let mut desk = asked();
    let approve = desk.accept("hitl:h1", "approve", &[]);
    let out = desk.deliver(&approve, Attempt::Maybe);
    let data = json!({ "data": desk.data });
    let out = desk.reply(calls(&out)[0].0, &data);
    let (call, request) = calls(&out)[0].clone();
    assert!(body(&request)["query"].as_str().unwrap().starts_with("mutation"));
    let out = desk.reply(call, &error("HITL request is not pending; cannot respond"));
    assert_eq!(verdicts(&out), [&Verdict::Unknown]);
}

#[test]
fn an_end_that_waited_for_a_reply_is_told_when_the_connection_goes() {
    let mut desk = asked();
    let approve = desk.accept("hitl:h1", "approve", &[]);
    desk.deliver(&approve, Attempt::Fresh);
    desk.hear(resolved("h1", "denied", json!({})));
    desk.connect();
    assert_eq!(outcome(&desk), Some(&Outcome::Denied { note: None }));
}

fn send(desk: &Desk, words: &str) -> Accepted {
    desk.accept("ticket:T1", "send", &[("text", Value::Text(words.into()))])
}

#[test]
fn words_are_on_the_disk_before_they_leave_and_won_when_they_come_back() {
    let mut desk = Desk::live();
    desk.hear(created("s1"));
    let words = send(&desk, "hello");
    let out = desk.deliver(&words, Attempt::Fresh);
    let [Effect::Taken(_), Effect::SendKept { text, .. }, Effect::Arm { .. }] = &out[..] else {
        panic!("{out:?}")
    };
    let frame: Json = serde_json::from_str(text).unwrap();
    assert_eq!((&frame["type"], &frame["content"]), (&json!("message"), &json!("hello")));
    let out = desk.hear(message("session_message_added", "m1", "user", "hello", TIME));
    assert_eq!(verdicts(&out), [&Verdict::Won]);
}

#[test]
fn words_wait_until_the_socket_was_heard_from() {
    let mut desk = Desk::new(&[]);
    desk.connect();
    let words = send(&desk, "hello");
    assert_eq!(desk.deliver(&words, Attempt::Fresh), [Effect::Defer(words.id().clone())]);
}

#[test]
fn words_that_do_not_come_back_are_looked_for_and_left_to_the_operator() {
    for there in [true, false] {
        let mut desk = Desk::live();
        desk.hear(created("s1"));
        let words = send(&desk, "hello");
        let out = desk.deliver(&words, Attempt::Fresh);
        let out = desk.ring(&out);
        if there {
            desk.data["ticketSessionMessages"] = json!([{ "id": "m1", "sessionID": "s1", "type": "user",
                "content": "hello", "createdAt": "2026-11-21T12:00:00Z" }]);
        }
        let out = desk.serve(out);
        assert_eq!(verdicts(&out).len(), usize::from(there), "{out:?}");
        assert_eq!(out.iter().any(|effect| matches!(effect, Effect::Stick { .. })), !there);
        let again = out.iter().any(|effect| matches!(effect, Effect::SendKept { .. }));
        assert!(!again, "it would be a second turn");
    }
}

#[test]
fn a_frame_warren_would_close_the_socket_for_is_not_sent() {
    let mut desk = Desk::live();
    let words = send(&desk, &format!("x{}", "\u{1}".repeat(29_000)));
    let out = desk.deliver(&words, Attempt::Fresh);
    assert!(matches!(&out[..], [Effect::Stick { fault, .. }] if fault.message.contains("64 KiB")), "{out:?}");
}

#[test]
fn blank_words_are_refused_before_they_are_taken() {
    let desk = Desk::live();
    let offers = &desk.state.threads[&ItemId::new("ticket:T1")].offers;
    let offer = offers.iter().find(|offer| offer.id == "send").unwrap();
    let mut intent = send(&desk, "x").intent().clone();
    intent.values.insert("text".into(), Value::Text(" \n ".into()));
    assert!(offer.accept(intent).is_err());
}

#[test]
fn a_ticket_is_resolved_when_warren_says_so() {
    let mut desk = Desk::live();
    let values =
        [("conclusion", Value::Text("false_positive".into())), ("reason", Value::Text("planned".into()))];
    let close = desk.accept("ticket:T1", "resolve", &values);
    let out = desk.deliver(&close, Attempt::Fresh);
    let (call, request) = calls(&out)[0].clone();
    assert_eq!(body(&request)["variables"]["conclusion"], json!("false_positive"));
    let out = desk.reply(call, &json!({ "data": { "done": ticket("T1", "resolved") } }));
    assert_eq!(verdicts(&out), [&Verdict::Won]);
    let thread = &desk.state.threads[&ItemId::new("ticket:T1")];
    assert!(thread.offers.iter().any(|offer| offer.id == "reopen"));
}
