//! The thread that brings the index up to the database, a little at a time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::document::document;
use super::index::{Index, Line, Reach, second, throw_away};
use super::progress::Progress;
use crate::background::make_way;
use crate::entry;

/// So many lines at a time: long enough to be quick, short enough not to be in the way.
const BATCH: i64 = 1_000;
/// How long it waits for more of what has begun to come: a commit of the index costs far more than a line in it, and
/// who searches meanwhile looks through the lines that it lacks.
const GATHERING: Duration = Duration::from_millis(250);
/// How long it rests after an error.
const PAUSE: Duration = Duration::from_secs(2);
/// The longest it makes way for the intake at a time.
const LONGEST_REST: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Indexer {
    folder: PathBuf,
    database: Connection,
    progress: Arc<Progress>,
}

/// The indexer as the writer knows it: told of commits, and ended with it.
#[derive(Debug)]
pub(crate) struct Follower {
    pub progress: Arc<Progress>,
    pub indexer: Option<JoinHandle<()>>,
}

impl Follower {
    /// Returns when it writes no more.
    pub fn end(self) {
        self.progress.end();
        if self.indexer.is_some_and(|indexer| indexer.join().is_err()) {
            tracing::error!("the search index was not ended in good order");
        }
    }
}

impl Indexer {
    /// Runs until the writer ends.
    pub(crate) fn start(
        folder: &Path,
        database: &Path,
        progress: Arc<Progress>,
    ) -> std::io::Result<JoinHandle<()>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(database, flags).map_err(std::io::Error::other)?;
        let indexer = Self { folder: folder.to_owned(), database, progress };
        std::thread::Builder::new().name("store-indexer".to_owned()).spawn(move || indexer.run())
    }

    fn run(self) {
        make_way();
        while !self.progress.has_ended() {
            let Err(error) = self.follow() else { return };
            tracing::warn!(%error, "the search index could not be written; searches look through the lines instead");
            self.progress.set_trouble(Some(error.to_string()));
            if crate::database::is_damage(&error) {
                throw_away(&self.folder);
            }
            self.progress.rest(PAUSE);
        }
    }

    /// Follows the database until the writer ends.
    fn follow(&self) -> rusqlite::Result<()> {
        let mut index = Index::open(&self.folder)?;
        if !self.is_of_this_database(index.reach()?)? {
            index.clear()?;
        }
        let mut begins = true;
        while !self.progress.has_ended() {
            if self.progress.is_to_be_remade() {
                index.clear()?;
                self.progress.emptied();
            }
            let (commits, begun) = (self.progress.commits(), Instant::now());
            let more = self.step(&mut index)?;
            self.progress.set_trouble(None);
            if !more && self.progress.is_to_be_compacted() {
                if !index.compact(std::mem::take(&mut begins))? {
                    (begins, _) = (true, self.progress.compacted());
                }
            } else if !more {
                self.progress.wait_beyond(commits);
                self.progress.rest(GATHERING);
            } else if self.progress.commits() != commits {
                // Whoever writes goes first: they share the processor and the disk.
                self.progress.rest(begun.elapsed().min(LONGEST_REST));
            }
        }
        Ok(())
    }

    /// An index may be left beside a database that was put aside or brought from elsewhere.
    fn is_of_this_database(&self, reach: Reach) -> rusqlite::Result<bool> {
        if entry::newest(&self.database)? < reach.entry {
            return Ok(false);
        }
        // Where the line was swept out there is nothing to tell by.
        Ok(entry::print_of(&self.database, reach.entry)?.is_none_or(|print| print == reach.print))
    }

    /// Takes in one batch. Whether there may be more.
    fn step(&self, index: &mut Index) -> rusqlite::Result<bool> {
        let mut reach = index.reach()?;
        let picture = self.database.unchecked_transaction()?;
        // What comes takes the numbers of the newest that are gone: those are not in the index.
        reach.entry = reach.entry.min(entry::newest(&picture)?);
        let mut altered = BTreeSet::new();
        let mut stale =
            picture.prepare_cached("SELECT seq, entry FROM stale WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
        let mut rows = stale.query([reach.stale, BATCH])?;
        let mut alterations = 0;
        while let Some(row) = rows.next()? {
            (alterations, reach.stale) = (alterations + 1, row.get(0)?);
            altered.insert(row.get::<_, i64>(1)?);
        }
        let mut found = Vec::new();
        // What is not in it yet comes in with its turn.
        for id in altered.iter().filter(|id| **id <= reach.entry) {
            found.extend(entry::by_id(&picture, *id)?);
        }
        let (known, mut fresh) = (reach.entry, 0);
        entry::each_after(&picture, known, BATCH, |line| {
            (fresh, reach.entry) = (fresh + 1, line.id);
            found.push(line);
        })?;
        reach.print = entry::print_of(&picture, reach.entry)?.unwrap_or(reach.print);
        drop(rows);
        drop(stale);
        // The rest takes its time, for which the database's log must not wait.
        drop(picture);
        if !found.is_empty() || alterations > 0 {
            let out: Vec<i64> = altered.into_iter().collect();
            let lines = found.iter().map(of_line).collect();
            index.advance(&out, lines, reach)?;
        }
        self.progress.set_indexed(reach.entry);
        self.progress.set_restated(reach.stale);
        Ok(fresh == BATCH || alterations == BATCH)
    }
}

fn of_line(line: &entry::Line) -> Line {
    Line { entry: line.id, second: second(line.entry.at.millis().0), document: document(line) }
}
