use deskbell_domain::{Fault, IntentId, KeptIntent, Millis, Offer, Receipt, Surface, Verdict};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::json::Json;

/// An intent on its way, with all that is needed to deliver it after a restart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxRow {
    pub intent: KeptIntent,
    /// The offer it takes, as it was accepted.
    pub offer: Offer,
    /// What it is about, for the receipt.
    pub title: String,
    pub surface: Surface,
    pub accepted_at: Millis,
    /// The end of the undo window.
    pub held_until: Option<Millis>,
    pub stage: Stage,
}

/// How far an intent got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// It can still be taken back.
    Held,
    /// It waits for the connection. Certainly never sent.
    Queued,
    /// It may have reached the server.
    Maybe,
    /// The server has said that it has it; its proof is still to come.
    Taken,
    /// It waits for the operator.
    Stuck { fault: Fault },
}

pub(crate) fn put(conn: &Connection, row: &OutboxRow) -> rusqlite::Result<bool> {
    let key = &row.intent.key;
    let changed = conn
        .prepare_cached(
            "INSERT INTO outbox (intent, source, item, accepted_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (intent) DO UPDATE SET body = excluded.body WHERE outbox.body <> excluded.body",
        )?
        .execute(params![
            row.intent.id.as_str(),
            key.source.as_str(),
            key.item.as_str(),
            row.accepted_at.0,
            Json(row)
        ])?;
    Ok(changed > 0)
}

/// Whether it was there.
pub(crate) fn remove(conn: &Connection, intent: &IntentId) -> rusqlite::Result<bool> {
    let removed = conn.prepare_cached("DELETE FROM outbox WHERE intent = ?1")?.execute([intent.as_str()])?;
    Ok(removed > 0)
}

/// Oldest first.
pub(crate) fn list(conn: &Connection) -> rusqlite::Result<Vec<OutboxRow>> {
    conn.prepare_cached("SELECT body FROM outbox ORDER BY accepted_at, intent")?
        .query_map([], |row| Ok(row.get::<_, Json<OutboxRow>>(0)?.0))?
        .collect()
}

impl OutboxRow {
    /// What is left to say of it when its source is removed.
    pub(crate) fn abandoned(self, now: Millis) -> Receipt {
        let Self { intent, offer, title, surface, accepted_at, held_until: _, stage } = self;
        let (verdict, note) = match stage {
            Stage::Held | Stage::Queued => (Verdict::Discarded, "Its source was removed before it was sent."),
            Stage::Maybe | Stage::Taken | Stage::Stuck { .. } => {
                (Verdict::Unknown, "Its source was removed before it was known whether the server took it.")
            }
        };
        Receipt {
            intent: intent.id.clone(),
            key: intent.key.clone(),
            title,
            offer: offer.id,
            label: offer.label,
            surface,
            shown: intent.shown.clone(),
            answered_at: accepted_at,
            settled_at: now,
            verdict,
            note: note.to_owned(),
        }
    }
}
