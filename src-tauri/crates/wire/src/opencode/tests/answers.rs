//! Bringing an answer to the server, and judging what became of it.

use deskbell_domain::Verdict;

use super::*;

fn replied(desk: &mut Desk, item: &str, reply: &str) -> Vec<Effect> {
    desk.hear("permission.replied", json!({ "sessionID": "ses_1", "requestID": item, "reply": reply }))
}

fn verdict(effects: &[Effect]) -> (&Verdict, &str) {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Done { verdict, note, .. } => Some((verdict, note.as_str())),
            _ => None,
        })
        .unwrap_or_else(|| panic!("no verdict in {effects:?}"))
}

fn is_done(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Done { .. }))
}

fn not_found() -> String {
    json!({ "_tag": "PermissionNotFoundError", "requestID": "per_1", "message": "Permission request not found: per_1" })
        .to_string()
}

/// A desk with one permission open.
fn asked() -> Desk {
    let mut desk = Desk::live();
    desk.ask_edit("per_1");
    desk
}

/// A desk whose reply to an answer was lost; gives the look that follows.
fn unsure(offer: &str) -> (Desk, CallId) {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", offer);
    let (look, request) = only_call(&desk.no_reply(call, Sent::Maybe));
    assert_eq!(request.path, "/permission", "it reads before it sends again");
    (desk, look)
}

#[test]
fn an_approval_says_once_and_names_the_intent_it_delivers() {
    let mut desk = asked();
    let accepted = desk.accept("permission:per_1", "once", &[]);
    let id = accepted.id().clone();
    let out = desk.on(Signal::Do { accepted, attempt: Attempt::Fresh });
    assert!(matches!(&out[..], [Effect::Http { delivers: Some(intent), .. }] if *intent == id));
    let (_, request) = only_call(&out);
    assert_eq!(request.path, "/permission/per_1/reply");
    assert_eq!(body(&request), json!({ "reply": "once" }));
}

#[test]
fn a_denial_carries_its_note() {
    let mut desk = asked();
    let accepted = desk.accept("permission:per_1", "reject", &[("note", Value::Text("keep beta".into()))]);
    let (call, request) = only_call(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
    assert_eq!(body(&request), json!({ "reply": "reject", "message": "keep beta" }));
    desk.reply(call, 200, "true");
    replied(&mut desk, "per_1", "reject");
    let denied = Outcome::Denied { note: Some("keep beta".into()) };
    assert_eq!(
        desk.outcome("permission:per_1"),
        Some(&denied),
        "the server does not repeat the note; we know it"
    );
}

#[test]
fn always_says_always() {
    let mut desk = asked();
    let (_, request) = desk.answer("permission:per_1", "always");
    assert_eq!(body(&request), json!({ "reply": "always" }));
}

#[test]
fn a_question_is_answered_prompt_by_prompt() {
    let mut desk = Desk::live();
    desk.hear("question.asked", question("que_1"));
    let pick = |chosen: &[&str], other: Option<&str>| Value::Pick {
        chosen: chosen.iter().map(|c| (*c).to_owned()).collect(),
        other: other.map(str::to_owned),
    };
    let values = [("q2", pick(&["Tray", "Search"], None)), ("q1", pick(&["Postgres"], Some("my own words")))];
    let accepted = desk.accept("question:que_1", "answer", &values);
    let (call, request) = only_call(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
    assert_eq!(request.path, "/question/que_1/reply");
    let answers = json!([["Postgres", "my own words"], ["Search", "Tray"]]);
    assert_eq!(body(&request), json!({ "answers": answers }));
    desk.reply(call, 200, "true");
    let out = desk
        .hear("question.replied", json!({ "sessionID": "ses_1", "requestID": "que_1", "answers": answers }));
    assert_eq!(verdict(&out).0, &Verdict::Won);
    let text = "Postgres, my own words; Search, Tray".to_owned();
    assert_eq!(desk.outcome("question:que_1"), Some(&Outcome::Answered { text }));
}

#[test]
fn a_question_is_dismissed_without_a_body() {
    let mut desk = Desk::live();
    desk.hear("question.asked", question("que_1"));
    let (call, request) = desk.answer("question:que_1", "reject");
    assert_eq!((request.path.as_str(), &request.body), ("/question/que_1/reject", &Body::Empty));
    desk.reply(call, 200, "true");
    desk.hear("question.rejected", json!({ "sessionID": "ses_1", "requestID": "que_1" }));
    assert_eq!(desk.outcome("question:que_1"), Some(&Outcome::Cancelled));
}

#[test]
fn true_and_the_event_are_proof() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let out = desk.reply(call, 200, "true");
    assert!(out.iter().any(|effect| matches!(effect, Effect::Taken(_))) && !is_done(&out));
    let out = replied(&mut desk, "per_1", "once");
    assert_eq!(settled_by(&out), Some(&By::Us));
    assert_eq!(verdict(&out), (&Verdict::Won, "opencode took it: approved."));
    let at = |of: fn(&Effect) -> bool| out.iter().position(of).unwrap();
    let settled = at(|effect| matches!(effect, Effect::Emit(Event::Settled(_))));
    assert!(settled < at(|effect| matches!(effect, Effect::Done { .. })));
}

#[test]
fn the_event_may_come_before_the_reply() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    assert_eq!(replied(&mut desk, "per_1", "once"), [], "only the reply says whether that was us");
    let out = desk.reply(call, 200, "true");
    assert_eq!((settled_by(&out), verdict(&out).0), (Some(&By::Us), &Verdict::Won));
}

