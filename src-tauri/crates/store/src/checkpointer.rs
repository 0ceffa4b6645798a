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
    pace: Pace,
}

/// When the log is folded, by its length in pages.
#[derive(Debug, Default)]
struct Pace {
    /// How long the log was last.
    last: i64,
    /// How long it was when it was last to be folded: while somebody reads an old state, all of it cannot be, and to
    /// try again is worth it only when there is more.
    tried: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Beside,
    /// The writer waits for it.
    Now,
}

impl Pace {
    fn due(&mut self, length: i64) -> Option<Due> {
        if length < self.last {
            self.tried = 0;
        }
        self.last = length;
        if length - self.tried < AT_ONCE {
            return None;
        }
        self.tried = length;
        Some(if length < LONGEST { Due::Beside } else { Due::Now })
    }
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
        Ok(Self { wake, at_work, thread, pace: Pace::default() })
    }

    /// The writer has committed.
    pub(crate) fn look(&mut self, conn: &Connection) {
        let looked = length(conn).and_then(|length| {
            match self.pace.due(length) {
                None => {}
                // Full, it is woken already.
                Some(Due::Beside) => drop(self.wake.try_send(())),
                Some(Due::Now) => {
                    let _turn = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
                    fold(conn)?;
                }
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

fn length(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?.query_row([], |row| row.get("log"))
}

fn tell(error: &rusqlite::Error) {
    tracing::warn!(%error, "the database's log could not be folded into it; it is tried again when there is more");
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

    fn folded(conn: &Connection) -> i64 {
        conn.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get("checkpointed")).unwrap()
    }

    #[test]
    fn the_log_is_folded_beside_the_writer_and_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (conn, _) = database::open(folder.path()).unwrap();
        let mut checkpointer = Checkpointer::start(&database::path(folder.path())).unwrap();
        commit(&conn, AT_ONCE as usize / 2);
        checkpointer.look(&conn);
        assert_eq!(folded(&conn), 0, "it is not worth it yet");
        commit(&conn, AT_ONCE as usize);
        checkpointer.look(&conn);
        checkpointer.end();
        let all = length(&conn).unwrap();
        assert!(all > AT_ONCE && folded(&conn) == all, "{} of {all}", folded(&conn));
        commit(&conn, 1);
        assert!(length(&conn).unwrap() < AT_ONCE);
    }

    #[test]
    fn where_nobody_gets_to_fold_beside_it_the_writer_does() {
        let folder = tempfile::tempdir().unwrap();
        let (conn, _) = database::open(folder.path()).unwrap();
        let mut checkpointer = Checkpointer::start(&database::path(folder.path())).unwrap();
        // Nobody hears that there is something to fold.
        let (deaf, _unheard) = sync_channel(1);
        let heard = std::mem::replace(&mut checkpointer.wake, deaf);
        let mut longest = 0;
        for _ in 0..12 {
            commit(&conn, AT_ONCE as usize / 2);
            longest = longest.max(length(&conn).unwrap());
            checkpointer.look(&conn);
        }
        drop(heard);
        checkpointer.end();
        assert!((LONGEST..LONGEST + AT_ONCE).contains(&longest), "{longest}");
    }

    #[test]
    fn what_cannot_be_folded_is_tried_again_only_when_there_is_more() {
        let mut pace = Pace::default();
        assert_eq!(pace.due(AT_ONCE - 1), None);
        assert_eq!(pace.due(AT_ONCE), Some(Due::Beside));
        assert_eq!(pace.due(AT_ONCE + 1), None);
        assert_eq!(pace.due(LONGEST), Some(Due::Now));
        assert_eq!(pace.due(LONGEST + 1), None, "somebody still reads it");
        assert_eq!(pace.due(LONGEST + AT_ONCE), Some(Due::Now));
        assert_eq!(pace.due(1), None, "it began anew");
        assert_eq!(pace.due(1 + AT_ONCE), Some(Due::Beside));
    }
}
