//! Agents, threads, tasks and findings: each a table of its own, all of one shape.

use std::collections::BTreeMap;

use deskbell_domain::{Agent, Finding, ItemId, SourceId, Task, Thread};
use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::json::Json;
use crate::source::Num;

pub(crate) trait Thing: Serialize + DeserializeOwned {
    const TABLE: &'static str;
    fn item(&self) -> &ItemId;
}

macro_rules! thing {
    ($name:ident, $table:literal) => {
        impl Thing for $name {
            const TABLE: &'static str = $table;
            fn item(&self) -> &ItemId {
                &self.item
            }
        }
    };
}
thing!(Agent, "agent");
thing!(Thread, "thread");
thing!(Task, "task");
thing!(Finding, "finding");

/// Whether it changed anything.
pub(crate) fn put<T: Thing>(conn: &Connection, num: Num, thing: &T) -> rusqlite::Result<bool> {
    let table = T::TABLE;
    let changed = conn
        .prepare_cached(&format!(
            "INSERT INTO {table} (source, item, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (source, item) DO UPDATE SET body = excluded.body WHERE {table}.body <> excluded.body"
        ))?
        .execute(params![num, thing.item().as_str(), Json(thing)])?;
    Ok(changed > 0)
}

/// Whether it was there.
pub(crate) fn remove<T: Thing>(conn: &Connection, num: Num, item: &ItemId) -> rusqlite::Result<bool> {
    let removed = conn
        .prepare_cached(&format!("DELETE FROM {} WHERE source = ?1 AND item = ?2", T::TABLE))?
        .execute(params![num, item.as_str()])?;
    Ok(removed > 0)
}

/// By source, then by item.
pub(crate) fn list<T: Thing>(conn: &Connection) -> rusqlite::Result<Vec<(SourceId, T)>> {
    conn.prepare_cached(&format!(
        "SELECT source.id, thing.body FROM {} AS thing JOIN source ON source.num = thing.source
         ORDER BY thing.source, thing.item",
        T::TABLE
    ))?
    .query_map([], |row| Ok((SourceId::new(row.get::<_, String>(0)?), row.get::<_, Json<T>>(1)?.0)))?
    .collect()
}

pub(crate) fn map_of<T: Thing>(conn: &Connection, num: Num) -> rusqlite::Result<BTreeMap<ItemId, T>> {
    conn.prepare_cached(&format!("SELECT body FROM {} WHERE source = ?1", T::TABLE))?
        .query_map([num], |row| {
            let thing = row.get::<_, Json<T>>(0)?.0;
            Ok((thing.item().clone(), thing))
        })?
        .collect()
}
