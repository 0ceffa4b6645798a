//! The same rows in bare SQLite, many in a transaction.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags, params};
use tempfile::TempDir;

/// As many rows in one transaction as a careful program would put there.
const TOGETHER: usize = 500;

const TABLE: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE entry (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, item TEXT NOT NULL, at INTEGER NOT NULL,
      said INTEGER NOT NULL, kind TEXT NOT NULL, agent TEXT, thread TEXT, text TEXT NOT NULL, raw TEXT NOT NULL) STRICT;";
const UNIQUE: &str = "CREATE UNIQUE INDEX entry_item ON entry (source, item);";
const OTHERS: &str = "
    CREATE INDEX entry_kind ON entry (source, kind, at);
    CREATE INDEX entry_thread ON entry (source, thread, at);
    CREATE INDEX entry_agent ON entry (source, agent, at);";

/// What the table has beside its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Nothing: the same line told twice would be two.
    None,
    /// A line is known again by its source and its item.
    Unique,
    /// And found by the same ways as in Deskbell.
    Same,
}

/// A line of history as it is stored.
#[derive(Debug)]
pub struct Row {
    source: i64,
    item: String,
    at: i64,
    said: bool,
    kind: String,
    agent: Option<String>,
    thread: Option<String>,
    text: String,
    raw: String,
}

/// What Deskbell made of the events.
pub fn read(database: &Path) -> Result<Vec<Row>> {
    let conn = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut query = conn.prepare(
        "SELECT source, item, at, said, kind, agent, thread, text, raw.body
         FROM entry JOIN raw ON raw.id = entry.id ORDER BY entry.id",
    )?;
    let rows = query.query_map([], |row| {
        Ok(Row {
            source: row.get(0)?,
            item: row.get(1)?,
            at: row.get(2)?,
            said: row.get(3)?,
            kind: row.get(4)?,
            agent: row.get(5)?,
            thread: row.get(6)?,
            text: row.get(7)?,
            raw: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many rows a second.
pub fn insert(rows: &[Row], index: Index) -> Result<f64> {
    let folder = TempDir::with_prefix("deskbell-bench-")?;
    let mut conn = Connection::open(folder.path().join("bare.db"))?;
    conn.execute_batch(TABLE)?;
    conn.execute_batch(match index {
        Index::None => "",
        Index::Unique | Index::Same => UNIQUE,
    })?;
    conn.execute_batch(match index {
        Index::None | Index::Unique => "",
        Index::Same => OTHERS,
    })?;
    let begun = Instant::now();
    for together in rows.chunks(TOGETHER) {
        let writing = conn.transaction()?;
        for row in together {
            writing
                .prepare_cached(
                    "INSERT INTO entry (source, item, at, said, kind, agent, thread, text, raw)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    row.source, row.item, row.at, row.said, row.kind, row.agent, row.thread, row.text,
                    row.raw,
                ])?;
        }
        writing.commit()?;
    }
    Ok(rows.len() as f64 / begun.elapsed().as_secs_f64())
}
