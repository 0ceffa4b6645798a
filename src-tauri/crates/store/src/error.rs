use std::fmt;
use std::path::{Path, PathBuf};

use deskbell_domain::SourceId;
use rusqlite::ErrorCode;

use crate::database;

/// Why a data folder could not be opened. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another engine has the folder. `by` says who, as far as it told.
    #[error("another Deskbell already has the folder {}{by}: use that one, or end it first", folder.display())]
    Taken { folder: PathBuf, by: String },
    #[error(
        "the database in {} was made by a newer Deskbell (its version is {found}, this one knows {known}): \
         use the newer Deskbell, or another data folder",
        folder.display()
    )]
    Newer { folder: PathBuf, found: i64, known: i64 },
    #[error("the folder {} could not be opened: {why}", folder.display())]
    Failed { folder: PathBuf, why: String },
}

impl OpenError {
    pub(crate) fn failed(folder: &Path, why: impl fmt::Display) -> Self {
        Self::Failed { folder: folder.to_owned(), why: why.to_string() }
    }
}

/// Why something was not written or not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("the store has been closed: start Deskbell again")]
    Closed,
    #[error("there is no source \"{source_id}\": it was removed, or never added")]
    NoSuchSource { source_id: SourceId },
    #[error("the disk is full: make room on the disk of {}", folder.display())]
    Full { folder: PathBuf },
    #[error("the database in {} could not be used: {why}", folder.display())]
    Failed { folder: PathBuf, why: String },
}

impl StoreError {
    pub(crate) fn of(folder: &Path, error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { folder: folder.to_owned() },
            Some(_) | None if database::is_damage(error) => Self::Failed {
                folder: folder.to_owned(),
                why: format!(
                    "it is damaged ({error}); restart Deskbell, which puts it aside and makes a fresh one"
                ),
            },
            Some(_) | None => Self::Failed { folder: folder.to_owned(), why: error.to_string() },
        }
    }
}

/// How the writer fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Health {
    #[default]
    Well,
    /// Nothing can be written now. What is queued is kept and tried again.
    Failing { error: StoreError },
}

/// A damaged database was put aside and a fresh one made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where the damaged one is now.
    pub to: PathBuf,
    pub why: String,
    /// How many rows were saved from it, by table.
    pub saved: Vec<(&'static str, usize)>,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the local database was damaged ({}); it was kept as {} and a fresh one was made",
            self.why,
            self.to.display()
        )?;
        let saved: Vec<String> = self
            .saved
            .iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(table, rows)| format!("{rows} {table}"))
            .collect();
        if saved.is_empty() {
            f.write_str("; nothing could be saved from it")
        } else {
            write!(f, "; saved from it: {}", saved.join(", "))
        }
    }
}
