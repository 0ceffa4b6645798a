//! How the simulated warren misbehaves.

use crate::fault::{Instead, NextPost};

/// How it behaves from now on. The default is a healthy server.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Answer everything with this instead.
    pub instead: Option<Instead>,
    /// What becomes of the next mutation. Holds for one.
    pub next_post: Option<NextPost>,
    /// `Connected to chat` comes before `session_created`.
    pub status_first: bool,
    /// The echo of a text comes after what the text began.
    pub late_echo: bool,
    /// Every frame is sent twice.
    pub twice: bool,
    /// Empty lists are `null`.
    pub null_lists: bool,
    /// A resolved frame leaves `session_id` and `type` empty.
    pub bare_ends: bool,
    /// Nothing is written to any socket, and none is closed; what would be is lost.
    pub stalled: bool,
    /// Every socket is cut once so many more frames were sent and requests seen.
    pub cut_after: Option<u32>,
    /// So many of the next queries end without a reply.
    pub lost_queries: u32,
}
