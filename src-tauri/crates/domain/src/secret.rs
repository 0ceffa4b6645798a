use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What only the server may read. It shows itself to nobody else, and an intent that is kept has lost it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string | null")]
pub struct Secret(Option<String>);

impl Secret {
    pub fn new(words: impl Into<String>) -> Self {
        Self(Some(words.into()))
    }

    /// The words themselves; nothing where they were lost.
    pub fn expose(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Secret" } else { "Secret, lost" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_show_itself() {
        assert_eq!(format!("{:?} {:?}", Secret::new("hunter2"), Secret::default()), "Secret Secret, lost");
        assert_eq!(Secret::new("hunter2").expose(), Some("hunter2"));
    }
}
