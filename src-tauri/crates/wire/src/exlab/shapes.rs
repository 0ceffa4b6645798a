//! The shapes of ExLab-Wizard's replies and frames. Only what is used is named; the rest is passed over.

use std::borrow::Cow;

use deskbell_domain::Millis;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// `GET /operations`. Its rows are read one by one: a strange one costs nothing else.
#[derive(Debug, Deserialize)]
pub(super) struct Operations {
    pub operations: Vec<Box<RawValue>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Operation {
    pub id: String,
    pub state: String,
    pub started_at: Option<String>,
    pub equipment_id: Option<String>,
    pub project_short_id: Option<String>,
    pub run_label: Option<String>,
}

/// `GET /sessions/{id}`, and what a resume or a cancel is answered with.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Handle {
    pub session_id: String,
    pub state: String,
    pub current_phase: Option<String>,
    pub pending_input: Option<Value>,
    pub error: Option<Trouble>,
    pub result: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Trouble {
    pub code: Option<String>,
    pub message: Option<String>,
    pub discard_files: Option<bool>,
}

impl Trouble {
    pub fn words(&self) -> String {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => format!("{message} ({code})"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => "an error without words".to_owned(),
        }
    }
}

impl Handle {
    pub fn code(&self) -> Option<&str> {
        self.error.as_ref()?.code.as_deref()
    }
}

/// A plugin's wish for input. `hint`, `options` and `default` are absent where there are none.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pending {
    pub plugin: Option<String>,
    pub reason: Option<String>,
    pub fields: Vec<FieldSpec>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct FieldSpec {
    pub id: String,
    pub label: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub required: bool,
    pub default: Option<Value>,
    pub options: Option<Vec<String>>,
    pub hint: Option<String>,
}

/// One message of a session's queue.
#[derive(Debug, Deserialize)]
pub(super) struct SessionFrame {
    pub kind: String,
    pub phase: Option<String>,
    /// Only a phase has a time.
    pub at: Option<String>,
    pub current: Option<u64>,
    pub total: Option<u64>,
    pub message: Option<String>,
    pub reason: Option<String>,
    pub plugin: Option<String>,
    pub result: Option<Value>,
    pub error: Option<Trouble>,
}

/// One message of the problems channel; its rows are read one by one.
#[derive(Debug, Deserialize)]
pub(super) struct ProblemsFrame<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    pub audit_at: Option<String>,
    pub findings: Option<Vec<Box<RawValue>>>,
    pub added: Option<Vec<Box<RawValue>>>,
    pub removed: Option<Vec<Box<RawValue>>>,
    pub changed: Option<Vec<Box<RawValue>>>,
}

/// `GET /problems`.
#[derive(Debug, Deserialize)]
pub(super) struct Problems {
    pub findings: Vec<Box<RawValue>>,
    pub audit_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Row {
    pub rule: String,
    pub tier: String,
    pub run_path: String,
    pub offending_path: String,
    pub offending_kind: String,
    pub matched_token: Option<String>,
    #[serde(default)]
    pub rule_detail: String,
    #[serde(default)]
    pub synced_under_prior_policy: bool,
    #[serde(default)]
    pub override_active: bool,
}

/// `GET /run/{path}`: the overrides recorded with a run, and their revocations.
#[derive(Debug, Deserialize)]
pub(super) struct Run {
    #[serde(default)]
    pub validation_overrides: Vec<Override>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Override {
    pub id: String,
    pub problem_class: Option<String>,
    pub reason: Option<String>,
    #[serde(default)]
    pub revoked: bool,
    /// On a revocation: the override it takes back.
    pub revokes: Option<String>,
}

/// `GET /setup/status`.
#[derive(Debug, Deserialize)]
pub(super) struct Setup {
    pub state: String,
    pub ready: bool,
    #[serde(default)]
    pub missing: Vec<Value>,
    pub next_action: Option<String>,
}

/// What a refusal is answered with.
#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    pub error: Envelope,
}

#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub code: String,
    pub message: Option<String>,
    pub field: Option<String>,
    #[serde(default)]
    pub missing: Vec<Value>,
}

/// ExLab's only form of a time, `2026-11-21T02:02:25Z`, with or without a fraction.
pub(super) fn millis(text: &str) -> Option<Millis> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (date, time) = text.split_once('T')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let fits = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (hour < 24 && minute < 60 && second <= 60);
    if !fits {
        return None;
    }
    let mut thousandths = 0;
    for place in 0..3 {
        let digit = match fraction.as_bytes().get(place) {
            None => 0,
            Some(digit) if digit.is_ascii_digit() => i64::from(digit - b'0'),
            Some(_) => return None,
        };
        thousandths = thousandths * 10 + digit;
    }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(Millis(seconds * 1000 + thousandths))
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(between);
    for number in &mut numbers {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days since 1970, by the calendar that begins its year in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, of_era) = (year / 400, year % 400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_nonsense_is_not() {
        assert_eq!(millis("1970-01-01T00:00:00Z"), Some(Millis(0)));
        assert_eq!(millis("2026-11-21T02:02:25Z"), Some(Millis(1_795_226_545_000)));
        assert_eq!(millis("2024-02-29T23:59:59.5+00:00"), Some(Millis(1_709_251_199_500)));
        for bad in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-11-21 02:02:25",
            "9999999-1-1T0:0:0Z",
            "2026-11-21T02:02:25.xZ",
        ] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }
}
