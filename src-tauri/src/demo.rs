//! Coordinators of our own to play with, on this machine only.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use deskbell_domain::{Auth, SourceId};
use deskbell_engine::Engine;
use deskbell_engine::command::{Command, ErrorCode, SecretDraft, SourceDraft};
use deskbell_sim::{Coordinator, Opening, Pace, Piece, Playing, SIMULATORS, Simulator};

/// The same world every time, so that pictures and talks can be prepared.
const SEED: u64 = 1;

pub struct Demo {
    coordinators: Vec<Box<dyn Coordinator>>,
    // What is played goes on as long as this is there.
    _playing: Vec<Playing>,
}

impl Demo {
    /// Opens every coordinator there is, makes them the engine's sources, and lets their agents live.
    pub async fn start(engine: &Engine) -> Result<Self, String> {
        let mut coordinators = Vec::new();
        for simulator in SIMULATORS {
            coordinators.push(open(simulator).await?);
        }
        let addresses = coordinators.iter().map(|coordinator| coordinator.url());
        let cast = SIMULATORS.iter().map(|simulator| simulator.dialect).zip(addresses).collect();
        let piece = Piece { cast, ..Piece::solo(SEED, Pace::new(1.0)) };
        let playing = coordinators.iter().map(|coordinator| coordinator.play(&piece)).collect();
        for (simulator, coordinator) in SIMULATORS.iter().zip(&coordinators) {
            add_source(engine, simulator, coordinator.url()).await?;
        }
        Ok(Self { coordinators, _playing: playing })
    }

    pub async fn stop(self) {
        for coordinator in self.coordinators {
            coordinator.stop().await;
        }
    }
}

async fn open(simulator: &Simulator) -> Result<Box<dyn Coordinator>, String> {
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let opening = Opening { seed: SEED, bind, settings: BTreeMap::new() };
    (simulator.open)(opening).await.map_err(|error| {
        format!("The demo's {} cannot listen on this machine: {error}.", simulator.part.name)
    })
}

/// The world is new at every start, so what a kept folder still knows of the last one is forgotten.
async fn add_source(engine: &Engine, simulator: &Simulator, url: String) -> Result<(), String> {
    let source = SourceId::from_name(simulator.part.name);
    match engine.command(Command::SourceRemove { source }).await {
        Ok(_) => {}
        Err(error) if error.code == ErrorCode::NotFound => {}
        Err(error) => return Err(error.message),
    }
    let settings = simulator.part.settings.iter();
    let draft = SourceDraft {
        name: simulator.part.name.to_owned(),
        dialect: simulator.dialect.to_owned(),
        url,
        auth: Auth::None,
        secret: SecretDraft::Unchanged,
        settings: settings.map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect(),
    };
    engine.command(Command::SourceAdd { draft }).await.map_err(|error| error.message)?;
    Ok(())
}
