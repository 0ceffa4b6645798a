use deskbell_domain::{Hash, Key, Millis};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, params};

/// How the operator is told of an ask, and what became of that last. One for each ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub key: Key,
    /// The hash of what was shown.
    pub shown: Hash,
    pub fate: Fate,
    pub at: Millis,
    pub note: String,
    /// When the ask last rang, or was passed over for good. Nothing while its first ring is still to come.
    pub rung_at: Option<Millis>,
}

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Shown,
    Pressed,
    /// Answered in the notification's own field.
    Replied,
    Dismissed,
    /// Taken down before the operator saw to it.
    Withdrawn,
    /// Not raised, for a reason given in the note.
    Suppressed,
    Failed,
}

impl Fate {
    const ALL: [Self; 7] = [
        Self::Shown,
        Self::Pressed,
        Self::Replied,
        Self::Dismissed,
        Self::Withdrawn,
        Self::Suppressed,
        Self::Failed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Pressed => "pressed",
            Self::Replied => "replied",
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
        "INSERT OR REPLACE INTO notice (source, item, shown, fate, at, note, rung_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        row.key.source.as_str(),
        row.key.item.as_str(),
        row.shown.as_str(),
        row.fate.as_str(),
        row.at.0,
        row.note,
        row.rung_at.map(|at| at.0),
    ])?;
    Ok(())
}

pub(crate) fn get(conn: &Connection, key: &Key) -> rusqlite::Result<Option<NoticeRow>> {
    conn.prepare_cached("SELECT shown, fate, at, note, rung_at FROM notice WHERE source = ?1 AND item = ?2")?
        .query_row(params![key.source.as_str(), key.item.as_str()], |row| {
            Ok(NoticeRow {
                key: key.clone(),
                shown: Hash::from_text(row.get::<_, String>(0)?),
                fate: row.get(1)?,
                at: Millis(row.get(2)?),
                note: row.get(3)?,
                rung_at: row.get::<_, Option<i64>>(4)?.map(Millis),
            })
        })
        .optional()
}
