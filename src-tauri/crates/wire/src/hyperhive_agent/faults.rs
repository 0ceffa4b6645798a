//! What can go wrong with a reading or an answer, in plain words.

use deskbell_domain::{Fault, FaultCode, Next};

use crate::Reply;
use crate::words::{TITLE, line};

/// Whether a reading may be read, or why not.
pub(super) fn check(path: &str, reply: &Reply) -> Result<(), Fault> {
    let status = reply.status;
    let said = format!("{path} was answered with {status}");
    match status {
        200..=299 if is_page(reply) => Err(strange(path, "a web page")),
        200..=299 => Ok(()),
        401 | 403 => Err(Fault::new(
            FaultCode::Unauthorized,
            format!("{said}: it does not let us in."),
            "Check the login or token of this source.",
            Next::Never,
        )),
        404 => Err(Fault::new(
            FaultCode::NotFound,
            format!("{said}: there is no hyperhive agent at this address."),
            "Check the address and the dialect of this source.",
            Next::Never,
        )),
        300..=399 => Err(Fault::new(
            FaultCode::WrongDialect,
            format!("{said}: it sends us elsewhere, perhaps to a login page."),
            "Check the address, the dialect and the login of this source.",
            Next::Never,
        )),
        _ => Err(Fault::new(
            FaultCode::Server,
            format!("{said}: {}", words(reply)),
            "Look at the agent if this does not pass.",
            Next::Soon,
        )),
    }
}

pub(super) fn strange(path: &str, what: &str) -> Fault {
    Fault::new(
        FaultCode::WrongDialect,
        format!("{path} was answered with {what}, not with what a hyperhive agent says."),
        "Check the address and the dialect of this source.",
        Next::Never,
    )
}

pub(super) fn flooded() -> Fault {
    Fault::new(
        FaultCode::TooLarge,
        "More events came than can be kept while the agent's history is being read.",
        "It is tried again; an agent this busy may need a closer look.",
        Next::Soon,
    )
}

/// The server said no.
pub(super) fn refused(reply: &Reply) -> Fault {
    rejected(format!("The agent refused it: {}", words(reply)))
}

pub(super) fn rejected(message: impl Into<String>) -> Fault {
    Fault::new(FaultCode::Rejected, message, "Look at the agent, then retry or discard.", Next::Never)
}

/// A web page with status 200 is what a login page in front of the agent answers with.
pub(super) fn is_page(reply: &Reply) -> bool {
    reply.content_type.as_deref().is_some_and(|kind| kind.trim_start().starts_with("text/html"))
        || reply.body.trim_ascii_start().starts_with(b"<")
}

/// The server's own words, if that is what they are.
fn words(reply: &Reply) -> String {
    let begin = reply.body.get(..reply.body.len().min(2_000)).unwrap_or_default();
    let text = line(&String::from_utf8_lossy(begin), TITLE * 4);
    if text.is_empty() || is_page(reply) { format!("status {}", reply.status) } else { text }
}