#[test]
fn without_the_event_the_list_is_the_proof() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let timer = armed(&desk.reply(call, 200, "true"));
    let (look, request) = only_call(&desk.timer(timer));
    assert_eq!(request.path, "/permission");
    let out = desk.reply(look, 200, "[]");
    assert_eq!((settled_by(&out), verdict(&out).0), (Some(&By::Us), &Verdict::Won));
}

#[test]
fn taken_and_still_listed_is_for_the_operators_eye() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let timer = armed(&desk.reply(call, 200, "true"));
    let (look, _) = only_call(&desk.timer(timer));
    let out = desk.reply(look, 200, &json!([edit("per_1", "ses_1")]).to_string());
    assert!(fault(&out).message.contains("still asks"), "{out:?}");
    assert_eq!(calls(&out), []);
}

#[test]
fn a_duplicate_is_lost_and_says_who_said_what() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let out = desk.reply(call, 404, &not_found());
    assert!(!is_done(&out), "the stream may still tell");
    let out = replied(&mut desk, "per_1", "reject");
    assert_eq!(settled_by(&out), Some(&By::Other("another client".into())));
    let lost = Verdict::Lost { to: Some("another client".into()) };
    assert_eq!(verdict(&out), (&lost, "It was already denied by another client. Your answer was not used."));
}

#[test]
fn an_equal_answer_of_somebody_else_is_theirs() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    replied(&mut desk, "per_1", "once");
    let out = desk.reply(call, 404, &not_found());
    assert_eq!(settled_by(&out), Some(&By::Other("another client".into())));
    assert!(matches!(verdict(&out).0, Verdict::Lost { .. }));
}

#[test]
fn a_404_nobody_explains_is_lost_and_the_ask_vanished() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let timer = armed(&desk.reply(call, 404, &not_found()));
    let (dig, _) = only_call(&desk.timer(timer));
    let out = desk.reply(dig, 200, &record("edit", json!({ "status": "running" })));
    let (verdict, note) = verdict(&out);
    assert_eq!(verdict, &Verdict::Lost { to: None });
    assert!(note.contains("no longer knows it"), "{note}");
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
    let out = replied(&mut desk, "per_1", "once");
    assert_eq!(
        desk.outcome("permission:per_1"),
        Some(&Outcome::Approved),
        "the true end comes late, and counts"
    );
    let told = settlement(&out).unwrap();
    assert!(
        told.ask.is_some(),
        "what vanished is not held any more: it is told again, to be kept with its end"
    );
}

