//! The world shared by the sockets and the test that drives it, and the streams that hear of its changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::model::World;
use super::{Quirks, Received};

/// What befalls the streams after so many more events: 0 means with the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fuse {
    /// They end before that event.
    Cut { after: u64 },
    /// They end in the middle of that event.
    Tear { after: u64 },
}

#[derive(Debug)]
pub(super) struct Shared {
    desk: Mutex<Desk>,
    /// Whether the streams have stopped writing.
    pub(super) stalled: watch::Sender<bool>,
    /// Whether replies wait.
    pub(super) holding: watch::Sender<bool>,
}

#[derive(Debug)]
struct Desk {
    world: World,
    quirks: Quirks,
    streams: Vec<mpsc::UnboundedSender<Bytes>>,
    received: Vec<Received>,
    fuse: Option<Fuse>,
    /// What was last sent.
    last: Option<Bytes>,
    sent: u64,
    requests: u64,
}

impl Shared {
    pub(super) fn new(world: World) -> Self {
        let desk = Desk {
            world,
            quirks: Quirks::default(),
            streams: Vec::new(),
            received: Vec::new(),
            fuse: None,
            last: None,
            sent: 0,
            requests: 0,
        };
        Self {
            desk: Mutex::new(desk),
            stalled: watch::Sender::new(false),
            holding: watch::Sender::new(false),
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells every stream what came of it, as one step.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut desk = self.desk();
        let result = change(&mut desk.world);
        if !desk.world.paced {
            desk.world.work_off();
        }
        for event in std::mem::take(&mut desk.world.told) {
            desk.tell(&event);
        }
        result
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.desk().world)
    }

    pub(super) fn switch(&self, change: impl FnOnce(&mut Quirks)) {
        let mut desk = self.desk();
        change(&mut desk.quirks);
        self.stalled.send_replace(desk.quirks.stalled);
        self.holding.send_replace(desk.quirks.holding);
    }

    pub(super) fn quirks(&self) -> Quirks {
        self.desk().quirks.clone()
    }

    pub(super) fn lay(&self, fuse: Fuse) {
        self.desk().fuse = Some(fuse);
    }

    pub(super) fn receive(&self, post: Received) {
        self.desk().received.push(post);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }

    /// A stream, and the greeting it begins with.
    pub(super) fn subscribe(&self) -> (Bytes, mpsc::UnboundedReceiver<Bytes>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut desk = self.desk();
        let greeting = desk.world.event("server.connected", json!({}));
        desk.streams.push(sender);
        (framed(&greeting), receiver)
    }

    pub(super) fn greeting(&self) -> Bytes {
        framed(&self.desk().world.event("server.connected", json!({})))
    }

    pub(super) fn unsubscribe_all(&self) {
        let mut desk = self.desk();
        desk.streams.clear();
        desk.fuse = None;
    }

    pub(super) fn subscribers(&self) -> usize {
        let mut desk = self.desk();
        desk.streams.retain(|stream| !stream.is_closed());
        desk.streams.len()
    }

    pub(super) fn sent(&self) -> u64 {
        self.desk().sent
    }

    pub(super) fn requests(&self) -> u64 {
        self.desk().requests
    }

    pub(super) fn count_request(&self) {
        self.desk().requests += 1;
    }

    pub(super) fn heartbeat(&self) -> Bytes {
        framed(&self.desk().world.event("server.heartbeat", json!({})))
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
    fn tell(&mut self, event: &Value) {
        let bytes = framed(event);
        if !self.streams.is_empty() {
            self.burn(&bytes);
        }
        self.send(&bytes);
        self.last = Some(bytes);
    }

    fn burn(&mut self, bytes: &Bytes) {
        self.fuse = match self.fuse {
            None => None,
            Some(Fuse::Cut { after: 0 }) => {
                self.streams.clear();
                None
            }
            Some(Fuse::Tear { after: 0 }) => {
                self.send(&bytes.slice(..bytes.len() / 2));
                self.streams.clear();
                None
            }
            Some(Fuse::Cut { after }) => Some(Fuse::Cut { after: after - 1 }),
            Some(Fuse::Tear { after }) => Some(Fuse::Tear { after: after - 1 }),
        };
    }

    fn send(&mut self, bytes: &Bytes) {
        self.streams.retain(|stream| stream.send(bytes.clone()).is_ok());
        if !self.streams.is_empty() {
            self.sent += 1;
        }
    }
}

fn framed(event: &Value) -> Bytes {
    Bytes::from(format!("data: {event}\n\n"))
}
