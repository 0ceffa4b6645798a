use std::path::Path;

use deskbell_engine::{Engine, Options};
use tokio_util::sync::CancellationToken;

use crate::paper::Paper;
use crate::stop::stop_signal;
use crate::trouble::{Exit, Trouble};

/// `bell serve`: the engine in the foreground, until it is told to stop.
pub async fn serve(data: &Path, paper: &mut Paper) -> Result<Exit, Trouble> {
    // Listened for before anything starts, so that no signal ends us half way.
    let stop = stop_signal()?;
    let engine = Engine::start(Options { data: data.to_owned(), ..Options::default() }).await?;
    let shutdown = CancellationToken::new();
    let serving = match deskbell_bridge::serve(engine.clone(), data, shutdown.clone()).await {
        Ok(serving) => serving,
        Err(error) => {
            engine.stop().await;
            return Err(error.into());
        }
    };
    let said = if paper.json {
        paper.object(&serde_json::json!({ "ready": true, "data": data, "socket": serving.socket() }))
    } else {
        paper.say(&format!("Deskbell serves {}; stop with Ctrl-C", data.display()))
    };
    if said.is_ok() {
        stop.await;
    }
    shutdown.cancel();
    serving.stopped().await;
    engine.stop().await;
    said.map(|()| Exit::Done)
}
