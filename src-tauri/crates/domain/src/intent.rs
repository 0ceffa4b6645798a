use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Hash, IntentId, Key, Offer, Secret};

/// An offer taken, with its values and an id of its own. An answer is an intent on an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    pub id: IntentId,
    pub key: Key,
    pub offer: String,
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// The hash of what the operator saw when they decided.
    pub shown: Hash,
    #[serde(default)]
    pub consent: Consent,
}

impl Intent {
    /// As it may be written down.
    pub fn kept(&self) -> KeptIntent {
        let mut intent = self.clone();
        for value in intent.values.values_mut() {
            match value {
                Value::Secret(secret) => *secret = Secret::default(),
                Value::Text(_) | Value::Pick { .. } | Value::Date(_) | Value::Flag(_) => {}
            }
        }
        KeptIntent(intent)
    }
}

/// An intent that has lost its secrets: the only kind that is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeptIntent(Intent);

impl std::ops::Deref for KeptIntent {
    type Target = Intent;

    fn deref(&self) -> &Intent {
        &self.0
    }
}

/// What the operator did to show that they mean a dangerous offer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Consent {
    #[default]
    None,
    Confirmed,
    Typed(String),
}

/// What was put into a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Value {
    Text(String),
    Pick { chosen: Vec<String>, other: Option<String> },
    Date(String),
    Flag(bool),
    Secret(Secret),
}

impl Value {
    /// Whether nothing was put in. A flag always says something.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Date(text) => text.trim().is_empty(),
            Self::Pick { chosen, other } => {
                chosen.is_empty() && other.as_deref().is_none_or(|o| o.trim().is_empty())
            }
            Self::Flag(_) => false,
            Self::Secret(secret) => secret.expose().is_none_or(|words| words.trim().is_empty()),
        }
    }

    /// What the operator said in words of their own, where anyone may read it.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Pick { other, .. } => other.as_deref(),
            Self::Date(_) | Self::Flag(_) | Self::Secret(_) => None,
        }
    }
}

/// An intent that its offer has accepted: the only thing that may travel to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    intent: Intent,
    offer: Offer,
}

impl Accepted {
    /// For [`Offer::accept`] alone.
    pub(crate) fn new(intent: Intent, offer: Offer) -> Self {
        Self { intent, offer }
    }

    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    pub fn offer(&self) -> &Offer {
        &self.offer
    }

    pub fn id(&self) -> &IntentId {
        &self.intent.id
    }

    pub fn key(&self) -> &Key {
        &self.intent.key
    }

    /// The text of a text field, if one was given.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.intent.values.get(field)? {
            Value::Text(text) | Value::Date(text) if !text.trim().is_empty() => Some(text),
            Value::Text(_) | Value::Date(_) | Value::Pick { .. } | Value::Flag(_) | Value::Secret(_) => None,
        }
    }

    /// The words of a secret field, for the request to the server alone.
    pub fn secret(&self, field: &str) -> Option<&str> {
        match self.intent.values.get(field)? {
            Value::Secret(secret) => secret.expose(),
            Value::Text(_) | Value::Date(_) | Value::Pick { .. } | Value::Flag(_) => None,
        }
    }

    /// What was picked in a field: the options in the order the server listed them, then the operator's own words.
    pub fn picked(&self, field: &str) -> Vec<String> {
        let Some(Value::Pick { chosen, other }) = self.intent.values.get(field) else { return Vec::new() };
        let options = self.offer.fields.iter().find(|f| f.id == field).map(|f| &f.input);
        let mut picked: Vec<String> = match options {
            Some(crate::Input::Pick { options, .. }) => {
                options.iter().map(|o| &o.label).filter(|label| chosen.contains(label)).cloned().collect()
            }
            Some(
                crate::Input::Text { .. }
                | crate::Input::Date { .. }
                | crate::Input::Flag { .. }
                | crate::Input::Secret { .. },
            )
            | None => Vec::new(),
        };
        picked.extend(other.as_deref().map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned));
        picked
    }
}

/// Why an intent was not taken. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no offer \"{offer}\" here; there is: {}", known.join(", "))]
    NoSuchOffer { offer: String, known: Vec<String> },
    #[error("\"{label}\" needs a confirmation")]
    NotConfirmed { label: String },
    #[error("\"{label}\" needs the name typed out: {name}")]
    NameNotTyped { label: String, name: String },
    #[error("there is no field \"{field}\" here; there is: {}", known.join(", "))]
    NoSuchField { field: String, known: Vec<String> },
    #[error("{field}: {why}")]
    BadValue { field: String, why: String },
    #[error("this changed since it was shown: look again, nothing was sent")]
    Changed,
    #[error("this is no longer open: {how}; nothing was sent")]
    NotOpen { how: String },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ItemId, SourceId};

    #[test]
    fn an_intent_that_is_kept_has_lost_its_secrets_and_nothing_else() {
        let intent = Intent {
            id: IntentId::new("i"),
            key: Key::new(SourceId::new("s"), ItemId::new("login:1")),
            offer: "code".to_owned(),
            values: BTreeMap::from([
                ("code".to_owned(), Value::Secret(Secret::new("hunter2"))),
                ("note".to_owned(), Value::Text("mine".to_owned())),
            ]),
            shown: Hash::of_bytes(b""),
            consent: Consent::None,
        };
        let kept = serde_json::to_string(&intent.kept()).unwrap();
        assert!(!kept.contains("hunter2") && kept.contains("mine"), "{kept}");
        assert!(!format!("{intent:?}").contains("hunter2"));
        let read: KeptIntent = serde_json::from_str(&kept).unwrap();
        assert!(read.values["code"].is_blank());
        assert_eq!(read, intent.kept());
    }
}
