//! Bringing an answer, and believing only the session itself.

use super::*;

fn cancelled(discard_files: bool) -> Held {
    let error = json!({ "code": "cancelled", "discard_files": discard_files });
    Held { sessions: vec![with_error("aborted", error)], ..Held::default() }
}

#[test]
fn two_hundred_is_taken_and_only_the_session_going_on_is_won() {
    let waits = Held::one("input_required");
    let mut desk = Desk::live(&waits);
    let (call, request) = desk.answer_red();
    assert_eq!(request.path, format!("/api/v1/sessions/{SESSION}/resume"));
    assert_eq!(body(&request), json!({ "extra_inputs": { "color": "red" } }));
    // Its body is stale.
    let out = desk.reply(call, 200, handle(SESSION, "input_required"));
    assert!(out.contains(&Effect::Taken(desk.red().id().clone())));
    let out = desk.serve(out, &waits);
    assert!(!out.iter().any(|effect| matches!(effect, Effect::Done { .. })), "{out:?}");
    let timer = armed(&out);
    let out = desk.on(Signal::Timer { timer });
    let out = desk.serve(out, &Held::one("plugin_pass"));
    assert_eq!((verdict(&out), settled_by(&out)), (&Verdict::Won, Some(&By::Us)));
    assert_eq!(desk.outcomes(), [&Outcome::Answered { text: "color: red".into() }]);
    let place = |found: fn(&Effect) -> bool| out.iter().position(found).unwrap();
    let settled = place(|effect| matches!(effect, Effect::Emit(Event::Settled(_))));
    assert!(settled < place(|effect| matches!(effect, Effect::Done { .. })), "told before it is decided");
}

#[test]
fn five_hundred_for_a_second_answer_means_that_somebody_was_first() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let (call, _) = desk.answer_red();
    let out = desk.reply(
        call,
        500,
        json!({ "error": { "code": "internal_error", "message": "internal server error" } }),
    );
    let out = desk.serve(out, &Held::one("cache_write"));
    assert_eq!(verdict(&out), &Verdict::Lost { to: None });
    assert_eq!(settled_by(&out), Some(&By::Other("somebody else".into())));
}

#[test]
fn too_late_is_told_with_what_was_first() {
    let abandoned = with_error("aborted", json!({ "code": "session_abandoned" }));
    let abandoned = Held { sessions: vec![abandoned], ..Held::default() };
    for (held, expected) in [(cancelled(false), Verdict::Lost { to: None }), (abandoned, Verdict::Expired)] {
        let mut desk = Desk::live(&Held::one("input_required"));
        let (call, _) = desk.answer_red();
        let out = desk.reply(call, 409, json!({ "error": { "code": "session_already_completed" } }));
        assert_eq!(verdict(&desk.serve(out, &held)), &expected);
    }
    let mut desk = Desk::live(&Held::one("input_required"));
    let (call, _) = desk.answer_red();
    let out = desk.reply(call, 404, json!({ "error": { "code": "session_not_found" } }));
    let out = desk.serve(out, &Held::default());
    assert_eq!(verdict(&out), &Verdict::Lost { to: None });
    assert_eq!(desk.outcomes(), [&Outcome::Vanished]);
}

#[test]
fn what_the_server_does_not_like_is_stuck_with_its_words() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let (call, _) = desk.answer_red();
    let refused = json!({ "error": { "code": "validation_failed", "message": "Extra inputs are not permitted", "field": "foo" } });
    let out = desk.reply(call, 422, refused);
    assert!(fault(&out).message.contains("Extra inputs are not permitted [foo]"), "{out:?}");
    desk.only_ask();
}

#[test]
fn a_lost_reply_is_looked_into_before_anything_is_sent_again() {
    let waits = Held::one("input_required");
    let mut desk = Desk::live(&waits);
    let (call, _) = desk.answer_red();
    let out = desk.no_reply(call, Sent::Maybe);
    assert!(calls(&out, true).is_empty());
    let (call, _) = only_delivery(&desk.serve(out, &waits));
    let out = desk.no_reply(call, Sent::Maybe);
    let out = desk.serve(out, &Held::one("done"));
    assert_eq!(verdict(&out), &Verdict::Unknown, "it may have been anybody's");
}

