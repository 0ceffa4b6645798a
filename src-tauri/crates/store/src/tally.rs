use rusqlite::{Connection, OptionalExtension, params};

use crate::source::Num;

/// How much there is of one source. Kept in step with the rows, in the same transaction: counting a million
/// rows takes too long to be done twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountsRow {
    /// Asks that have not ended.
    pub asks_open: u64,
    pub entries: u64,
    /// Frames that could not be understood.
    pub odd: u64,
}

pub(crate) fn get(conn: &Connection, num: Num) -> rusqlite::Result<CountsRow> {
    conn.prepare_cached("SELECT asks_open, entries, odd FROM tally WHERE source = ?1")?
        .query_row([num], |row| {
            Ok(CountsRow { asks_open: row.get(0)?, entries: row.get(1)?, odd: row.get(2)? })
        })
        .optional()
        .map(Option::unwrap_or_default)
}

pub(crate) fn put(conn: &Connection, num: Num, counts: CountsRow) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO tally (source, asks_open, entries, odd) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![num, counts.asks_open, counts.entries, counts.odd])?;
    Ok(())
}
