//! What can go wrong with a reading or an answer, in plain words.

use deskbell_domain::{Fault, FaultCode, Next};

use crate::Reply;
use crate::words::line;

/// The server's own words are cut here, in characters.
const WORDS: usize = 500;

/// Whether a reading of `whom` (`a hyperhive agent`) may be read, or why not.
pub(crate) fn check(whom: &str, path: &str, reply: &Reply) -> Result<(), Fault> {
    let status = reply.status;
    let said = format!("{path} was answered with {status}");
    match status {
        200..=299 if is_page(reply) => Err(strange(whom, path, "a web page")),
        200..=299 => Ok(()),
        401 | 403 => Err(Fault::new(
            FaultCode::Unauthorized,
            format!("{said}: it does not let us in."),
            "Check the login or token of this source.",
            Next::Never,
        )),
        404 => Err(Fault::new(
            FaultCode::NotFound,
            format!("{said}: there is no {} at this address.", whom.trim_start_matches("a ")),
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
            match plain(reply) {
                Some(words) => format!("{said}: {words}"),
                None => format!("{said}."),
            },
            "Look at the server if this does not pass.",
            Next::Soon,
        )),
    }
}

pub(crate) fn strange(whom: &str, path: &str, what: &str) -> Fault {
    Fault::new(
        FaultCode::WrongDialect,
        format!("{path} was answered with {what}, not with what {whom} says."),
        "Check the address and the dialect of this source.",
        Next::Never,
    )
}

pub(crate) fn flooded() -> Fault {
    Fault::new(
        FaultCode::TooLarge,
        "More events came than can be kept while what the server holds is being read.",
        "It is tried again; a server this busy may need a closer look.",
        Next::Soon,
    )
}

/// The server said no, and what it was about is still open.
pub(crate) fn refused(reply: &Reply) -> Fault {
    let words = plain(reply).unwrap_or_else(|| format!("status {}", reply.status));
    rejected(format!("The server refused it: {words}"))
}

pub(crate) fn rejected(message: impl Into<String>) -> Fault {
    Fault::new(FaultCode::Rejected, message, "Look at it again, then retry or discard.", Next::Never)
}

/// What a login in front of the server answers with, whatever the status.
pub(super) fn is_page(reply: &Reply) -> bool {
    reply.content_type.as_deref().is_some_and(|kind| kind.trim_start().starts_with("text/html"))
        || reply.body.trim_ascii_start().starts_with(b"<")
}

/// The server's own words, if that is what they are.
fn plain(reply: &Reply) -> Option<String> {
    let begin = reply.body.get(..reply.body.len().min(4 * WORDS)).unwrap_or_default();
    let text = line(&String::from_utf8_lossy(begin), WORDS);
    (!text.is_empty() && !is_page(reply)).then_some(text)
}
