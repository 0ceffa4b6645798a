//! What Deskbell remembers: one SQLite database in one data folder.
//!
//! One thread writes ([`Store`]), everything queued in one transaction, and tells what took effect only after
//! the commit ([`Committed`]). Any number of [`Reader`]s read at the same time, in this process or another,
//! with no lock and with no engine running.
//!
//! What is not here: no network, no secrets, no policy, no clock of its own but for the names of files that
//! are moved aside. The laws of asks live in the domain; the one that costs most when broken (an ask that
//! ended never opens again) is held in SQL too.

mod error;
mod history;
mod notice;
mod outbox;
mod reader;
mod store;
mod write;

pub use error::{Health, Moved, OpenError, StoreError};
pub use history::{Cursor, EntryRow, History, ParseCursorError};
pub use notice::{Fate, NoticeRow};
pub use outbox::{OutboxRow, Stage};
pub use reader::{AskRow, Reader};
pub use store::{Opened, Store};
pub use write::{Committed, CountsRow, Fact, Op, Write};