/// A look that is not answered yet.
fn begin_to_look(desk: &mut Desk) -> CallId {
    let mut asked = reads(&desk.on(Signal::Timer { timer: POLL }));
    let mut look = None;
    while let Some((call, request)) = asked.pop() {
        if request.path.contains("/sessions/") {
            look = Some(call);
            continue;
        }
        let (status, body) = Held::one("input_required").answer(&request.path);
        asked.extend(reads(&desk.reply(call, status, body)));
    }
    look.unwrap()
}

#[test]
fn a_look_waited_for_is_had_though_the_one_before_it_found_nothing() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let look = begin_to_look(&mut desk);
    let (call, _) = desk.answer_red();
    desk.no_reply(call, Sent::Maybe);
    let out = desk.reply(look, 404, json!({ "error": { "code": "session_not_found" } }));
    let out = desk.serve(out, &Held::default());
    assert_eq!(verdict(&out), &Verdict::Unknown);
}

#[test]
fn a_look_that_was_under_way_before_the_answer_proves_nothing() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let look = begin_to_look(&mut desk);
    let (call, _) = desk.answer_red();
    desk.no_reply(call, Sent::Maybe);
    // It shows the session as it was before the answer.
    let out = desk.reply(look, 200, handle(SESSION, "input_required"));
    assert!(calls(&out, true).is_empty(), "{out:?}");
    only_delivery(&desk.serve(out, &Held::one("input_required")));
}

#[test]
fn what_was_taken_before_a_break_is_won_by_the_next_reading() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let accepted = desk.red();
    let (call, _) = desk.answer_red();
    desk.reply(call, 200, handle(SESSION, "input_required"));
    let out = desk.connect(&Held::one("done"));
    assert_eq!(settled_by(&out), Some(&By::Us));
    let out = desk.on(Signal::Do { accepted, attempt: Attempt::Taken });
    assert_eq!(verdict(&desk.serve(out, &Held::one("done"))), &Verdict::Won);
}

#[test]
fn an_answer_from_an_earlier_life_is_judged_by_a_look() {
    let accepted = Desk::live(&Held::one("input_required")).red();
    let mut desk = Desk::live(&Held::default());
    let out = desk.on(Signal::Do { accepted, attempt: Attempt::Taken });
    assert_eq!(verdict(&desk.serve(out, &Held::one("done"))), &Verdict::Won);
    assert!(desk.state.tasks.is_empty(), "a session that the list does not name is not shown");
}

#[test]
fn a_cancel_is_confirmed_and_its_proof_is_the_session() {
    let mut desk = Desk::live(&Held::one("input_required"));
    let item = desk.only_ask().item.clone();
    let values = [("discard_files", Value::Flag(true))];
    let accepted = desk.accept(&item, "cancel", &values);
    assert_eq!(accepted.offer().danger, deskbell_domain::Danger::Confirm);
    let (call, request) = only_delivery(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
    assert_eq!(body(&request), json!({ "discard_files": true }));
    let out = desk.reply(call, 200, cancelled(true).sessions[0].clone());
    let out = desk.serve(out, &cancelled(true));
    assert_eq!((verdict(&out), desk.outcomes()), (&Verdict::Won, vec![&Outcome::Cancelled]));
}

#[test]
fn a_cancel_that_another_was_first_with_is_lost_if_the_files_fare_otherwise() {
    let mut desk = Desk::live(&Held::one("plugin_pass"));
    let accepted =
        desk.accept(&ItemId::of("task", SESSION), "cancel", &[("discard_files", Value::Flag(true))]);
    let (call, _) = only_delivery(&desk.on(Signal::Do { accepted, attempt: Attempt::Fresh }));
    let out = desk.no_reply(call, Sent::Maybe);
    assert_eq!(verdict(&desk.serve(out, &cancelled(false))), &Verdict::Lost { to: None });
}
