//! Where secrets live: the OS keyring; an environment variable; or this process's memory where there is no keyring.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use deskbell_domain::{Fault, FaultCode, Hash, Next, SecretRef, Source, SourceId};
use secrecy::{ExposeSecret, SecretString};

use crate::command::SecretDraft;

const SERVICE: &str = "Deskbell";

/// Everything here may wait for the desktop's keyring: call it off the async threads.
#[derive(Debug)]
pub(crate) struct Secrets {
    /// Two data folders may each have a source of the same id.
    folder: Hash,
    session: Mutex<HashMap<SourceId, SecretString>>,
}

impl Secrets {
    pub(crate) fn new(data: &Path) -> Self {
        Self { folder: Hash::of_bytes(data.as_os_str().as_encoded_bytes()), session: Mutex::default() }
    }

    /// Puts a secret away and says where it went.
    pub(crate) fn keep(&self, source: &SourceId, draft: SecretDraft, kept: SecretRef) -> SecretRef {
        match draft {
            SecretDraft::Unchanged => kept,
            SecretDraft::Environment { name } => {
                self.forget(source, &kept);
                SecretRef::Environment { name }
            }
            SecretDraft::Given { value } => match self.entry(source).and_then(|e| e.set_password(&value)) {
                Ok(()) => SecretRef::Keyring,
                Err(error) => {
                    tracing::warn!(%source, %error, "no keyring: the secret stays in memory");
                    self.session().insert(source.clone(), SecretString::from(value));
                    SecretRef::Session
                }
            },
        }
    }

    pub(crate) fn forget(&self, source: &SourceId, kept: &SecretRef) {
        self.session().remove(source);
        if *kept == SecretRef::Keyring
            && let Err(error) = self.entry(source).and_then(|e| e.delete_credential())
        {
            tracing::warn!(%source, %error, "the keyring kept a secret that is no longer needed");
        }
    }

    /// Fetches a source's secret, or says in plain words why it cannot be had.
    pub(crate) fn fetch(&self, source: &Source) -> Result<Option<SecretString>, Fault> {
        let missing = |message: String, advice: &str| {
            Err(Fault::new(FaultCode::NoSecret, message, advice, Next::Never))
        };
        match &source.secret {
            SecretRef::None => Ok(None),
            SecretRef::Environment { name } => match std::env::var(name) {
                Ok(value) if !value.is_empty() => Ok(Some(SecretString::from(value))),
                Ok(_) | Err(_) => missing(
                    format!(
                        "The environment variable {name}, which holds the secret of \"{}\", is not set.",
                        source.name
                    ),
                    "Set it where Deskbell is started, or edit the source and give the secret again.",
                ),
            },
            SecretRef::Session => match self.session().get(&source.id) {
                Some(secret) => Ok(Some(SecretString::from(secret.expose_secret()))),
                None => missing(
                    format!(
                        "The secret of \"{}\" was kept in memory only, because this desktop has no keyring.",
                        source.name
                    ),
                    "Edit the source and give the secret again, or name an environment variable that holds it.",
                ),
            },
            SecretRef::Keyring => match self.entry(&source.id).and_then(|e| e.get_password()) {
                Ok(value) => Ok(Some(SecretString::from(value))),
                Err(error) => missing(
                    format!("The keyring does not give the secret of \"{}\": {error}.", source.name),
                    "Unlock the keyring and resume the source, or edit it and give the secret again.",
                ),
            },
        }
    }

    fn entry(&self, source: &SourceId) -> keyring::Result<keyring::Entry> {
        keyring::Entry::new(SERVICE, &format!("{source}@{}", self.folder))
    }

    fn session(&self) -> std::sync::MutexGuard<'_, HashMap<SourceId, SecretString>> {
        self.session.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
