use deskbell_domain::{Ask, AskState, ItemId, Millis, Outcome, SourceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::json::Json;
use crate::source::Num;

/// An ask, whose it is, and what that source speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskRow {
    pub source: SourceId,
    pub dialect: String,
    pub ask: Ask,
    /// The operator wants to hear of it then, and not before.
    pub snoozed_until: Option<Millis>,
}

/// What became of an ask that was told: by how much the number of open ones changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Same,
    Changed { opened: i64 },
}

/// An ask that ended stays ended, with the outcome it has; only what we took for *vanished* may be told anew.
pub(crate) fn put(conn: &Connection, num: Num, ask: &Ask) -> rusqlite::Result<Put> {
    let (settled_at, outcome) = match &ask.state {
        AskState::Settled { at, outcome, .. } => (Some(at.millis().0), Some(outcome)),
        AskState::Open
        | AskState::Held { .. }
        | AskState::Sending
        | AskState::Sent
        | AskState::Stuck { .. } => (None, None),
    };
    let was_open: Option<bool> = conn
        .prepare_cached("SELECT settled_at IS NULL FROM ask WHERE source = ?1 AND item = ?2")?
        .query_row(params![num, ask.item.as_str()], |row| row.get(0))
        .optional()?;
    let changed = conn
        .prepare_cached(
            r#"INSERT INTO ask (source, item, asked, expires, settled_at, outcome, body)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (source, item) DO UPDATE SET
                 asked = excluded.asked, expires = excluded.expires, settled_at = excluded.settled_at,
                 outcome = excluded.outcome, body = excluded.body
               WHERE ask.body <> excluded.body
                 AND (ask.settled_at IS NULL OR ask.outcome = '"Vanished"'
                      OR (excluded.settled_at IS NOT NULL AND excluded.outcome <> '"Vanished"'))"#,
        )?
        .execute(params![
            num,
            ask.item.as_str(),
            ask.asked.millis().0,
            ask.expires.map(|at| at.0),
            settled_at,
            outcome.map(Json),
            Json(ask),
        ])?;
    if changed == 0 {
        return Ok(Put::Same);
    }
    let opened = i64::from(settled_at.is_none()) - i64::from(was_open == Some(true));
    Ok(Put::Changed { opened })
}

/// What waits, by deadline, then by age.
pub(crate) fn waiting(conn: &Connection) -> rusqlite::Result<Vec<AskRow>> {
    conn.prepare_cached(
        "SELECT source.id, dialect, ask.body, snooze.until FROM ask JOIN source ON source.num = ask.source
         LEFT JOIN snooze ON snooze.source = source.id AND snooze.item = ask.item
         WHERE settled_at IS NULL ORDER BY expires IS NULL, expires, asked, ask.item",
    )?
    .query_map([], read)?
    .collect()
}

/// What has ended, newest first.
pub(crate) fn settled(conn: &Connection, limit: usize) -> rusqlite::Result<Vec<AskRow>> {
    conn.prepare_cached(
        "SELECT source.id, dialect, ask.body, NULL
         FROM ask INDEXED BY ask_settled JOIN source ON source.num = ask.source
         WHERE settled_at IS NOT NULL ORDER BY settled_at DESC LIMIT ?1",
    )?
    .query_map([limit], read)?
    .collect()
}

pub(crate) fn get(conn: &Connection, source: &SourceId, item: &ItemId) -> rusqlite::Result<Option<AskRow>> {
    conn.prepare_cached(
        "SELECT source.id, dialect, ask.body, snooze.until FROM ask JOIN source ON source.num = ask.source
         LEFT JOIN snooze ON snooze.source = source.id AND snooze.item = ask.item
         WHERE source.id = ?1 AND ask.item = ?2",
    )?
    .query_row(params![source.as_str(), item.as_str()], read)
    .optional()
}

pub(crate) fn waiting_of(conn: &Connection, num: Num) -> rusqlite::Result<Vec<Ask>> {
    conn.prepare_cached("SELECT body FROM ask WHERE source = ?1 AND settled_at IS NULL")?
        .query_map([num], |row| Ok(row.get::<_, Json<Ask>>(0)?.0))?
        .collect()
}

pub(crate) fn outcomes_of(conn: &Connection, num: Num) -> rusqlite::Result<Vec<(ItemId, Outcome)>> {
    conn.prepare_cached("SELECT item, outcome FROM ask WHERE source = ?1 AND settled_at IS NOT NULL")?
        .query_map([num], |row| {
            Ok((ItemId::new(row.get::<_, String>(0)?), row.get::<_, Json<Outcome>>(1)?.0))
        })?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<AskRow> {
    Ok(AskRow {
        source: SourceId::new(row.get::<_, String>(0)?),
        dialect: row.get(1)?,
        ask: row.get::<_, Json<Ask>>(2)?.0,
        snoozed_until: row.get::<_, Option<i64>>(3)?.map(Millis),
    })
}
