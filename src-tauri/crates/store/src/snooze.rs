use deskbell_domain::{Key, Millis};
use rusqlite::{Connection, params};

/// `None` ends it.
pub(crate) fn put(conn: &Connection, key: &Key, until: Option<Millis>) -> rusqlite::Result<()> {
    let (source, item) = (key.source.as_str(), key.item.as_str());
    match until {
        Some(until) => conn
            .prepare_cached("INSERT OR REPLACE INTO snooze (source, item, until) VALUES (?1, ?2, ?3)")?
            .execute(params![source, item, until.0])?,
        None => conn
            .prepare_cached("DELETE FROM snooze WHERE source = ?1 AND item = ?2")?
            .execute([source, item])?,
    };
    Ok(())
}
