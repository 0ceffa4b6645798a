//! The freedesktop back end against a scripted notification server, on a bus of the test's own.

#![cfg(test)]
#![cfg(all(unix, not(target_os = "macos")))]

mod bus;
mod desk;
mod hearing;
mod server;
mod showing;
mod surviving;
mod trusting;
