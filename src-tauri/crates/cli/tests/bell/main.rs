//! The real `bell` with a real engine, on real sockets, against a simulated coordinator.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answering;
mod decoding;
mod detecting;
mod exporting;
mod importing;
mod installing;
mod reading;
mod record;
mod searches;
mod serving;
mod sources;
mod stage;
mod storage;
