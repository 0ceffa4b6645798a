use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// A content hash (the first 128 bits of SHA-256, in hex). It binds an answer to what was shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "string")]
pub struct Hash(String);

impl Hash {
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let halves = digest.iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
        // Lines of history are named by their hash: formatting each byte took longer than hashing them.
        Self(halves.filter_map(|half| char::from_digit(half.into(), 16)).collect())
    }

    /// The hash of a value's JSON. Values here have a fixed field order, so equal values hash alike.
    pub fn of<T: Serialize>(value: &T) -> Self {
        Self::of_bytes(&serde_json::to_vec(value).unwrap_or_default())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
