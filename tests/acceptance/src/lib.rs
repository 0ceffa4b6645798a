//! What crosses crates, on real sockets and real files
