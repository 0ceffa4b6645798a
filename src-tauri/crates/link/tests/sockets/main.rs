//! The link against real servers on real sockets, most of them bad.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod server;

mod call;
mod life;
mod locating;
mod sse;
mod tls;
mod websocket;
