//! Looks through the whole database for damage after an unclean end. The longer the history is, the longer that takes:
//! it goes on beside everything else, and no start waits for it. What was committed SQLite's log brings back; what is
//! looked for here is a disk that kept something else.

use std::path::Path;
use std::thread::JoinHandle;

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use crate::{background, database};

pub(crate) struct Inspector {
    stop: InterruptHandle,
    thread: JoinHandle<()>,
}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector").field("thread", &self.thread).finish_non_exhaustive()
    }
}

impl Inspector {
    /// `None`: there is nothing to look for.
    pub(crate) fn start(folder: &Path) -> std::io::Result<Option<Self>> {
        if !database::is_unproven(folder) {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn =
            Connection::open_with_flags(database::path(folder), flags).map_err(std::io::Error::other)?;
        let stop = conn.get_interrupt_handle();
        let folder = folder.to_owned();
        let thread = std::thread::Builder::new()
            .name("store-inspector".to_owned())
            .spawn(move || inspect(&conn, &folder))?;
        Ok(Some(Self { stop, thread }))
    }

    /// What was not looked through to its end is looked through at the next start.
    pub(crate) fn end(self) {
        self.stop.interrupt();
        if self.thread.join().is_err() {
            tracing::error!("what looks for damage was not ended in good order");
        }
    }
}

fn inspect(conn: &Connection, folder: &Path) {
    background::make_way();
    match database::damage_in(conn) {
        Ok(None) => database::prove(folder),
        Ok(Some(why)) => {
            tracing::error!(%why, "the database is damaged; at the next start it is put aside, and what can be is saved");
            database::suspect(folder);
            database::prove(folder);
        }
        Err(error) => {
            tracing::info!(%error, "the database was not looked through to its end; the next start does it");
        }
    }
}
