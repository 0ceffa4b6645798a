//! The same lines in bare SQLite: a table, and its own full-text index over it.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};

use super::lines;

pub struct Plain(Connection);

impl Plain {
    pub fn fill(path: &Path, count: usize) -> Result<Self> {
        let mut conn = Connection::open(path)?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE line (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
             CREATE VIRTUAL TABLE words USING fts5(text, content = 'line', content_rowid = 'id');",
        )?;
        let filling = conn.transaction()?;
        for n in 0..count {
            let (id, text) = (n as i64 + 1, lines::text(n));
            filling
                .prepare_cached("INSERT INTO line (id, at, text) VALUES (?1, ?2, ?3)")?
                .execute(params![id, lines::at(n), text])?;
            filling
                .prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?
                .execute(params![id, text])?;
        }
        filling.commit()?;
        Ok(Self(conn))
    }

    /// The newest first; gives how many.
    pub fn full_text(&self, query: &str, page: u32) -> Result<usize> {
        self.read("SELECT text FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT ?2", query, page)
    }

    pub fn like(&self, pattern: &str, page: u32) -> Result<usize> {
        self.read("SELECT text FROM line WHERE text LIKE ?1 ORDER BY id DESC LIMIT ?2", pattern, page)
    }

    fn read(&self, sql: &str, what: &str, page: u32) -> Result<usize> {
        let mut query = self.0.prepare_cached(sql)?;
        let mut rows = query.query(params![what, page])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let _text: String = row.get(0)?;
            count += 1;
        }
        Ok(count)
    }
}
