//! What becomes of an answer to an ask.

use super::*;

const APPROVE: &str = "/approve/7";
const DENY: &str = "/deny/7";
const ANSWER: &str = "/answer-question/3";

fn desk() -> Bench {
    let world = with(with(world(1), "approvals", json!([approval(7)])), "questions", json!([question(3)]));
    Bench::live(world)
}

fn approved(attempt: Attempt) -> (Bench, Effects) {
    let mut bench = desk();
    let effects = bench.decide("approval:7", "approve", &[], attempt);
    (bench, effects)
}

fn denied() -> Bench {
    let mut bench = desk();
    bench.decide("approval:7", "deny", &[("note", text("too big"))], Attempt::Fresh);
    bench
}

fn answered() -> Bench {
    let mut bench = desk();
    let pick = Filled::Pick { chosen: vec!["b".into(), "a".into()], other: Some(" and c ".into()) };
    bench.decide("question:3", "answer", &[("answer", pick)], Attempt::Fresh);
    bench
}

/// What a look finds: the approval still open.
fn still_open() -> Value {
    still_open_at(5)
}

fn still_open_at(seq: u64) -> Value {
    with(with(world(seq), "approvals", json!([approval(7)])), "questions", json!([question(3)]))
}

/// What a look finds: the approval ended so.
fn ended(status: &str, note: Option<&str>) -> Value {
    let world = with(world(5), "approval_history", json!([approval_ended(7, status, note)]));
    with(world, "questions", json!([question(3)]))
}

fn building(mut world: Value) -> Value {
    world["containers"][1]["pending"] = "rebuilding".into();
    world
}

/// A build is over, and the approval still open.
fn built(bench: &mut Bench) {
    bench.say(json!({ "kind": "transient_cleared", "seq": 6, "name": "coder" }));
    bench.look(still_open_at(6));
}

#[test]
fn the_forms_are_what_the_server_reads() {
    let (bench, effects) = approved(Attempt::Fresh);
    assert!(matches!(&effects[..], [Effect::Http { delivers: Some(_), .. }]));
    assert_eq!(bench.form(APPROVE), []);
    assert_eq!(denied().form(DENY), [("note", "too big".to_owned())]);
    assert_eq!(answered().form(ANSWER), [("answer", "a, b, and c".to_owned())]);
    let mut bench = desk();
    bench.decide("approval:7", "deny", &[], Attempt::Fresh);
    assert_eq!(bench.form(DENY), [], "no reason, no note");
    let mut bench = desk();
    bench.decide("question:3", "cancel", &[], Attempt::Fresh);
    assert_eq!(bench.form("/cancel-question/3"), []);
}

#[test]
fn accepted_is_not_won_before_the_server_says_so() {
    for status in [200, 204, 303] {
        let (mut bench, _) = approved(Attempt::Fresh);
        let effects = bench.reply(APPROVE, status, "");
        assert!(is_taken(&effects) && verdict(&effects).is_none(), "{status}");
        let effects = bench.say(approval_resolved(2, 7, "approved", None));
        assert_eq!(verdict(&effects), Some((&Verdict::Won, "Approved.")));
        assert_eq!(settled_by(&effects, "approval:7"), Some(By::Us));
    }
}

#[test]
fn a_redirect_elsewhere_is_no_acceptance() {
    let (mut bench, _) = approved(Attempt::Fresh);
    assert!(!is_taken(&bench.reply(APPROVE, 302, "")));
    assert!(stuck(&bench.look(still_open())).is_some());
}

#[test]
fn a_build_that_fails_was_approved_by_us_all_the_same() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.reply(APPROVE, 303, "");
    let effects = bench.say(approval_resolved(2, 7, "failed", Some("no such package")));
    let (won, note) = verdict(&effects).unwrap();
    assert!(*won == Verdict::Won && note.contains("no such package"), "{note}");
    assert_eq!(bench.ended("approval:7"), Some(&Outcome::Failed { note: "no such package".into() }));
}

