//! The calls that are made, as data.

use std::fmt::Write;

use super::catchup::MESSAGES;
use crate::{Body, Request};

/// How long a look at a session may keep an ask from being shown.
const LOOKUP_MS: u32 = 2_000;

/// Makes paths: every id is percent-encoded, and `directory` is added where it is set.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    directory: Option<String>,
}

impl Paths {
    pub fn new(directory: Option<&str>) -> Self {
        Self { directory: directory.map(encode) }
    }

    fn at(&self, path: &str) -> String {
        match &self.directory {
            Some(directory) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                format!("{path}{joint}directory={directory}")
            }
            None => path.to_owned(),
        }
    }

    pub fn events(&self) -> String {
        self.at("/event")
    }

    pub fn list(&self, path: &str) -> Request {
        Request::get(self.at(path))
    }

    pub fn session(&self, session: &str) -> Request {
        let request = Request::get(self.at(&format!("/session/{}", encode(session))));
        Request { timeout_ms: LOOKUP_MS, ..request }
    }

    pub fn messages(&self, session: &str) -> Request {
        Request::get(self.at(&format!("/session/{}/message?limit={MESSAGES}", encode(session))))
    }

    /// A request about one ask or session: `kind` is `permission`, `question` or `session`.
    pub fn act(&self, kind: &str, id: &str, verb: &str, body: Body) -> Request {
        Request::post(self.at(&format!("/{kind}/{}/{verb}", encode(id))), body)
    }
}

/// Percent-encodes everything but letters, digits, `-` and `_`: a server's id must never become a path of its own.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place_in_a_path() {
        let paths = Paths::new(Some("/home/op/my project"));
        let request = paths.act("permission", "../session/x?y", "reply", Body::Empty);
        assert_eq!(
            request.path,
            "/permission/%2E%2E%2Fsession%2Fx%3Fy/reply?directory=%2Fhome%2Fop%2Fmy%20project"
        );
        assert!(paths.messages("ses_1").path.ends_with("?limit=100&directory=%2Fhome%2Fop%2Fmy%20project"));
        assert_eq!(Paths::new(None).events(), "/event");
    }
}
