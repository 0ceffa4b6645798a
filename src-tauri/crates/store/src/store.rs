use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use deskbell_domain::{Millis, Portion};
use tokio::sync::{mpsc, oneshot};

use crate::lock::FolderLock;
use crate::queue::{Order, Queued, weigh};
use crate::room::Rooms;
use crate::search::{Follower, Indexer, Progress};
use crate::upkeep::{Chore, Keeper};
use crate::writer::Writer;
use crate::{Committed, Health, Moved, OpenError, Reader, StoreError, Upkeep, Write, database, entry};

/// How many of [`Committed`] may be told and not heard yet.
const UNHEARD: usize = 64;

/// The folder's lock and the writer thread. One per data folder; cheap to clone.
///
/// When the last clone is dropped, the writer writes what is queued and gives the folder back.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    lock: Arc<FolderLock>,
    orders: std::sync::mpsc::Sender<Order>,
    rooms: Rooms,
    health: Arc<Mutex<Health>>,
    progress: Arc<Progress>,
    upkeep: Upkeep,
}

/// A store that has just been opened.
#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    /// What is committed. It must be read, or dropped: while it is full, the writer waits.
    pub committed: mpsc::Receiver<Committed>,
    /// A damaged database was found and put aside.
    pub report: Option<Moved>,
}

impl Store {
    /// Makes the folder (for its owner alone) where it is not there, takes its lock, brings the database up to
    /// date and starts the writer. Blocks on the disk.
    pub fn open(data: &Path) -> Result<Opened, OpenError> {
        database::make_folder(data)?;
        let lock = Arc::new(FolderLock::take(data)?);
        let (conn, report) = database::open(data)?;
        let (orders, taken) = std::sync::mpsc::channel();
        let (told, committed) = mpsc::channel(UNHEARD);
        let health = Arc::default();
        let progress: Arc<Progress> = Arc::default();
        // Where that cannot be told, there is damage, which whoever meets it first reports.
        progress.commit(entry::newest(&conn).unwrap_or(0));
        let indexer = Indexer::start(data, &database::path(data), Arc::clone(&progress))
            .map_err(|error| OpenError::failed(data, error))?;
        let follower = Follower { progress: Arc::clone(&progress), indexer: Some(indexer) };
        let upkeep = Upkeep::new(Arc::clone(&progress));
        let keeper = Keeper::new(upkeep.clone());
        let writer = Writer::new(
            data.to_owned(),
            Arc::clone(&lock),
            conn,
            told,
            Arc::clone(&health),
            follower,
            keeper,
        )
        .map_err(|error| OpenError::failed(data, error))?;
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&taken))
            .map_err(|error| OpenError::failed(data, error))?;
        let rooms = Rooms::default();
        let shared = Shared { folder: data.to_owned(), lock, orders, rooms, health, progress, upkeep };
        let store = Self { shared: Arc::new(shared) };
        Ok(Opened { store, committed, report })
    }

    /// Writes down in the lock where this engine's socket is.
    pub fn set_socket(&self, socket: &Path) -> Result<(), StoreError> {
        self.shared.lock.tell(Some(socket)).map_err(|error| StoreError::Failed {
            folder: self.shared.folder.clone(),
            why: format!("its lock could not be written: {error}"),
        })
    }

    /// Returns when it is queued; waits while too much of its source is, or of all together. Should the disk fail,
    /// it is kept and tried again.
    pub async fn write(&self, write: Write) {
        let room = self.shared.rooms.take(&write.source, weigh(&write)).await;
        let source = write.source.clone();
        if self.shared.orders.send(Order::Write(Queued { write, durable: None, _room: Some(room) })).is_err()
        {
            tracing::error!(%source, "a write came after the store was closed");
        }
    }

    /// Returns when it is on the disk and would survive a loss of power. On an error nothing of it was written.
    /// It waits for no room: what the operator does must not stand in line behind a flood.
    pub async fn write_durable(&self, write: Write) -> Result<(), StoreError> {
        let (durable, done) = oneshot::channel();
        let queued = Queued { write, durable: Some(durable), _room: None };
        self.shared.orders.send(Order::Write(queued)).map_err(|_| StoreError::Closed)?;
        done.await.map_err(|_| StoreError::Closed)?
    }

    pub fn reader(&self) -> Result<Reader, StoreError> {
        let folder = self.shared.folder.clone();
        Reader::open(&folder).map_err(|error| match error {
            OpenError::Failed { why, .. } => StoreError::Failed { folder, why },
            OpenError::Taken { .. } | OpenError::Newer { .. } => {
                StoreError::Failed { folder, why: error.to_string() }
            }
        })
    }

    /// So many lines of history are not in the search index yet. A search finds them all the same, if not as fast.
    pub fn behind(&self) -> u64 {
        self.shared.progress.behind()
    }

    /// How the store keeps house.
    pub fn upkeep(&self) -> Upkeep {
        self.shared.upkeep.clone()
    }

    /// Holds the history to the rules of retention, a little at a time.
    pub fn tidy(&self, now: Millis) {
        self.order(Chore::Tidy { now });
    }

    /// Takes a portion out of the history, or what is older than a time: what is there now, and nothing that comes
    /// later. Lines of asks that have not ended stay.
    pub fn clear(&self, portion: Portion, before: Option<Millis>, now: Millis) {
        self.order(Chore::Clear { portion, before, now });
    }

    /// Gives back what the files have free.
    pub fn compact(&self) {
        self.order(Chore::Compact);
    }

    fn order(&self, chore: Chore) {
        self.shared.upkeep.announce(&chore);
        // Of a store that is closed there is nothing to keep up.
        let _ = self.shared.orders.send(Order::Chore(chore));
    }

    /// Has the search index made again from the lines. Searches are complete meanwhile, if not as fast.
    pub fn remake_index(&self) {
        self.shared.progress.remake();
    }

    pub fn health(&self) -> Health {
        self.shared.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what is queued, tidies up, and gives the folder back. Writes after this are refused.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.shared.orders.send(Order::Close(done)).is_ok() {
            // An error says that somebody else closed it first.
            let _ = closed.await;
        }
    }
}
