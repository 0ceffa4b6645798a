//! How many lines there are of each hour, source and kind, and what they take. Kept in step with the lines in the same transaction: what
//! comes by the writer, what goes or is altered by triggers (see hour.sql and
//! size.sql).

use std::collections::{BTreeSet, HashMap};

use deskbell_domain::{Entry, EntryKind, Millis};
use rusqlite::{Connection, params};

use crate::source::Num;

const HOUR: i64 = 3_600_000;

/// Lines of one source that came and are yet to be counted.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(HashMap<(EntryKind, i64), Sum>);

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    entries: u64,
    text_bytes: usize,
    frame_bytes: usize,
}

impl Arrivals {
    pub(crate) fn add(&mut self, entry: &Entry) {
        let sum = self.0.entry((entry.kind, hour_of(entry.at.millis().0))).or_default();
        sum.entries += 1;
        sum.text_bytes += entry.text.len();
        sum.frame_bytes += entry.raw.len();
    }

    /// Before the commit of the lines.
    pub(crate) fn put(&mut self, conn: &Connection, num: Num) -> rusqlite::Result<()> {
        for ((kind, hour), Sum { entries, text_bytes, frame_bytes }) in self.0.drain() {
            conn.prepare_cached(
                "INSERT INTO hour (source, kind, hour, entries, text_bytes, frame_bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET entries = entries + excluded.entries,
                   text_bytes = text_bytes + excluded.text_bytes, frame_bytes = frame_bytes + excluded.frame_bytes",
            )?
            .execute(params![num, kind.as_str(), hour, entries, text_bytes, frame_bytes])?;
            conn.prepare_cached(
                "DELETE FROM hour WHERE source = ?1 AND kind = ?2 AND hour = ?3
                   AND entries = 0 AND text_bytes = 0 AND frame_bytes = 0",
            )?
            .execute(params![num, kind.as_str(), hour])?;
        }
        Ok(())
    }
}

/// The times between which lines are counted. Whole hours are counted already; an hour that is cut by one of the times
/// has to be counted line by line.
#[derive(Debug)]
pub(crate) struct Cuts<'a> {
    edges: &'a [Millis],
    hours: BTreeSet<i64>,
}

impl<'a> Cuts<'a> {
    pub(crate) fn new(edges: &'a [Millis]) -> Self {
        let cut = edges.iter().filter(|edge| edge.0.rem_euclid(HOUR) != 0);
        Self { edges, hours: cut.map(|edge| hour_of(edge.0)).collect() }
    }

    /// The part of a time between two edges that lies in hours that are cut, at its beginning and at its end.
    pub(crate) fn parts(&self, since: i64, until: i64) -> impl Iterator<Item = (i64, i64)> {
        let (first, last) = (hour_of(since), hour_of(until));
        let end = first.saturating_add(1).saturating_mul(HOUR).min(until);
        let head = self.hours.contains(&first).then_some((since, end));
        let tail = (first != last && self.hours.contains(&last)).then_some((last * HOUR, until));
        head.into_iter().chain(tail)
    }

    /// Adds what the whole hours hold to the sums, one for each time between two edges.
    pub(crate) fn add_whole(
        &self,
        conn: &Connection,
        num: Num,
        kind: &str,
        sums: &mut [u64],
    ) -> rusqlite::Result<()> {
        let (Some(first), Some(last)) = (self.edges.first(), self.edges.last()) else { return Ok(()) };
        let mut select = conn.prepare_cached(
            "SELECT hour, entries FROM hour WHERE source = ?1 AND kind = ?2 AND hour >= ?3 AND hour < ?4",
        )?;
        let mut rows = select.query(params![num, kind, hour_of(first.0), hour_of(last.0)])?;
        while let Some(row) = rows.next()? {
            let hour: i64 = row.get(0)?;
            if self.hours.contains(&hour) {
                continue;
            }
            let bucket = self.edges.partition_point(|edge| edge.0 <= hour.saturating_mul(HOUR));
            if let Some(sum) = bucket.checked_sub(1).and_then(|bucket| sums.get_mut(bucket)) {
                *sum += row.get::<_, u64>(1)?;
            }
        }
        Ok(())
    }
}

