use std::path::{Path, PathBuf};
use std::sync::Arc;

use deskbell_store::Reader;

use crate::StartError;
use crate::clock::Clock;
use crate::command::{Answer, Command, CommandError, ErrorCode};
use crate::desk::Desk;
use crate::queries::Queries;

/// Where Deskbell keeps its data unless told otherwise.
pub fn default_data_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join("deskbell"))
}

/// The cache, read only: what `bell` reads when no engine runs. Needs no lock and no network.
#[derive(Debug)]
pub struct Archive {
    queries: Queries,
}

impl Archive {
    pub fn open(data: &Path) -> Result<Self, StartError> {
        let reader = Reader::open(data)?;
        Ok(Self { queries: Queries::new(reader, Arc::new(Desk::default()), Clock::default()) })
    }

    /// Answers the commands that only read; refuses the others.
    pub fn command(&self, command: Command) -> Result<Answer, CommandError> {
        self.queries.answer(&command).unwrap_or_else(|| {
            Err(CommandError {
                code: ErrorCode::Failed,
                message: "No engine is running. Start Deskbell, or `bell serve`, and try again.".to_owned(),
            })
        })
    }
}
