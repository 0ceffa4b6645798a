//! Composition: one task per source, the outbox, the notification policy, and the commands every surface uses.

mod archive;
pub mod command;
mod engine;
mod notice;
mod subscription;
pub mod view;

pub use archive::{Archive, default_data_dir};
pub use engine::{Engine, Options, StartError};
pub use notice::{Button, Notice, Notifier, Press};
pub use subscription::Subscription;
