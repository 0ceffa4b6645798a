//! An engine with sources, set up as a bench wants it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use deskbell_domain::{Auth, Link, SourceId};
use deskbell_e2e::eventually;
use deskbell_engine::command::{Answer, Command, SecretDraft, SourceDraft};
use deskbell_engine::view::SourceView;
use deskbell_engine::{Engine, Options};

/// How often it is looked how far the engine is.
const LOOK: Duration = Duration::from_millis(20);

/// Without notifications.
pub async fn engine(folder: &Path) -> Result<Engine> {
    Ok(Engine::start(Options { data: folder.join("data"), ..Options::default() }).await?)
}

/// Adds a source, and waits until its link is live.
pub async fn listen(engine: &Engine, name: &str, url: String) -> Result<SourceId> {
    let draft = SourceDraft {
        name: name.to_owned(),
        dialect: "hyperhive".to_owned(),
        url,
        auth: Auth::None,
        secret: SecretDraft::Unchanged,
        settings: Default::default(),
    };
    let source = match engine.command(Command::SourceAdd { draft }).await {
        Ok(Answer::Source { row }) => row.source,
        Ok(other) => bail!("no source: {other:?}"),
        Err(error) => bail!("{}", error.message),
    };
    eventually("the source is live", async || {
        let row = sources(engine).await?.into_iter().find(|row| row.source == source);
        Ok(row.filter(|row| matches!(row.link, Link::Live { .. })).map(drop))
    })
    .await?;
    Ok(source)
}

pub async fn sources(engine: &Engine) -> Result<Vec<SourceView>> {
    match engine.command(Command::SourceList).await {
        Ok(Answer::Sources { rows }) => Ok(rows),
        Ok(other) => bail!("no list of sources: {other:?}"),
        Err(error) => Err(anyhow!("{}", error.message)),
    }
}

/// How many lines of history there are.
pub async fn entries(engine: &Engine) -> Result<u64> {
    Ok(sources(engine).await?.iter().map(|row| row.counts.entries).sum())
}

/// Waits until so many lines are on the disk.
pub async fn until_durable(engine: &Engine, lines: u64, patience: Duration) -> Result<Instant> {
    let begun = Instant::now();
    loop {
        let there = entries(engine).await?;
        if there >= lines {
            return Ok(Instant::now());
        }
        (begun.elapsed() < patience)
            .then_some(())
            .with_context(|| format!("{there} of {lines} lines came in {patience:?}"))?;
        tokio::time::sleep(LOOK).await;
    }
}
