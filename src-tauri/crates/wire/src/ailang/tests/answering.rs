use super::*;

fn asking() -> Desk {
    let mut desk = Desk::live();
    desk.hear(
        "batch",
        json!({ "thread_id": "t", "messages": [message(1, "coder", "question")], "has_more": false }),
    );
    desk
}

fn deciding(kind: Option<&str>) -> Desk {
    let mut desk = Desk::new();
    let mut row = approval("a", "pending");
    row["request_type"] = json!(kind);
    desk.hold("/api/approvals", &json!([row]));
    desk.connect();
    desk
}

fn decided(status: &str, by: &str) -> Json {
    let mut row = approval("a", status);
    row["reviewed_by"] = json!(by);
    json!([row])
}

#[test]
fn an_answer_has_won_when_the_thread_shows_it_first() {
    let mut desk = asking();
    let (call, request) = desk.take("question:m1", "answer");
    assert_eq!((request.method, request.path.as_str()), (Method::Post, "/api/messages"));
    let out = desk.answer(call, 201, &ours(2, &request).to_string());
    assert_eq!(verdict(&out), None, "201 is no proof");
    let out = desk.hear("message", ours(2, &request));
    assert_eq!(verdict(&out), Some(&Verdict::Won));
    assert_eq!(desk.outcome("question:m1"), Some(&Outcome::Answered { text: "Words 2".into() }));
}

#[test]
fn an_answer_after_somebody_elses_has_lost() {
    let mut desk = asking();
    let (call, request) = desk.take("question:m1", "answer");
    desk.hear("message", message(2, "ada", "directive"));
    desk.answer(call, 201, &ours(3, &request).to_string());
    let out = desk.hear("message", ours(3, &request));
    assert_eq!(verdict(&out), Some(&Verdict::Lost { to: Some("ada".into()) }));
}

#[test]
fn a_lost_reply_is_looked_up_before_anything_is_said_again() {
    let mut desk = asking();
    let (call, request) = desk.take("question:m1", "answer");
    desk.hold("/api/messages", &json!([message(1, "coder", "question"), ours(2, &request)]));
    let out = desk.on(lost_reply(call));
    assert!(delivery(&out).is_none(), "{out:?}");
    assert_eq!(subscribed(&out), [1], "the thread tells whether it was the first");
    let out =
        desk.hear("batch", json!({ "thread_id": "t", "messages": [ours(2, &request)], "has_more": false }));
    assert_eq!(verdict(&out), Some(&Verdict::Won));
}

#[test]
fn what_never_arrived_is_said_again() {
    let mut desk = asking();
    let (call, _) = desk.take("question:m1", "answer");
    desk.hold("/api/messages", &json!([message(1, "coder", "question")]));
    assert!(delivery(&desk.on(lost_reply(call))).is_some());
}

#[test]
fn a_newer_hub_has_the_messages_elsewhere() {
    let mut desk = asking();
    let (call, _) = desk.take("question:m1", "answer");
    let (_, request) = delivery(&desk.answer(call, 404, "404 page not found\n")).unwrap();
    assert_eq!(request.path, "/api/thread-messages");
}

#[test]
fn a_decision_is_read_again_whatever_the_status() {
    for (status, row, won) in [
        (200, decided("approved", "user"), true),
        (200, decided("rejected", "ada"), false),
        (500, decided("approved", "ada"), false),
        (504, decided("approved", "user"), true),
        (504, decided("rejected", "ada"), false),
    ] {
        let mut desk = deciding(None);
        let (call, request) = desk.take("approval:a", "approve");
        assert_eq!(body(&request), json!({ "notes": "yes", "permanent": false }), "the body is always there");
        desk.hold("/api/approvals", &row);
        let out = desk.answer(call, status, "{}");
        assert_eq!(
            verdict(&out).map(Verdict::word),
            Some(if won { "won" } else { "lost" }),
            "{status} {row}"
        );
    }
}

#[test]
fn a_secret_that_is_resolved_says_by_whom() {
    let mut desk = deciding(Some("secret"));
    let (call, _) = desk.take("approval:a", "approve");
    let said = r#"{"status":"already_resolved","resolution":"rejected","resolved_by":"ada"}"#;
    let out = desk.answer(call, 409, said);
    assert_eq!(verdict(&out), Some(&Verdict::Lost { to: Some("ada".into()) }));
    assert_eq!(desk.outcome("approval:a"), Some(&Outcome::Denied { note: None }));
}

#[test]
fn one_who_may_not_approve_is_told_so() {
    let mut desk = deciding(None);
    let (call, _) = desk.take("approval:a", "approve");
    let out = desk.answer(call, 401, "approver required\n");
    assert!(
        matches!(&out[..], [Effect::Stick { fault, .. }] if fault.advice.contains("approver")),
        "{out:?}"
    );
}
