use deskbell_domain::{IntentId, Key, Receipt};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::json::Json;

pub(crate) fn put(conn: &Connection, receipt: &Receipt) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached(
            "INSERT INTO receipt (intent, source, item, answered_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (intent) DO UPDATE SET body = excluded.body WHERE receipt.body <> excluded.body",
        )?
        .execute(params![
            receipt.intent.as_str(),
            receipt.key.source.as_str(),
            receipt.key.item.as_str(),
            receipt.answered_at.0,
            Json(receipt),
        ])?;
    Ok(changed > 0)
}

pub(crate) fn get(conn: &Connection, intent: &IntentId) -> rusqlite::Result<Option<Receipt>> {
    conn.prepare_cached("SELECT body FROM receipt WHERE intent = ?1")?
        .query_row([intent.as_str()], read)
        .optional()
}

/// Newest first.
pub(crate) fn list(conn: &Connection, key: &Key) -> rusqlite::Result<Vec<Receipt>> {
    conn.prepare_cached(
        "SELECT body FROM receipt WHERE source = ?1 AND item = ?2 ORDER BY answered_at DESC, intent DESC",
    )?
    .query_map(params![key.source.as_str(), key.item.as_str()], read)?
    .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    Ok(row.get::<_, Json<Receipt>>(0)?.0)
}
