//! Goes through what the index finds between two documents, and does not look at more of it than is wanted.
//!
//! From its end SQLite's index goes backwards at once, and forwards from anywhere. Backwards from its middle it crawls:
//! at each page it begins anew to look for the one before. So there a piece at a time is read forwards, and given
//! backwards.

use rusqlite::{Connection, params};

use super::index::{IN_A_SECOND, Index};

/// The first piece: about four minutes.
const PIECE: i64 = 256 * IN_A_SECOND;
/// So much longer is each than the one before.
const LONGER: i64 = 4;
/// A piece with more documents than these is cut.
const MOST: usize = 4_096;

/// What is looked for, and between which documents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'a> {
    pub query: &'a str,
    pub oldest: i64,
    pub newest: i64,
}

/// Whoever is given a document says whether more are wanted.
pub(super) type Wants<'a> = dyn FnMut(i64) -> rusqlite::Result<bool> + 'a;

impl Stretch<'_> {
    pub fn oldest_first(self, index: &Index, wants_more: &mut Wants<'_>) -> rusqlite::Result<()> {
        self.straight(&index.0, "ASC", wants_more)
    }

    pub fn newest_first(self, index: &Index, wants_more: &mut Wants<'_>) -> rusqlite::Result<()> {
        let last: Option<i64> =
            index.0.prepare_cached("SELECT max(document) FROM place")?.query_row([], |row| row.get(0))?;
        if last.is_none_or(|last| last <= self.newest) {
            return self.straight(&index.0, "DESC", wants_more);
        }
        let mut end = self.newest;
        let mut length = PIECE;
        while end >= self.oldest {
            let begin = self.oldest.max(end.saturating_sub(length - 1));
            let piece = Stretch { oldest: begin, newest: end, ..self };
            let Some(documents) = piece.few(&index.0, length)? else {
                length = (length / (LONGER * LONGER)).max(IN_A_SECOND);
                continue;
            };
            for document in documents.into_iter().rev() {
                if !wants_more(document)? {
                    return Ok(());
                }
            }
            end = begin - 1;
            length = length.saturating_mul(LONGER);
        }
        Ok(())
    }

    /// All of it, where that is not too much. What one second holds is never too much.
    fn few(self, conn: &Connection, length: i64) -> rusqlite::Result<Option<Vec<i64>>> {
        let is_few = |documents: &Vec<i64>| documents.len() <= MOST || length == IN_A_SECOND;
        let mut documents = Vec::new();
        self.straight(conn, "ASC", &mut |document| {
            documents.push(document);
            Ok(is_few(&documents))
        })?;
        Ok(is_few(&documents).then_some(documents))
    }

    fn straight(self, conn: &Connection, order: &str, wants_more: &mut Wants<'_>) -> rusqlite::Result<()> {
        let Stretch { query, oldest, newest } = self;
        let mut documents = conn.prepare_cached(&format!(
            "SELECT rowid FROM line WHERE line MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid {order}"
        ))?;
        let mut rows = documents.query(params![query, oldest, newest])?;
        while let Some(row) = rows.next()? {
            if !wants_more(row.get(0)?)? {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::index::first_of;

    /// Seconds far from each other, near each other, and one that holds more than a piece may.
    fn documents() -> Vec<i64> {
        let far = (0..40).map(|n| first_of(n * n * 90_000));
        let near = (0..3_000).map(|n| first_of(150_000_000 + n / 2) + n % 2);
        let full = (0..2 * MOST as i64).map(|n| first_of(151_000_000) + n);
        far.chain(near).chain(full).collect()
    }

    #[test]
    fn from_anywhere_each_is_given_once_and_the_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        let mut all = documents();
        let making = index.0.unchecked_transaction().unwrap();
        for (entry, document) in all.iter().enumerate() {
            making.execute("INSERT INTO place VALUES (?1, ?2)", params![document, entry as i64]).unwrap();
            making.execute("INSERT INTO line (rowid, words) VALUES (?1, 'build')", [document]).unwrap();
        }
        making.commit().unwrap();
        all.sort_unstable_by(|a, b| b.cmp(a));
        for newest in [i64::MAX, all[0], all[1], all[MOST], all[2 * MOST - 1], all[9_000], all[11_200], 0] {
            for (oldest, most) in [(0, usize::MAX), (0, 50), (all[11_210], usize::MAX)] {
                let stretch = Stretch { query: "\"bui\"", oldest, newest };
                let mut given = Vec::new();
                let mut take = |document| {
                    given.push(document);
                    Ok(given.len() < most)
                };
                stretch.newest_first(&index, &mut take).unwrap();
                let between = all.iter().copied().filter(|document| (oldest..=newest).contains(document));
                assert_eq!(given, between.take(most).collect::<Vec<_>>(), "{oldest} to {newest}, {most}");
            }
        }
    }
}
