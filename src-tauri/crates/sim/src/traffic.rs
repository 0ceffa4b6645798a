//! Requests as they come: counted, held back, or the last of their connection.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;

use crate::serving::Drop;

#[derive(Debug)]
pub(crate) struct Traffic {
    traps: Mutex<Traps>,
    /// Whether replies that are held back have to wait on.
    holding: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Traps {
    seen: u64,
    cut: Option<u64>,
    hold: Option<u64>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { traps: Mutex::default(), holding: watch::Sender::new(false) }
    }
}

impl Traffic {
    fn traps(&self) -> MutexGuard<'_, Traps> {
        self.traps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests have come.
    pub(crate) fn seen(&self) -> u64 {
        self.traps().seen
    }

    /// The request that comes after so many others is not done, and ends every stream.
    pub(crate) fn cut_after(&self, requests: u64) {
        let mut traps = self.traps();
        traps.cut = Some(traps.seen + requests + 1);
    }

    /// The request that comes after so many others is done, and its reply is held back: it tells of a world that
    /// may be another by the time it arrives.
    pub(crate) fn hold_after(&self, requests: u64) {
        let mut traps = self.traps();
        traps.hold = Some(traps.seen + requests + 1);
        self.holding.send_replace(true);
    }

    /// Lets go what is held back, and takes the traps away.
    pub(crate) fn release(&self) {
        let mut traps = self.traps();
        (traps.cut, traps.hold) = (None, None);
        self.holding.send_replace(false);
    }

    pub(crate) async fn pass(&self, request: Request, next: Next, cut: impl FnOnce()) -> Response {
        let (is_cut, is_held) = {
            let mut traps = self.traps();
            traps.seen += 1;
            (traps.cut == Some(traps.seen), traps.hold == Some(traps.seen))
        };
        if is_cut {
            cut();
            return lost();
        }
        let reply = next.run(request).await;
        if is_held {
            // The sender lives as long as `self`.
            let _ = self.holding.subscribe().wait_for(|holding| !holding).await;
        }
        reply
    }
}

/// The connection ends without a reply.
pub(crate) fn lost() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Drop);
    response
}