fn hour_of(at: i64) -> i64 {
    at.div_euclid(HOUR)
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{ItemId, When};

    use super::*;
    use crate::{entry, schema};

    type Row = (i64, String, i64, [i64; 3]);

    fn rows(conn: &Connection, sql: &str) -> Vec<Row> {
        conn.prepare(sql)
            .unwrap()
            .query_map([], |row| {
                let sums = [row.get(3)?, row.get(4)?, row.get(5)?];
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, sums))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    fn kept(conn: &Connection) -> Vec<Row> {
        rows(conn, "SELECT source, kind, hour, entries, text_bytes, frame_bytes FROM hour ORDER BY 1, 2, 3")
    }

    fn counted(conn: &Connection) -> Vec<Row> {
        let all = "SELECT source, kind, at, 1, octet_length(text), octet_length(body) FROM entry JOIN raw USING (id)";
        let mut counts: std::collections::BTreeMap<(i64, String, i64), [i64; 3]> = Default::default();
        for (source, kind, at, of_line) in rows(conn, all) {
            let sums = counts.entry((source, kind, hour_of(at))).or_default();
            sums.iter_mut().zip(of_line).for_each(|(sum, more)| *sum += more);
        }
        counts.into_iter().map(|((source, kind, hour), sums)| (source, kind, hour, sums)).collect()
    }

    /// The same numbers at every run.
    fn dice() -> impl FnMut(u64) -> u64 {
        let mut state = 0_u64;
        move |sides| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % sides
        }
    }

    fn thrown(throw: &mut impl FnMut(u64) -> u64) -> (Num, Entry) {
        let at = match throw(20) {
            0 => i64::MAX,
            1 => i64::MIN,
            _ => throw(6 * HOUR as u64) as i64 - 3 * HOUR,
        };
        let entry = Entry {
            item: ItemId::of("message", throw(300)),
            at: if throw(2) == 0 { When::Said(Millis(at)) } else { When::Seen(Millis(at)) },
            kind: EntryKind::ALL[throw(3) as usize],
            agent: None,
            thread: None,
            ask: None,
            text: "é".repeat(throw(5) as usize),
            raw: "x".repeat(throw(9) as usize),
        };
        (Num(1 + throw(2) as i64), entry)
    }

    #[test]
    fn what_is_kept_is_what_a_count_of_the_lines_gives_whatever_was_written_altered_and_removed() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let mut throw = dice();
        let mut arrivals: HashMap<i64, Arrivals> = HashMap::new();
        for step in 0..3_000 {
            match throw(10) {
                // A transaction ends.
                0 => {
                    for (num, came) in &mut arrivals {
                        came.put(&conn, Num(*num)).unwrap();
                    }
                    assert_eq!(kept(&conn), counted(&conn), "after {step} steps");
                }
                1 | 2 => {
                    let id = throw(400) as i64;
                    conn.execute("DELETE FROM entry WHERE id = ?1", [id]).unwrap();
                    conn.execute("DELETE FROM raw WHERE id = ?1", [id]).unwrap();
                }
                _ => {
                    let (num, entry) = thrown(&mut throw);
                    if let entry::Put::New { .. } = entry::put(&conn, num, &entry, None).unwrap() {
                        arrivals.entry(num.0).or_default().add(&entry);
                    }
                }
            }
        }
        conn.execute("DELETE FROM entry", []).unwrap();
        arrivals.iter_mut().for_each(|(num, came)| came.put(&conn, Num(*num)).unwrap());
        assert_eq!(kept(&conn), [], "nothing is kept of what is gone");
    }

    #[test]
    fn lines_from_before_hours_were_kept_are_counted_once() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let mut throw = dice();
        for _ in 0..500 {
            let (num, entry) = thrown(&mut throw);
            entry::put(&conn, num, &entry, None).unwrap();
        }
        conn.execute_batch(
            "DROP TABLE hour; DROP TRIGGER hour_gone; DROP TRIGGER hour_altered; DROP TRIGGER hour_frame_altered;
             DROP TABLE removed;",
        )
        .unwrap();
        conn.execute_batch(include_str!("hour.sql")).unwrap();
        conn.execute_batch(include_str!("size.sql")).unwrap();
        assert!(!kept(&conn).is_empty());
        assert_eq!(kept(&conn), counted(&conn));
    }
}
