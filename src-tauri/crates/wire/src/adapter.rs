use deskbell_domain::{Accepted, Event, Fault, IntentId, Millis, State, Verdict};

/// Names a stream within one adapter. [`StreamId::MAIN`] is the link itself: when it closes, the link is down
/// and is made again from [`Signal::Start`]. Any other stream is the adapter's own to open again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

impl StreamId {
    pub const MAIN: Self = Self(0);
}

/// Names a request within one adapter, to match its reply. Never used twice by one adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Sse,
    WebSocket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// A request to the source's server. The driver adds the address, the credentials and the user agent, and
/// follows no redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Absolute on the server, already percent-encoded, with its query: `/approve/7`.
    pub path: String,
    pub body: Body,
    /// How long the whole exchange may take. Lifecycle actions answer only when they are done.
    pub timeout_ms: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Empty,
    /// `application/x-www-form-urlencoded`, even when there are no pairs.
    Form(Vec<(&'static str, String)>),
    /// `application/json`.
    Json(String),
}

impl Request {
    pub const TIMEOUT_MS: u32 = 20_000;

    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), body: Body::Empty, timeout_ms: Self::TIMEOUT_MS }
    }

    pub fn post(path: impl Into<String>, body: Body) -> Self {
        Self { method: Method::Post, path: path.into(), body, timeout_ms: Self::TIMEOUT_MS }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// One whole message from a stream: the data of an SSE event, or a WebSocket message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    Text(&'a str),
    /// Binary, or text that is not UTF-8.
    Bytes(&'a [u8]),
}

/// What is known of whether a request went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    No,
    Maybe,
}

/// How far an intent got before it is handed to the adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Certainly never sent.
    Fresh,
    /// It may have reached the server (we were killed, or its reply was lost): look before sending.
    Maybe,
    /// The server has said that it has it; its proof is still to come.
    Taken,
}

/// What is fed to an adapter.
#[allow(
    clippy::large_enum_variant,
    reason = "made one at a time and handed over at once, never kept in a list"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal<'a> {
    /// Begin a connection attempt: everything of the last one is void.
    Start,
    /// The connection is given up: the source is paused or removed.
    Stop,
    /// What came of [`Effect::Locate`].
    Located {
        found: Result<(), Fault>,
    },
    Opened {
        stream: StreamId,
    },
    Frame {
        stream: StreamId,
        frame: Frame<'a>,
    },
    /// A stream other than the main one closed. (When the main one closes, `Start` comes in due time.)
    Closed {
        stream: StreamId,
        /// What the server said in closing: the code of a WebSocket's close frame, 1005 where that was empty, and
        /// nothing where the connection just ended.
        code: Option<u16>,
    },
    Reply {
        call: CallId,
        reply: Reply,
    },
    NoReply {
        call: CallId,
        sent: Sent,
        fault: Fault,
    },
    Timer {
        timer: TimerId,
    },
    /// Deliver this. Comes only while the link is live, so that the adapter has just read what the server holds.
    Do {
        accepted: Accepted,
        attempt: Attempt,
    },
}

/// What an adapter wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Find the server through the file it leaves behind (see [`crate::StateFile`]). From then on everything
    /// goes to the port that file names.
    Locate,
    Open {
        stream: StreamId,
        transport: Transport,
        /// With its query: `/dashboard/stream`.
        path: String,
    },
    /// Close a stream other than the main one.
    Close {
        stream: StreamId,
    },
    SendText {
        stream: StreamId,
        text: String,
    },
    /// Like `SendText`, but only once all that was emitted before it is on the disk: for acknowledgements.
    SendKept {
        stream: StreamId,
        text: String,
    },
    Http {
        call: CallId,
        request: Request,
        /// The intent it delivers. That it may have been sent is made durable before it is sent.
        delivers: Option<IntentId>,
    },
    /// Give [`Signal::Timer`] after this long. Arming a timer again moves it; `Start` and `Stop` disarm all.
    Arm {
        timer: TimerId,
        after_ms: u32,
    },
    /// What was just read is whole: the link is live, and what waits in the outbox may go.
    Live,
    /// A server's word. `Event`s of one signal are committed together.
    Emit(Event),
    /// A frame that could not be understood: kept, shown, counted.
    Odd {
        raw: Vec<u8>,
        why: String,
    },
    /// The connection is no good: close it, say why, and try again as the fault says.
    Fail(Fault),
    /// The server has the intent; its proof is still to come.
    Taken(IntentId),
    /// It certainly did not reach the server: try again when the link is next live.
    Defer(IntentId),
    /// The server refused it or its fate needs the operator's eye. Stays in the outbox until they retry or discard.
    Stick {
        intent: IntentId,
        fault: Fault,
    },
    /// It is decided.
    Done {
        intent: IntentId,
        verdict: Verdict,
        /// In plain words, for the receipt.
        note: String,
    },
}

/// Where an adapter puts its effects, in the order they are to be performed.
pub type Effects = Vec<Effect>;

pub trait Adapter: Send {
    /// What was known of the source before this adapter was made; comes before the first signal. For servers that
    /// give no ids: whoever counts on must know from where.
    fn recall(&mut self, _known: &State) {}

    fn on(&mut self, signal: Signal<'_>, now: Millis, out: &mut Effects);

    /// What one frame means on its own, outside any connection: for recordings and bug reports.
    /// Gives only `Emit` and `Odd`.
    fn decode(&mut self, frame: Frame<'_>, now: Millis, out: &mut Effects);
}
