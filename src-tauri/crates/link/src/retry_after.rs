use std::time::SystemTime;

use deskbell_domain::Millis;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// A longer wait than a day is a mistake or malice.
const LONGEST_SECONDS: u64 = 24 * 60 * 60;

/// How long a server wants to be left alone: `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Millis> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().unwrap_or(u64::MAX)
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        until.duration_since(now).map_or(0, |wait| wait.as_secs().saturating_add(1))
    };
    i64::try_from(seconds.min(LONGEST_SECONDS)).ok().map(Millis::from_seconds)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64, value: &str) -> Option<Millis> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        assert_eq!(at(0, "7"), Some(Millis(7_000)));
        assert_eq!(at(0, " 0 "), Some(Millis(0)));
        // 1994-11-06T08:49:37Z, the example of RFC 9110; rounded up, never early.
        assert_eq!(at(784_111_777 - 90, "Sun, 06 Nov 1994 08:49:37 GMT"), Some(Millis(91_000)));
        assert_eq!(at(784_111_777 + 90, "Sun, 06 Nov 1994 08:49:37 GMT"), Some(Millis(0)));
    }

    #[test]
    fn nonsense_is_as_if_it_were_not_there() {
        for nonsense in ["", "soon", "-5", "1.5", "Sun, 99 Nov 1994"] {
            assert_eq!(at(0, nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn nobody_is_sent_away_for_longer_than_a_day() {
        assert_eq!(at(0, "99999999999999999999999"), Some(Millis(86_400_000)));
    }
}
