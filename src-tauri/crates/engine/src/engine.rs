use std::path::PathBuf;
use std::sync::Arc;

use deskbell_domain::{Hash, Key};

use crate::command::{Answer, Command, CommandError};
use crate::{Notifier, Press, Subscription};

#[derive(Default)]
pub struct Options {
    /// The data folder. One engine at a time may have it.
    pub data: PathBuf,
    /// Who raises notifications; nobody for `bell serve`.
    pub notifier: Option<Arc<dyn Notifier>>,
    /// Start no links: for changing sources while no engine runs.
    pub offline: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another engine has the folder.
    #[error("{0}")]
    Taken(String),
    #[error("{0}")]
    Failed(String),
}

/// The running engine. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {}

impl Engine {
    pub async fn start(_options: Options) -> Result<Self, StartError> {
        todo!()
    }

    pub async fn command(&self, _command: Command) -> Result<Answer, CommandError> {
        todo!()
    }

    pub fn subscribe(&self) -> Subscription {
        todo!()
    }

    /// What the operator did with the notification of an ask. `shown` is the hash its notice carried.
    pub fn pressed(&self, _key: Key, _shown: Hash, _press: Press) {
        todo!()
    }

    /// Which ask is on screen in a focused window; nothing when the window is hidden or looks elsewhere.
    pub fn attend(&self, _ask: Option<Key>) {
        todo!()
    }

    /// Brings an ask on screen in every listening window.
    pub fn reveal(&self, _key: Key) {
        todo!()
    }

    /// Ends every source, writes what is under way, and gives the folder back.
    pub async fn stop(&self) {
        todo!()
    }
}
