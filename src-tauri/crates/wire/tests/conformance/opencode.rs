//! opencode: a recorded run of a real server, with one more permission and one more question that wait throughout.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sample::Sample;

const RECORDING: &str = include_str!("../../../../../tests/fixtures/opencode/event.sse.txt");

pub fn sample() -> Sample {
    let frames: Vec<String> =
        RECORDING.lines().filter_map(|line| Some(line.split_once("data: ")?.1.to_owned())).collect();
    let elsewhere = session("ses_elsewhere", "Another session");
    let before = picture(vec![permission()], vec![question()], vec![elsewhere.clone()], json!({}));
    let after = held_after(&frames, elsewhere);
    Sample { dialect: "opencode", before, frames, after, quiet: QUIET, deadlines_are_heard: false }
}

const QUIET: &[&str] = &[
    r#""type":"server."#,
    r#""type":"plugin.added""#,
    r#""type":"catalog.updated""#,
    r#""type":"reference.updated""#,
    r#""type":"integration.updated""#,
    r#""type":"file.watcher.updated""#,
    r#""type":"session.diff""#,
    // The parts carry the words.
    r#""type":"message.updated""#,
    r#""type":"step-start""#,
    // A piece of text before its first word.
    r#""type":"text","text":"""#,
    // Only a change is worth a line.
    r#""type":"session.status""#,
    r#""type":"session.idle""#,
    // A session told again, just as it is known.
    r#""type":"session.updated""#,
];

/// What a server holds that sent these frames.
fn held_after(frames: &[String], elsewhere: Value) -> Vec<(&'static str, String)> {
    let mut sessions = BTreeMap::from([("ses_elsewhere".to_owned(), elsewhere)]);
    let mut statuses = BTreeMap::new();
    let mut asks =
        BTreeMap::from([("per_waits".to_owned(), permission()), ("que_waits".to_owned(), question())]);
    for frame in frames {
        let frame: Value = serde_json::from_str(frame).unwrap();
        let told = &frame["properties"];
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        match frame["type"].as_str().unwrap() {
            "session.created" | "session.updated" => {
                sessions.insert(text("sessionID"), told["info"].clone());
            }
            "session.status" if told["status"]["type"] == "idle" => {
                statuses.remove(&text("sessionID"));
            }
            "session.status" => {
                statuses.insert(text("sessionID"), told["status"].clone());
            }
            "permission.asked" | "question.asked" => {
                asks.insert(text("id"), told.clone());
            }
            "permission.replied" | "question.replied" | "question.rejected" => {
                asks.remove(&text("requestID"));
            }
            _ => {}
        }
    }
    let (permissions, questions) = asks.into_iter().partition::<Vec<_>, _>(|(id, _)| id.starts_with("per_"));
    let values = |rows: Vec<(String, Value)>| rows.into_iter().map(|(_, row)| row).collect();
    picture(values(permissions), values(questions), sessions.into_values().collect(), json!(statuses))
}

fn picture(
    permissions: Vec<Value>,
    questions: Vec<Value>,
    sessions: Vec<Value>,
    statuses: Value,
) -> Vec<(&'static str, String)> {
    vec![
        ("/permission", json!(permissions).to_string()),
        ("/question", json!(questions).to_string()),
        ("/session", json!(sessions).to_string()),
        ("/session/status", statuses.to_string()),
    ]
}

fn session(id: &str, title: &str) -> Value {
    json!({ "id": id, "title": title, "agent": "build", "time": { "created": 1_795_226_000_000_i64, "updated": 1_795_226_000_000_i64 } })
}

fn permission() -> Value {
    json!({
        "id": "per_waits", "sessionID": "ses_elsewhere", "permission": "edit", "patterns": ["b.txt"],
        "metadata": { "filepath": "/home/op/b.txt", "diff": "--- b\n+++ b\n@@ -1 +1 @@\n-a\n+b\n" }, "always": ["*"],
        "tool": { "messageID": "msg_w", "callID": "call_w" },
    })
}

fn question() -> Value {
    json!({
        "id": "que_waits", "sessionID": "ses_elsewhere",
        "questions": [
            { "question": "Which?", "header": "Which", "options": [{ "label": "A", "description": "a" }, { "label": "B" }] },
            { "question": "What else?", "header": "Else", "options": [], "multiple": true, "custom": false },
        ],
        "tool": { "messageID": "msg_w", "callID": "call_v" },
    })
}
