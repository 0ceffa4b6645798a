//! The switches by which a simulated coordinator misbehaves.

/// How the server behaves from now on. The default is a healthy server of the published version.
#[derive(Clone, Debug)]
pub struct Faults {
    /// What a POST that went well is answered with: 303 at the published version, 200 later.
    pub success: u16,
    /// Answer everything with this instead.
    pub instead: Option<Instead>,
    /// The history of messages is a bare array at the old path only.
    pub bare_history: bool,
    /// The diff of an approval is called `diff_html`, and is HTML.
    pub html_diffs: bool,
    /// Events leave the diff of an approval out; only the state has it.
    pub bare_events: bool,
    /// Containers and tombstones are told by events too, as later versions do.
    pub tells_containers: bool,
    /// An approval that is being built is in neither list.
    pub hides_builds: bool,
    /// Send a comment this often while nothing happens.
    pub keep_alive_ms: Option<u64>,
    /// Nothing more is written to any stream, and none is closed.
    pub stalled: bool,
    /// How the build that follows an approval ends.
    pub build: Build,
    /// How long a lifecycle action takes.
    pub lifecycle_ms: u64,
    /// What becomes of the next POST. Holds for one.
    pub next_post: Option<NextPost>,
}

/// A server that is something else, or in trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A web page with status 200.
    Page,
    /// 401.
    Unauthorized,
    /// This status, with this plain text.
    Status(u16, String),
    /// Status 200 and JSON that is no picture of a coordinator.
    OtherJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Ends well after this long.
    After { ms: u64 },
    /// Ends when `finish_build` is called.
    ByHand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextPost {
    /// It is done, and the connection is closed without a reply.
    LoseReply,
    /// The connection is closed, and nothing was done.
    LoseRequest,
    /// Nothing is done, and this plain text comes with this status.
    Refuse(u16, String),
    /// It is done, and this status comes nevertheless: a gateway that gave up too early.
    GiveUp(u16),
    /// Its reply comes this much later than what it did.
    Delay { ms: u64 },
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            success: 303,
            instead: None,
            bare_history: false,
            html_diffs: false,
            bare_events: false,
            tells_containers: false,
            hides_builds: false,
            keep_alive_ms: None,
            stalled: false,
            build: Build::After { ms: 20 },
            lifecycle_ms: 20,
            next_post: None,
        }
    }
}
