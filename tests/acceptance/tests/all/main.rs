//! What crosses crates, on real sockets and real files. One binary: it links once.

#![cfg(test)]

mod rooms;
