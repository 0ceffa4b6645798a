//! How much happened when. Of all of history, a source and a kind the whole hours are counted already (see hour.rs);
//! everything else is counted in the indexes that lead to the lines.

use deskbell_domain::{EntryKind, ItemId, Millis};
use rusqlite::{Connection, OptionalExtension, params};

use crate::history::{History, Lead};
use crate::hour::Cuts;
use crate::source;

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
    let thread = history.thread.as_ref().map(ItemId::as_str);
    let kind = history.kind.map(EntryKind::as_str);
    let mut span: Option<(i64, i64)> = None;
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    let cuts = Cuts::new(edges);
    for (num, id) in source::nums(&picture)? {
        if history.source.as_ref().is_some_and(|wanted| *wanted != id) {
            continue;
        }
        for lead in Lead::all(history) {
            let all = params![num, lead.value(), thread, history.agent, kind, i64::MIN, i64::MAX];
            let at = |sql| picture.prepare_cached(sql)?.query_row(all, |row| row.get::<_, i64>(0)).optional();
            let [first, last, count] = sql(lead);
            let (Some(first), Some(last)) = (at(first)?, at(last)?) else { continue };
            span = Some(span.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
            if let Lead::Kind(kind) = lead {
                cuts.add_whole(&picture, num, kind, &mut counts)?;
            }
            let mut count = picture.prepare_cached(count)?;
            for (sum, edge) in counts.iter_mut().zip(edges.windows(2)) {
                let [since, until] = [edge[0].0.max(first), edge[1].0.min(last.saturating_add(1))];
                let mut add = |(since, until): (i64, i64)| {
                    let some = params![num, lead.value(), thread, history.agent, kind, since, until];
                    *sum += count.query_row(some, |row| row.get::<_, u64>(0))?;
                    Ok::<(), rusqlite::Error>(())
                };
                match lead {
                    _ if since >= until => {}
                    Lead::Kind(_) => cuts.parts(since, until).try_for_each(add)?,
                    Lead::Ask(_) | Lead::Thread(_) | Lead::Agent(_) => add((since, until))?,
                }
            }
        }
    }
    Ok(Timeline { span: span.map(|(first, last)| (Millis(first), Millis(last))), counts })
}

/// The first time, the last time, and how many; what the index does not settle is looked up in the line.
fn sql(lead: Lead<'_>) -> [&'static str; 3] {
    macro_rules! three {
        ($column:literal, $rest:literal) => {
            [
                three!("at", $column, $rest, " ORDER BY at LIMIT 1"),
                three!("at", $column, $rest, " ORDER BY at DESC LIMIT 1"),
                three!("count(*)", $column, $rest, ""),
            ]
        };
        ($what:literal, $column:literal, $rest:literal, $end:literal) => {
            concat!(
                "SELECT ",
                $what,
                " FROM entry INDEXED BY entry_",
                $column,
                " WHERE source = ?1 AND ",
                $column,
                " = ?2",
                $rest,
                " AND at >= ?6 AND at < ?7",
                $end
            )
        };
    }
    macro_rules! narrowed {
        ($column:literal) => {
            three!(
                $column,
                " AND (?3 IS NULL OR thread = ?3) AND (?4 IS NULL OR agent = ?4) AND (?5 IS NULL OR kind = ?5)"
            )
        };
    }
    match lead {
        Lead::Ask(_) => narrowed!("ask"),
        Lead::Thread(_) => narrowed!("thread"),
        Lead::Agent(_) => narrowed!("agent"),
        Lead::Kind(_) => three!("kind", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn all_of_history_is_counted_in_an_index_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        for text in sql(Lead::Kind("x")) {
            let plan: Vec<String> = conn
                .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
                .unwrap()
                .query_map(params![1, "x", None::<&str>, None::<&str>, None::<&str>, 0, 9], |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let lead = "SEARCH entry USING COVERING INDEX entry_kind (source=? AND kind=? AND at>? AND at<?)";
            assert_eq!(plan, [lead], "no sorting, no second table");
        }
    }
}
