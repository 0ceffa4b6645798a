//! What can go wrong with a reading of a dashboard, in plain words.

use deskbell_domain::{Fault, FaultCode, Next};

use super::picture::Strange;
use crate::Reply;
use crate::hive::faults;

const WHOM: &str = "a hyperhive dashboard";

/// Whether a reading may be read, or why not.
pub(super) fn check(path: &str, reply: &Reply) -> Result<(), Fault> {
    faults::check(WHOM, path, reply)
}

pub(super) fn strange(path: &str, what: Strange) -> Fault {
    faults::strange(WHOM, path, what.words())
}

pub(super) fn stale() -> Fault {
    Fault::new(
        FaultCode::Server,
        "/api/state keeps being answered with a picture older than the server's own events.",
        "A cache between here and the server may be holding it back.",
        Next::Soon,
    )
}
