//! What tasks took over time. Kept by the minute, and only as much as it grew.

use deskbell_domain::{Millis, SourceId, Usage};
use rusqlite::{Connection, params};

use crate::source::{self, Num};

const MINUTE: i64 = 60_000;

/// More than any task takes: a server's nonsense must not overflow a sum.
const MOST: u64 = 1_000_000_000_000;

/// By how much a task's figures grew in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth<'a> {
    pub source: &'a SourceId,
    pub task: &'a str,
    pub agent: Option<&'a str>,
    /// The beginning of the minute.
    pub at: Millis,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of a US dollar.
    pub cost_micros: u64,
}

pub(crate) fn put(conn: &Connection, num: Num, told: &Usage) -> rusqlite::Result<()> {
    let task = told.task.as_str();
    let counted: [u64; 3] = conn
        .prepare_cached(
            "SELECT IFNULL(SUM(tokens_in), 0), IFNULL(SUM(tokens_out), 0), IFNULL(SUM(cost_micros), 0)
             FROM usage WHERE source = ?1 AND task = ?2",
        )?
        .query_row(params![num, task], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    let told_now = [told.tokens_in, told.tokens_out, told.cost_micros];
    let [tokens_in, tokens_out, cost_micros] =
        std::array::from_fn(|i| told_now[i].min(MOST).saturating_sub(counted[i]));
    if tokens_in == 0 && tokens_out == 0 && cost_micros == 0 {
        return Ok(());
    }
    let at = told.at.0.div_euclid(MINUTE).saturating_mul(MINUTE);
    conn.prepare_cached(
        "INSERT INTO usage (source, task, at, agent, tokens_in, tokens_out, cost_micros)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (source, task, at) DO UPDATE SET
           agent = excluded.agent, tokens_in = tokens_in + excluded.tokens_in,
           tokens_out = tokens_out + excluded.tokens_out, cost_micros = cost_micros + excluded.cost_micros",
    )?
    .execute(params![num, task, at, told.agent, tokens_in, tokens_out, cost_micros])?;
    Ok(())
}

/// Hands over each growth that began in the time from `since` to before `until`.
pub(crate) fn scan(
    conn: &Connection,
    since: Millis,
    until: Millis,
    mut take: impl FnMut(Growth<'_>),
) -> rusqlite::Result<()> {
    let picture = conn.unchecked_transaction()?;
    let sources = source::nums(&picture)?;
    let mut select = picture.prepare_cached(
        "SELECT source, task, agent, at, tokens_in, tokens_out, cost_micros
         FROM usage WHERE at >= ?1 AND at < ?2",
    )?;
    let mut rows = select.query(params![since.0, until.0])?;
    while let Some(row) = rows.next()? {
        let num: Num = row.get(0)?;
        let Some((_, source)) = sources.iter().find(|(known, _)| *known == num) else { continue };
        take(Growth {
            source,
            task: row.get_ref(1)?.as_str()?,
            agent: row.get_ref(2)?.as_str_or_null()?,
            at: Millis(row.get(3)?),
            tokens_in: row.get(4)?,
            tokens_out: row.get(5)?,
            cost_micros: row.get(6)?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use deskbell_domain::ItemId;

    use super::*;
    use crate::schema;

    fn at(minute: i64, tokens_in: u64) -> Usage {
        Usage {
            task: ItemId::new("task:1"),
            agent: Some("coder".into()),
            at: Millis(minute * MINUTE + 1),
            tokens_in,
            tokens_out: 0,
            cost_micros: tokens_in * 2,
        }
    }

    fn rows(conn: &Connection) -> Vec<(i64, u64, u64)> {
        conn.prepare("SELECT at, tokens_in, cost_micros FROM usage ORDER BY at")
            .unwrap()
            .query_map([], |row| Ok((row.get::<_, i64>(0)? / MINUTE, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    #[test]
    fn only_what_grew_is_kept_whatever_is_told_again_late_or_smaller() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let tell = |minute, tokens| put(&conn, Num(1), &at(minute, tokens)).unwrap();
        for (minute, tokens) in [(5, 100), (5, 150), (7, 150), (6, 170), (9, 20), (9, 170), (8, 200)] {
            tell(minute, tokens);
        }
        assert_eq!(rows(&conn), [(5, 150, 300), (6, 20, 40), (8, 30, 60)]);
        let before = rows(&conn);
        for (minute, tokens) in [(5, 100), (5, 150), (7, 150), (6, 170), (9, 20), (9, 170), (8, 200)] {
            tell(minute, tokens);
        }
        assert_eq!(rows(&conn), before, "a replay counts nothing twice");
    }

    #[test]
    fn nonsense_does_not_overflow() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        for minute in [i64::MIN, -1, i64::MAX] {
            let told = Usage { at: Millis(minute), cost_micros: u64::MAX, ..at(0, u64::MAX / 2) };
            put(&conn, Num(1), &told).unwrap();
        }
        assert_eq!(rows(&conn).len(), 1);
    }

    #[test]
    fn a_time_is_found_by_its_index() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let plan: String = conn
            .query_row("EXPLAIN QUERY PLAN SELECT source FROM usage WHERE at >= 1 AND at < 2", [], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(plan.contains("usage_at (at>? AND at<?)"), "{plan}");
    }
}
