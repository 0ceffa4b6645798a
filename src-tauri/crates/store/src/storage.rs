//! Where the bytes are.

use std::path::Path;

use deskbell_domain::{Millis, Portion, Rule};
use rusqlite::Connection;

use crate::removal::{self, RemovedRow, Share};
use crate::{database, search, upkeep};

/// What the history takes on the disk, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// The database's file.
    pub database: u64,
    /// Of it, what is free.
    pub free: u64,
    /// What is committed and not in the database's file yet.
    pub log: u64,
    pub index: u64,
    /// So many lines the search index does not have yet.
    pub behind: u64,
    pub shares: Vec<Share>,
    /// What is gone, the latest first.
    pub removed: Vec<RemovedRow>,
    pub rules: Vec<Rule>,
    /// How many lines each rule would take out now, about.
    pub excess: Vec<u64>,
}

pub(crate) fn storage(folder: &Path, conn: &Connection, now: Millis) -> rusqlite::Result<Storage> {
    let picture = conn.unchecked_transaction()?;
    let pages = |name: &str| picture.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
    let rules = upkeep::rules(&picture)?;
    let excess =
        rules.iter().map(|rule| upkeep::excess(&picture, rule, now)).collect::<rusqlite::Result<_>>()?;
    Ok(Storage {
        database: size(&database::path(folder)),
        free: pages("freelist_count")? * pages("page_size")?,
        log: size(&folder.join(format!("{}-wal", database::NAME))),
        index: index_bytes(folder),
        behind: search::behind(folder, &picture)?,
        shares: removal::shares(&picture)?,
        removed: removal::removed(&picture)?,
        rules,
        excess,
    })
}

pub(crate) fn index_bytes(folder: &Path) -> u64 {
    size(&folder.join(search::NAME)) + size(&folder.join(format!("{}-wal", search::NAME)))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

pub(crate) fn cleared(conn: &Connection, portion: &Portion, before: Option<Millis>) -> rusqlite::Result<u64> {
    let picture = conn.unchecked_transaction()?;
    upkeep::cleared(&picture, portion, before)
}
