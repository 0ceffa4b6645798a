//! `GET /api/state`, as far as it is used. Everything but `status` may be missing.

use deskbell_domain::Millis;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Picture {
    pub status: String,
    pub label: Option<String>,
    pub qualified_label: Option<String>,
    pub dashboard_port: Option<i64>,
    pub session: Option<Session>,
    #[serde(default, deserialize_with = "readable")]
    pub inbox: Vec<Letter>,
    /// `idle`, `thinking` or `compacting`; not at the published version.
    pub turn_state: Option<String>,
    /// Unix seconds.
    pub turn_state_since: Option<i64>,
    pub model: Option<String>,
    pub context_window_tokens: Option<u64>,
}

/// A login under way.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Session {
    #[serde(default)]
    pub output: String,
}

/// A message that waits for the agent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Letter {
    pub from: String,
    pub body: String,
    /// Unix seconds.
    pub at: Option<i64>,
}

/// Where the login stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    NotNeeded,
    Needed,
    UnderWay,
}

impl Picture {
    pub fn read(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }

    pub fn login(&self) -> Login {
        match self.status.as_str() {
            "needs_login_idle" => Login::Needed,
            "needs_login_in_progress" => Login::UnderWay,
            _ => Login::NotNeeded,
        }
    }

    /// Whether a turn is under way, where the server says so.
    pub fn is_busy(&self) -> Option<bool> {
        self.turn_state.as_deref().map(|state| state != "idle")
    }

    pub fn compacts(&self) -> bool {
        self.turn_state.as_deref() == Some("compacting")
    }

    pub fn since(&self) -> Option<Millis> {
        self.turn_state_since.map(Millis::from_seconds)
    }
}

/// Rows that cannot be read cost nothing else: they are in the agent's own inbox all the same.
fn readable<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Letter>, D::Error> {
    let rows = Option::<Vec<Value>>::deserialize(from)?.unwrap_or_default();
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_status_must_be_there() {
        let picture = Picture::read(br#"{"status":"online"}"#).unwrap();
        assert_eq!((picture.login(), picture.is_busy()), (Login::NotNeeded, None));
        let picture = Picture::read(
            br#"{"seq":3,"label":"coder","status":"needs_login_in_progress","session":{"output":"open https://x"},
                "inbox":[{"from":"manager","body":"hi","at":1779000000},7],"turn_state":"compacting","links":[]}"#,
        )
        .unwrap();
        assert_eq!((picture.login(), picture.compacts(), picture.inbox.len()), (Login::UnderWay, true, 1));
        assert!(Picture::read(br#"{"hello":"world"}"#).is_err());
        assert!(Picture::read(br#"{"status":"online","session":null,"inbox":null}"#).is_ok());
    }
}
