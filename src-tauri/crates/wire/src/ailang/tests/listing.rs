use super::*;

fn faults(effects: &[Effect]) -> Vec<FaultCode> {
    let fault = |effect: &Effect| if let Effect::Fail(fault) = effect { Some(fault.code) } else { None };
    effects.iter().filter_map(fault).collect()
}

#[test]
fn an_older_hub_without_a_coordinator_is_live() {
    let out = Desk::new().connect();
    assert!(out.contains(&Effect::Live), "{out:?}");
}

#[test]
fn approvals_come_in_every_shape() {
    let rows = json!([approval("a", "pending")]);
    let wrapped = json!({ "approvals": rows, "total": 1, "pending_count": 1 });
    for shape in [rows, wrapped] {
        let mut desk = Desk::new();
        desk.hold("/api/approvals", &shape);
        desk.connect();
        assert!(desk.is_open("approval:a"));
    }
    let mut desk = Desk::new();
    let unset = json!({ "id": 7, "created_at": "2026-05-17T06:40:00Z", "reviewed_at": "0001-01-01T00:00:00Z",
                        "status": "pending", "capability_token": null });
    desk.hold("/api/approvals", &json!([unset]));
    desk.connect();
    assert!(desk.is_open("approval:7"), "the messaging shape, almost empty");
}

#[test]
fn one_that_waits_no_more_is_looked_up_among_all() {
    let mut desk = Desk::new();
    desk.hold("/api/approvals", &json!([approval("a", "pending"), approval("b", "pending")]));
    desk.connect();
    let mut rejected = approval("a", "rejected");
    rejected["reviewed_by"] = json!("ada");
    rejected["review_notes"] = json!("too big");
    desk.hold("/api/approvals", &json!({ "approvals": [rejected] }));
    let out = desk.tick();
    let asked = |query: &str| {
        out.iter()
            .any(|effect| matches!(effect, Effect::Http { request, .. } if request.path.ends_with(query)))
    };
    assert!(asked("status=pending") && asked("status=all"));
    assert_eq!(desk.outcome("approval:a"), Some(&Outcome::Denied { note: Some("too big".into()) }));
    assert_eq!(desk.outcome("approval:b"), Some(&Outcome::Vanished), "nobody says what became of it");
}

#[test]
fn refusals_and_strangers_are_told_apart() {
    for (status, code) in
        [(401, FaultCode::Unauthorized), (500, FaultCode::Server), (404, FaultCode::WrongDialect)]
    {
        let mut desk = Desk::new();
        desk.held.insert("/api/threads", (status, "no".into()));
        assert_eq!(faults(&desk.connect()), [code], "{status}");
    }
}

#[test]
fn nothing_is_taken_for_vanished_before_every_thread_is_read() {
    let mut desk = Desk::live();
    desk.hear(
        "batch",
        json!({ "thread_id": "t", "messages": [message(1, "coder", "question")], "has_more": false }),
    );
    assert!(desk.is_open("question:m1"));
    // A new process knows of nothing that was read.
    desk.adapter = Ailang::new();
    desk.connect();
    assert!(desk.is_open("question:m1"), "its thread is not read yet");
    desk.hear("batch", json!({ "thread_id": "t", "messages": [], "has_more": false }));
    assert_eq!(desk.outcome("question:m1"), Some(&Outcome::Vanished));
}

#[test]
fn a_letter_that_came_while_nobody_listened_is_a_line_and_one_line_only() {
    let letter = |id: &str| {
        json!({ "id": id, "from_agent": "coder", "to_inbox": "user", "title": "Done", "status": "unread",
                "message_type": "notification", "created_at": NOW.0 })
    };
    let mut desk = Desk::new();
    desk.hold("/api/inbox", &json!({ "messages": [letter("a")] }));
    desk.connect();
    desk.hear("inbox_message", letter("b"));
    desk.hold("/api/inbox", &json!({ "messages": [letter("a"), letter("b"), letter("c")] }));
    desk.tick();
    desk.tick();
    let letters: Vec<&str> =
        desk.lines.iter().filter(|it| it.kind() == "letter").map(|it| it.rest()).collect();
    assert_eq!(letters, ["a", "b", "c"]);
}
