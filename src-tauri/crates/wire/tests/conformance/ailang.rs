//! An AILANG hub: its lists before and after some frames. Approvals are polled, and a status of a task is what
//! makes the lists be read again between the polls.

use serde_json::{Value, json};

use crate::sample::Sample;

const T: i64 = 1_779_000_000_000;

pub fn sample() -> Sample {
    Sample {
        dialect: "ailang",
        before: picture(false),
        frames: frames().iter().map(Value::to_string).collect(),
        after: picture(true),
        quiet: &[r#""type":"pong""#, r#""message_seq":1,"#],
        deadlines_are_heard: false,
    }
}

fn picture(after: bool) -> Vec<(&'static str, String)> {
    let decided = |id: &str, status: &str| {
        let mut row = approval(id, status);
        row["reviewed_by"] = json!("ada");
        row["reviewed_at"] = json!(T + 100);
        row
    };
    let approvals = if after {
        json!([approval("ap_1", "pending"), decided("ap_2", "rejected"), decided("ap_0", "approved")])
    } else {
        json!([approval("ap_1", "pending"), approval("ap_2", "pending"), decided("ap_0", "approved")])
    };
    let letters = if after {
        json!([letter("in_1", "First"), letter("in_2", "Second")])
    } else {
        json!([letter("in_1", "First")])
    };
    let events: Vec<Value> = if after { stream() } else { Vec::new() };
    vec![
        ("/api/threads", json!([thread("t1", if after { 4 } else { 0 }), thread("t2", 0)]).to_string()),
        ("/api/messages", "null".into()),
        ("/api/approvals", json!({ "approvals": approvals, "total": 3, "pending_count": 1 }).to_string()),
        ("/api/coordinator/pending", json!([coordinated()]).to_string()),
        ("/api/coordinator/running", json!([running()]).to_string()),
        ("/api/coordinator/tasks/T1/events", json!({ "task_id": "T1", "events": events }).to_string()),
        ("/api/coordinator/tasks/T1/diff", json!({ "task_id": "T1", "diff": "--- a\n+++ b\n" }).to_string()),
        (
            "/api/agents",
            json!({ "known": ["coder", "tester"], "running": [{ "instance_id": "coder", "pid": 7,
                    "started_at": "2026-05-17T06:40:00Z" }] })
            .to_string(),
        ),
        ("/api/inbox", json!({ "messages": letters, "counts": {} }).to_string()),
        ("/api/inbox/in_1", letter("in_1", "First").to_string()),
    ]
}

fn thread(id: &str, last: u64) -> Value {
    json!({ "id": id, "title": "The parser", "created_at": "2026-05-17T06:40:00.123456789Z",
            "created_by_type": "human", "created_by_id": "user", "status": "active", "target_agent": "coder",
            "last_seq": last, "updated_at": "2026-05-17T06:40:00.123456789Z" })
}

fn approval(id: &str, status: &str) -> Value {
    json!({ "id": id, "thread_id": "t1", "thread_title": "The parser", "instance_id": "coder", "created_at": T,
            "effect_delta_json": "{}", "proposal": "Merge the parser", "impact": "low", "estimated_cost": 0.2,
            "status": status, "task_id": if id == "ap_1" { "T1" } else { "T9" } })
}

fn coordinated() -> Value {
    json!({ "id": "co_1", "task_id": "T2", "type": "merge", "description": "Merge the lexer", "status": "pending",
            "created_at": T, "auto_reject": true, "timeout_at": T + 900_000, "task_title": "The lexer",
            "task_status": "pending_approval" })
}

fn running() -> Value {
    json!({ "id": "T1", "title": "Write the parser", "status": "running", "type": "feature", "created_at": T,
            "started_at": T, "thread_id": "t1" })
}

fn letter(id: &str, title: &str) -> Value {
    json!({ "id": id, "message_id": id, "from_agent": "coder", "to_inbox": "user", "message_type": "notification",
            "title": title, "status": "unread", "created_at": T })
}

fn message(seq: u64, kind: &str, from: &str, content: &str) -> Value {
    let human = from == "user";
    json!({ "id": format!("msg_{seq}"), "thread_id": "t1", "message_seq": seq, "created_at": T + seq as i64,
            "from_type": if human { "human" } else { "ailang_instance" }, "from_id": from,
            "to_type": if human { "ailang_instance" } else { "human" }, "to_id": "user", "kind": kind,
            "content": content, "metadata_json": "{}" })
}

/// The rows of a task's stream, each kind once; as in the frames, so in the record.
fn stream() -> Vec<Value> {
    let of = |kind: &str, more: Value| {
        let mut row = json!({ "task_id": "T1", "thread_id": "t1", "stream_type": kind, "turn_num": 1, "agent_id": "coder" });
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    };
    vec![
        of("turn_start", json!({})),
        of("text", json!({ "text": "I begin." })),
        of("tool_use", json!({ "tool_name": "Bash", "tool_input": "{\"command\":\"ls\"}" })),
        of("tool_result", json!({ "tool_name": "Bash", "tool_output": "a b" })),
        of("error", json!({ "error_msg": "rate limited" })),
        of("turn_end", json!({ "tokens_in": 1_200, "tokens_out": 34, "cost": 0.012 })),
        of("status", json!({ "status": "running" })),
    ]
}

fn frame(kind: &str, data: Value) -> Value {
    json!({ "type": kind, "timestamp": T, "data": data })
}

fn frames() -> Vec<Value> {
    let mut frames = vec![
        json!({ "type": "pong", "timestamp": T }),
        frame(
            "batch",
            json!({ "thread_id": "t1", "messages": [message(1, "directive", "user", "Write it")], "has_more": false }),
        ),
        frame("message", message(1, "directive", "user", "Write it")),
        frame("message", message(2, "status", "coder", "On it")),
        frame("message", message(3, "proposal", "coder", "Merge it?")),
        frame("message", message(4, "result", "coder", "Done")),
        frame("inbox_message", letter("in_2", "Second")),
        frame(
            "telemetry",
            json!({ "instance_id": "coder", "pid": 7, "turns": 1, "tokens_in": 1_200, "tokens_out": 34,
                                   "cost": 0.012, "status": "running", "duration_sec": 3 }),
        ),
        frame("error", json!({ "code": "PARSE_ERROR", "message": "what?" })),
        frame(
            "thread_state",
            json!({ "thread_id": "t1", "status": "active", "last_seq": 4, "updated_at": T }),
        ),
    ];
    frames.extend(stream().into_iter().map(|row| frame("task_stream", row)));
    frames
}
