use std::path::{Path, PathBuf};

use deskbell_engine::command::{Answer, Batch, Command};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::BridgeError;
use crate::message::{Body, Response, command_line, subscribe_line};
use crate::socket::{connect, socket_path};

/// A way to a running engine. Every command and every subscription has its own connection, so none waits
/// for another, and one that is dropped half way leaves nothing behind.
#[derive(Clone, Debug)]
pub struct Client {
    data: PathBuf,
}

impl Client {
    /// `None` when no engine serves this data folder.
    pub async fn connect(data: &Path) -> Result<Option<Self>, BridgeError> {
        Ok(connect(data).await?.map(|_| Self { data: data.to_owned() }))
    }

    /// Has the engine do something. Its own "no" is [`BridgeError::Refused`].
    pub async fn command(&self, command: Command) -> Result<Answer, BridgeError> {
        let mut talk = self.send(&command_line(1, &command)).await?;
        match talk.receive().await?.ok_or(BridgeError::Closed)? {
            Body::Ok(answer) => Ok(*answer),
            Body::Error(error) => Err(error.into()),
            Body::Batch(_) => Err(talk.garbled("a batch came where an answer was due")),
        }
    }

    /// Everything there is, then everything that changes.
    pub async fn subscribe(&self) -> Result<Batches, BridgeError> {
        Ok(Batches { talk: self.send(&subscribe_line(1)).await? })
    }

    async fn send(&self, line: &[u8]) -> Result<Talk, BridgeError> {
        let stream = connect(&self.data).await?.ok_or(BridgeError::Closed)?;
        let mut talk = Talk { stream: BufReader::new(stream), data: self.data.clone() };
        let written = talk.stream.write_all(line).await;
        written.map_err(|error| talk.broken(error))?;
        Ok(talk)
    }
}

/// What a subscription hears.
#[derive(Debug)]
pub struct Batches {
    talk: Talk,
}

impl Batches {
    /// The next batch; `None` when the engine has stopped. Until it is asked for, the engine coalesces.
    pub async fn next(&mut self) -> Result<Option<Batch>, BridgeError> {
        match self.talk.receive().await? {
            None => Ok(None),
            Some(Body::Batch(batch)) => Ok(Some(batch)),
            Some(Body::Error(error)) => Err(error.into()),
            Some(Body::Ok(_)) => Err(self.talk.garbled("an answer came where a batch was due")),
        }
    }
}

#[derive(Debug)]
struct Talk {
    stream: BufReader<UnixStream>,
    data: PathBuf,
}

impl Talk {
    async fn receive(&mut self) -> Result<Option<Body>, BridgeError> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await;
        if read.map_err(|error| self.broken(error))? == 0 {
            return Ok(None);
        }
        match serde_json::from_slice::<Response>(&line) {
            Ok(response) => Ok(Some(response.body)),
            Err(error) => Err(self.garbled(&error.to_string())),
        }
    }

    fn broken(&self, source: std::io::Error) -> BridgeError {
        BridgeError::Reach { path: socket_path(&self.data), source }
    }

    fn garbled(&self, why: &str) -> BridgeError {
        BridgeError::Garbled { path: socket_path(&self.data), why: why.to_owned() }
    }
}