#[test]
fn the_end_may_come_before_the_reply() {
    let mut bench = denied();
    let effects = bench.say(approval_resolved(2, 7, "denied", Some("too big")));
    assert!(
        settled_by(&effects, "approval:7").is_none() && verdict(&effects).is_none(),
        "only the reply can say"
    );
    let effects = bench.reply(DENY, 303, "");
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Won);
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Us));
}

#[test]
fn a_twin_of_our_answer_that_was_first_wins() {
    let mut bench = denied();
    bench.say(approval_resolved(2, 7, "denied", Some("too big")));
    let effects = bench.reply(DENY, 500, "approval 7 is already denied");
    assert!(matches!(verdict(&effects), Some((Verdict::Lost { .. }, _))));
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Other("another operator".into())));
}

#[test]
fn an_end_that_waits_for_its_reply_does_not_vanish_from_a_picture() {
    let mut bench = denied();
    bench.say(approval_resolved(2, 7, "denied", Some("too big")));
    bench.say(sent(9, "a", "b", "a hole before this"));
    let mut state = ended("denied", Some("too big"));
    state["seq"] = 9.into();
    bench.look(state);
    assert_eq!(bench.ended("approval:7"), None);
    let effects = bench.no_reply(DENY, Sent::Maybe);
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Won);
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Us));
}

#[test]
fn somebody_else_first_is_lost_with_who_and_what() {
    let mut bench = answered();
    let effects = bench.say(question_resolved(2, 3, "neither", "manager"));
    let (lost, note) = verdict(&effects).unwrap();
    assert_eq!(*lost, Verdict::Lost { to: Some("manager".into()) });
    assert!(note.contains("manager") && note.contains("neither"), "{note}");
    assert_eq!(settled_by(&effects, "question:3"), Some(By::Other("manager".into())));
    assert_eq!(bench.reply(ANSWER, 500, "already answered"), [], "the reply says nothing more");
}

#[test]
fn the_same_words_of_another_agent_are_not_ours() {
    let mut bench = answered();
    bench.reply(ANSWER, 303, "");
    let effects = bench.say(question_resolved(2, 3, "a, b, and c", "manager"));
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Lost { to: Some("manager".into()) });
}

#[test]
fn our_words_from_the_operator_are_ours() {
    let mut bench = answered();
    bench.reply(ANSWER, 303, "");
    let effects = bench.say(question_resolved(2, 3, "a, b, and c", "operator"));
    assert_eq!(verdict(&effects), Some((&Verdict::Won, "Answered.")));
    assert_eq!(settled_by(&effects, "question:3"), Some(By::Us));
}

#[test]
fn a_deadline_that_was_first_is_expired() {
    let mut bench = answered();
    bench.reply(ANSWER, 500, "question 3 is already answered");
    let mut row = question(3);
    row["answer"] = "[expired]".into();
    row["answerer"] = "ttl".into();
    row["answered_at"] = 1_779_000_100.into();
    let effects =
        bench.look(with(with(world(5), "question_history", json!([row])), "approvals", json!([approval(7)])));
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Expired);
    assert_eq!(settled_by(&effects, "question:3"), Some(By::Nobody));
}

#[test]
fn a_refusal_of_what_has_ended_is_lost() {
    let (mut bench, _) = approved(Attempt::Fresh);
    let effects = bench.reply(APPROVE, 500, "approval 7 is already approved");
    assert!(verdict(&effects).is_none() && stuck(&effects).is_none(), "it is looked at first");
    let effects = bench.look(ended("approved", None));
    assert!(matches!(verdict(&effects), Some((Verdict::Lost { .. }, _))), "the same outcome, but not by us");
}

#[test]
fn a_refusal_of_what_is_still_open_sticks_with_the_servers_words() {
    for (status, body, word) in
        [(500, "database is locked", "database is locked"), (400, "<p>", "400"), (418, "", "418")]
    {
        let (mut bench, _) = approved(Attempt::Fresh);
        bench.reply(APPROVE, status, body);
        let effects = bench.look(still_open());
        let fault = stuck(&effects).unwrap();
        assert!(fault.message.contains(word) && !fault.advice.is_empty(), "{fault}");
        assert!(!bench.asked(APPROVE));
    }
}

