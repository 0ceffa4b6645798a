//! The world shared by the sockets and the test that drives it, and the streams that hear of its changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::world::World;
use super::{Faults, Received};

#[derive(Debug)]
pub(super) struct Shared {
    desk: Mutex<Desk>,
    /// Whether the streams have stopped writing.
    pub(super) stalled: watch::Sender<bool>,
    queue: usize,
}

#[derive(Debug)]
struct Desk {
    world: World,
    faults: Faults,
    streams: Vec<mpsc::Sender<Bytes>>,
    received: Vec<Received>,
    /// So many events are lost on their way.
    losing: u32,
    /// What was last sent.
    last: Option<Bytes>,
}

impl Shared {
    pub(super) fn new(world: World, queue: usize) -> Self {
        let (streams, received) = (Vec::new(), Vec::new());
        let desk = Desk { world, faults: Faults::default(), streams, received, losing: 0, last: None };
        Self { desk: Mutex::new(desk), stalled: watch::Sender::new(false), queue: queue.max(1) }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells every stream what came of it, as one step.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut desk = self.desk();
        let result = change(&mut desk.world);
        for event in std::mem::take(&mut desk.world.told) {
            let bytes = Bytes::from(format!("data: {event}\n\n"));
            desk.last = Some(bytes.clone());
            if desk.losing > 0 {
                desk.losing -= 1;
            } else {
                desk.send(&bytes);
            }
        }
        result
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.desk().world)
    }

    pub(super) fn switch(&self, change: impl FnOnce(&mut Faults)) {
        let mut desk = self.desk();
        change(&mut desk.faults);
        let Faults { counts, notes, stalled, .. } = desk.faults;
        (desk.world.counts, desk.world.notes) = (counts, notes);
        self.stalled.send_replace(stalled);
    }

    pub(super) fn faults(&self) -> Faults {
        self.desk().faults.clone()
    }

    pub(super) fn receive(&self, post: Received) {
        self.desk().received.push(post);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }

    pub(super) fn subscribe(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(self.queue);
        self.desk().streams.push(sender);
        receiver
    }

    pub(super) fn unsubscribe_all(&self) {
        let mut desk = self.desk();
        desk.streams.clear();
        desk.last = None;
    }

    pub(super) fn subscribers(&self) -> usize {
        let mut desk = self.desk();
        desk.streams.retain(|stream| !stream.is_closed());
        desk.streams.len()
    }

    pub(super) fn lose(&self, events: u32) {
        self.desk().losing = events;
    }

    pub(super) fn repeat(&self) {
        let mut desk = self.desk();
        if let Some(bytes) = desk.last.clone() {
            desk.send(&bytes);
        }
    }

    pub(super) fn send_raw(&self, bytes: &Bytes) {
        self.desk().send(bytes);
    }
}

impl Desk {
    fn send(&mut self, bytes: &Bytes) {
        // A stream that lags loses the event without a word, as the real one does.
        self.streams.retain(|stream| match stream.try_send(bytes.clone()) {
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => true,
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        });
    }
}
