//! How much happened when. Of all of history, a source and a kind the whole hours are counted already (see hour.rs);
//! everything else is counted in the indexes that lead to the lines.

use deskbell_domain::Millis;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::history::History;
use crate::hour::Cuts;
use crate::lead::{Lead, Query};
use crate::source::{self, Num};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The times of the first and the last line there is.
    pub span: Option<(Millis, Millis)>,
    /// How many lines there are from each of the times that were given to before the next.
    pub counts: Vec<u64>,
}

/// Counts what a history holds, without regard to its own times, its place and its limit.
pub(crate) fn count(conn: &Connection, history: &History, edges: &[Millis]) -> rusqlite::Result<Timeline> {
    let picture = conn.unchecked_transaction()?;
    let mut span: Option<(i64, i64)> = None;
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    let cuts = Cuts::new(edges);
    for (num, id) in source::nums(&picture)? {
        if history.source.as_ref().is_some_and(|wanted| *wanted != id) {
            continue;
        }
        for lead in Lead::all(history) {
            let at = |order| {
                let query = end(num, lead, history, order);
                let mut at = picture.prepare_cached(&query.sql)?;
                at.query_row(params_from_iter(&query.values), |row| row.get::<_, i64>(0)).optional()
            };
            let (Some(first), Some(last)) = (at("")?, at(" DESC")?) else { continue };
            span = Some(span.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
            if let Lead::Kind(kind) = lead {
                cuts.add_whole(&picture, num, kind, &mut counts)?;
            }
            for (sum, edge) in counts.iter_mut().zip(edges.windows(2)) {
                let [since, until] = [edge[0].0.max(first), edge[1].0.min(last.saturating_add(1))];
                let mut add = |(since, until): (i64, i64)| {
                    let query = between(num, lead, history, since, until);
                    let mut count = picture.prepare_cached(&query.sql)?;
                    *sum += count.query_row(params_from_iter(&query.values), |row| row.get::<_, u64>(0))?;
                    Ok::<(), rusqlite::Error>(())
                };
                match lead {
                    _ if since >= until => {}
                    Lead::Kind(_) => cuts.parts(since, until).try_for_each(add)?,
                    Lead::Ask(_) | Lead::Thread(_) | Lead::Answerer(_) | Lead::Ended(..) | Lead::Agent(_) => {
                        add((since, until))?;
                    }
                }
            }
        }
    }
    Ok(Timeline { span: span.map(|(first, last)| (Millis(first), Millis(last))), counts })
}

/// The first time, or the last.
fn end(num: Num, lead: Lead<'_>, history: &History, order: &str) -> Query {
    let mut query = Query::new("SELECT at", num, lead, history);
    query.end(&format!(" ORDER BY at{order} LIMIT 1"), [] as [i64; 0]);
    query
}

fn between(num: Num, lead: Lead<'_>, history: &History, since: i64, until: i64) -> Query {
    let mut query = Query::new("SELECT count(*)", num, lead, history);
    query.and("at >= ? AND at < ?", [since, until]);
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn all_of_history_is_counted_in_an_index_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let of_kind =
            |index| format!("SEARCH entry USING COVERING INDEX entry_kind (source=? AND kind=?{index})");
        let (lead, all) = (Lead::Kind("x"), &History::default());
        for (query, index) in [
            (end(Num(1), lead, all, ""), ""),
            (end(Num(1), lead, all, " DESC"), ""),
            (between(Num(1), lead, all, 0, 9), " AND at>? AND at<?"),
        ] {
            let plan: Vec<String> = conn
                .prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql))
                .unwrap()
                .query_map(params_from_iter(&query.values), |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(plan, [of_kind(index)], "no sorting, no second table");
        }
    }
}