#[test]
fn a_404_the_stream_does_not_explain_is_looked_up_in_the_record_of_the_call() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let timer = armed(&desk.reply(call, 404, &not_found()));
    let (dig, request) = only_call(&desk.timer(timer));
    assert_eq!(request.path, "/session/ses_1/message?limit=100");
    let out = desk.reply(dig, 200, &record("edit", json!({ "status": "completed" })));
    assert_eq!(verdict(&out).0, &Verdict::Lost { to: Some("another client".into()) });
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Approved));
}

#[test]
fn an_answer_to_what_has_ended_is_not_even_sent() {
    let mut desk = asked();
    let accepted = desk.accept("permission:per_1", "once", &[]);
    replied(&mut desk, "per_1", "reject");
    let out = desk.on(Signal::Do { accepted, attempt: Attempt::Fresh });
    assert_eq!(calls(&out), []);
    assert!(matches!(verdict(&out).0, Verdict::Lost { .. }));
}

#[test]
fn a_refusal_sticks_with_the_servers_words() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let words = json!({ "name": "BadRequest", "data": { "message": "Expected \"once\"" } }).to_string();
    let out = desk.reply(call, 400, &words);
    assert_eq!(fault(&out).message, "opencode refused it (400): Expected \"once\"");
    assert!(desk.is_open("permission:per_1"));
}

#[test]
fn what_certainly_did_not_go_out_waits() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    assert!(matches!(desk.no_reply(call, Sent::No)[..], [Effect::Defer(_)]));
}

#[test]
fn what_did_not_go_out_while_another_answered_is_lost() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    replied(&mut desk, "per_1", "once");
    assert!(matches!(verdict(&desk.no_reply(call, Sent::No)).0, Verdict::Lost { .. }));
}

#[test]
fn a_password_that_is_asked_for_now_keeps_the_answer() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let out = desk.reply(call, 401, "");
    assert!(
        matches!(&out[..], [Effect::Defer(_), Effect::Fail(fault)] if fault.code == FaultCode::Unauthorized)
    );
}

#[test]
fn unsure_and_still_listed_is_sent_again_but_not_for_ever() {
    let (mut desk, mut look) = unsure("once");
    let listed = json!([edit("per_1", "ses_1")]).to_string();
    for _ in 0..2 {
        let (call, request) = only_call(&desk.reply(look, 200, &listed));
        assert_eq!(request.path, "/permission/per_1/reply");
        look = only_call(&desk.no_reply(call, Sent::Maybe)).0;
    }
    let out = desk.reply(look, 200, &listed);
    assert!(fault(&out).message.contains("3 times"), "{out:?}");
}

#[test]
fn a_server_that_fails_is_looked_at_and_then_shown_to_the_operator() {
    let mut desk = asked();
    let (call, _) = desk.answer("permission:per_1", "once");
    let (look, _) = only_call(&desk.reply(call, 500, "boom"));
    let out = desk.reply(look, 200, &json!([edit("per_1", "ses_1")]).to_string());
    assert_eq!(fault(&out).message, "opencode refused it (500): boom");
}

#[test]
fn unsure_and_gone_is_judged_by_the_event() {
    for (reply, won) in [("once", true), ("reject", false)] {
        let (mut desk, _) = unsure("once");
        let out = replied(&mut desk, "per_1", reply);
        assert_eq!(verdict(&out).0 == &Verdict::Won, won, "{reply}");
    }
}

#[test]
fn unsure_and_gone_is_judged_by_the_record_of_the_call() {
    let rejected = "The user rejected permission to use this specific tool call.";
    let cases = [
        ("once", json!({ "status": "completed" }), true, Outcome::Approved),
        ("always", json!({ "status": "completed" }), true, Outcome::Approved),
        ("once", json!({ "status": "error", "error": "file not found" }), true, Outcome::Approved),
        ("reject", json!({ "status": "error", "error": rejected }), true, Outcome::Denied { note: None }),
        ("once", json!({ "status": "error", "error": rejected }), false, Outcome::Denied { note: None }),
        ("reject", json!({ "status": "completed" }), false, Outcome::Approved),
        ("once", json!({ "status": "error", "error": "Tool execution aborted" }), false, Outcome::Cancelled),
    ];
    for (offer, state, won, outcome) in cases {
        let (mut desk, look) = unsure(offer);
        let (dig, request) = only_call(&desk.reply(look, 200, "[]"));
        assert_eq!(request.path, "/session/ses_1/message?limit=100");
        let out = desk.reply(dig, 200, &record("edit", state.clone()));
        assert_eq!(verdict(&out).0 == &Verdict::Won, won, "{offer} {state}");
        assert_eq!(desk.outcome("permission:per_1"), Some(&outcome), "{offer} {state}");
    }
}