#[test]
fn a_gateway_that_gave_up_proves_nothing() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.reply(APPROVE, 504, "upstream timed out");
    let effects = bench.look(ended("approved", None));
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Won);
}

#[test]
fn what_surely_did_not_go_out_is_given_back() {
    let (mut bench, _) = approved(Attempt::Fresh);
    let effects = bench.no_reply(APPROVE, Sent::No);
    assert_eq!(effects, [Effect::Defer(IntentId::new("i1"))]);
    let effects = bench.say(approval_resolved(2, 7, "approved", None));
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Other("another operator".into())));
}

#[test]
fn a_lost_reply_is_never_followed_by_a_request_before_a_look() {
    for attempt in [Attempt::Fresh, Attempt::Maybe] {
        let (mut bench, _) = approved(attempt);
        if attempt == Attempt::Fresh {
            bench.no_reply(APPROVE, Sent::Maybe);
        }
        assert!(!bench.asked(APPROVE) && bench.asked("/api/state"), "{attempt:?}");
        bench.look(still_open());
        assert!(bench.asked(APPROVE), "{attempt:?}: still open, so it is sent again");
    }
}

#[test]
fn a_look_that_began_before_the_reply_was_lost_does_not_count() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.say(sent(5, "a", "b", "a hole before this"));
    let early = [
        (bench.call("/api/state"), still_open()),
        (bench.call("/dashboard/history"), json!({ "seq": 5, "events": [] })),
    ];
    bench.no_reply(APPROVE, Sent::Maybe);
    for (call, body) in early {
        let reply = Reply { status: 200, content_type: None, body: body.to_string().into_bytes() };
        bench.feed(Signal::Reply { call, reply });
    }
    assert!(!bench.asked(APPROVE), "it may have been read before the answer arrived");
}

#[test]
fn a_lost_reply_to_an_answer_that_arrived_is_won() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.no_reply(APPROVE, Sent::Maybe);
    let effects = bench.look(ended("approved", None));
    let (won, note) = verdict(&effects).unwrap();
    assert!(*won == Verdict::Won && note.contains("reply was lost"), "{note}");
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Us));
}

#[test]
fn a_lost_reply_to_an_answer_that_came_too_late_is_lost() {
    let mut bench = denied();
    bench.no_reply(DENY, Sent::Maybe);
    let effects = bench.look(ended("denied", Some("another reason")));
    assert!(
        matches!(verdict(&effects), Some((Verdict::Lost { .. }, note)) if note.contains("another reason"))
    );
}

#[test]
fn a_lost_reply_and_the_same_words_of_another_agent_are_lost() {
    let mut bench = answered();
    bench.no_reply(ANSWER, Sent::Maybe);
    let mut row = question(3);
    row["answer"] = "a, b, and c".into();
    row["answerer"] = "manager".into();
    let world = with(with(world(5), "question_history", json!([row])), "approvals", json!([approval(7)]));
    let effects = bench.look(world);
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Lost { to: Some("manager".into()) });
    assert_eq!(settled_by(&effects, "question:3"), Some(By::Other("manager".into())));
}

#[test]
fn an_approval_whose_build_runs_is_not_sent_again() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.no_reply(APPROVE, Sent::Maybe);
    let effects = bench.look(building(still_open()));
    assert!(!bench.asked(APPROVE));
    assert!(!is_taken(&effects), "the server did not say that it has it");
    built(&mut bench);
    assert!(bench.asked(APPROVE), "the build was of something else");
}

#[test]
fn an_approval_the_server_had_and_does_not_build_is_stuck_also_after_the_build_of_another() {
    let (mut bench, _) = approved(Attempt::Taken);
    bench.look(building(still_open()));
    built(&mut bench);
    bench.now = bench.now.plus(60_000);
    bench.feed(Signal::Timer { timer: TimerId(1) });
    assert!(stuck(&bench.look(still_open_at(6))).is_some() && !bench.asked(APPROVE));
}

