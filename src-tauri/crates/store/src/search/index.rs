//! The index's file: what it holds, and how far it reaches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::{database, lock};

pub(crate) const NAME: &str = "search.db";

/// Counts up whenever `document` says something else: an index of another format is made again.
const FORMAT: i64 = 3;

/// Whoever waits longer tries again later: the indexer at its next turn, a search without the index.
const BUSY: Duration = Duration::from_secs(1);
const CACHE_KIB: i64 = 8 * 1024;

/// So many pages are merged at once.
const MERGED: i64 = 200;

/// Documents are numbered by the second of their lines, so that the newest is found first and a time is a range.
/// So many fit into one second; what is over goes into the next.
pub(super) const IN_A_SECOND: i64 = 1 << 16;
const LAST_SECOND: i64 = 1 << 40;

/// Which lines hold three letters, and not where: that halves the file, and whoever finds a line looks into it anyway.
const TABLES: &str = "
    CREATE TABLE reach (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO reach VALUES ('entry', 0), ('stale', 0), ('print', 0);
    CREATE TABLE place (document INTEGER PRIMARY KEY, entry INTEGER NOT NULL UNIQUE) STRICT;
    CREATE VIRTUAL TABLE line USING fts5(
      words, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
    );";

/// How far the index reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Every line up to this one is in it.
    pub entry: i64,
    /// Every alteration up to this one is in it.
    pub stale: i64,
    /// By which the last line is known again: the database may be another one than that of the index.
    pub print: i64,
}

/// A connection to the index.
#[derive(Debug)]
pub(crate) struct Index(pub(super) Connection);

/// A line that goes into the index.
#[derive(Debug)]
pub(super) struct Line {
    pub entry: i64,
    pub second: i64,
    pub document: String,
}

pub(super) fn second(at: i64) -> i64 {
    at.div_euclid(1_000).clamp(0, LAST_SECOND)
}

/// The first document of a second.
pub(super) fn first_of(second: i64) -> i64 {
    second * IN_A_SECOND
}

pub(super) fn last_of(second: i64) -> i64 {
    first_of(second + 1) - 1
}

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

impl Index {
    /// Makes it where it is not there, and makes it again where it is damaged or of another format. Whatever else
    /// is in the way (somebody has it for themselves, the disk is full, it may not be written) leaves it as it is.
    pub(crate) fn open(folder: &Path) -> rusqlite::Result<Self> {
        match Self::connect(folder) {
            Ok(Some(index)) => Ok(index),
            Err(error) if !database::is_damage(&error) => Err(error),
            Ok(None) | Err(_) => {
                throw_away(folder);
                Self::connect(folder)?.ok_or(rusqlite::Error::InvalidQuery)
            }
        }
    }

