//! What became of the asks that ended, for the operator's own record.

use deskbell_domain::{By, Millis, Outcome, SourceId};
use rusqlite::{Connection, params};

use crate::json::Json;

/// An ask that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedAsk {
    pub source: SourceId,
    pub agent: Option<String>,
    pub asked_at: Millis,
    pub ended_at: Millis,
    /// When the operator answered, where it was that answer which the server took.
    pub answered_at: Option<Millis>,
    pub by: By,
    pub outcome: Outcome,
}

const ENDED: &str = "SELECT source.id, ask.body ->> '$.agent', asked, settled_at, outcome,
       ask.body -> '$.state.Settled.by',
       (SELECT max(answered_at) FROM receipt
        WHERE receipt.source = source.id AND receipt.item = ask.item AND receipt.body ->> '$.verdict' = 'won')
     FROM ask INDEXED BY ask_settled JOIN source ON source.num = ask.source
     WHERE settled_at >= ?1 AND settled_at < ?2";

/// Hands over each ask that ended in the time from `since` to before `until`.
pub(crate) fn scan(
    conn: &Connection,
    since: Millis,
    until: Millis,
    mut take: impl FnMut(EndedAsk),
) -> rusqlite::Result<()> {
    let mut select = conn.prepare_cached(ENDED)?;
    let mut rows = select.query(params![since.0, until.0])?;
    while let Some(row) = rows.next()? {
        take(EndedAsk {
            source: SourceId::new(row.get::<_, String>(0)?),
            agent: row.get(1)?,
            asked_at: Millis(row.get(2)?),
            ended_at: Millis(row.get(3)?),
            answered_at: row.get::<_, Option<i64>>(6)?.map(Millis),
            by: row.get::<_, Json<By>>(5)?.0,
            outcome: row.get::<_, Json<Outcome>>(4)?.0,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn the_asks_of_a_time_and_their_receipts_are_found_by_indexes() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let plan: Vec<String> = conn
            .prepare(&format!("EXPLAIN QUERY PLAN {ENDED}"))
            .unwrap()
            .query_map(params![0, 9], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let plan = plan.join("; ");
        assert!(plan.contains("ask_settled (settled_at>? AND settled_at<?)"), "{plan}");
        assert!(plan.contains("receipt_item (source=? AND item=?)"), "{plan}");
        assert!(!plan.contains("SCAN "), "{plan}");
    }
}
