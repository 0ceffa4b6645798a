//! The list of simulated coordinators, and what all of them can do.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;

use crate::piece::{Piece, Playing};

/// Every simulated coordinator, in the order in which a demo shows them.
pub const SIMULATORS: &[Simulator] = &[
    crate::hyperhive::SIMULATOR,
    crate::hyperhive_agent::SIMULATOR,
    crate::ailang::SIMULATOR,
    crate::exlab::SIMULATOR,
    crate::warren::SIMULATOR,
    crate::opencode::SIMULATOR,
];

/// One kind of coordinator that can be simulated.
#[derive(Clone, Copy, Debug)]
pub struct Simulator {
    /// The dialect it speaks.
    pub dialect: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Where such a server usually listens; 0 where it takes any free port.
    pub port: u16,
    /// What else may be said about it when it is opened.
    pub settings: &'static [Setting],
    pub part: Part,
    pub open: fn(Opening) -> Opened,
}

/// A coordinator to come, or why its port could not be had.
pub type Opened = BoxFuture<'static, io::Result<Box<dyn Coordinator>>>;

#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub about: &'static str,
}

/// Who it is in a demo with everybody.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What its source is called.
    pub name: &'static str,
    /// What else is set about its source.
    pub settings: &'static [(&'static str, &'static str)],
}

/// How a coordinator is to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The same seed makes the same world.
    pub seed: u64,
    /// Port 0 takes a free one.
    pub bind: SocketAddr,
    pub settings: BTreeMap<String, String>,
}

/// A simulated coordinator that runs. It ends when it is dropped.
pub trait Coordinator: Debug + Send + Sync {
    fn url(&self) -> String;

    /// Lets those who work there live by themselves.
    fn play(&self, piece: &Piece) -> Playing;

    /// Ends it; nothing listens there any more when this is over.
    fn stop(&self) -> BoxFuture<'_, ()>;
}
