//! Reading shapes that drift between versions: what is asked for by name is taken in whatever form it comes.

use deskbell_domain::{Millis, When};
use serde_json::Value;

/// Longer than any id of a server; what is longer could not go into a frame of 10 KiB.
const LONGEST_ID: usize = 200;

/// Below this a whole number can only be seconds.
const SECONDS: f64 = 100_000_000_000.0;

/// One JSON object. Zero, empty and `null` are all *absent*, as the server leaves them out itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(pub &'a Value);

impl<'a> Row<'a> {
    pub fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn text(self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// What names a thing: text, or a number, and neither empty nor endless.
    pub fn id(self, name: &str) -> Result<String, String> {
        let id = match self.get(name) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_) | Value::Null) | None => String::new(),
        };
        match id.len() {
            0 => Err(format!("it has no \"{name}\"")),
            1..=LONGEST_ID => Ok(id),
            _ => Err(format!("its \"{name}\" is longer than {LONGEST_ID} bytes")),
        }
    }

    /// A text that must be there, and may be empty.
    pub fn must(self, name: &str) -> Result<String, String> {
        let text = self.0.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("it has no \"{name}\""))
    }

    /// A count; nonsense counts as nothing.
    pub fn count(self, name: &str) -> Option<u64> {
        // A float cast saturates.
        self.get(name).and_then(Value::as_f64).filter(|number| *number > 0.0).map(|number| number as u64)
    }

    /// Dollars to millionths.
    pub fn micros(self, name: &str) -> Option<u64> {
        let cost = self.get(name).and_then(Value::as_f64).filter(|cost| *cost > 0.0);
        cost.map(|cost| (cost * 1_000_000.0).round() as u64)
    }

    pub fn time(self, name: &str) -> Option<Millis> {
        self.get(name).and_then(time)
    }

    /// The server's time, or ours where it tells none.
    pub fn when(self, name: &str, now: Millis) -> When {
        self.time(name).map_or(When::Seen(now), When::Said)
    }
}

/// Unix milliseconds or seconds, or RFC 3339. The year 1, which stands for "never", is no time.
fn time(value: &Value) -> Option<Millis> {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().filter(|number| *number > 0.0)?;
            Some(Millis(if number < SECONDS { (number * 1_000.0) as i64 } else { number as i64 }))
        }
        Value::String(text) => {
            let at: jiff::Timestamp = text.parse().ok()?;
            Some(Millis(at.as_millisecond())).filter(|at| at.0 > 0)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_clock_of_the_server_is_read() {
        let row = json!({
            "ws": 1_779_000_000_123_i64, "seconds": 1_779_000_000, "rest": "2026-05-17T06:40:00.123456789Z",
            "zone": "2026-05-17T08:40:00+02:00", "never": "0001-01-01T00:00:00Z", "zero": 0, "bad": "soon",
        });
        let at = |name| Row(&row).time(name).map(|at| at.0);
        assert_eq!(at("ws"), Some(1_779_000_000_123));
        assert_eq!(at("seconds"), Some(1_779_000_000_000));
        assert_eq!(at("rest"), Some(1_779_000_000_123));
        assert_eq!(at("zone"), Some(1_779_000_000_000));
        assert_eq!([at("never"), at("zero"), at("bad"), at("none")], [None; 4]);
    }

    #[test]
    fn an_id_is_short_and_not_empty() {
        let row = json!({ "a": "x", "b": 7, "c": "", "d": "x".repeat(201), "e": null });
        let id = |name| Row(&row).id(name).ok();
        assert_eq!((id("a"), id("b")), (Some("x".into()), Some("7".into())));
        assert_eq!([id("c"), id("d"), id("e"), id("f")], [None, None, None, None]);
    }
}
