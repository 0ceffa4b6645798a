//! What the operator wants, as a request to the server.

use deskbell_domain::{Accepted, Outcome};

use super::agents::Roster;
use super::messages::EVERYBODY;
use crate::words::is_same;
use crate::{Body, Request};

/// An intent in the server's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Ends an ask.
    Decide(Wanted),
    Send {
        to: String,
        body: String,
    },
    /// Answers only when it is done, and leaves nothing behind by which to prove it.
    Manage,
}

/// How the operator wants an ask to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Approved,
    Denied { note: Option<String> },
    Answered { text: String },
    Cancelled,
}

impl Wanted {
    /// Whether an ask ended just so. A build that failed was approved before.
    pub fn is(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Approved, Outcome::Approved | Outcome::Failed { .. }) => true,
            (Self::Denied { note }, Outcome::Denied { note: told }) => {
                is_same(note.as_deref().unwrap_or_default(), told.as_deref().unwrap_or_default())
            }
            (Self::Answered { text }, Outcome::Answered { text: told }) => is_same(text, told),
            (Self::Cancelled, Outcome::Cancelled) => true,
            (
                Self::Approved | Self::Denied { .. } | Self::Answered { .. } | Self::Cancelled,
                Outcome::Approved
                | Outcome::Denied { .. }
                | Outcome::Answered { .. }
                | Outcome::Cancelled
                | Outcome::Expired
                | Outcome::Failed { .. }
                | Outcome::Vanished,
            ) => false,
        }
    }

    /// Whether an ask ended this way, whatever the words: enough once the server has taken it.
    pub fn is_like(&self, outcome: &Outcome) -> bool {
        match (self, outcome) {
            (Self::Denied { .. }, Outcome::Denied { .. }) => true,
            (Self::Denied { .. } | Self::Approved | Self::Answered { .. } | Self::Cancelled, outcome) => {
                self.is(outcome)
            }
        }
    }
}

/// Lifecycle verbs answer when the container is built, started or gone.
const LIFECYCLE_MS: u32 = 15 * 60 * 1000;

/// The deed and its request; nothing where the server has no such verb.
pub(super) fn request(accepted: &Accepted, roster: &Roster) -> Option<(Deed, Request)> {
    let item = &accepted.key().item;
    let id = item.rest();
    let decide = |wanted, path: &str, form| {
        let id: i64 = id.parse().ok()?;
        Some((Deed::Decide(wanted), Request::post(format!("/{path}/{id}"), Body::Form(form))))
    };
    match (item.kind(), accepted.offer().id.as_str()) {
        ("approval", "approve") => decide(Wanted::Approved, "approve", Vec::new()),
        ("approval", "deny") => {
            let note = accepted.text("note").map(str::to_owned);
            let form = note.clone().map(|note| ("note", note)).into_iter().collect();
            decide(Wanted::Denied { note }, "deny", form)
        }
        ("question", "answer") => {
            let text = match accepted.text("answer") {
                Some(text) => text.to_owned(),
                None => accepted.picked("answer").join(", "),
            };
            decide(Wanted::Answered { text: text.clone() }, "answer-question", vec![("answer", text)])
        }
        ("question", "cancel") => decide(Wanted::Cancelled, "cancel-question", Vec::new()),
        ("agent" | "thread", "send") => {
            let to = if id == EVERYBODY { EVERYBODY.to_owned() } else { roster.recipient(id) };
            let body = accepted.text("body")?.to_owned();
            let form = vec![("to", to.clone()), ("body", body.clone())];
            Some((Deed::Send { to, body }, Request::post("/op-send", Body::Form(form))))
        }
        ("agent", verb @ ("start" | "kill" | "restart" | "rebuild" | "destroy" | "purge-tombstone")) => {
            manage(format!("/{verb}/{}", segment(id)?), Vec::new())
        }
        ("agent", "purge") => manage(format!("/destroy/{}", segment(id)?), vec![("purge", "on".to_owned())]),
        ("agent", "update-all") => manage("/update-all".to_owned(), Vec::new()),
        ("agent", "request-spawn") => {
            manage("/request-spawn".to_owned(), vec![("name", accepted.text("name")?.to_owned())])
        }
        ("agent", "meta-update") => {
            let inputs = accepted.picked("inputs").into_iter().map(|input| ("inputs", input)).collect();
            manage("/meta-update".to_owned(), inputs)
        }
        (_, _) => None,
    }
}

fn manage(path: String, form: Vec<(&'static str, String)>) -> Option<(Deed, Request)> {
    let request = Request { timeout_ms: LIFECYCLE_MS, ..Request::post(path, Body::Form(form)) };
    Some((Deed::Manage, request))
}

/// A name as one segment of a path; nothing where no encoding keeps it one.
fn segment(name: &str) -> Option<String> {
    if matches!(name, "" | "." | "..") {
        return None;
    }
    let mut path = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment() {
        assert_eq!(segment("coder-1").as_deref(), Some("coder-1"));
        assert_eq!(segment("a/../b?c ä").as_deref(), Some("a%2F..%2Fb%3Fc%20%C3%A4"));
        for bad in ["", ".", ".."] {
            assert_eq!(segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_the_very_outcome_is_ours() {
        let denied = |note: &str| Outcome::Denied { note: Some(note.to_owned()) };
        let wanted = Wanted::Denied { note: Some("too big".to_owned()) };
        assert!(wanted.is(&denied("too big")) && !wanted.is(&denied("other")));
        assert!(wanted.is_like(&denied("other")) && !wanted.is_like(&Outcome::Approved));
        assert!(Wanted::Denied { note: None }.is(&Outcome::Denied { note: None }));
        assert!(Wanted::Approved.is(&Outcome::Failed { note: "build".to_owned() }));
        let wanted = Wanted::Answered { text: "a, b".to_owned() };
        assert!(wanted.is(&Outcome::Answered { text: "a, b\n".to_owned() }));
        assert!(!wanted.is(&Outcome::Answered { text: "a".to_owned() }) && !wanted.is(&Outcome::Expired));
    }
}
