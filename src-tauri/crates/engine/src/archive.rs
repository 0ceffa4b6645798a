use std::path::{Path, PathBuf};

use crate::StartError;
use crate::command::{Answer, Command, CommandError};

/// Where Deskbell keeps its data unless told otherwise.
pub fn default_data_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join("deskbell"))
}

/// The cache, read only: what `bell` reads when no engine runs. Needs no lock and no network.
#[derive(Debug)]
pub struct Archive {}

impl Archive {
    pub fn open(_data: &Path) -> Result<Self, StartError> {
        todo!()
    }

    /// Answers the commands that only read; refuses the others.
    pub fn command(&self, _command: Command) -> Result<Answer, CommandError> {
        todo!()
    }
}
