//! Systems without Unix sockets: nothing is served and nobody answers. Named pipes are not written yet.

use std::path::{Path, PathBuf};

use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Batch, Command};
use tokio_util::sync::CancellationToken;

use crate::BridgeError;

#[derive(Debug)]
pub enum Serving {}

impl Serving {
    pub fn socket(&self) -> &Path {
        match *self {}
    }

    pub async fn stopped(self) {
        match self {}
    }
}

#[derive(Clone, Debug)]
pub enum Client {}

impl Client {
    pub async fn connect(_data: &Path) -> Result<Option<Self>, BridgeError> {
        Ok(None)
    }

    pub async fn command(&self, _command: Command) -> Result<Answer, BridgeError> {
        match *self {}
    }

    pub async fn subscribe(&self) -> Result<Batches, BridgeError> {
        match *self {}
    }
}

#[derive(Debug)]
pub enum Batches {}

impl Batches {
    pub async fn next(&mut self) -> Result<Option<Batch>, BridgeError> {
        match *self {}
    }
}

pub async fn serve(_: Engine, _: &Path, _: CancellationToken) -> Result<Serving, BridgeError> {
    Err(BridgeError::Unsupported)
}

pub fn socket_path(data: &Path) -> PathBuf {
    data.join("bridge.sock")
}
