use serde_json::Value;

use crate::fault::{Instead, NextPost};

/// How the hub behaves from now on. The default is a healthy hub with a coordinator.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Quirks {
    /// `status=all` gives an object, and not a list.
    pub wraps_all: bool,
    /// It runs without a coordinator: its paths answer 503.
    pub no_coordinator: bool,
    /// The messages are at `/api/thread-messages`, and the old path is not there.
    pub renamed: bool,
    /// Each live message is told twice: by the post and by the poller.
    pub tells_twice: bool,
    /// What the token must be, if there is one.
    pub token: Option<String>,
    /// Nothing more is written to any socket, and none is closed.
    pub stalled: bool,
    /// Answer every request with this instead.
    pub instead: Option<Instead>,
    /// What becomes of the next request that changes something. Holds for one.
    pub next_post: Option<NextPost>,
    /// Every socket is cut once so many more frames were sent and requests seen.
    pub cut_after: Option<u32>,
    /// So many of the next requests that only read end without a reply.
    pub lost_reads: u32,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            wraps_all: true,
            no_coordinator: false,
            renamed: false,
            tells_twice: false,
            token: None,
            stalled: false,
            instead: None,
            next_post: None,
            cut_after: None,
            lost_reads: 0,
        }
    }
}

/// A request that changes something, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub body: Value,
}
