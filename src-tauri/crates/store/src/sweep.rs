//! The history of a source that was removed goes away a little at a time, whenever nothing waits to be
//! written: a million lines at once would keep everybody waiting for seconds.

use rusqlite::{Connection, OptionalExtension, params};

use crate::entry;
use crate::source::Num;

/// How many lines go at once.
const BROOM: usize = 1_000;

/// Sweeps once, inside a transaction. Whether there may be more.
pub(crate) fn sweep(conn: &Connection) -> rusqlite::Result<bool> {
    let gone: Option<Num> =
        conn.prepare_cached("SELECT source FROM gone LIMIT 1")?.query_row([], |row| row.get(0)).optional()?;
    let Some(num) = gone else { return Ok(false) };
    let ids: Vec<i64> = conn
        .prepare_cached("SELECT id FROM entry INDEXED BY entry_kind WHERE source = ?1 LIMIT ?2")?
        .query_map(params![num, BROOM], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &ids {
        entry::remove(conn, *id)?;
    }
    if ids.len() < BROOM {
        conn.execute("DELETE FROM gone WHERE source = ?1", [num])?;
    }
    Ok(true)
}