#[test]
fn an_approval_that_is_in_no_list_while_it_is_built_is_waited_for() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.reply(APPROVE, 303, "");
    bench.say(sent(5, "a", "b", "a hole before this"));
    let effects = bench.look(building(with(world(5), "questions", json!([question(3)]))));
    assert!(verdict(&effects).is_none() && bench.ended("approval:7").is_none());
    let effects = bench.say(approval_resolved(6, 7, "approved", None));
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Won);
}

#[test]
fn an_answer_is_not_sent_for_ever() {
    let (mut bench, _) = approved(Attempt::Fresh);
    for _ in 0..2 {
        bench.no_reply(APPROVE, Sent::Maybe);
        bench.look(still_open());
        bench.now = bench.now.plus(5_000);
    }
    bench.no_reply(APPROVE, Sent::Maybe);
    assert!(stuck(&bench.look(still_open())).is_some() && !bench.asked(APPROVE));
}

#[test]
fn what_the_server_had_before_we_were_killed_is_waited_for() {
    let (mut bench, _) = approved(Attempt::Taken);
    assert!(!bench.asked(APPROVE));
    let effects = bench.look(still_open());
    assert!(verdict(&effects).is_none() && stuck(&effects).is_none(), "{effects:?}");
    let effects = bench.say(approval_resolved(6, 7, "approved", None));
    assert_eq!(verdict(&effects).unwrap().0, &Verdict::Won);
}

#[test]
fn what_the_server_had_before_it_was_started_anew_and_lists_as_open_is_stuck() {
    let (mut bench, _) = approved(Attempt::Taken);
    bench.look(still_open());
    bench.now = bench.now.plus(60_000);
    bench.feed(Signal::Timer { timer: TimerId(1) });
    assert!(stuck(&bench.look(still_open())).is_some() && !bench.asked(APPROVE));

    let (mut bench, _) = approved(Attempt::Taken);
    bench.look(building(still_open()));
    bench.now = bench.now.plus(3_600_000);
    bench.feed(Signal::Timer { timer: TimerId(1) });
    assert!(!bench.asked("/api/state"), "a build takes as long as it takes");
}

#[test]
fn what_the_server_no_longer_knows_is_unknown() {
    for attempt in [Attempt::Maybe, Attempt::Taken] {
        let (mut bench, _) = approved(attempt);
        let effects = bench.look(with(world(5), "questions", json!([question(3)])));
        assert_eq!(verdict(&effects).unwrap().0, &Verdict::Unknown, "{attempt:?}");
    }
}

#[test]
fn an_accepted_answer_without_proof_is_looked_at_after_a_while() {
    let mut bench = answered();
    let effects = bench.reply(ANSWER, 303, "");
    let Some(Effect::Arm { timer, after_ms: 5_000 }) = effects.last() else { panic!("{effects:?}") };
    let timer = *timer;
    bench.now = bench.now.plus(5_000);
    bench.feed(Signal::Timer { timer });
    let effects = bench.look(still_open());
    assert!(stuck(&effects).unwrap().message.contains("still lists"));
    assert!(!bench.asked(ANSWER));
}

#[test]
fn what_ended_meanwhile_is_not_sent_at_all() {
    let mut bench = desk();
    let intent = bench.intent("approval:7", "approve", &[]);
    let accepted = bench.state.accept(intent).unwrap();
    bench.say(approval_resolved(2, 7, "denied", Some("no")));
    let effects = bench.feed(Signal::Do { accepted, attempt: Attempt::Fresh });
    assert!(matches!(verdict(&effects), Some((Verdict::Lost { .. }, _))) && !bench.asked(APPROVE));
}

#[test]
fn an_intent_given_twice_goes_out_once() {
    let (mut bench, _) = approved(Attempt::Fresh);
    let effects = bench.decide("approval:7", "approve", &[], Attempt::Fresh);
    assert_eq!(effects, []);
    assert_eq!(bench.calls.len(), 1);
}

#[test]
fn an_end_learned_after_a_broken_connection_is_still_ours() {
    let (mut bench, _) = approved(Attempt::Fresh);
    bench.open();
    let effects = bench.look(ended("approved", None));
    assert_eq!(settled_by(&effects, "approval:7"), Some(By::Us));
}
