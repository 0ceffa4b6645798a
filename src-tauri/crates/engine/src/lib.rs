//! Composition: one task per source, the outbox, the notification policy, and the commands every surface uses.

mod archive;
pub mod body;
pub mod carry;
mod clock;
pub mod command;
mod desk;
pub mod detect;
mod engine;
mod glance;
mod history;
mod hub;
pub mod notice;
mod outbox;
pub mod pointer;
mod policy;
mod probe;
mod queries;
mod ringer;
mod secrets;
pub mod self_test;
pub mod settings;
mod shell;
mod snooze;
mod source;
mod subscription;
pub mod timeline;
pub mod usage;
pub mod view;

pub use archive::{Archive, default_data_dir};
pub use clock::{Clock, Hand};
pub use deskbell_store::was_left;
pub use engine::{Engine, Options, StartError};
pub use glance::{Glance, Glances, Row, Wish};
pub use notice::{Button, Desktop, Notice, Notifier, Press, Reply, Stay, Tag, TestKind};
pub use shell::Shell;
pub use subscription::Subscription;