#[test]
fn a_lost_reply_to_a_question_is_judged_by_the_answers_in_the_record() {
    for (picked, won) in [("Postgres", true), ("SQLite", false)] {
        let mut desk = Desk::live();
        desk.hear("question.asked", question("que_1"));
        let pick = |label: &str| Value::Pick { chosen: vec![label.into()], other: None };
        let accepted =
            desk.accept("question:que_1", "answer", &[("q1", pick("Postgres")), ("q2", pick("Sync"))]);
        let (call, _) = only_call(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
        let (look, _) = only_call(&desk.no_reply(call, Sent::Maybe));
        let (dig, _) = only_call(&desk.reply(look, 200, "[]"));
        let state = json!({ "status": "completed", "metadata": { "answers": [[picked], ["Sync"]] } });
        let out = desk.reply(dig, 200, &record("question", state));
        assert_eq!(verdict(&out).0 == &Verdict::Won, won);
    }
}

#[test]
fn what_nothing_tells_is_unknown_and_never_a_denial() {
    let nothing = [record("edit", json!({ "status": "running" })), "[]".to_owned(), "<html>".to_owned()];
    for body in nothing {
        let (mut desk, look) = unsure("once");
        let (dig, _) = only_call(&desk.reply(look, 200, "[]"));
        let out = desk.reply(dig, 200, &body);
        assert_eq!(verdict(&out).0, &Verdict::Unknown);
        assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
    }
}

#[test]
fn a_look_that_fails_is_tried_again_and_at_last_shown() {
    let (mut desk, mut look) = unsure("once");
    for _ in 0..4 {
        let timer = armed(&desk.reply(look, 502, "bad gateway"));
        look = only_call(&desk.timer(timer)).0;
    }
    let out = desk.no_reply(look, Sent::No);
    assert!(fault(&out).message.contains("may have reached"), "{out:?}");
}

#[test]
fn an_answer_of_an_earlier_run_is_looked_for_before_it_is_sent() {
    for attempt in [Attempt::Maybe, Attempt::Taken] {
        let mut desk = asked();
        let accepted = desk.accept("permission:per_1", "once", &[]);
        let (look, request) = only_call(&desk.on(Signal::Do { accepted, attempt }));
        assert_eq!(request.path, "/permission");
        let listed = json!([edit("per_1", "ses_1")]).to_string();
        let out = desk.reply(look, 200, &listed);
        match attempt {
            Attempt::Maybe => assert_eq!(only_call(&out).1.path, "/permission/per_1/reply"),
            Attempt::Taken | Attempt::Fresh => assert!(fault(&out).message.contains("still asks")),
        }
    }
}

#[test]
fn a_taken_answer_of_an_earlier_run_is_ours_when_the_ask_is_gone() {
    let desk = asked();
    let accepted = desk.accept("permission:per_1", "once", &[]);
    let state = desk.state.clone();
    // Another run: the adapter knows nothing, and the list no longer names the ask.
    let mut desk = Desk { state, ..Desk::new() };
    desk.connect(&Held::default());
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Vanished));
    let (look, _) = only_call(&desk.on(Signal::Do { accepted, attempt: Attempt::Taken }));
    let out = desk.reply(look, 200, "[]");
    assert_eq!(verdict(&out).0, &Verdict::Won);
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Approved));
}

#[test]
fn another_clients_answer_is_named() {
    let mut desk = asked();
    let out = replied(&mut desk, "per_1", "once");
    assert_eq!(settled_by(&out), Some(&By::Other("another client".into())));
    assert!(desk.entries.iter().any(|entry| entry.text == "\"Edit a.txt\" was approved by another client"));
}

