use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// A source's short, stable name: letters, digits and `-`. It never changes, even when the source is renamed.
    SourceId
);
text_id!(
    /// One thing of a source. Begins with its kind: `approval:7`, `permission:per_…`, `agent:coder`.
    ItemId
);
text_id!(
    /// An intent's own id (a UUID v7), made where the operator acted.
    IntentId
);

impl SourceId {
    /// The id a new source gets from its name: lower case, runs of anything else become one `-`.
    pub fn from_name(name: &str) -> Self {
        let mut id = String::with_capacity(name.len());
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                id.push(c);
            } else if !id.is_empty() && !id.ends_with('-') {
                id.push('-');
            }
        }
        let id = id.trim_end_matches('-');
        Self(if id.is_empty() { "source".to_owned() } else { id.to_owned() })
    }
}

impl ItemId {
    pub fn of(kind: &str, rest: impl fmt::Display) -> Self {
        Self(format!("{kind}:{rest}"))
    }

    /// What stands before the first `:`.
    pub fn kind(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// What stands after the first `:`: the server's own id.
    pub fn rest(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, rest)| rest)
    }
}

/// One thing of one source; written `source/item`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct Key {
    pub source: SourceId,
    pub item: ItemId,
}

impl Key {
    pub fn new(source: SourceId, item: ItemId) -> Self {
        Self { source, item }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.source, self.item)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a key: a key is written source/kind:id, as `bell asks` prints it")]
pub struct ParseKeyError(String);

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((source, item)) if !source.is_empty() && item.contains(':') => {
                Ok(Self::new(SourceId::new(source), ItemId::new(item)))
            }
            _ => Err(ParseKeyError(text.to_owned())),
        }
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_what_it_writes() {
        let key = Key::new(SourceId::new("hive"), ItemId::of("approval", 7));
        assert_eq!(key.to_string(), "hive/approval:7");
        assert_eq!(key.to_string().parse::<Key>().unwrap(), key);
        assert_eq!((key.item.kind(), key.item.rest()), ("approval", "7"));
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_by_name() {
        for bad in ["", "hive", "hive/", "/approval:7", "hive/approval"] {
            assert!(bad.parse::<Key>().unwrap_err().to_string().contains("source/kind:id"), "{bad}");
        }
    }

    #[test]
    fn an_id_keeps_the_letters_of_a_name_and_nothing_else() {
        assert_eq!(SourceId::from_name("Hive · Prod").as_str(), "hive-prod");
        assert_eq!(SourceId::from_name("a/b c_").as_str(), "a-b-c");
        assert_eq!(SourceId::from_name("/../").as_str(), "source");
    }
}
