//! Folds the database's log into the database beside the writer: a checkpoint waits for the disk twice, and whoever
//! asks is to be told meanwhile.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

/// So much of the log is folded at once, in pages of 4 KiB. The more it is, the fewer pages are written twice.
const AT_ONCE: i64 = 8_000;
/// A log begins anew only when all of it is folded, which never comes to be while lines flood in: so long, the writer
/// waits until it is.
const LONGEST: i64 = 4 * AT_ONCE;

#[derive(Debug)]
pub(crate) struct Checkpointer {
    wake: SyncSender<()>,
    /// Held while it folds.
    at_work: Arc<Mutex<()>>,
    thread: JoinHandle<()>,
}

/// How long the log is, and how much of it is folded already, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Length {
    all: i64,
    folded: i64,
}

impl Checkpointer {
    pub(crate) fn start(database: &Path) -> std::io::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(database, flags).map_err(std::io::Error::other)?;
        let (wake, woken) = sync_channel(1);
        let at_work = Arc::<Mutex<()>>::default();
        let turn = Arc::clone(&at_work);
        let thread = std::thread::Builder::new()
            .name("store-checkpointer".to_owned())
            .spawn(move || run(&conn, &woken, &turn))?;
        Ok(Self { wake, at_work, thread })
    }

    /// The writer has committed.
    pub(crate) fn look(&self, conn: &Connection) {
        let looked = length(conn).and_then(|length| {
            if length.all >= LONGEST {
                let _turn = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
                fold(conn)?;
            } else if length.all - length.folded >= AT_ONCE {
                // Full, it is woken already.
                let _ = self.wake.try_send(());
            }
            Ok(())
        });
        if let Err(error) = looked {
            tell(&error);
        }
    }

    /// Returns when it has the database open no more.
    pub(crate) fn end(self) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("what folds the database's log was not ended in good order");
        }
    }
}

fn run(conn: &Connection, woken: &Receiver<()>, at_work: &Mutex<()>) {
    while woken.recv().is_ok() {
        let _turn = at_work.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = fold(conn) {
            tell(&error);
        }
    }
}

/// Folds what nobody reads any more.
fn fold(conn: &Connection) -> rusqlite::Result<()> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

fn length(conn: &Connection) -> rusqlite::Result<Length> {
    conn.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?
        .query_row([], |row| Ok(Length { all: row.get(1)?, folded: row.get(2)? }))
}

fn tell(error: &rusqlite::Error) {
    tracing::warn!(%error, "the database's log could not be folded into it; after the next commit it is tried again");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database;

    /// A commit of so many pages.
    fn commit(conn: &Connection, pages: usize) {
        conn.execute("INSERT INTO setting VALUES (hex(randomblob(16)), ?1)", ["x".repeat(4_096 * pages)])
            .unwrap();
    }

    #[test]
    fn the_log_is_folded_beside_the_writer_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (conn, _) = database::open(folder.path()).unwrap();
        let checkpointer = Checkpointer::start(&database::path(folder.path())).unwrap();
        commit(&conn, AT_ONCE as usize / 2);
        checkpointer.look(&conn);
        assert_eq!(length(&conn).unwrap().folded, 0, "it is not worth it yet");
        commit(&conn, AT_ONCE as usize);
        checkpointer.look(&conn);
        checkpointer.end();
        let Length { all, folded } = length(&conn).unwrap();
        assert!(all > AT_ONCE && folded == all, "{folded} of {all}");
        commit(&conn, 1);
        assert!(length(&conn).unwrap().all < AT_ONCE);
    }

    #[test]
    fn a_log_does_not_grow_without_end_while_lines_flood_in() {
        let folder = tempfile::tempdir().unwrap();
        let (conn, _) = database::open(folder.path()).unwrap();
        let checkpointer = Checkpointer::start(&database::path(folder.path())).unwrap();
        // Whoever folds is held up.
        let busy = Arc::clone(&checkpointer.at_work);
        let mut longest = 0;
        for _ in 0..12 {
            let held = busy.lock().unwrap();
            commit(&conn, AT_ONCE as usize / 2);
            longest = longest.max(length(&conn).unwrap().all);
            drop(held);
            checkpointer.look(&conn);
        }
        checkpointer.end();
        assert!(longest < LONGEST + AT_ONCE, "{longest}");
    }
}
