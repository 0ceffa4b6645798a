//! The world shared by the sockets and the test that drives it, and the streams that hear of its changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{broadcast, mpsc, watch};

use super::model::World;
use crate::fault::Faults;

/// A POST as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub path: String,
    /// The form, in its order.
    pub form: Vec<(String, String)>,
}

impl Received {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    desk: Mutex<Desk>,
    /// Whether the streams have stopped writing.
    pub(super) stalled: watch::Sender<bool>,
    /// Tells whoever plays the agents what the operator did.
    posts: broadcast::Sender<Received>,
    queue: usize,
}

#[derive(Debug)]
struct Desk {
    world: World,
    streams: Vec<mpsc::Sender<Bytes>>,
    received: Vec<Received>,
    /// So many events are lost on their way.
    losing: u32,
}

impl Shared {
    pub(super) fn new(world: World, queue: usize) -> Self {
        let desk = Desk { world, streams: Vec::new(), received: Vec::new(), losing: 0 };
        let (stalled, posts) = (watch::Sender::new(false), broadcast::Sender::new(256));
        Self { desk: Mutex::new(desk), stalled, posts, queue: queue.max(1) }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells every stream what came of it, as one step.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut desk = self.desk();
        let result = change(&mut desk.world);
        for event in std::mem::take(&mut desk.world.told) {
            if desk.losing > 0 {
                desk.losing -= 1;
                continue;
            }
            desk.send(&Bytes::from(format!("data: {event}\n\n")));
        }
        result
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.desk().world)
    }

    pub(super) fn switch(&self, change: impl FnOnce(&mut Faults)) {
        let mut desk = self.desk();
        change(&mut desk.world.faults);
        self.stalled.send_replace(desk.world.faults.stalled);
    }

    pub(super) fn faults(&self) -> Faults {
        self.desk().world.faults.clone()
    }

    pub(super) fn picture(&self) -> Value {
        self.desk().world.picture()
    }

    pub(super) fn receive(&self, post: Received) {
        self.desk().received.push(post);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }

    /// Tells that a post was done.
    pub(super) fn did(&self, post: Received) {
        // Nobody need listen.
        let _ = self.posts.send(post);
    }

    pub(super) fn posts(&self) -> broadcast::Receiver<Received> {
        self.posts.subscribe()
    }

    pub(super) fn subscribe(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(self.queue);
        self.desk().streams.push(sender);
        receiver
    }

    pub(super) fn unsubscribe_all(&self) {
        self.desk().streams.clear();
    }

    pub(super) fn subscribers(&self) -> usize {
        let mut desk = self.desk();
        desk.streams.retain(|stream| !stream.is_closed());
        desk.streams.len()
    }

    pub(super) fn lose(&self, events: u32) {
        self.desk().losing = events;
    }

    pub(super) fn send_raw(&self, bytes: Bytes) {
        self.desk().send(&bytes);
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
