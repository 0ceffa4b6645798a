//! What the dashboard of a hyperhive host and the bus of one agent have in common: a world that tells its changes
//! on SSE streams, and form posts that change it.

mod desk;
mod http;
mod server;

pub(crate) use desk::Desk;
pub use desk::Received;
pub(crate) use http::{Fields, Host, PAGE, Refusal, answer, misbehave, stream_events};
pub(crate) use server::Server;

use std::time::Duration;

use crate::fault::{Instead, NextPost};

/// What is behind a bus.
pub(crate) trait World: std::fmt::Debug + Send + 'static {
    type Faults;

    fn faults(&mut self) -> &mut Self::Faults;

    fn manners(&self) -> Manners;

    fn take_next_post(&mut self) -> Option<NextPost>;

    /// The changes that wait to be told.
    fn take_told(&mut self) -> Vec<String>;

    /// What a process forgets when it ends.
    fn forget_process(&mut self);
}

/// How a bus behaves, whatever its world.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    pub success: u16,
    pub instead: Option<Instead>,
    pub stalled: bool,
    pub keep_alive: Option<Duration>,
}
