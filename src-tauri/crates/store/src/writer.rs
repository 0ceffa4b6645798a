//! The one thread that writes. It takes all that is queued into one transaction, and tells after the commit.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::checkpointer::Checkpointer;
use crate::inspector::Inspector;
use crate::lock::FolderLock;
use crate::queue::{Lanes, Order, Queue, Queued};
use crate::search::Follower;
use crate::transaction::{Done, Failure, Seats, Trouble};
use crate::upkeep::Keeper;
use crate::{Committed, Health, Op, StoreError, database, entry, sweep};

/// The most ops in one transaction. More together means fewer pages written twice; fewer means told sooner.
const GROUP_OPS: usize = 4_000;

/// The most facts told at once.
const TOLD_FACTS: usize = 256;

/// While there is much to write, upkeep takes no more than one part of so many of the time.
const UPKEEP_SHARE: u32 = 8;

/// How long to wait before a transaction that failed is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) folder: PathBuf,
    pub(crate) lock: Arc<FolderLock>,
    pub(crate) conn: Connection,
    pub(crate) committed: mpsc::Sender<Committed>,
    pub(crate) health: Arc<Mutex<Health>>,
    pub(crate) follower: Follower,
    pub(crate) keeper: Keeper,
    pub(crate) checkpointer: Checkpointer,
    pub(crate) inspector: Option<Inspector>,
    /// How long it has written since the last step of upkeep, and how long that took.
    pub(crate) written: Duration,
    pub(crate) kept_up: Duration,
    /// Up to here, the alterations that the index has followed are forgotten.
    pub(crate) restated: i64,
    pub(crate) seats: Seats,
    /// Whether commits wait for the disk now.
    pub(crate) full: bool,
    /// How many of the next writes go one at a time.
    pub(crate) singly: usize,
}

impl Writer {
    pub(crate) fn new(
        folder: PathBuf,
        lock: Arc<FolderLock>,
        conn: Connection,
        committed: mpsc::Sender<Committed>,
        health: Arc<Mutex<Health>>,
        follower: Follower,
        keeper: Keeper,
    ) -> std::io::Result<Self> {
        Ok(Self {
            checkpointer: Checkpointer::start(&database::path(&folder))?,
            inspector: Inspector::start(&folder)?,
            folder,
            lock,
            conn,
            committed,
            health,
            follower,
            keeper,
            written: Duration::ZERO,
            kept_up: Duration::ZERO,
            restated: 0,
            seats: Seats::default(),
            full: false,
            singly: 0,
        })
    }

