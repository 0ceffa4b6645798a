//! What stands in line before the writer.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use deskbell_domain::Change;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::upkeep::Chore;
use crate::{Op, StoreError, Write};

#[derive(Debug)]
pub(crate) enum Order {
    Write(Queued),
    Chore(Chore),
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) write: Write,
    /// Whoever waits for it to be durable.
    pub(crate) durable: Option<oneshot::Sender<Result<(), StoreError>>>,
    /// Its room in the queue, given back when it is written.
    pub(crate) _room: Option<OwnedSemaphorePermit>,
}

/// What has come and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) waiting: VecDeque<Queued>,
    pub(crate) chores: Vec<Chore>,
    /// Whoever waits for the end.
    pub(crate) closing: Option<oneshot::Sender<()>>,
    /// Nothing more comes.
    pub(crate) ended: bool,
}

impl Queue {
    /// Takes all there is; waits for the first for so long, or until there is one.
    pub(crate) fn gather(&mut self, orders: &Receiver<Order>, patience: Option<Duration>) {
        if self.ended {
            return;
        }
        let first = match patience {
            Some(patience) => orders.recv_timeout(patience),
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match first {
            Ok(order) => self.take(order),
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => self.ended = true,
        }
        while !self.ended
            && let Ok(order) = orders.try_recv()
        {
            self.take(order);
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Write(queued) => self.waiting.push_back(queued),
            Order::Chore(chore) => self.chores.push(chore),
            Order::Close(done) => {
                self.closing = Some(done);
                self.ended = true;
            }
        }
    }
}

/// Roughly how many bytes a write keeps while it waits.
pub(crate) fn weigh(write: &Write) -> usize {
    let ops = write.ops.iter().map(|op| match op {
        Op::Change(Change::Entry(entry)) | Op::Carried { entry, ended: _ } => {
            256 + entry.text.len() + entry.raw.len()
        }
        Op::Change(_)
        | Op::Outbox(_)
        | Op::OutboxGone(_)
        | Op::Receipt(_)
        | Op::Source(_)
        | Op::SourceGone
        | Op::AsOf(_)
        | Op::Setting { .. }
        | Op::Notice(_)
        | Op::Snooze { .. } => 4_096,
    });
    256 + ops.sum::<usize>()
}
