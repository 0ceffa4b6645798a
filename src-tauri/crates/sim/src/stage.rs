//! Everybody at once: one of each kind, who play one piece together.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use crate::piece::{Pace, Piece, Playing};
use crate::simulator::{Coordinator, Opening, SIMULATORS, Simulator};

/// A running coordinator of each kind, on this machine only. They end when this is dropped.
#[derive(Debug)]
pub struct Stage {
    seed: u64,
    coordinators: Vec<Box<dyn Coordinator>>,
}

impl Stage {
    pub async fn open(seed: u64) -> io::Result<Self> {
        let mut coordinators = Vec::new();
        for simulator in SIMULATORS {
            let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let opened = (simulator.open)(Opening { seed, bind, settings: BTreeMap::new() }).await;
            coordinators.push(opened.map_err(|error| {
                io::Error::new(error.kind(), format!("{} cannot listen: {error}", simulator.part.name))
            })?);
        }
        Ok(Self { seed, coordinators })
    }

    /// Everybody, with their address.
    pub fn cast(&self) -> impl Iterator<Item = (&'static Simulator, String)> {
        SIMULATORS.iter().zip(self.coordinators.iter().map(|coordinator| coordinator.url()))
    }

    /// Lets everybody live by themselves, as long as what this gives is kept.
    pub fn play(&self, pace: Pace) -> Vec<Playing> {
        let cast = self.cast().map(|(simulator, url)| (simulator.dialect, url)).collect();
        let piece = Piece { cast, ..Piece::solo(self.seed, pace) };
        self.coordinators.iter().map(|coordinator| coordinator.play(&piece)).collect()
    }

    pub async fn stop(self) {
        for coordinator in self.coordinators {
            coordinator.stop().await;
        }
    }
}
