//! The world shared by the sockets and the test that drives it, and the streams that hear of its changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{broadcast, mpsc, watch};

use super::{Manners, World};
use crate::fault::NextPost;
use crate::traffic::Traffic;

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
pub(crate) struct Desk<W> {
    inner: Mutex<Inner<W>>,
    /// Whether the streams have stopped writing.
    pub(super) stalled: watch::Sender<bool>,
    /// Tells whoever plays the agents what the operator did.
    posts: broadcast::Sender<Received>,
    pub(crate) traffic: Traffic,
    queue: usize,
}

#[derive(Debug)]
struct Inner<W> {
    world: W,
    streams: Vec<mpsc::Sender<Bytes>>,
    received: Vec<Received>,
    done: Vec<Received>,
    /// How many frames were sent to some stream.
    sent: u64,
    /// The streams end once so many were sent.
    cut: Option<u64>,
    /// So many events are lost on their way.
    losing: u32,
    /// What was last told.
    last: Option<Bytes>,
}

impl<W: World> Desk<W> {
    pub(crate) fn new(world: W, queue: usize) -> Self {
        let inner = Inner {
            world,
            streams: Vec::new(),
            received: Vec::new(),
            done: Vec::new(),
            sent: 0,
            cut: None,
            losing: 0,
            last: None,
        };
        let (stalled, posts) = (watch::Sender::new(false), broadcast::Sender::new(256));
        Self { inner: Mutex::new(inner), stalled, posts, traffic: Traffic::default(), queue: queue.max(1) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner<W>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world and tells every stream what came of it, as one step.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut W) -> T) -> T {
        let mut inner = self.inner();
        let result = change(&mut inner.world);
        for event in inner.world.take_told() {
            let bytes = Bytes::from(format!("data: {event}\n\n"));
            inner.last = Some(bytes.clone());
            if inner.losing > 0 {
                inner.losing -= 1;
            } else {
                inner.send(&bytes);
            }
        }
        result
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&W) -> T) -> T {
        look(&self.inner().world)
    }

    pub(crate) fn switch(&self, change: impl FnOnce(&mut W::Faults)) {
        let mut inner = self.inner();
        change(inner.world.faults());
        let stalled = inner.world.manners().stalled;
        self.stalled.send_replace(stalled);
    }

    pub(super) fn manners(&self) -> Manners {
        self.look(W::manners)
    }

    /// Notes a POST; gives what is to become of it.
    pub(super) fn receive(&self, post: Received) -> Option<NextPost> {
        let mut inner = self.inner();
        inner.received.push(post);
        inner.world.take_next_post()
    }

    /// Every POST that came, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner().received.clone()
    }

    /// Tells that a POST was done.
    pub(super) fn did(&self, post: Received) {
        self.inner().done.push(post.clone());
        // Nobody need listen.
        let _ = self.posts.send(post);
    }

    /// Every POST that was done, whether or not its reply arrived.
    pub(crate) fn done(&self) -> Vec<Received> {
        self.inner().done.clone()
    }

    pub(crate) fn posts(&self) -> broadcast::Receiver<Received> {
        self.posts.subscribe()
    }

    pub(super) fn subscribe(&self) -> mpsc::Receiver<Bytes> {
        let (sender, receiver) = mpsc::channel(self.queue);
        self.inner().streams.push(sender);
        receiver
    }

    pub(crate) fn unsubscribe_all(&self) {
        self.inner().end_streams();
    }

    pub(crate) fn subscribers(&self) -> usize {
        let mut inner = self.inner();
        inner.streams.retain(|stream| !stream.is_closed());
        inner.streams.len()
    }

    /// How many frames were sent to some stream.
    pub(crate) fn sent(&self) -> u64 {
        self.inner().sent
    }

    /// Every stream ends behind the next so many frames.
    pub(crate) fn cut_after(&self, frames: u64) {
        let mut inner = self.inner();
        inner.cut = Some(inner.sent + frames);
    }

    /// Takes every trap away, and lets go what was caught.
    pub(crate) fn release(&self) {
        self.inner().cut = None;
        self.traffic.release();
    }

    pub(crate) fn lose(&self, events: u32) {
        self.inner().losing = events;
    }

    pub(crate) fn repeat(&self) {
        let mut inner = self.inner();
        if let Some(bytes) = inner.last.clone() {
            inner.send(&bytes);
        }
    }

    pub(crate) fn send_raw(&self, bytes: &[u8]) {
        self.inner().send(&Bytes::copy_from_slice(bytes));
    }
}

impl<W> Inner<W> {
    fn send(&mut self, bytes: &Bytes) {
        // A stream that lags loses the event without a word, as the real one does.
        self.streams.retain(|stream| match stream.try_send(bytes.clone()) {
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => true,
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        });
        if !self.streams.is_empty() {
            self.sent += 1;
        }
        if self.cut.is_some_and(|at| at <= self.sent) {
            self.cut = None;
            self.end_streams();
        }
    }

    fn end_streams(&mut self) {
        self.streams.clear();
        self.last = None;
    }
}
