use std::fmt;
use std::process::ExitCode;

use deskbell_bridge::BridgeError;
use deskbell_engine::StartError;
use deskbell_engine::command::{CommandError, ErrorCode};
use deskbell_engine::view::VerdictWord;

/// How `bell` ends. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    /// Somebody else, or the deadline, was first.
    Lost = 3,
    /// It is not known, or not known yet, what became of it.
    Unknown = 4,
    Stuck = 5,
}

impl Exit {
    pub fn of(verdict: VerdictWord) -> Self {
        match verdict {
            VerdictWord::Won => Self::Done,
            VerdictWord::Lost | VerdictWord::Expired => Self::Lost,
            VerdictWord::Unknown | VerdictWord::Pending => Self::Unknown,
            VerdictWord::Stuck => Self::Stuck,
            VerdictWord::Discarded => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why an order was not carried out, in plain words.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    pub exit: Exit,
    /// Empty when nobody is there to read it.
    pub message: String,
}

impl Trouble {
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into() }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<CommandError> for Trouble {
    fn from(error: CommandError) -> Self {
        let exit = match error.code {
            ErrorCode::Invalid | ErrorCode::NotFound => Exit::Usage,
            ErrorCode::Changed | ErrorCode::NotOpen | ErrorCode::Failed => Exit::Failed,
        };
        Self { exit, message: error.message }
    }
}

impl From<BridgeError> for Trouble {
    fn from(error: BridgeError) -> Self {
        match error {
            BridgeError::Refused(error) => error.into(),
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<StartError> for Trouble {
    fn from(error: StartError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // `bell history | head` has read enough.
            std::io::ErrorKind::BrokenPipe => Self::failed(""),
            _ => Self::failed(error.to_string()),
        }
    }
}
