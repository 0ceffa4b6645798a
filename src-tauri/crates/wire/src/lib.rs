//! One folder per dialect: what comes from a server becomes events, what the operator does becomes requests.
//!
//! Every dialect is a machine without IO: it is fed [`Signal`]s and gives back [`Effect`]s. It owns all
//! ordering, resume, dedupe, paging and judging of replies, so that all of it can be tested without a socket
//! or a sleep. Nothing here blocks, reads a clock, or panics, whatever the bytes.

mod adapter;
mod ailang;
mod body;
mod detection;
mod dialect;
mod exlab;
mod hive;
mod hyperhive;
mod hyperhive_agent;
mod opencode;
mod recent;
mod warren;
mod words;

pub use adapter::{
    Adapter, Attempt, Body, CallId, Effect, Effects, Frame, Method, Reply, Request, Sent, Signal, StreamId,
    TimerId, Transport,
};
pub use detection::{Detection, Sight};
pub use dialect::{Attachment, DIALECTS, Dialect, Login, Setting, StateFile, dialect};
