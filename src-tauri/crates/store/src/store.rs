use std::path::Path;

use tokio::sync::mpsc;

use crate::{Committed, Health, Moved, OpenError, Reader, StoreError, Write};

/// The folder's lock and the writer thread. One per data folder; cheap to clone.
///
/// When the last clone is dropped, the writer writes what is queued and gives the folder back.
#[derive(Clone, Debug)]
pub struct Store {}

/// A store that has just been opened.
#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    /// What is committed. It must be read: while it is full, the writer waits.
    pub committed: mpsc::Receiver<Committed>,
    /// A damaged database was found and put aside.
    pub report: Option<Moved>,
}

impl Store {
    /// Makes the folder (for its owner alone) where it is not there, takes its lock, brings the database up to
    /// date and starts the writer. Blocks on the disk.
    pub fn open(_data: &Path) -> Result<Opened, OpenError> {
        todo!()
    }

    /// Writes down in the lock where this engine's socket is.
    pub fn set_socket(&self, _socket: &Path) -> Result<(), StoreError> {
        todo!()
    }

    /// Returns when it is queued; waits while too much is. Should the disk fail, it is kept and tried again.
    pub async fn write(&self, _write: Write) {
        todo!()
    }

    /// Returns when it is on the disk and would survive a loss of power.
    pub async fn write_durable(&self, _write: Write) -> Result<(), StoreError> {
        todo!()
    }

    pub fn reader(&self) -> Result<Reader, StoreError> {
        todo!()
    }

    pub fn health(&self) -> Health {
        todo!()
    }

    /// Writes what is queued, tidies up, and gives the folder back. Writes after this are refused.
    pub async fn close(&self) {
        todo!()
    }
}
