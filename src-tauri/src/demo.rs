//! A coordinator of our own to play with, on this machine only.

use std::collections::BTreeMap;

use deskbell_domain::{Auth, SourceId};
use deskbell_engine::Engine;
use deskbell_engine::command::{Command, ErrorCode, SecretDraft, SourceDraft};
use deskbell_sim::hyperhive::scenario::{Playing, lively};
use deskbell_sim::{Config, Hyperhive};

const NAME: &str = "Demo hive";
/// The same world every time, so that pictures and talks can be prepared.
const SEED: u64 = 1;

pub struct Demo {
    hive: Hyperhive,
    _playing: Playing,
}

impl Demo {
    /// Starts the coordinator, makes it the engine's source, and lets its agents live.
    pub async fn start(engine: &Engine) -> Result<Self, String> {
        let config = Config { seed: SEED, ..Config::default() };
        let hive = Hyperhive::start(config)
            .await
            .map_err(|error| format!("The demo's coordinator cannot listen on this machine: {error}."))?;
        add_source(engine, hive.url()).await?;
        let playing = hive.play(lively(SEED), 1.0);
        Ok(Self { hive, _playing: playing })
    }

    pub async fn stop(self) {
        self.hive.stop().await;
    }
}

/// The world is new at every start, so what a kept folder still knows of the last one is forgotten.
async fn add_source(engine: &Engine, url: String) -> Result<(), String> {
    let source = SourceId::from_name(NAME);
    match engine.command(Command::SourceRemove { source }).await {
        Ok(_) => {}
        Err(error) if error.code == ErrorCode::NotFound => {}
        Err(error) => return Err(error.message),
    }
    let draft = SourceDraft {
        name: NAME.to_owned(),
        dialect: "hyperhive".to_owned(),
        url,
        auth: Auth::None,
        secret: SecretDraft::Unchanged,
        settings: BTreeMap::new(),
    };
    engine.command(Command::SourceAdd { draft }).await.map_err(|error| error.message)?;
    Ok(())
}
