//! A damaged database is never deleted: it is put aside, and what may not be lost is read out of it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

/// What is saved, the most precious first. The cache is not: the servers tell it again.
const SAVED: [(&str, &[&str]); 5] = [
    ("outbox", &["intent", "source", "item", "accepted_at", "body"]),
    ("receipt", &["intent", "source", "item", "answered_at", "body"]),
    ("source", &["num", "id", "dialect", "body"]),
    ("notice", &["source", "item", "shown", "fate", "at", "note"]),
    ("setting", &["name", "value"]),
];

/// Renames the database and what belongs to it. The log goes along: it may hold the newest answers.
pub(crate) fn move_aside(database: &Path) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let to = beside(database, &format!(".corrupt-{now}"));
    std::fs::rename(database, &to)?;
    for part in ["-wal", "-shm"] {
        match std::fs::rename(beside(database, part), beside(&to, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(to)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Copies what can be read. Says how many rows of each table.
pub(crate) fn salvage(from: &Path, into: &mut Connection) -> rusqlite::Result<Vec<(&'static str, usize)>> {
    let Ok(old) = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Ok(Vec::new());
    };
    // As durable as the answers it holds were.
    into.pragma_update(None, "synchronous", "FULL")?;
    let transaction = into.transaction()?;
    let mut saved = Vec::with_capacity(SAVED.len());
    for (table, columns) in SAVED {
        saved.push((table, copy(&old, &transaction, table, columns)?));
    }
    transaction.commit()?;
    into.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(saved)
}

/// Only writing can fail: where the old one cannot be read any further, the copy ends.
fn copy(old: &Connection, into: &Connection, table: &str, columns: &[&str]) -> rusqlite::Result<usize> {
    let names = columns.join(", ");
    let places = vec!["?"; columns.len()].join(", ");
    let mut insert = into.prepare(&format!("INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})"))?;
    // By the table itself: an index may be the part that is damaged.
    let Ok(mut select) = old.prepare(&format!("SELECT {names} FROM {table} NOT INDEXED")) else {
        return Ok(0);
    };
    let Ok(mut rows) = select.query([]) else { return Ok(0) };
    let mut count = 0;
    while let Ok(Some(row)) = rows.next() {
        let values: rusqlite::Result<Vec<Value>> = (0..columns.len()).map(|column| row.get(column)).collect();
        if let Ok(values) = values {
            count += insert.execute(params_from_iter(values))?;
        }
    }
    Ok(count)
}
