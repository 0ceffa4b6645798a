use std::path::{Path, PathBuf};

use deskbell_bridge::Client;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{AgentView, AskView, FindingView, SourceView, TaskView, ThreadView};
use deskbell_engine::{Archive, Engine, Options};

use crate::trouble::Trouble;

/// A data folder, and the engine that runs on it if one does.
pub struct Desk {
    data: PathBuf,
    engine: Option<Client>,
}

impl Desk {
    pub async fn open(data: &Path) -> Result<Self, Trouble> {
        Ok(Self { data: data.to_owned(), engine: Client::connect(data).await? })
    }

    pub fn is_running(&self) -> bool {
        self.engine.is_some()
    }

    /// The running engine, for what only it can do.
    pub fn engine(&self) -> Result<&Client, Trouble> {
        self.engine.as_ref().ok_or_else(|| {
            Trouble::failed(format!(
                "Deskbell does not run for {}: start the window, or `bell serve`, and try again",
                self.data.display()
            ))
        })
    }

    /// Reads from the engine, or from the cache where none runs.
    pub async fn read(&self, command: Command) -> Result<Answer, Trouble> {
        match &self.engine {
            Some(engine) => Ok(engine.command(command).await?),
            None => Ok(Archive::open(&self.data)?.command(command)?),
        }
    }

    /// Changes the sources, with an engine of our own for just that long where none runs.
    pub async fn change(&self, command: Command) -> Result<Answer, Trouble> {
        if let Some(engine) = &self.engine {
            return Ok(engine.command(command).await?);
        }
        let options = Options { data: self.data.clone(), offline: true, ..Options::default() };
        let engine = Engine::start(options).await?;
        let answer = engine.command(command).await;
        engine.stop().await;
        Ok(answer?)
    }

    pub async fn asks(&self, all: bool) -> Result<Vec<AskView>, Trouble> {
        match self.read(Command::AskList { all }).await? {
            Answer::Asks { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn sources(&self) -> Result<Vec<SourceView>, Trouble> {
        match self.read(Command::SourceList).await? {
            Answer::Sources { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn agents(&self) -> Result<Vec<AgentView>, Trouble> {
        match self.read(Command::AgentList).await? {
            Answer::Agents { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn threads(&self) -> Result<Vec<ThreadView>, Trouble> {
        match self.read(Command::ThreadList).await? {
            Answer::Threads { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn tasks(&self) -> Result<Vec<TaskView>, Trouble> {
        match self.read(Command::TaskList).await? {
            Answer::Tasks { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    pub async fn findings(&self) -> Result<Vec<FindingView>, Trouble> {
        match self.read(Command::FindingList).await? {
            Answer::Findings { rows } => Ok(rows),
            other => Err(unexpected(&other)),
        }
    }

    /// The source of this name or id.
    pub async fn source(&self, name: &str) -> Result<SourceView, Trouble> {
        let rows = self.sources().await?;
        if let Some(row) = rows.iter().find(|row| row.source.as_str() == name || row.name == name) {
            return Ok(row.clone());
        }
        let known: Vec<&str> = rows.iter().map(|row| row.source.as_str()).collect();
        Err(Trouble::usage(match known[..] {
            [] => format!("there is no source \"{name}\": there are none yet, see `bell source add --help`"),
            _ => format!("there is no source \"{name}\"; there is: {}", known.join(", ")),
        }))
    }
}

/// The engine is of another version than this command.
pub fn unexpected(answer: &Answer) -> Trouble {
    let kind =
        serde_json::to_value(answer).ok().and_then(|json| json.get("answer").cloned()).unwrap_or_default();
    Trouble::failed(format!(
        "Deskbell answered with {kind}, which was not asked for: is it of another version?"
    ))
}
