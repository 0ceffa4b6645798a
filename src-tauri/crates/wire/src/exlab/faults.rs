//! What can go wrong with a reading or an answer, in plain words.

use deskbell_domain::{Fault, FaultCode, Next};
use serde_json::Value;

use super::shapes::{Refused, Setup};
use crate::Reply;
use crate::words::{TITLE, line};

/// Whether a reading may be read, or why not.
pub(super) fn check(what: &str, reply: &Reply) -> Result<(), Fault> {
    match reply.status {
        200 => Ok(()),
        401 | 403 => Err(unauthorized(reply.status)),
        503 if code_of(reply).as_deref() == Some("setup_incomplete") => {
            let missing = refused(reply).map(|refused| refused.error.missing).unwrap_or_default();
            Err(not_set_up(&missing, None))
        }
        429 | 500.. => Err(Fault::new(
            FaultCode::Server,
            format!("ExLab-Wizard is in trouble: it answered {} for {what}: {}", reply.status, said(reply)),
            "Look at ExLab-Wizard if this does not pass.",
            Next::Soon,
        )),
        _ => Err(strange(what, reply)),
    }
}

pub(super) fn unauthorized(status: u16) -> Fault {
    Fault::new(
        FaultCode::Unauthorized,
        format!(
            "It does not let us in ({status}). ExLab-Wizard itself asks for no login: something before it does."
        ),
        "Give the login that the proxy before it wants, or check the address.",
        Next::Never,
    )
}

pub(super) fn strange(what: &str, reply: &Reply) -> Fault {
    let kind = reply.content_type.as_deref().unwrap_or("nothing named");
    Fault::new(
        FaultCode::WrongDialect,
        format!(
            "This does not speak as ExLab-Wizard does: asked for {what}, it answered {} with {}: {}",
            reply.status,
            line(kind, TITLE),
            said(reply)
        ),
        "Check that the address is ExLab-Wizard's, without a path, or leave it out and set server_json.",
        Next::Never,
    )
}

pub(super) fn incomplete(setup: &Setup) -> Fault {
    not_set_up(&setup.missing, setup.next_action.as_deref().or(Some(&setup.state)))
}

fn not_set_up(missing: &[Value], next: Option<&str>) -> Fault {
    let missing: Vec<String> = missing.iter().take(10).map(|what| line(&in_words(what), TITLE)).collect();
    let mut message = "ExLab-Wizard is not set up yet".to_owned();
    if !missing.is_empty() {
        message = format!("{message}: {} is missing", missing.join(", "));
    }
    if let Some(next) = next {
        message = format!("{message} (it says: {})", line(next, TITLE));
    }
    let advice = "Finish its setup and restart it; the source connects by itself.";
    Fault::new(FaultCode::Server, format!("{message}."), advice, Next::Soon)
}

/// A missing thing is told as a text, or as a row of texts.
fn in_words(what: &Value) -> String {
    match what {
        Value::String(text) => text.clone(),
        Value::Object(row) => row.values().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => what.to_string(),
    }
}

/// The server said no to an answer.
pub(super) fn rejected(reply: &Reply, advice: &str) -> Fault {
    let code = match reply.status {
        404 => FaultCode::NotFound,
        429 | 500.. => FaultCode::Server,
        _ => FaultCode::Rejected,
    };
    let message = format!("ExLab-Wizard refused it ({}): {}", reply.status, said(reply));
    Fault::new(code, message, advice, Next::Never)
}

pub(super) fn refusing(message: &str, advice: &str) -> Fault {
    Fault::new(FaultCode::Rejected, message, advice, Next::Never)
}

fn refused(reply: &Reply) -> Option<Refused> {
    serde_json::from_slice(&reply.body).ok()
}

/// The code of ExLab's error envelope; nothing where something else answered.
pub(super) fn code_of(reply: &Reply) -> Option<String> {
    refused(reply).map(|refused| refused.error.code)
}

/// What a reply says, for an error text.
fn said(reply: &Reply) -> String {
    match refused(reply) {
        Some(Refused { error }) => {
            let field = error.field.map(|field| format!(" [{field}]")).unwrap_or_default();
            line(&format!("{}{field} ({})", error.message.unwrap_or_default(), error.code), TITLE * 2)
        }
        None => {
            let bytes = reply.body.get(..reply.body.len().min(1_000)).unwrap_or_default();
            line(&String::from_utf8_lossy(bytes), TITLE)
        }
    }
}
