//! The world shared by the sockets and the test that drives it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::model::World;
use super::parts::Received;

#[derive(Debug)]
pub(super) struct Shared {
    desk: Mutex<Desk>,
    /// Something may have changed: the sockets look.
    pub changed: watch::Sender<()>,
    /// Ends the sockets of the sessions.
    pub queue_cuts: watch::Sender<()>,
    /// Ends the sockets of the problems channel.
    pub link_cuts: watch::Sender<()>,
}

#[derive(Debug)]
struct Desk {
    world: World,
    listeners: Vec<mpsc::UnboundedSender<String>>,
    received: Vec<Received>,
}

impl Shared {
    pub fn new(world: World) -> Self {
        Self {
            desk: Mutex::new(Desk { world, listeners: Vec::new(), received: Vec::new() }),
            changed: watch::Sender::new(()),
            queue_cuts: watch::Sender::new(()),
            link_cuts: watch::Sender::new(()),
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

    pub fn received(&self) -> Vec<Received> {
        self.desk().received.clone()
    }
}
