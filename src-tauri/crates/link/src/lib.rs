//! Everything that touches a source's server: SSE, WebSocket and HTTP behind one [`Link`], and the [`Machine`]
//! that says when to connect. The link does what it is told and reports; it never retries and knows no dialect.

mod answer;
mod backoff;
mod call;
mod credentials;
mod endpoint;
mod event;
mod failure;
mod guard;
mod link;
pub mod loopback;
mod machine;
mod retry_after;
mod sse;
mod state_file;
mod trust;
mod veil;
mod websocket;

pub use endpoint::{Endpoint, Limits, SETTINGS};
pub use event::{Epoch, LinkEvent, OwnedFrame};
pub use link::Link;
pub use machine::{Machine, Step};
