//! An engine on a folder of its own, and the few words that most tests here begin with.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbell_domain::{Auth, SourceId};
use deskbell_engine::command::{Answer, Command, SecretDraft, SourceDraft};
use deskbell_engine::{Engine, Options};
use tempfile::TempDir;
use tokio::time::Instant;

/// Longer than anything here takes on a slow machine; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn engine() -> (Engine, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: folder.path().to_owned(), ..Options::default() };
    (Engine::start(options).await.unwrap(), folder)
}

pub fn adding(name: &str, dialect: &str, url: &str) -> Command {
    Command::SourceAdd {
        draft: SourceDraft {
            name: name.to_owned(),
            dialect: dialect.to_owned(),
            url: url.to_owned(),
            auth: Auth::None,
            secret: SecretDraft::Unchanged,
            settings: BTreeMap::new(),
        },
    }
}

pub async fn add(engine: &Engine, name: &str, dialect: &str, url: &str) -> SourceId {
    match engine.command(adding(name, dialect, url)).await.unwrap() {
        Answer::Source { row } => row.source,
        other => panic!("{other:?}"),
    }
}

/// Looks again until it holds. A condition, not a pause: it goes on the moment it holds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "it did not come to pass in {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
