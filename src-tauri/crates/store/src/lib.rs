//! What Deskbell remembers: one SQLite database in one data folder.
//!
//! One thread writes ([`Store`]), everything queued in one transaction, and tells what took effect only after
//! the commit ([`Committed`]). Any number of [`Reader`]s read at the same time, in this process or another,
//! with no lock and with no engine running. Beside writing, the same thread keeps house a little at a time: rules of
//! retention, clearing, compacting. Two more work beside it: one folds the log into the database, one brings the search
//! index up to date.
//!
//! What is not here: no network, no secrets, no policy, no clock but for the names of files that are put aside
//! and for intents given up with their source. The laws of asks live in the domain; the one that costs most
//! when broken (an ask that ended never opens again) is held in SQL too.

mod ask;
mod audit;
mod background;
mod checkpointer;
mod damage;
mod database;
mod ended;
mod entry;
mod error;
mod history;
mod hour;
mod inspector;
mod json;
mod lead;
mod lock;
mod notice;
mod outbox;
mod queue;
mod reader;
mod receipt;
mod record;
mod removal;
mod room;
mod schema;
mod search;
mod setting;
mod snooze;
mod source;
mod storage;
mod store;
mod sweep;
mod tally;
mod thing;
mod timeline;
mod transaction;
mod upkeep;
mod usage;
mod write;
mod writer;

pub use ask::AskRow;
pub use error::{Health, Moved, OpenError, StoreError};
pub use history::{Cursor, EntryRow, History, ParseCursorError, Place};
pub use lock::was_left;
pub use notice::{Fate, NoticeRow};
pub use outbox::{OutboxRow, Stage};
pub use reader::Reader;
pub use record::EndedAsk;
pub use removal::{RemovedRow, Share, Why};
pub use search::{Found, Span, Terms};
pub use storage::Storage;
pub use store::{Opened, Store};
pub use tally::CountsRow;
pub use timeline::Timeline;
pub use upkeep::{Job, RULES, Upkeep, Work};
pub use usage::Growth;
pub use write::{Committed, Fact, Op, Write};
