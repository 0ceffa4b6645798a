//! What stands in line before the writer: a lane for each source, so that one that floods holds up only itself.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use deskbell_domain::{Change, SourceId};
use tokio::sync::oneshot;

use crate::room::Room;
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
    pub(crate) _room: Option<Room>,
}

/// What has come and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) chores: Vec<Chore>,
    pub(crate) waiting: Lanes,
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

/// The writes of a source keep their order; the sources take turns.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    lanes: HashMap<SourceId, VecDeque<Queued>>,
    /// Those with something in them; the first has the next turn.
    turns: VecDeque<SourceId>,
}

impl Lanes {
    pub(crate) fn push_back(&mut self, queued: Queued) {
        self.lane(&queued.write.source).push_back(queued);
    }

    /// Puts back what was taken last.
    pub(crate) fn push_front(&mut self, queued: Queued) {
        self.lane(&queued.write.source).push_front(queued);
    }

    fn lane(&mut self, source: &SourceId) -> &mut VecDeque<Queued> {
        if !self.lanes.contains_key(source) {
            self.turns.push_back(source.clone());
        }
        self.lanes.entry(source.clone()).or_default()
    }

    /// The first of the source that has its turn.
    pub(crate) fn pop_front(&mut self) -> Option<Queued> {
        let source = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&source)?;
        let queued = lane.pop_front();
        if lane.is_empty() {
            self.lanes.remove(&source);
        } else {
            self.turns.push_back(source);
        }
        queued
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.lanes.values().flatten()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(source: &str, number: usize) -> Queued {
        let ops = vec![Op::Setting { name: number.to_string(), value: "1".into() }];
        Queued {
            write: Write { source: SourceId::new(source), ops, received: None },
            durable: None,
            _room: None,
        }
    }

    fn take(lanes: &mut Lanes) -> Vec<String> {
        std::iter::from_fn(|| lanes.pop_front())
            .map(|queued| match &queued.write.ops[..] {
                [Op::Setting { name, .. }] => format!("{}{name}", queued.write.source),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_sources_take_turns_and_each_keeps_its_order() {
        let mut lanes = Lanes::default();
        for (source, number) in [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("c", 1), ("b", 2)] {
            lanes.push_back(queued(source, number));
        }
        assert_eq!(take(&mut lanes), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        assert!(lanes.is_empty());
    }

    #[test]
    fn what_is_put_back_comes_before_what_came_later() {
        let mut lanes = Lanes::default();
        for number in 1..=3 {
            lanes.push_back(queued("a", number));
        }
        let taken: Vec<Queued> = (0..2).filter_map(|_| lanes.pop_front()).collect();
        taken.into_iter().rev().for_each(|queued| lanes.push_front(queued));
        assert_eq!(take(&mut lanes), ["a1", "a2", "a3"]);
    }
}