    /// Ends when it is told to close, or when nobody is left who could tell it anything.
    pub(crate) fn run(mut self, orders: &Receiver<Order>) {
        let mut queue = Queue::default();
        let mut pause = Duration::ZERO;
        // Something may be left over from the last run.
        let mut sweeping = true;
        loop {
            let idle = queue.waiting.is_empty() && !sweeping && self.keeper.is_idle();
            queue.gather(orders, (!idle).then_some(pause));
            queue.chores.drain(..).for_each(|chore| self.keeper.take(chore));
            if queue.waiting.is_empty() {
                if queue.ended {
                    break;
                }
                if sweeping {
                    sweeping = self.sweep();
                }
                self.keep_up();
                continue;
            }
            let removes = queue.waiting.iter().any(removes_source);
            let begun = Instant::now();
            match self.write(&mut queue.waiting) {
                Ok(()) => {
                    pause = Duration::ZERO;
                    sweeping |= removes;
                    self.written += begun.elapsed();
                    if self.written >= self.kept_up * UPKEEP_SHARE {
                        self.keep_up();
                    }
                }
                Err(error) if queue.ended => {
                    tracing::error!(%error, lost = queue.waiting.iter().count(), "could not write what was still queued");
                    break;
                }
                Err(_) => pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE),
            }
        }
        self.end(queue.closing);
    }

    /// Writes one group from the front. On an error what is not durable stays queued, in its order.
    fn write(&mut self, waiting: &mut Lanes) -> Result<(), StoreError> {
        let mut group = self.take_group(waiting);
        match self.commit(&group) {
            Ok(done) => {
                self.set_health(Health::Well);
                self.tell(group, done);
                self.checkpointer.look(&self.conn);
                Ok(())
            }
            Err(Trouble::Write(error)) => {
                if group.len() == 1 {
                    group.into_iter().for_each(|queued| self.refuse(queued, error.clone()));
                } else {
                    // One of them spoils it for all: so each on its own.
                    self.singly = group.len();
                    group.into_iter().rev().for_each(|queued| waiting.push_front(queued));
                }
                Ok(())
            }
            Err(Trouble::Database { error, damaged }) => {
                if damaged {
                    database::suspect(&self.folder);
                }
                self.set_health(Health::Failing { error: error.clone() });
                group.extend(std::iter::from_fn(|| waiting.pop_front()));
                // Whoever waits is told now, and may decide; everything else is kept.
                for queued in group {
                    if queued.durable.is_some() {
                        self.refuse(queued, error.clone());
                    } else {
                        waiting.push_back(queued);
                    }
                }
                Err(error)
            }
        }
    }

    fn take_group(&mut self, waiting: &mut Lanes) -> Vec<Queued> {
        if self.singly > 0 {
            self.singly -= 1;
            return waiting.pop_front().into_iter().collect();
        }
        let mut group: Vec<Queued> = Vec::new();
        let mut ops = 0;
        while ops < GROUP_OPS
            && let Some(queued) = waiting.pop_front()
        {
            ops += queued.write.ops.len();
            group.push(queued);
        }
        group
    }

    /// All of the group or nothing.
    fn commit(&mut self, group: &[Queued]) -> Result<Vec<Done>, Trouble> {
        let done = self.try_commit(group);
        if done.is_err() {
            self.seats.forget();
        }
        done.map_err(|failure| failure.trouble(&self.folder))
    }

    fn try_commit(&mut self, group: &[Queued]) -> Result<Vec<Done>, Failure> {
        let full = group.iter().any(|queued| queued.durable.is_some());
        if full != self.full {
            self.conn.pragma_update(None, "synchronous", if full { "FULL" } else { "NORMAL" })?;
            self.full = full;
        }
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut done = Vec::with_capacity(group.len());
        for queued in group {
            done.push(self.seats.apply(&transaction, &queued.write)?);
        }
        self.seats.put_counts(&transaction)?;
        let restated = self.follower.progress.restated();
        if restated > self.restated {
            entry::forget_stale(&transaction, restated)?;
        }
        let newest = entry::newest(&transaction)?;
        transaction.commit()?;
        self.restated = restated;
        self.follower.progress.commit(newest);
        Ok(done)
    }

    fn tell(&self, group: Vec<Queued>, done: Vec<Done>) {
        let mut told: Option<Committed> = None;
        let mut writes = Vec::with_capacity(group.len());
        // Whoever waits for the disk is told first: listeners may be slow.
        for Queued { write, durable, .. } in group {
            if let Some(durable) = durable {
                // Whoever asked may have gone; it is written all the same.
                let _ = durable.send(Ok(()));
            }
            writes.push(write);
        }
        for next in writes.into_iter().zip(done).filter_map(|(write, done)| done.tell(write)) {
            told = match told {
                None => Some(next),
                Some(mut so_far) => {
                    let room = TOLD_FACTS.saturating_sub(so_far.facts.len());
                    match so_far.absorb(next, room) {
                        None => Some(so_far),
                        Some(next) => {
                            self.publish(so_far);
                            Some(next)
                        }
                    }
                }
            };
        }
        if let Some(told) = told {
            self.publish(told);
        }
    }

    fn publish(&self, committed: Committed) {
        // Nobody may be listening.
        let _ = self.committed.blocking_send(committed);
    }

    fn refuse(&self, queued: Queued, error: StoreError) {
        match queued.durable {
            Some(durable) => {
                let _ = durable.send(Err(error));
            }
            None => tracing::error!(source = %queued.write.source, %error, "a write was refused"),
        }
    }

    /// Sweeps a little. Whether there may be more to sweep.
    fn sweep(&mut self) -> bool {
        let mut swept = || {
            let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let more = sweep::sweep(&transaction)?;
            let newest = entry::newest(&transaction)?;
            transaction.commit()?;
            self.follower.progress.commit(newest);
            Ok::<bool, rusqlite::Error>(more)
        };
        let more = swept().unwrap_or_else(|error| {
            tracing::warn!(%error, "removed sources could not be swept out; tried again at the next start");
            false
        });
        self.checkpointer.look(&self.conn);
        more
    }

    /// One step of what is done beside writing, where there is any.
    fn keep_up(&mut self) {
        if self.keeper.is_idle() {
            return;
        }
        let begun = Instant::now();
        match self.keeper.step(&mut self.conn, &mut self.seats) {
            Ok(counts) => {
                for (source, counts) in counts {
                    self.publish(Committed { source, facts: Vec::new(), received: None, counts });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the history could not be tidied; it is tried again later");
                self.seats.forget();
                if database::is_damage(&error) {
                    database::suspect(&self.folder);
                }
                self.keeper.end(Some(&error));
            }
        }
        self.checkpointer.look(&self.conn);
        (self.written, self.kept_up) = (Duration::ZERO, begun.elapsed());
    }

    fn end(self, closing: Option<oneshot::Sender<()>>) {
        let Self { conn, lock, follower, checkpointer, inspector, .. } = self;
        follower.end();
        checkpointer.end();
        if let Some(inspector) = inspector {
            inspector.end();
        }
        if let Err(error) = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log could not be folded into the database; the next start does it");
        }
        if let Err((_, error)) = conn.close() {
            tracing::warn!(%error, "the database was not closed");
        }
        lock.release();
        if let Some(closing) = closing {
            let _ = closing.send(());
        }
    }

    fn set_health(&self, health: Health) {
        let mut known = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != health {
            match &health {
                Health::Well => tracing::info!("the database can be written again"),
                Health::Failing { error } => tracing::error!(%error, "nothing can be written now"),
            }
            *known = health;
        }
    }
}

fn removes_source(queued: &Queued) -> bool {
    queued.write.ops.iter().any(|op| matches!(op, Op::SourceGone))
}

#[cfg(test)]
mod tests;
