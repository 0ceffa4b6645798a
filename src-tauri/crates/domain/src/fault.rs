use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Millis;

/// What kind of trouble it is. A code exists only where something treats it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FaultCode {
    /// Nothing answered at the address.
    Unreachable,
    /// TLS could not be agreed on, or plain HTTP was asked for where TLS is a must.
    Tls,
    /// 401 or 403.
    Unauthorized,
    /// 404: the path is not there.
    NotFound,
    /// Something answers, but it does not speak this dialect.
    WrongDialect,
    /// The connection ended.
    Closed,
    /// The connection is there, and nothing comes.
    Silent,
    /// A message over the cap.
    TooLarge,
    /// The server is there and in trouble: 429, 5xx.
    Server,
    /// The server said no to an answer.
    Rejected,
    /// The secret could not be had.
    NoSecret,
    /// The source's settings do not make sense.
    Settings,
}

/// When it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Next {
    /// By the usual backoff.
    Soon,
    /// Not before this many milliseconds, because the server said so.
    After(Millis),
    /// Not before the operator does something.
    Never,
}

/// Something went wrong for *us*. Says what happened and what the operator can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    pub code: FaultCode,
    /// What happened, in plain words.
    pub message: String,
    /// What the operator can do about it; empty where there is nothing to do but wait.
    pub advice: String,
    pub next: Next,
}

impl Fault {
    pub fn new(code: FaultCode, message: impl Into<String>, advice: impl Into<String>, next: Next) -> Self {
        Self { code, message: message.into(), advice: advice.into(), next }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, " {}", self.advice) }
    }
}
