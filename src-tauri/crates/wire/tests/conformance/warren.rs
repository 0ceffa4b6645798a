//! warren: a recorded run of a real server: several turns at once, their questions and approvals.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sample::Sample;

const RECORDING: &str = include_str!("../../../../../tests/fixtures/warren/chat.txt");

pub fn sample() -> Sample {
    let frames: Vec<String> = RECORDING
        .lines()
        .take_while(|line| !line.starts_with("B "))
        .filter_map(|line| Some(line.strip_prefix("A FRAME str ")?.to_owned()))
        .collect();
    let mut sessions = BTreeMap::new();
    let mut messages = BTreeMap::new();
    for frame in &frames {
        let frame: Value = serde_json::from_str(frame).unwrap();
        if let Some(session) = frame.get("session") {
            sessions.insert(session["id"].to_string(), session_row(session));
        }
        if let Some(message) = frame.get("message") {
            let row = message_row(message, &frame["timestamp"]);
            messages.insert((message["created_at"].to_string(), message["id"].to_string()), row);
        }
    }
    Sample {
        dialect: "warren",
        before: picture(Vec::new(), Vec::new()),
        frames,
        after: picture(sessions.into_values().collect(), messages.into_values().collect()),
        quiet: QUIET,
        deadlines_are_heard: false,
    }
}

const QUIET: &[&str] = &[
    r#""type":"status""#,
    r#""type":"pong""#,
    // The echo of what was said: its envelope carries the words.
    r#""user":{"id":"alice""#,
];

fn picture(sessions: Vec<Value>, messages: Vec<Value>) -> Vec<(&'static str, String)> {
    let ticket = |id: &str, status: &str| {
        json!({ "id": id, "status": status, "title": "Login from two countries",
                "createdAt": "2026-11-21T02:00:00Z", "updatedAt": "2026-11-21T02:00:00Z" })
    };
    let data = json!({
        "open": { "tickets": [ticket("T1", "open")], "totalCount": 1 },
        "resolved": { "tickets": [ticket("T0", "resolved")], "totalCount": 1 },
        "ticket": ticket("T1", "open"),
        "ticketSessions": sessions,
        "ticketSessionMessages": messages,
    });
    vec![("/graphql", json!({ "data": data }).to_string())]
}

fn session_row(session: &Value) -> Value {
    json!({ "id": session["id"], "ticketID": session["ticket_id"], "source": session["source"],
            "userID": session["user_id"], "query": null, "createdAt": session["created_at"],
            "updatedAt": session["last_active_at"] })
}

fn message_row(message: &Value, told: &Value) -> Value {
    let author =
        message.get("author").map(|a| json!({ "userID": a["user_id"], "displayName": a["display_name"] }));
    json!({ "id": message["id"], "sessionID": message["session_id"], "turnID": message["turn_id"],
            "type": message["type"], "content": message["content"], "author": author,
            "createdAt": message["created_at"], "updatedAt": told })
}
