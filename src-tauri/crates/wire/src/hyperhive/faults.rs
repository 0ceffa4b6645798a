//! What can go wrong with a reading or an answer, in plain words.

use deskbell_domain::{Fault, FaultCode, Next};

use super::picture::Strange;
use super::words::{clip, one_line};
use crate::Reply;

/// Whether a reading may be read, or why not.
pub(super) fn check(path: &str, reply: &Reply) -> Result<(), Fault> {
    let status = reply.status;
    let said = format!("{path} was answered with {status}");
    match status {
        200..=299 => Ok(()),
        401 | 403 => Err(Fault::new(
            FaultCode::Unauthorized,
            format!("{said}: it does not let us in."),
            "Check the login or token of this source.",
            Next::Never,
        )),
        404 => Err(Fault::new(
            FaultCode::NotFound,
            format!("{said}: there is no hyperhive dashboard at this address."),
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
            match plain(&reply.body) {
                Some(words) => format!("{said}: {words}"),
                None => format!("{said}."),
            },
            "Look at the server if this does not pass.",
            Next::Soon,
        )),
    }
}

pub(super) fn strange(path: &str, what: Strange) -> Fault {
    Fault::new(
        FaultCode::WrongDialect,
        format!("{path} was answered with {}, not with what a hyperhive dashboard says.", what.words()),
        "Check the address and the dialect of this source.",
        Next::Never,
    )
}

pub(super) fn flooded() -> Fault {
    Fault::new(
        FaultCode::TooLarge,
        "More events came than can be kept while the server's state is being read.",
        "It is tried again; a server this busy may need a closer look.",
        Next::Soon,
    )
}

pub(super) fn stale() -> Fault {
    Fault::new(
        FaultCode::Server,
        "/api/state keeps being answered with a picture older than the server's own events.",
        "A cache between here and the server may be holding it back.",
        Next::Soon,
    )
}

/// The server said no, and what it was about is still open.
pub(super) fn refused(reply: &Reply) -> Fault {
    let words = plain(&reply.body).unwrap_or_else(|| format!("status {}", reply.status));
    rejected(format!("The server refused it: {words}"))
}

pub(super) fn rejected(message: impl Into<String>) -> Fault {
    Fault::new(FaultCode::Rejected, message, "Look at it again, then retry or discard.", Next::Never)
}

/// The server's own words, if that is what they are.
fn plain(body: &[u8]) -> Option<String> {
    let text = one_line(&String::from_utf8_lossy(body));
    (!text.is_empty() && !text.starts_with('<')).then(|| clip(&text, 500))
}
