use std::time::SystemTime;

use deskbell_domain::{Fault, FaultCode, Next};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use crate::endpoint::shown;
use crate::retry_after::retry_after;

/// The longest word of a server that is repeated in a fault.
const QUOTE_CHARS: usize = 200;

/// What a stream is expected to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    EventStream,
    WebSocket,
}

/// Whether the answer to the opening of a stream is that stream, and if not, what it means.
pub(crate) fn judge_opening(
    wanted: Wanted,
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> Result<(), Fault> {
    let address = shown(url);
    let never = |code, message, advice: &str| Err(Fault::new(code, message, advice, Next::Never));
    match status.as_u16() {
        101 if wanted == Wanted::WebSocket => Ok(()),
        200 if wanted == Wanted::EventStream && is_event_stream(headers) => Ok(()),
        // What browsers take for "do not come back" (WHATWG HTML §9.2).
        204 => never(
            FaultCode::Closed,
            format!("{address} answers that it has nothing to stream (204)."),
            "See whether the server is still in use, then resume the source.",
        ),
        200..=299 => never(
            FaultCode::WrongDialect,
            format!("{address} answers with {}, not with a stream.", described(headers)),
            "See that the address and the dialect belong together.",
        ),
        300..=399 => never(
            FaultCode::WrongDialect,
            format!("{address} sends us elsewhere{}.", elsewhere(url, headers)),
            "Use the address it should be, or give the login that it asks for.",
        ),
        code @ (401 | 403) => never(
            FaultCode::Unauthorized,
            format!("{address} does not let us in ({code})."),
            "See that the token or password is right and still valid, and that the kind of login is the one the server wants.",
        ),
        404 => never(
            FaultCode::NotFound,
            format!("{address} is not there (404)."),
            "See that the address is right, and that the server speaks this dialect.",
        ),
        code @ (408 | 425 | 429 | 500..=599) => {
            let next = retry_after(headers, now).map_or(Next::Soon, Next::After);
            Err(Fault::new(
                FaultCode::Server,
                format!("{address} is in trouble: it answers {}.", named(code)),
                "",
                next,
            ))
        }
        code => never(
            FaultCode::WrongDialect,
            format!("{address} answers {} when asked for its stream.", named(code)),
            "See that the address and the dialect belong together.",
        ),
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    content_type(headers).is_some_and(|kind| essence(&kind).eq_ignore_ascii_case("text/event-stream"))
}

pub(crate) fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// What came instead, in words.
fn described(headers: &HeaderMap) -> String {
    let Some(kind) = content_type(headers) else {
        return "something that does not say what it is".to_owned();
    };
    match essence(&kind) {
        kind if kind.eq_ignore_ascii_case("text/html") => "a web page (text/html)".to_owned(),
        kind => quoted(kind),
    }
}

fn elsewhere(url: &Url, headers: &HeaderMap) -> String {
    let target =
        headers.get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| url.join(text).ok());
    target.map_or_else(String::new, |target| format!(", to {}", quoted(&shown(&target))))
}

fn named(code: u16) -> String {
    match StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason()) {
        Some(reason) => format!("{code} {reason}"),
        None => code.to_string(),
    }
}

/// A server's own words, short and without anything that could play tricks where it is shown.
pub(crate) fn quoted(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| !c.is_control() && !is_invisible(*c)).take(QUOTE_CHARS + 1).collect();
    match plain.char_indices().nth(QUOTE_CHARS) {
        Some((cut, _)) => format!("{}…", &plain[..cut]),
        None => plain,
    }
}

/// Marks that change how the text around them is read.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
