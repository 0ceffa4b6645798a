//! Coordinators of our own to play with, on this machine only.

use deskbell_domain::{Auth, SourceId};
use deskbell_engine::Engine;
use deskbell_engine::command::{Command, ErrorCode, SecretDraft, SourceDraft};
use deskbell_sim::{Pace, Playing, Simulator, Stage};

/// The same world every time, so that pictures and talks can be prepared.
const SEED: u64 = 1;

pub struct Demo {
    stage: Stage,
    // What is played goes on as long as this is there.
    _playing: Vec<Playing>,
}

impl Demo {
    /// Opens every coordinator there is, makes them the engine's sources, and lets their agents live.
    pub async fn start(engine: &Engine) -> Result<Self, String> {
        let stage =
            Stage::open(SEED).await.map_err(|error| format!("On this machine, the demo's {error}."))?;
        let playing = stage.play(Pace::new(1.0));
        for (simulator, url) in stage.cast() {
            add_source(engine, simulator, url).await?;
        }
        Ok(Self { stage, _playing: playing })
    }

    pub async fn stop(self) {
        self.stage.stop().await;
    }
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
