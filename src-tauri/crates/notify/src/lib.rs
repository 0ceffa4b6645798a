//! Notifications on this desktop, behind the engine's [`Notifier`](deskbell_engine::Notifier) port.
//!
//! Here is the freedesktop back end, and what any back end needs to put a notice in a desktop's words. It knows no
//! toolkit and decides nothing: what rings, with which words and buttons, and what a press means for an ask, is
//! the engine's.

mod face;
#[cfg(all(unix, not(target_os = "macos")))]
mod freedesktop;

pub use face::{actions, escape, read};
#[cfg(all(unix, not(target_os = "macos")))]
pub use freedesktop::{Bus, Freedesktop, Word, Words};
