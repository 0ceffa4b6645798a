//! The bus of a hyperhive agent: a login, two turns with every sort of row, and what changes beside them.

use serde_json::{Value, json};

use crate::sample::Sample;

pub fn sample() -> Sample {
    Sample {
        dialect: "hyperhive-agent",
        before: picture(41, told(), state("needs_login_idle", "haiku")),
        frames: frames().iter().zip(42..).map(|(frame, seq)| numbered(seq, frame)).collect(),
        after: picture(41 + frames().len() as u64, [told(), frames()].concat(), state("online", "opus")),
        quiet: &[r#"{"kind":"note","seq""#],
        deadlines_are_heard: false,
    }
}

fn picture(seq: u64, rows: Vec<Value>, state: Value) -> Vec<(&'static str, String)> {
    vec![
        ("/events/history", json!({ "seq": seq, "events": rows }).to_string()),
        ("/api/state", state.to_string()),
    ]
}

fn numbered(seq: u64, frame: &Value) -> String {
    let mut frame = frame.clone();
    frame["seq"] = seq.into();
    frame.to_string()
}

fn state(status: &str, model: &str) -> Value {
    json!({
        "label": "coder", "dashboard_port": 7000, "status": status, "session": null, "model": model,
        "inbox": [{ "from": "manager", "body": "the tests are red", "at": 1_779_000_000 }],
        "context_window_tokens": 200_000, "qualified_label": "hive/coder",
    })
}

/// A turn that ended, and one under way.
fn told() -> Vec<Value> {
    vec![
        json!({ "kind": "turn_start", "from": "manager", "body": "look at the tests", "unread": 1 }),
        json!({ "kind": "stream", "type": "result", "subtype": "success", "num_turns": 1, "session_id": "s0" }),
        json!({ "kind": "turn_end", "ok": true, "note": null }),
        json!({ "kind": "turn_start", "from": "operator", "body": "go on", "unread": 0 }),
    ]
}

fn frames() -> Vec<Value> {
    vec![
        json!({ "kind": "stream", "type": "system", "subtype": "init", "model": "haiku", "session_id": "s1" }),
        json!({ "kind": "stream", "type": "assistant", "message": { "id": "m1", "content": [
            { "type": "thinking", "thinking": "what is red?" }, { "type": "text", "text": "I look." },
            { "type": "tool_use", "id": "t1", "name": "Bash", "input": { "command": "cargo test" } },
        ], "usage": { "input_tokens": 9, "output_tokens": 4 } } }),
        json!({ "kind": "stream", "type": "user", "message": { "content": [
            { "type": "tool_result", "tool_use_id": "t1", "content": [{ "type": "text", "text": "214 passed" }] },
        ] } }),
        json!({ "kind": "stream", "type": "rate_limit_event", "rate_limit_info": { "status": "allowed" } }),
        json!({ "kind": "stream", "type": "novel", "what": [1, 2] }),
        json!({ "kind": "stream" }),
        json!({ "kind": "note" }),
        json!({ "kind": "note", "text": "compacted" }),
        json!({ "kind": "stream", "type": "result", "subtype": "success", "is_error": false, "duration_ms": 1234,
                "num_turns": 2, "total_cost_usd": 0.0123, "session_id": "s1",
                "usage": { "input_tokens": 12, "cache_read_input_tokens": 900, "output_tokens": 34 } }),
        json!({ "kind": "turn_end", "ok": true, "note": null }),
        json!({ "kind": "status_changed", "status": "online" }),
        json!({ "kind": "model_changed", "model": "opus" }),
        json!({ "kind": "turn_start", "from": "operator", "body": "go on", "unread": 0 }),
        json!({ "kind": "stream", "type": "result", "subtype": "error_max_turns", "is_error": true, "session_id": "s2" }),
        json!({ "kind": "turn_end", "ok": false, "note": "claude exited 1" }),
    ]
}
