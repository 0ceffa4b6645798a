use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use deskbell_engine::Engine;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::message::Response;
use crate::socket::{bind, socket_path};
use crate::{BridgeError, connection};

/// More than any desk needs, and few enough that a runaway script cannot use up the engine's files.
const CONNECTIONS: usize = 128;

/// After the system had no file left for a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// A bridge that is being served.
#[derive(Debug)]
pub struct Serving {
    socket: PathBuf,
    task: JoinHandle<()>,
}

impl Serving {
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Waits until the bridge has ended, after `shutdown` was cancelled. The socket is gone then: only now may
    /// the engine be stopped, which gives the folder to whoever comes next.
    pub async fn stopped(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the bridge ended badly");
        }
    }
}

/// Serves an engine's commands at the socket of its data folder, until `shutdown` is cancelled.
pub async fn serve(engine: Engine, data: &Path, shutdown: CancellationToken) -> Result<Serving, BridgeError> {
    let (listener, owner) = bind(data).await?;
    let socket = socket_path(data);
    let task = tokio::spawn(listen(engine, listener, owner, socket.clone(), shutdown));
    Ok(Serving { socket, task })
}

async fn listen(
    engine: Engine,
    listener: UnixListener,
    owner: u32,
    socket: PathBuf,
    shutdown: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    let accepting = async {
        while let Ok(place) = places.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (engine, shutdown) = (engine.clone(), shutdown.clone());
                    connections.spawn(async move {
                        welcome(engine, stream, owner, shutdown).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the bridge could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    };
    shutdown.run_until_cancelled(accepting).await;
    if let Err(error) = std::fs::remove_file(&socket) {
        tracing::debug!(%error, "the bridge's socket was gone already");
    }
    connections.close();
    connections.wait().await;
}

/// Hands a connection to its conversation if it comes from our own user.
async fn welcome(engine: Engine, mut stream: UnixStream, owner: u32, shutdown: CancellationToken) {
    if stream.peer_cred().is_ok_and(|peer| peer.uid() == owner) {
        connection::converse(engine, stream, shutdown).await;
        return;
    }
    tracing::warn!("another user tried to use the bridge, and was refused");
    let refusal = Response::refusal("this Deskbell serves only the user who runs it");
    if let Err(error) = stream.write_all(&refusal.line()).await {
        tracing::debug!(%error, "the refused one had already gone");
    }
}

#[cfg(test)]
mod tests {
    use deskbell_engine::Options;
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn another_user_is_told_no_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let options = Options { data: data.path().to_owned(), offline: true, ..Options::default() };
        let engine = Engine::start(options).await.unwrap();
        let (mut theirs, ours) = UnixStream::pair().unwrap();
        let somebody_else = ours.peer_cred().unwrap().uid() + 1;
        theirs.write_all(b"{\"id\":1,\"command\":\"source.list\"}\n").await.unwrap();
        theirs.shutdown().await.unwrap();
        welcome(engine.clone(), ours, somebody_else, CancellationToken::new()).await;
        let mut heard = Vec::new();
        // What was not read when the connection closed counts as a reset.
        let _ = theirs.read_to_end(&mut heard).await;
        let heard = String::from_utf8(heard).unwrap();
        assert!(heard.contains("only the user who runs it") && !heard.contains("rows"), "{heard}");
        engine.stop().await;
    }
}
