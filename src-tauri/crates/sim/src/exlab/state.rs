//! The world shared by the sockets and the test that drives it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::model::World;
use super::parts::Received;
use crate::traffic::Traffic;

#[derive(Debug)]
pub(super) struct Shared {
    desk: Mutex<Desk>,
    /// Something may have changed: the sockets look.
    pub changed: watch::Sender<()>,
    /// Ends the sockets of the sessions.
    pub queue_cuts: watch::Sender<()>,
    /// Ends the sockets of the problems channel.
    pub link_cuts: watch::Sender<()>,
    pub traffic: Traffic,
}

#[derive(Debug)]
struct Desk {
    world: World,
    listeners: Vec<mpsc::UnboundedSender<String>>,
    received: Vec<Received>,
    done: Vec<Received>,
    /// How many frames were sent to somebody.
    sent: u64,
    /// The sockets of the sessions end once so many were sent.
    cut: Option<u64>,
}

impl Shared {
    pub fn new(world: World) -> Self {
        Self {
            desk: Mutex::new(Desk {
                world,
                listeners: Vec::new(),
                received: Vec::new(),
                done: Vec::new(),
                sent: 0,
                cut: None,
            }),
            changed: watch::Sender::new(()),
            queue_cuts: watch::Sender::new(()),
            link_cuts: watch::Sender::new(()),
            traffic: Traffic::default(),
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.desk().world)
    }

    /// Changes the world and tells every listener what came of it, as one step.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut desk = self.desk();
        let result = change(&mut desk.world);
        for audit in std::mem::take(&mut desk.world.told) {
            desk.listeners.retain(|listener| listener.send(audit.clone()).is_ok());
            desk.sent += u64::from(!desk.listeners.is_empty());
        }
        self.changed.send_replace(());
        result
    }

    /// What a new listener is told first, and what comes then.
    pub fn listen(&self) -> (Vec<String>, mpsc::UnboundedReceiver<String>) {
        let mut desk = self.desk();
        let (sender, audits) = mpsc::unbounded_channel();
        desk.listeners.push(sender);
        (desk.world.greeting(), audits)
    }

    pub fn listeners(&self) -> usize {
        let mut desk = self.desk();
        desk.listeners.retain(|listener| !listener.is_closed());
        desk.listeners.len()
    }

    /// How many frames were sent to somebody.
    pub fn sent(&self) -> u64 {
        self.desk().sent
    }

    /// The sockets of the sessions end behind the next so many frames.
    pub fn cut_queues_after(&self, frames: u64) {
        let mut desk = self.desk();
        desk.cut = Some(desk.sent + frames);
    }

    /// Counts a frame that was sent; says whether the sockets of the sessions end behind it.
    pub fn count_frame(&self) -> bool {
        let mut desk = self.desk();
        desk.sent += 1;
        let sent = desk.sent;
        desk.cut.take_if(|at| *at <= sent).is_some()
    }

    /// Takes every trap away, and lets go what was caught.
    pub fn release(&self) {
        self.desk().cut = None;
        self.traffic.release();
    }

    /// Takes the next frame out of a session's queue; the inner nothing is its end.
    pub fn take_frame(&self, id: &str) -> Option<Option<String>> {
        let mut desk = self.desk();
        if desk.world.quirks.stalled {
            return None;
        }
        desk.world.sessions.get_mut(id)?.queue.pop_front()
    }

    /// A session works on in due time.
    pub fn step_later(self: &Arc<Self>, id: String) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            // Read here, as the world may be held where this is called.
            let pause = shared.look(|world| world.quirks.step_ms);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            shared.change(|world| world.step(&id));
        });
    }

    pub fn receive(&self, post: Received) {
        self.desk().received.push(post);
    }

    /// Tells that a POST was done.
    pub fn did(&self, post: Received) {
        self.desk().done.push(post);
    }

    pub fn done(&self) -> Vec<Received> {
        self.desk().done.clone()
    }

    pub fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }
}
