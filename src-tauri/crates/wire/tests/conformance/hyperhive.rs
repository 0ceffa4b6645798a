//! hyperhive: the dashboard's state before and after a dozen events, each kind at least once.

use serde_json::{Value, json};

use crate::sample::Sample;

const T: i64 = 1_779_000_000;

pub fn sample() -> Sample {
    Sample {
        dialect: "hyperhive",
        before: picture(
            before(),
            json!({ "seq": 41, "events": [message("sent", None, "coder", "operator", "hello", T)] }),
        ),
        frames: frames().iter().map(Value::to_string).collect(),
        after: picture(
            after(),
            json!({ "seq": 52, "events": [
                message("sent", None, "coder", "operator", "hello", T),
                message("sent", None, "operator", "manager", "go on", T + 60),
                message("delivered", None, "operator", "manager", "go on", T + 60),
            ] }),
        ),
        // A late word about what has ended.
        quiet: &[r#""seq":50"#],
        deadlines_are_heard: false,
    }
}

fn picture(state: Value, history: Value) -> Vec<(&'static str, String)> {
    vec![("/api/state", state.to_string()), ("/dashboard/history", history.to_string())]
}

fn message(kind: &str, seq: Option<u64>, from: &str, to: &str, body: &str, at: i64) -> Value {
    let mut message = json!({ "kind": kind, "from": from, "to": to, "body": body, "at": at });
    if let Some(seq) = seq {
        message["seq"] = json!(seq);
    }
    message
}

fn container(name: &str) -> Value {
    json!({ "name": name, "is_manager": name == "manager", "running": true, "needs_update": false,
            "needs_login": false, "pending": null, "deployed_sha": "a1b2c3d4e5f6", "port": 8123 })
}

fn approval(id: i64) -> Value {
    json!({ "id": id, "agent": "coder", "kind": "apply_commit", "sha_short": "a1b2c3d",
            "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n", "description": "add ripgrep" })
}

fn question(id: i64, multi: bool) -> Value {
    json!({ "id": id, "asker": "manager", "question": "Which?", "options": ["a", "b"], "multi": multi,
            "asked_at": T, "deadline_at": null })
}

fn approved(id: i64, status: &str, note: Option<&str>) -> Value {
    json!({ "id": id, "agent": "coder", "kind": "apply_commit", "sha_short": "a1b2c3d", "status": status,
            "resolved_at": T + 50, "note": note, "description": "add ripgrep" })
}

fn answered(id: i64, answer: &str) -> Value {
    json!({ "id": id, "asker": "manager", "question": "Which?", "options": ["a", "b"], "multi": false,
            "asked_at": T, "answered_at": T + 50, "answer": answer, "answerer": "operator", "target": null })
}

fn before() -> Value {
    json!({
        "seq": 41, "hostname": "hive", "any_stale": false,
        "containers": [container("manager"), container("coder")],
        "transients": [], "approvals": [approval(7), approval(8)], "approval_history": [approved(6, "approved", None)],
        "questions": [question(3, false), question(4, true)], "question_history": [answered(2, "b")],
        "tombstones": [{ "name": "old", "state_bytes": 123_456, "last_seen": T, "has_creds": true }],
        "meta_inputs": [{ "name": "hyperhive", "rev": "abc" }], "port_conflicts": [],
    })
}

fn after() -> Value {
    json!({
        "seq": 52, "hostname": "hive", "any_stale": false,
        "containers": [container("manager"), container("coder")],
        "transients": [], "approvals": [approval(8), approval(9)],
        "approval_history": [
            approved(7, "failed", Some("it does not build")), approved(6, "approved", None),
            approved(10, "denied", Some("too big")),
        ],
        "questions": [question(4, true), question(5, true)],
        "question_history": [answered(3, "[cancelled]"), answered(2, "b")],
        "tombstones": [{ "name": "old", "state_bytes": 123_456, "last_seen": T, "has_creds": true }],
        "meta_inputs": [{ "name": "hyperhive", "rev": "abc" }], "port_conflicts": [],
    })
}

fn added(seq: u64, id: i64) -> Value {
    json!({ "kind": "approval_added", "seq": seq, "id": id, "agent": "coder", "approval_kind": "apply_commit",
            "sha_short": "a1b2c3d", "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n", "description": "add ripgrep" })
}

fn resolved(seq: u64, id: i64, status: &str, note: &str) -> Value {
    json!({ "kind": "approval_resolved", "seq": seq, "id": id, "agent": "coder", "approval_kind": "apply_commit",
            "sha_short": "a1b2c3d", "status": status, "resolved_at": T + 50, "note": note, "description": "add ripgrep" })
}

fn frames() -> Vec<Value> {
    vec![
        added(42, 9),
        json!({ "kind": "question_added", "seq": 43, "id": 5, "asker": "manager", "question": "Which?",
                "options": ["a", "b"], "multi": true, "asked_at": T, "deadline_at": null }),
        resolved(44, 7, "failed", "it does not build"),
        json!({ "kind": "question_resolved", "seq": 45, "id": 3, "answer": "[cancelled]", "answerer": "operator",
                "answered_at": T + 50, "cancelled": true }),
        message("sent", Some(46), "operator", "manager", "go on", T + 60),
        message("delivered", Some(47), "operator", "manager", "go on", T + 60),
        added(48, 10),
        resolved(49, 10, "denied", "too big"),
        // Late, and of no effect: it has ended.
        added(50, 10),
        // The last, as the end of a transient makes the state be read again.
        json!({ "kind": "transient_set", "seq": 51, "name": "coder", "transient_kind": "restarting", "since_unix": T + 61 }),
        json!({ "kind": "transient_cleared", "seq": 52, "name": "coder" }),
    ]
}