#[test]
fn what_our_denial_denies_too_is_not_blamed_on_others() {
    let mut desk = asked();
    desk.ask_edit("per_2");
    let (call, _) = desk.answer("permission:per_1", "reject");
    replied(&mut desk, "per_1", "reject");
    let out = replied(&mut desk, "per_2", "reject");
    let following = By::Other("opencode, following your answer to \"Edit a.txt\"".into());
    assert_eq!(settled_by(&out), Some(&following));
    assert_eq!(settled_by(&desk.reply(call, 200, "true")), Some(&By::Us));
}

#[test]
fn a_late_asked_never_revives() {
    let mut desk = asked();
    replied(&mut desk, "per_1", "once");
    desk.ask_edit("per_1");
    assert!(!desk.is_open("permission:per_1"));
    desk.connect(&Held { permissions: vec![edit("per_1", "ses_1")], ..Held::default() });
    assert!(!desk.is_open("permission:per_1"));
}

#[test]
fn an_end_that_comes_before_its_ask_is_shown_is_told_after_it() {
    let mut desk = Desk::live();
    let (call, _) = only_call(&desk.hear("permission.asked", edit("per_1", "ses_9")));
    let out = replied(&mut desk, "per_1", "once");
    let first = out.iter().position(|effect| matches!(effect, Effect::Emit(Event::Ask(_))));
    let then = out.iter().position(|effect| matches!(effect, Effect::Emit(Event::Settled(_))));
    assert!(first.unwrap() < then.unwrap());
    desk.reply(call, 200, &session("ses_9", None).to_string());
    assert_eq!(desk.outcome("permission:per_1"), Some(&Outcome::Approved));
}

#[test]
fn a_prompt_is_sent_and_a_lost_reply_is_looked_for_in_the_conversation() {
    let said = |text: &str, at: i64| {
        json!([{ "info": { "id": "m", "sessionID": "ses_1", "role": "user", "time": { "created": at } },
                 "parts": [{ "id": "p", "sessionID": "ses_1", "messageID": "m", "type": "text", "text": text }] }])
        .to_string()
    };
    let made = 0x01a1_fa3f_6400;
    let prompt = || {
        let mut desk = Desk::live();
        let accepted = desk.accept("session:ses_1", "prompt", &[("text", Value::Text("Go on".into()))]);
        let (call, request) = only_call(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
        assert_eq!(request.path, "/session/ses_1/prompt_async");
        assert_eq!(body(&request), json!({ "parts": [{ "type": "text", "text": "Go on" }] }));
        (desk, call)
    };
    let (mut desk, call) = prompt();
    assert_eq!(verdict(&desk.reply(call, 204, "")).0, &Verdict::Won);

    let (mut desk, call) = prompt();
    let (look, _) = only_call(&desk.no_reply(call, Sent::Maybe));
    assert_eq!(verdict(&desk.reply(look, 200, &said("Go on", made + 5))).0, &Verdict::Won);

    for other in [said("Go on", made - 100_000), said("Something else", made + 5)] {
        let (mut desk, call) = prompt();
        let (look, _) = only_call(&desk.no_reply(call, Sent::Maybe));
        assert_eq!(only_call(&desk.reply(look, 200, &other)).1.path, "/session/ses_1/prompt_async");
    }

    let (mut desk, call) = prompt();
    let gone =
        json!({ "name": "NotFoundError", "data": { "message": "Session not found: ses_1" } }).to_string();
    assert_eq!(fault(&desk.reply(call, 404, &gone)).code, FaultCode::NotFound);
}

#[test]
fn a_stop_whose_reply_was_lost_looks_whether_it_still_works() {
    for (statuses, resent) in [(json!({ "ses_1": { "type": "busy" } }), true), (json!({}), false)] {
        let mut desk = Desk::live();
        desk.hear("session.status", json!({ "sessionID": "ses_1", "status": { "type": "busy" } }));
        let (call, request) = desk.answer("session:ses_1", "abort");
        assert_eq!(request.path, "/session/ses_1/abort");
        let (look, _) = only_call(&desk.no_reply(call, Sent::Maybe));
        let out = desk.reply(look, 200, &statuses.to_string());
        assert_eq!(calls(&out).len() == 1, resent);
        assert_eq!(is_done(&out), !resent);
    }
}
