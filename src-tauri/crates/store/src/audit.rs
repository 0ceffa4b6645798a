use deskbell_domain::Audit;
use rusqlite::{Connection, OptionalExtension, params};

use crate::json::Json;
use crate::source::Num;

pub(crate) fn put(conn: &Connection, num: Num, audit: &Audit) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO audit (source, body) VALUES (?1, ?2)")?
        .execute(params![num, Json(audit)])?;
    Ok(())
}

pub(crate) fn get(conn: &Connection, num: Num) -> rusqlite::Result<Option<Audit>> {
    conn.prepare_cached("SELECT body FROM audit WHERE source = ?1")?
        .query_row([num], |row| Ok(row.get::<_, Json<Audit>>(0)?.0))
        .optional()
}
