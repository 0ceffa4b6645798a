use deskbell_domain::Fault;
use deskbell_wire::{CallId, Frame, Reply, Sent, StreamId};

/// Which opening of a stream, or which attempt's call, an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub(crate) u64);

/// What a link reports. [`crate::Link::is_stale`] tells the ones that nobody waits for any more.
#[derive(Debug)]
pub enum LinkEvent {
    /// Where the server is now, by the file it leaves behind.
    Located { epoch: Epoch, found: Result<u16, Fault> },
    /// The server took the stream; frames follow.
    Opened { epoch: Epoch, stream: StreamId },
    /// In the order they came; never empty.
    Frames { epoch: Epoch, stream: StreamId, frames: Vec<OwnedFrame> },
    /// The stream could not be opened, or it ended. The last event of a stream.
    /// `code` is that of the server's WebSocket close frame; 1005 stands for an empty one.
    Closed { epoch: Epoch, stream: StreamId, fault: Fault, code: Option<u16> },
    /// The server answered, with whatever status.
    Reply { epoch: Epoch, call: CallId, reply: Reply },
    /// It did not. `sent: No` only where the request certainly did not reach the server.
    NoReply { epoch: Epoch, call: CallId, sent: Sent, fault: Fault },
}

/// A [`Frame`] that owns what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedFrame {
    Text(String),
    Bytes(Vec<u8>),
}

impl OwnedFrame {
    pub fn as_frame(&self) -> Frame<'_> {
        match self {
            Self::Text(text) => Frame::Text(text),
            Self::Bytes(bytes) => Frame::Bytes(bytes),
        }
    }
}
