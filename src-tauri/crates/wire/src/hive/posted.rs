//! What came of a form post, and what that says.

use deskbell_domain::Fault;

use super::faults::{is_page, refused};
use crate::{Reply, Sent};

/// What came of a request.
#[derive(Debug)]
pub(crate) enum Came {
    Reply(Reply),
    /// Nothing did.
    Nothing(Sent),
}

/// What that says.
#[derive(Debug)]
pub(crate) enum Word {
    Accepted,
    Refused(Fault),
    /// A web page: most likely a login in front of the server.
    Page(Fault),
    /// Somebody between us and the server failed: it may have been taken all the same.
    Gateway(Fault),
    /// It certainly did not go out.
    Unsent,
    /// Nobody knows.
    Lost,
}

impl Word {
    pub fn of(came: Came) -> Self {
        match came {
            Came::Reply(reply) => match reply.status {
                200..=299 if is_page(&reply) => Self::Page(refused(&reply)),
                // The published version sends a browser back to its page.
                200..=299 | 303 => Self::Accepted,
                502..=504 => Self::Gateway(refused(&reply)),
                _ => Self::Refused(refused(&reply)),
            },
            Came::Nothing(Sent::No) => Self::Unsent,
            Came::Nothing(Sent::Maybe) => Self::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_says_no_more_than_it_can() {
        let word = |status, body: &str| {
            Word::of(Came::Reply(Reply { status, content_type: None, body: body.as_bytes().to_vec() }))
        };
        assert!(matches!(word(200, "ok"), Word::Accepted) && matches!(word(303, ""), Word::Accepted));
        assert!(matches!(word(200, "<html>"), Word::Page(_)));
        assert!(matches!(word(504, ""), Word::Gateway(_)));
        let Word::Refused(fault) = word(500, "already\napproved") else { panic!() };
        assert!(fault.message.ends_with("already approved"), "{fault}");
        let Word::Refused(fault) = word(500, "<h1>no</h1>") else { panic!() };
        assert!(fault.message.ends_with("status 500"), "{fault}");
        assert!(matches!(Word::of(Came::Nothing(Sent::No)), Word::Unsent));
        assert!(matches!(Word::of(Came::Nothing(Sent::Maybe)), Word::Lost));
    }
}
