use deskbell_domain::Millis;

use super::*;

fn judge(wanted: Wanted, status: u16, headers: &[(&str, &str)]) -> Result<(), Fault> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(reqwest::header::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    let url = Url::parse("https://h.example/stream?token=hunter2").unwrap();
    judge_opening(wanted, &url, StatusCode::from_u16(status).unwrap(), &map, SystemTime::UNIX_EPOCH)
}

fn fault(status: u16, headers: &[(&str, &str)]) -> Fault {
    let fault = judge(Wanted::EventStream, status, headers).unwrap_err();
    assert!(fault.message.contains("https://h.example/stream"), "{fault}");
    assert!(!fault.to_string().contains("hunter2"), "{fault}");
    fault
}

#[test]
fn a_stream_is_taken_however_its_type_is_written() {
    for kind in ["text/event-stream", "text/event-stream; charset=utf-8", "Text/Event-Stream ;x"] {
        assert_eq!(judge(Wanted::EventStream, 200, &[("content-type", kind)]), Ok(()));
    }
    assert_eq!(judge(Wanted::WebSocket, 101, &[]), Ok(()));
}

#[test]
fn each_status_has_its_fault() {
    for (status, code, next) in [
        (204, FaultCode::Closed, Next::Never),
        (206, FaultCode::WrongDialect, Next::Never),
        (301, FaultCode::WrongDialect, Next::Never),
        (400, FaultCode::WrongDialect, Next::Never),
        (401, FaultCode::Unauthorized, Next::Never),
        (403, FaultCode::Unauthorized, Next::Never),
        (404, FaultCode::NotFound, Next::Never),
        (405, FaultCode::WrongDialect, Next::Never),
        (429, FaultCode::Server, Next::Soon),
        (500, FaultCode::Server, Next::Soon),
        (503, FaultCode::Server, Next::Soon),
        (599, FaultCode::Server, Next::Soon),
        (999, FaultCode::WrongDialect, Next::Never),
    ] {
        let fault = fault(status, &[]);
        assert_eq!((fault.code, fault.next), (code, next), "{status}");
        assert_eq!(
            fault.advice.is_empty(),
            next == Next::Soon,
            "{status}: only what heals itself needs no advice"
        );
    }
}

#[test]
fn a_server_in_trouble_says_when_to_come_back() {
    for status in [429, 500, 503] {
        assert_eq!(fault(status, &[("retry-after", "120")]).next, Next::After(Millis(120_000)));
    }
    assert_eq!(fault(503, &[("retry-after", "later")]).next, Next::Soon);
    // Elsewhere it is no promise.
    assert_eq!(fault(404, &[("retry-after", "120")]).next, Next::Never);
}

#[test]
fn what_came_instead_is_named() {
    let said = |headers| fault(200, headers).message;
    assert!(said(&[("content-type", "text/html; charset=utf-8")]).contains("a web page (text/html)"));
    assert!(said(&[("content-type", "application/json")]).contains("application/json"));
    assert!(said(&[]).contains("does not say what it is"));
    let fault = judge(Wanted::WebSocket, 200, &[("content-type", "text/event-stream")]).unwrap_err();
    assert_eq!(fault.code, FaultCode::WrongDialect);
}

#[test]
fn a_redirect_is_named_and_its_secrets_are_not() {
    let fault = fault(302, &[("location", "https://user:pw@login.example/in?next=secret#x")]);
    assert!(fault.message.contains("to https://login.example/in."), "{fault}");
    let relative = judge(Wanted::EventStream, 302, &[("location", "/login")]).unwrap_err();
    assert!(relative.message.contains("to https://h.example/login."), "{relative}");
}

#[test]
fn a_servers_words_are_quoted_short_and_plain() {
    assert_eq!(quoted("plain words"), "plain words");
    assert_eq!(quoted("a\u{1b}[31m\nb\u{202e}c\u{200b}d"), "a[31mbcd");
    let long = quoted(&"\u{20ac}".repeat(500));
    assert_eq!(long.chars().count(), QUOTE_CHARS + 1);
    assert!(long.ends_with('\u{2026}'));
}
