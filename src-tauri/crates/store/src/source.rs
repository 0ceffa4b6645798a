use deskbell_domain::{Millis, Source, SourceId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::json::Json;

/// What the cache calls a source: short, and never used for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Num(pub(crate) i64);

impl rusqlite::ToSql for Num {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for Num {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

pub(crate) fn find(conn: &Connection, id: &SourceId) -> rusqlite::Result<Option<Num>> {
    conn.prepare_cached("SELECT num FROM source WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()
}

pub(crate) fn put(conn: &Connection, source: &Source) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO source (id, dialect, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET dialect = excluded.dialect, body = excluded.body",
    )?
    .execute(params![source.id.as_str(), source.dialect, Json(source)])?;
    Ok(())
}

pub(crate) fn put_as_of(conn: &Connection, id: &SourceId, at: Millis) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE source SET as_of = ?2 WHERE id = ?1")?.execute(params![id.as_str(), at.0])?;
    Ok(())
}

pub(crate) fn as_of(conn: &Connection, id: &SourceId) -> rusqlite::Result<Option<Millis>> {
    let found = conn
        .prepare_cached("SELECT as_of FROM source WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get::<_, Option<i64>>(0))
        .optional()?;
    Ok(found.flatten().map(Millis))
}

/// Forgets the source and, at once, what is small. Its history can be long: it is out of sight from now on,
/// and swept out later (see sweep.rs).
pub(crate) fn remove(conn: &Connection, num: Num, id: &SourceId) -> rusqlite::Result<()> {
    for cache in ["ask", "agent", "thread", "task", "usage", "finding", "audit", "tally", "removed"] {
        conn.execute(&format!("DELETE FROM {cache} WHERE source = ?1"), [num])?;
    }
    for kept in ["outbox", "notice", "snooze"] {
        conn.execute(&format!("DELETE FROM {kept} WHERE source = ?1"), [id.as_str()])?;
    }
    conn.execute("DELETE FROM source WHERE num = ?1", [num])?;
    conn.execute("INSERT INTO gone (source) VALUES (?1)", [num])?;
    Ok(())
}

/// In the order they were added.
pub(crate) fn list(conn: &Connection) -> rusqlite::Result<Vec<Source>> {
    conn.prepare_cached("SELECT body FROM source ORDER BY num")?
        .query_map([], |row| Ok(row.get::<_, Json<Source>>(0)?.0))?
        .collect()
}

pub(crate) fn nums(conn: &Connection) -> rusqlite::Result<Vec<(Num, SourceId)>> {
    conn.prepare_cached("SELECT num, id FROM source ORDER BY num")?
        .query_map([], |row| Ok((row.get(0)?, SourceId::new(row.get::<_, String>(1)?))))?
        .collect()
}
