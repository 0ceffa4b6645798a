//! The engine's commands over a local socket: for `bell`, for tests, for scripts.
//!
//! Newline-delimited JSON over a Unix socket in the data folder, readable and writable by its owner only:
//!
//! ```text
//! → {"id":1,"command":"ask.list","all":false}
//! ← {"id":1,"ok":{"answer":"asks","rows":[…]}}
//! → {"id":2,"subscribe":true}
//! ← {"id":2,"batch":{"number":1,"patches":[{"patch":"reset"},…]}}
//! ```
//!
//! A request that cannot be done gets `{"id":…,"error":{"code":…,"message":…}}`. Requests of one connection run
//! side by side, so replies may come in another order. What decides, stores or retries is not here: it is
//! the engine.

#[cfg(not(unix))]
mod absent;
#[cfg(unix)]
mod client;
#[cfg(unix)]
mod connection;
mod error;
#[cfg(unix)]
mod line;
mod message;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod socket;

#[cfg(not(unix))]
pub use absent::{Batches, Client, Serving, serve, socket_path};
#[cfg(unix)]
pub use client::{Batches, Client};
pub use error::BridgeError;
#[cfg(unix)]
pub use server::{Serving, serve};
#[cfg(unix)]
pub use socket::socket_path;
