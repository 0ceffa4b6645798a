use deskbell_domain::{Hash, Key, Millis};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, params};

/// That the operator was told of an ask, and what became of it. One for each ask: where there is one, the ask
/// has been told, once and for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub key: Key,
    /// The hash of what was shown.
    pub shown: Hash,
    pub fate: Fate,
    pub at: Millis,
    pub note: String,
}

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Shown,
    Pressed,
    Dismissed,
    /// Settled elsewhere before the operator saw to it.
    Withdrawn,
    /// Not raised, for a reason given in the note.
    Suppressed,
    Failed,
}

impl Fate {
    const ALL: [Self; 6] =
        [Self::Shown, Self::Pressed, Self::Dismissed, Self::Withdrawn, Self::Suppressed, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Pressed => "pressed",
            Self::Dismissed => "dismissed",
            Self::Withdrawn => "withdrawn",
            Self::Suppressed => "suppressed",
            Self::Failed => "failed",
        }
    }
}

impl FromSql for Fate {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Self::ALL
            .into_iter()
            .find(|fate| fate.as_str() == text)
            .ok_or_else(|| FromSqlError::Other(format!("a notice has an unknown fate: {text}").into()))
    }
}

pub(crate) fn put(conn: &Connection, row: &NoticeRow) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT OR REPLACE INTO notice (source, item, shown, fate, at, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        row.key.source.as_str(),
        row.key.item.as_str(),
        row.shown.as_str(),
        row.fate.as_str(),
        row.at.0,
        row.note,
    ])?;
    Ok(())
}

pub(crate) fn get(conn: &Connection, key: &Key) -> rusqlite::Result<Option<NoticeRow>> {
    conn.prepare_cached("SELECT shown, fate, at, note FROM notice WHERE source = ?1 AND item = ?2")?
        .query_row(params![key.source.as_str(), key.item.as_str()], |row| {
            Ok(NoticeRow {
                key: key.clone(),
                shown: Hash::from_text(row.get::<_, String>(0)?),
                fate: row.get(1)?,
                at: Millis(row.get(2)?),
                note: row.get(3)?,
            })
        })
        .optional()
}
