//! The engine's commands over a local socket
