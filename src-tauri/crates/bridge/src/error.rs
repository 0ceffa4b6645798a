use std::path::PathBuf;

use deskbell_engine::command::CommandError;

/// Why the bridge could not do its part. [`Self::Refused`] is the engine's own answer to a command.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    #[error("another Deskbell already answers at {}: stop it first", .0.display())]
    Taken(PathBuf),
    #[error(
        "other users may write into {}, and could put their own socket there: run `chmod go-w` on it",
        .0.display()
    )]
    Open(PathBuf),
    #[error("cannot serve at {}: {source}", path.display())]
    Bind { path: PathBuf, source: std::io::Error },
    #[error("cannot reach Deskbell at {}: {source}", path.display())]
    Reach { path: PathBuf, source: std::io::Error },
    #[error("Deskbell stopped before it answered")]
    Closed,
    #[error("what answers at {} does not speak as Deskbell does: {why}", path.display())]
    Garbled { path: PathBuf, why: String },
    #[error(transparent)]
    Refused(#[from] CommandError),
    #[error("the local bridge works on Unix systems only, so far")]
    Unsupported,
}
