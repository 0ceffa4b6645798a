//! The shapes of opencode's frames, lists and replies. Only what is used is named; the rest is passed over.

use std::borrow::Cow;

use deskbell_domain::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// One event of `GET /event`.
#[derive(Debug, Deserialize)]
pub(super) struct Head<'a> {
    /// `evt_…`: the same event told twice has the same id.
    #[serde(default)]
    pub id: Option<String>,
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    #[serde(default, borrow)]
    pub properties: Option<&'a RawValue>,
}

impl<'a> Head<'a> {
    pub fn read<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.properties.map_or("{}", RawValue::get))
    }
}

/// A session: a conversation, or a subagent's part of one.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SessionInfo {
    pub id: String,
    #[serde(rename = "parentID")]
    pub parent: Option<String>,
    pub title: Option<String>,
    pub agent: Option<String>,
    pub directory: Option<String>,
    /// In US dollars.
    pub cost: Option<f64>,
    pub tokens: Option<Tokens>,
    #[serde(default)]
    pub time: Times,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Tokens {
    pub input: Option<f64>,
    pub output: Option<f64>,
    pub reasoning: Option<f64>,
    #[serde(default)]
    pub cache: Cache,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Cache {
    pub read: Option<f64>,
    pub write: Option<f64>,
}

impl Tokens {
    /// What the model read, the cached part included.
    pub fn input(&self) -> u64 {
        [self.input, self.cache.read, self.cache.write].into_iter().map(count).fold(0, u64::saturating_add)
    }

    /// What the model wrote, its reasoning included.
    pub fn output(&self) -> u64 {
        count(self.output).saturating_add(count(self.reasoning))
    }
}

/// Unix milliseconds.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Times {
    pub created: Option<f64>,
    pub updated: Option<f64>,
    pub archived: Option<f64>,
    pub completed: Option<f64>,
    pub start: Option<f64>,
    pub end: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Status {
    #[serde(rename = "type")]
    pub kind: String,
    pub message: Option<String>,
}

/// The tool call something hangs on.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ToolRef {
    #[serde(rename = "callID")]
    pub call: String,
}

/// One piece of a message.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Part {
    pub id: String,
    #[serde(rename = "sessionID")]
    pub session: String,
    #[serde(rename = "messageID")]
    pub message: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub text: Option<String>,
    pub synthetic: Option<bool>,
    pub time: Option<Times>,
    pub tool: Option<String>,
    #[serde(rename = "callID")]
    pub call: Option<String>,
    pub state: Option<ToolState>,
    pub tokens: Option<Tokens>,
    pub cost: Option<f64>,
    pub files: Option<Vec<String>>,
    pub filename: Option<String>,
    pub url: Option<String>,
    pub name: Option<String>,
    pub agent: Option<String>,
    pub description: Option<String>,
    pub attempt: Option<f64>,
    pub error: Option<Trouble>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ToolState {
    pub status: String,
    #[serde(default)]
    pub input: Value,
    pub title: Option<String>,
    pub error: Option<String>,
    #[serde(default)]
    pub metadata: Value,
    #[serde(default)]
    pub time: Times,
}

/// opencode's errors: `{"name":"APIError","data":{"message":"…"}}`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Trouble {
    pub name: Option<String>,
    #[serde(default)]
    pub data: Value,
}

impl Trouble {
    pub fn words(&self) -> String {
        let message = self.data.get("message").and_then(Value::as_str);
        match (message, &self.name) {
            (Some(message), _) if !message.trim().is_empty() => message.to_owned(),
            (Some(_) | None, Some(name)) => name.clone(),
            (Some(_) | None, None) => "an error without words".to_owned(),
        }
    }
}

/// A message without its parts.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MessageInfo {
    pub id: String,
    #[serde(rename = "sessionID")]
    pub session: String,
    pub role: String,
    pub agent: Option<String>,
    #[serde(default)]
    pub time: Times,
    pub error: Option<Trouble>,
}

/// A message of `GET /session/{id}/message`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub info: MessageInfo,
    #[serde(default)]
    pub parts: Vec<Part>,
}

pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}

pub(super) fn millis(time: Option<f64>) -> Option<Millis> {
    // A float cast saturates, and a time before 1970 is nonsense here.
    time.filter(|t| *t > 0.0).map(|t| Millis(t as i64))
}

/// A count of tokens; nonsense counts as nothing.
pub(super) fn count(number: Option<f64>) -> u64 {
    number.filter(|n| *n > 0.0).map_or(0, |n| n as u64)
}

/// Dollars to millionths.
pub(super) fn micros(cost: Option<f64>) -> Option<u64> {
    cost.filter(|c| *c >= 0.0).map(|c| (c * 1_000_000.0).round() as u64)
}