    /// `None`: it is of another format.
    fn connect(folder: &Path) -> rusqlite::Result<Option<Self>> {
        let path = path(folder);
        // For its owner alone, before SQLite writes the first byte.
        lock::private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY)?;
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        let _: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        match version(&conn)? {
            FORMAT if has_tables(&conn)? => {}
            0 => {
                let making = conn.transaction()?;
                making.execute_batch(TABLES)?;
                making.pragma_update(None, "user_version", FORMAT)?;
                making.commit()?;
            }
            _ => return Ok(None),
        }
        Ok(Some(Self(conn)))
    }

    /// To read only. `None`: there is none, or none that this version understands.
    pub(crate) fn look(folder: &Path) -> rusqlite::Result<Option<Self>> {
        let path = path(folder);
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY)?;
        Ok((version(&conn)? == FORMAT).then_some(Self(conn)))
    }

    pub(super) fn reach(&self) -> rusqlite::Result<Reach> {
        let of = |name: &str| {
            self.0
                .prepare_cached("SELECT value FROM reach WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
        };
        Ok(Reach { entry: of("entry")?, stale: of("stale")?, print: of("print")? })
    }

    /// The last document that can hold a line of a second: where that is full, the rest went into the next.
    pub(super) fn end_of(&self, mut second: i64) -> rusqlite::Result<i64> {
        let mut is_taken = self.0.prepare_cached("SELECT 1 FROM place WHERE document = ?1")?;
        while is_taken.exists([last_of(second)])? {
            second += 1;
        }
        Ok(last_of(second))
    }

    /// Takes lines out, puts lines in, and writes down how far it reaches now: all of it, or nothing.
    pub(super) fn advance(
        &mut self,
        out: &[i64],
        mut lines: Vec<Line>,
        reach: Reach,
    ) -> rusqlite::Result<()> {
        let advancing = self.0.transaction()?;
        for entry in out {
            remove(&advancing, *entry)?;
        }
        // The index takes them in one go only where they come in its order.
        lines.sort_unstable_by_key(|line| (line.second, line.entry));
        let mut last: BTreeMap<i64, i64> = BTreeMap::new();
        for line in lines {
            // Its number may have been that of a line that is gone.
            remove(&advancing, line.entry)?;
            let document = next_of(&advancing, line.second, &mut last)?;
            advancing
                .prepare_cached("INSERT INTO place (document, entry) VALUES (?1, ?2)")?
                .execute(params![document, line.entry])?;
            advancing
                .prepare_cached("INSERT INTO line (rowid, words) VALUES (?1, ?2)")?
                .execute(params![document, line.document])?;
        }
        for (name, value) in [("entry", reach.entry), ("stale", reach.stale), ("print", reach.print)] {
            advancing
                .prepare_cached("UPDATE reach SET value = ?2 WHERE name = ?1")?
                .execute(params![name, value])?;
        }
        advancing.commit()
    }

    /// Gives back a little of what lines that are gone took. Whether there may be more; `begins` it anew.
    pub(super) fn compact(&self, begins: bool) -> rusqlite::Result<bool> {
        let before = self.0.total_changes();
        self.0
            .prepare_cached("INSERT INTO line (line, rank) VALUES ('merge', ?1)")?
            .execute([if begins { -MERGED } else { MERGED }])?;
        // By which FTS5 says that it merged something.
        let merged = self.0.total_changes() - before >= 2;
        if !merged {
            let mut give = self.0.prepare("PRAGMA incremental_vacuum")?;
            let mut rows = give.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(merged)
    }

    /// Takes everything out.
    pub(super) fn clear(&mut self) -> rusqlite::Result<()> {
        let clearing = self.0.transaction()?;
        clearing.execute_batch("DROP TABLE reach; DROP TABLE place; DROP TABLE line;")?;
        clearing.execute_batch(TABLES)?;
        clearing.commit()
    }
}

/// So many lines are in the database, and not in the index.
pub(crate) fn behind(folder: &Path, database: &Connection) -> rusqlite::Result<u64> {
    // An index that cannot be read is of no use: none of the lines is in it.
    let reach = Index::look(folder).ok().flatten().and_then(|index| index.reach().ok()).unwrap_or_default();
    database
        .prepare_cached("SELECT count(*) FROM entry WHERE id > ?1")?
        .query_row([reach.entry], |row| row.get(0))
}

/// The next free number in a second, or, where it is full, in one after it.
fn next_of(conn: &Connection, second: i64, last: &mut BTreeMap<i64, i64>) -> rusqlite::Result<i64> {
    let mut second = second;
    loop {
        let end = first_of(second + 1);
        let known = match last.get(&second) {
            Some(known) => Some(*known),
            None => conn
                .prepare_cached("SELECT max(document) FROM place WHERE document >= ?1 AND document < ?2")?
                .query_row([first_of(second), end], |row| row.get(0))?,
        };
        let next = known.map_or(first_of(second), |known| known + 1);
        if next < end {
            last.insert(second, next);
            return Ok(next);
        }
        last.insert(second, end - 1);
        second += 1;
    }
}

fn remove(conn: &Connection, entry: i64) -> rusqlite::Result<()> {
    let document: Option<i64> = conn
        .prepare_cached("DELETE FROM place WHERE entry = ?1 RETURNING document")?
        .query_row([entry], |row| row.get(0))
        .optional()?;
    if let Some(document) = document {
        conn.prepare_cached("DELETE FROM line WHERE rowid = ?1")?.execute([document])?;
    }
    Ok(())
}

fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn has_tables(conn: &Connection) -> rusqlite::Result<bool> {
    let names = "SELECT count(*) = 3 FROM sqlite_schema WHERE name IN ('reach', 'place', 'line')";
    conn.query_row(names, [], |row| row.get(0))
}

/// It can be made again from the database.
pub(super) fn throw_away(folder: &Path) {
    for end in ["", "-wal", "-shm"] {
        match std::fs::remove_file(folder.join(format!("{NAME}{end}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the search index could not be thrown away");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ErrorCode;

    use super::*;

    fn put(index: &mut Index, entry: i64) -> rusqlite::Result<()> {
        let letter = |n: u32| char::from_u32(0x4E00 + n * (entry as u32 + 1) * 7_919 % 20_000).unwrap();
        let line = Line { entry, second: entry, document: (0..9_000).map(letter).collect() };
        index.advance(&[], vec![line], Reach { entry, stale: 0, print: 0 })
    }

    fn reached(folder: &Path) -> i64 {
        Index::open(folder).unwrap().reach().unwrap().entry
    }

    #[test]
    fn an_index_that_somebody_else_has_for_themselves_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        put(&mut Index::open(dir.path()).unwrap(), 7).unwrap();
        let other = Connection::open(path(dir.path())).unwrap();
        other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;").unwrap();
        let error = Index::open(dir.path()).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy), "{error}");
        drop(other);
        assert_eq!(reached(dir.path()), 7);
    }

    #[test]
    fn an_index_on_a_full_disk_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut index = Index::open(dir.path()).unwrap();
        put(&mut index, 7).unwrap();
        // It may not grow any more: to SQLite that is a full disk.
        let pages: i64 = index.0.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let limit = |pages: i64| format!("PRAGMA max_page_count = {pages}");
        let _: i64 = index.0.query_row(&limit(pages), [], |row| row.get(0)).unwrap();
        let error = (8..100).map(|entry| put(&mut index, entry)).find_map(Result::err).unwrap();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DiskFull), "{error}");
        assert!(!database::is_damage(&error), "it would be thrown away");
        let reach = index.reach().unwrap().entry;
        let _: i64 = index.0.query_row(&limit(100_000), [], |row| row.get(0)).unwrap();
        put(&mut index, reach + 1).unwrap();
        assert_eq!(reached(dir.path()), reach + 1);
    }

    #[test]
    fn an_index_of_another_format_is_made_again() {
        for spoil in ["PRAGMA user_version = 99", "DROP TABLE place"] {
            let dir = tempfile::tempdir().unwrap();
            let mut index = Index::open(dir.path()).unwrap();
            put(&mut index, 7).unwrap();
            index.0.execute_batch(spoil).unwrap();
            drop(index);
            assert_eq!(reached(dir.path()), 0, "{spoil}");
        }
    }
}
