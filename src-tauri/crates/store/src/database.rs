//! Opening the database to write: bringing it up to date, and putting a damaged one aside.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Moved, OpenError, damage, lock, schema};

pub(crate) const NAME: &str = "deskbell.db";

/// Left behind when damage is met while running: the next start looks through the whole file.
const SUSPECT: &str = "deskbell.db.suspect";

/// Left behind by an unclean end until the whole file was looked through; see inspector.rs.
const UNPROVEN: &str = "deskbell.db.unproven";

/// How long to wait for somebody else who writes into the file (a person with a database tool).
pub(crate) const BUSY: Duration = Duration::from_secs(1);

/// What is written to again and again wants to stay in memory, of ids that lie anywhere a part of the index, too.
const CACHE_KIB: i64 = 8 * 1024;

const LARGEST_KEPT_WAL: i64 = 64 * 1024 * 1024;

enum Unfit {
    Damaged(String),
    Newer(i64),
    Failed(String),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Self::Damaged(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}

impl From<rusqlite_migration::Error> for Unfit {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Unfit {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Makes the folder for its owner alone. One that is there stays as it is.
pub(crate) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| OpenError::failed(folder, error))
}

/// The caller holds the folder's lock.
pub(crate) fn open(folder: &Path) -> Result<(Connection, Option<Moved>), OpenError> {
    let refused = |unfit| match unfit {
        Unfit::Newer(found) => OpenError::Newer { folder: folder.to_owned(), found, known: schema::KNOWN },
        Unfit::Damaged(why) | Unfit::Failed(why) => OpenError::failed(folder, why),
    };
    let why = match connect(folder) {
        Ok(conn) => return Ok((conn, None)),
        Err(Unfit::Damaged(why)) => why,
        Err(unfit) => return Err(refused(unfit)),
    };
    let to = damage::move_aside(&path(folder)).map_err(|error| OpenError::failed(folder, error))?;
    remove(folder, SUSPECT);
    prove(folder);
    let mut conn = connect(folder).map_err(refused)?;
    let saved = damage::salvage(&to, &mut conn).map_err(|error| OpenError::failed(folder, error))?;
    Ok((conn, Some(Moved { to, why, saved })))
}

fn connect(folder: &Path) -> Result<Connection, Unfit> {
    let path = path(folder);
    let file = lock::private().create(true).truncate(false).open(&path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    // A clean end leaves no log behind.
    let unclean = std::fs::metadata(folder.join(format!("{NAME}-wal"))).is_ok_and(|log| log.len() > 0);

    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(&path, flags)?;
    // Should it prove damaged, its log stays as it is.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.busy_timeout(BUSY)?;
    // Before anything is written: a newer one is not ours to touch.
    let found = schema::version(&conn)?;
    if found > schema::KNOWN {
        return Err(Unfit::Newer(found));
    }
    if unclean {
        leave(folder, UNPROVEN);
    }
    if folder.join(SUSPECT).exists()
        && let Some(why) = damage_in(&conn)?
    {
        return Err(Unfit::Damaged(why));
    }
    // Of a fresh database, before its first page: what is removed can then be given back a little at a time.
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let journal: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if journal != "wal" {
        return Err(Unfit::Failed(
            "its disk cannot hold a write-ahead log: use a folder on a local disk".into(),
        ));
    }
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // See checkpointer.rs.
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "journal_size_limit", LARGEST_KEPT_WAL)?;
    conn.set_prepared_statement_cache_capacity(64);
    schema::migrate(&mut conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    remove(folder, SUSPECT);
    Ok(conn)
}

/// Looks through the whole file for damage, until the first.
pub(crate) fn damage_in(conn: &Connection) -> rusqlite::Result<Option<String>> {
    match conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(found) => Ok((found != "ok").then_some(found)),
        Err(error) if is_damage(&error) => Ok(Some(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Whether it ended unclean, and was not looked through since.
pub(crate) fn is_unproven(folder: &Path) -> bool {
    folder.join(UNPROVEN).exists()
}

/// It was looked through, or is another one now.
pub(crate) fn prove(folder: &Path) {
    remove(folder, UNPROVEN);
}

pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Damage was met: the next start shall look for it.
pub(crate) fn suspect(folder: &Path) {
    leave(folder, SUSPECT);
}

fn leave(folder: &Path, mark: &str) {
    if let Err(error) = lock::private().create(true).truncate(false).open(folder.join(mark)) {
        tracing::warn!(%error, mark, "a mark for the next start could not be left");
    }
}

fn remove(folder: &Path, mark: &str) {
    match std::fs::remove_file(folder.join(mark)) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, mark, "a mark could not be removed"),
    }
}
