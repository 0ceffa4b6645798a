//! ExLab-Wizard: three sessions, two of which wait for input, and the findings of three audits.
//!
//! Frames come on the problems channel; what sessions do meanwhile is seen by looking at them.

use serde_json::{Value, json};

use crate::sample::Sample;

const WAITS: &str = "67c500a3-3241-419c-83b6-d5c6bdffd960";
const ANSWERED: &str = "f7b87e1a-dcf6-473f-9c42-8bb03fa63a67";
const WORKS: &str = "7060f5c2-1407-4d4b-a08a-4abcd2841842";

pub fn sample() -> Sample {
    Sample {
        dialect: "exlab",
        before: picture(
            [("input_required", None), ("input_required", None), ("rendering", None)],
            "2026-11-21T02:04:07Z",
            &[illegal("<", false), illegal(">", false), orphan("soft")],
        ),
        frames: frames().iter().map(Value::to_string).collect(),
        // Its own list lags behind what it tells on the channel.
        after: picture(
            [("input_required", None), ("aborted", Some("cancelled")), ("input_required", None)],
            "2026-11-21T02:04:09Z",
            &[illegal("<", true), illegal(">", false), illegal("|", false)],
        ),
        // Told second on connect, and older.
        quiet: &["02:03:38"],
        deadlines_are_heard: true,
    }
}

fn picture(
    states: [(&str, Option<&str>); 3],
    audit_at: &str,
    findings: &[Value],
) -> Vec<(&'static str, String)> {
    let sessions: Vec<(&str, &str, Value)> = [WAITS, ANSWERED, WORKS]
        .into_iter()
        .zip(states)
        .map(|(id, (state, code))| (id, state, session(id, state, code)))
        .collect();
    let running = sessions.iter().filter(|(_, state, _)| !matches!(*state, "done" | "aborted"));
    let operations: Vec<Value> = running.map(|(id, state, _)| operation(id, state)).collect();
    let mut picture = vec![
        (
            "/api/v1/setup/status",
            json!({ "state": "ready", "missing": [], "next_action": null, "ready": true }),
        ),
        ("/api/v1/operations", json!({ "operations": operations })),
        ("/api/v1/problems", json!({ "findings": findings, "audit_at": audit_at })),
    ];
    let paths = [
        "/api/v1/sessions/67c500a3-3241-419c-83b6-d5c6bdffd960",
        "/api/v1/sessions/f7b87e1a-dcf6-473f-9c42-8bb03fa63a67",
        "/api/v1/sessions/7060f5c2-1407-4d4b-a08a-4abcd2841842",
    ];
    picture.extend(paths.into_iter().zip(sessions.into_iter().map(|(_, _, session)| session)));
    picture.into_iter().map(|(path, body)| (path, body.to_string())).collect()
}

fn operation(id: &str, state: &str) -> Value {
    json!({ "id": id, "state": state, "started_at": "2026-11-21T02:02:25Z", "equipment_id": "EQ1",
            "project_short_id": "Proj A", "run_label": "ask one", "plugin_name": null, "suspended_reason": null })
}

fn session(id: &str, state: &str, code: Option<&str>) -> Value {
    // One that was cancelled goes on naming what it waited for.
    let pending = matches!(state, "input_required" | "aborted").then(pending);
    let error = code.map(|code| json!({ "code": code, "discard_files": true }));
    json!({ "session_id": id, "state": state, "current_phase": (state != "aborted").then_some(state),
            "next_action": if state == "input_required" { "awaiting_input" } else { "none" },
            "pending_input": pending, "error": error, "result": error })
}

fn pending() -> Value {
    json!({ "plugin": "input_required_plugin", "reason": "Need user color preference", "fields": [
        { "id": "color", "label": "Favorite color?", "type": "string", "required": true },
        { "id": "notes", "label": "Notes", "type": "text", "required": false, "hint": "For the record" },
        { "id": "day", "label": "Day", "type": "date", "required": true },
        { "id": "mode", "label": "Mode", "type": "choice", "required": true, "options": ["fast", "slow"], "default": "slow" },
        { "id": "keep", "label": "Keep raw data", "type": "boolean", "required": false, "default": true },
    ]})
}

fn illegal(token: &str, overridden: bool) -> Value {
    json!({ "rule": "illegal_filesystem_character", "tier": "hard", "run_path": "/srv/lab/Run_1",
            "offending_path": "/srv/lab/Run_1/a", "offending_kind": "file", "matched_token": token,
            "rule_detail": "", "synced_under_prior_policy": false, "override_active": overridden })
}

fn orphan(tier: &str) -> Value {
    json!({ "rule": "orphan", "tier": tier, "run_path": "/srv/lab/Run_2", "offending_path": "/srv/lab/Run_2",
            "offending_kind": "directory_segment", "matched_token": null, "rule_detail": "no creation record",
            "synced_under_prior_policy": false, "override_active": false })
}

fn frames() -> Vec<Value> {
    let delta = |added: Value, removed: Value, changed: Value, at: &str| json!({ "kind": "delta", "added": added, "removed": removed, "changed": changed, "audit_at": at });
    let before = [illegal("<", false), illegal(">", false), orphan("soft")];
    vec![
        json!({ "kind": "snapshot", "findings": before, "audit_at": "2026-11-21T02:04:07Z" }),
        json!({ "kind": "snapshot", "findings": [], "audit_at": "2026-11-21T02:03:38Z" }),
        delta(
            json!([illegal("|", false)]),
            json!([orphan("soft")]),
            json!([illegal("<", true)]),
            "2026-11-21T02:04:09Z",
        ),
        delta(json!([]), json!([]), json!([]), "2026-11-21T02:04:11Z"),
    ]
}
