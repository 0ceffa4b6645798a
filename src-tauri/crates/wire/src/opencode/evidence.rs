//! What the server's own records say of an answer whose reply was lost.

use std::collections::BTreeMap;

use deskbell_domain::{IntentId, Millis};
use serde::Deserialize;
use serde_json::Value;

use super::answer::Answer;
use super::asks::{End, Own};
use super::frame::{Message, Part, Status, millis, parse};
use crate::Reply;

/// How far the two clocks may be apart.
const SKEW_MS: i64 = 60_000;

#[derive(Deserialize)]
struct Row {
    id: String,
}

/// Whether a list names an ask. Nothing where it cannot be read.
pub(super) fn lists(reply: &Reply, id: &str) -> Option<bool> {
    let rows: Vec<Row> = read(reply)?;
    Some(rows.iter().any(|row| row.id == id))
}

/// Whether a session is at work.
pub(super) fn at_work(reply: &Reply, session: &str) -> Option<bool> {
    let statuses: BTreeMap<String, Status> = read(reply)?;
    Some(statuses.get(session).is_some_and(|status| status.kind != "idle"))
}

/// Whether the operator's words are in the conversation, said no earlier than the intent.
pub(super) fn was_said(reply: &Reply, text: &str, intent: &IntentId) -> Option<bool> {
    let messages: Vec<Message> = read(reply)?;
    let since = made_at(intent);
    Some(messages.iter().any(|message| {
        let at = millis(message.info.time.created).unwrap_or_default();
        message.info.role == "user"
            && since.is_none_or(|since| at.since(since) >= -SKEW_MS)
            && message.parts.iter().any(|part| part.text.as_deref() == Some(text))
    }))
}

/// What was answered to the ask a tool call waited for, as far as the call's own record shows it.
pub(super) fn of_call(reply: &Reply, call: &str) -> Option<Answer> {
    let messages: Vec<Message> = read(reply)?;
    let part =
        messages.iter().flat_map(|message| &message.parts).find(|part| part.call.as_deref() == Some(call))?;
    of_part(part)
}

/// An end that a call's record shows.
pub(super) fn end(said: Answer, own: Option<&Own>) -> End {
    // The record does not tell for how long the call had leave.
    let always = said == Answer::Once && own.is_some_and(|own| own.answer == Answer::Always);
    let answer = if always { Answer::Always } else { said };
    let raw = serde_json::json!({ "seenInTheRecordOfTheCall": answer.words() }).to_string();
    End { answer, raw }
}

fn of_part(part: &Part) -> Option<Answer> {
    let state = part.state.as_ref()?;
    let question = part.tool.as_deref() == Some("question");
    match (state.status.as_str(), state.error.as_deref().unwrap_or_default()) {
        ("completed", _) if question => {
            serde_json::from_value(state.metadata.get("answers")?.clone()).ok().map(Answer::Picked)
        }
        ("completed", _) => Some(Answer::Once),
        ("error", error) if error.contains("rejected permission") => {
            Some(Answer::Reject { note: feedback(error) })
        }
        ("error", error) if error.contains("dismissed this question") => Some(Answer::Dismiss),
        ("error", error)
            if error.contains("aborted") || state.metadata.get("interrupted") == Some(&Value::Bool(true)) =>
        {
            Some(Answer::Stopped)
        }
        // It ran, and failed at its own work: it had leave.
        ("error", _) if !question => Some(Answer::Once),
        // Still running is no sign: after a restart of the server it says so for ever.
        _ => None,
    }
}

fn feedback(error: &str) -> Option<String> {
    error.split_once("following feedback: ").map(|(_, note)| note.to_owned())
}

/// When an intent was made: its id is a UUID v7, which begins with the time.
fn made_at(intent: &IntentId) -> Option<Millis> {
    let hex: String = intent.as_str().chars().filter(|c| *c != '-').take(12).collect();
    if hex.len() < 12 {
        return None;
    }
    i64::from_str_radix(&hex, 16).ok().map(Millis)
}

fn read<T: serde::de::DeserializeOwned>(reply: &Reply) -> Option<T> {
    if reply.status == 200 { parse(&reply.body).ok() } else { None }
}
