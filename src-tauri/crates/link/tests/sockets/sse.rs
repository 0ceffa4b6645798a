use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deskbell_domain::{Auth, FaultCode, Millis, Next};
use deskbell_link::{Limits, OwnedFrame};
use deskbell_wire::{StreamId, Transport};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

use crate::client::{Client, elsewhere, quick, text};
use crate::server::{STREAM, Server, deaf, flood, nowhere, stream, until_gone};

#[tokio::test]
async fn a_stream_is_opened_and_its_frames_come() {
    let server =
        Server::holding(stream("\u{feff}: hello\n\ndata: 1\n\nevent: x\r\ndata: 2\r\ndata: 3\r\n\r\n")).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(2).await, [text("1"), text("2\n3")]);
}

#[tokio::test]
async fn a_chunked_stream_comes_the_same() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server =
        Server::holding(format!("{head}5\r\ndata:\r\n4\r\n \u{20ac}\r\n5\r\na\n\nda\r\n7\r\nta: b\n\n\r\n"))
            .await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(2).await, [text("\u{20ac}a"), text("b")]);
}

#[tokio::test]
async fn the_request_says_who_we_are_and_no_more() {
    let server = Server::holding(STREAM).await;
    let secret = "t0ken";
    let mut client = Client::with(&format!("{}/base", server.url()), Auth::Bearer, secret, Limits::default());
    client.link.open(StreamId::MAIN, Transport::Sse, "/events?since=3");
    client.opened().await;
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /base/events?since=3 HTTP/1.1\n"), "{request}");
    for header in [
        "accept: text/event-stream\n",
        "accept-encoding: identity\n",
        "authorization: bearer t0ken\n",
        concat!("user-agent: deskbell/", env!("CARGO_PKG_VERSION"), "\n"),
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(!request.contains("origin:") && !request.contains("cookie:") && !request.contains("referer:"));
}

#[tokio::test]
async fn a_wrong_answer_has_its_fault() {
    for (answer, code, next, says) in [
        ("401 Unauthorized\r\n", FaultCode::Unauthorized, Next::Never, "401"),
        ("403 Forbidden\r\n", FaultCode::Unauthorized, Next::Never, "403"),
        ("404 Not Found\r\n", FaultCode::NotFound, Next::Never, "404"),
        ("503 Busy\r\nretry-after: 7\r\n", FaultCode::Server, Next::After(Millis(7_000)), "503"),
        (
            "429 Slow\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
            FaultCode::Server,
            Next::After(Millis(0)),
            "429",
        ),
        ("500 Oops\r\n", FaultCode::Server, Next::Soon, "500"),
        ("302 Found\r\nlocation: /login\r\n", FaultCode::WrongDialect, Next::Never, "/login"),
        ("204 No Content\r\n", FaultCode::Closed, Next::Never, "204"),
        ("200 OK\r\ncontent-type: text/html\r\n", FaultCode::WrongDialect, Next::Never, "a web page"),
    ] {
        let server = Server::answering(format!("HTTP/1.1 {answer}content-length: 0\r\n\r\n")).await;
        let fault = Client::open_sse(&server.url()).closed().await;
        assert_eq!((fault.code, fault.next), (code, next), "{answer}");
        assert!(fault.message.contains(says), "{answer}: {fault}");
        assert!(fault.message.contains(&format!("{}/stream", server.url())), "{answer}: {fault}");
        assert_eq!(server.requests().len(), 1, "{answer}: no redirect is followed, nothing is tried twice");
    }
}

#[tokio::test]
async fn what_is_not_http_has_its_fault() {
    for garbage in ["SSH-2.0-OpenSSH_9.2\r\n", "\0\u{1}\u{2}\u{ff}", "HTTP/1.1 200 OK\r\nbroken", ""] {
        let server = Server::answering(garbage).await;
        let fault = Client::open_sse(&server.url()).closed().await;
        assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon), "{garbage:?}: {fault}");
        assert!(fault.message.contains(&server.address.to_string()), "{fault}");
    }
}

#[tokio::test]
async fn where_nothing_listens_it_says_so() {
    let address = nowhere().await;
    let fault = Client::open_sse(&format!("http://{address}")).closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
    assert_eq!(fault.message, format!("Nothing listens at {address}."));
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_unreachable() {
    let mut client = Client::limited("https://no.such.host.invalid", quick());
    client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
    assert!(fault.message.contains("no.such.host.invalid:443"), "{fault}");
}

#[tokio::test]
async fn a_host_that_does_not_even_refuse_is_unreachable() {
    let (address, _full) = deaf().await;
    for transport in [Transport::Sse, Transport::WebSocket] {
        let mut client = Client::limited(&format!("http://{address}"), quick());
        client.link.open(StreamId::MAIN, transport, "/stream");
        let fault = client.closed().await;
        assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
        assert_eq!(fault.message, format!("{address} does not answer: waited 60 ms."));
    }
}

#[tokio::test]
async fn a_server_that_takes_the_connection_and_never_answers_is_given_up() {
    let server = Server::holding("").await;
    let mut client = Client::limited(&server.url(), quick());
    client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
    assert!(fault.message.contains("does not answer"), "{fault}");
}

#[tokio::test]
async fn an_end_of_the_stream_is_a_fault_that_heals() {
    let server = Server::answering(stream("data: 1\n\ndata: unfinished")).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("1")]);
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon));
    assert!(fault.message.contains("ended the stream"), "{fault}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_a_fault_that_heals() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    let server = Server::answering(format!("{head}ff\r\ndata: 1\n\n")).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("1")]);
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon));
    assert!(fault.message.contains("broke"), "{fault}");
}

#[tokio::test]
async fn an_event_of_20_mib_ends_the_stream_and_says_why() {
    let (tell, took) = oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let server = Server::with(move |mut socket| {
        let tell = tell.lock().unwrap().take().unwrap();
        async move {
            socket.write_all(&stream("data: small\n\ndata: ")).await.unwrap();
            let _ = tell.send(flood(&mut socket, &[b'x'; 1 << 16], 20 << 4).await);
        }
    })
    .await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("small")]);
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::TooLarge, Next::Soon));
    assert!(fault.message.contains("8 MiB"), "{fault}");
    assert!(took.await.unwrap() < 20 << 20, "the connection was not closed");
}

#[tokio::test]
async fn an_event_of_7_mib_is_taken() {
    let large = "x".repeat(7 << 20);
    let server = Server::holding(stream(format!("data: {large}\n\ndata: after\n\n"))).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    let frames = client.frames(2).await;
    assert!(frames == [text(&large), text("after")]);
}

#[tokio::test]
async fn what_is_not_utf8_does_not_end_the_stream() {
    let server = Server::holding(stream(b"data: a\xffb\n\ndata: after\n\n")).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    assert_eq!(client.frames(2).await, [OwnedFrame::Bytes(b"a\xffb".to_vec()), text("after")]);
}

#[tokio::test]
async fn a_silent_stream_is_closed_where_the_server_promised_a_heartbeat() {
    let server = Server::holding(stream("data: 1\n\n")).await;
    let mut client = Client::limited(&server.url(), Limits { silence_ms: Some(50), ..Limits::default() });
    client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
    client.opened().await;
    client.frames(1).await;
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Silent, Next::Soon));
    assert!(fault.message.contains("50 ms"), "{fault}");
}

#[tokio::test]
async fn a_heartbeat_of_comments_keeps_a_stream_alive() {
    const SILENCE_MS: u32 = 2_000;
    let server = Server::with(|mut socket| async move {
        socket.write_all(STREAM.as_bytes()).await.unwrap();
        let mut beat = tokio::time::interval(Duration::from_millis(40));
        // Longer than the silence that would end it, and no frame in all that time.
        for _ in 0..2 * SILENCE_MS / 40 {
            beat.tick().await;
            socket.write_all(b":\n").await.unwrap();
        }
        socket.write_all(b"\ndata: still here\n\n").await.unwrap();
        until_gone(&mut socket).await;
    })
    .await;
    let mut client =
        Client::limited(&server.url(), Limits { silence_ms: Some(SILENCE_MS), ..Limits::default() });
    client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("still here")]);
}

#[tokio::test]
async fn a_reader_that_is_behind_slows_the_server_down() {
    const EVENT: &[u8] = b"data: 0123456789012345678901234567890123456789\n\n";
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = Server::with(move |mut socket| {
        let counter = Arc::clone(&counter);
        async move {
            socket.write_all(STREAM.as_bytes()).await.unwrap();
            let events = EVENT.repeat(1000);
            while socket.write_all(&events).await.is_ok() {
                counter.fetch_add(events.len(), Ordering::Relaxed);
            }
        }
    })
    .await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    // Nothing is read any more: the server must come to a stand, well before it could have filled our memory.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::Relaxed) {
        before = sent.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert!(before < 64 << 20, "{before} bytes were taken for a reader that reads nothing");
    // And nothing of it was lost.
    assert!(client.frames(before / EVENT.len()).await.len() >= before / EVENT.len());
}

#[test]
fn a_proxy_in_the_environment_does_not_divert_what_is_on_this_computer() {
    let dead = "http://127.0.0.1:1";
    let name = "sse::a_proxy_in_the_environment_does_not_divert_what_is_on_this_computer";
    if elsewhere(name, &[("http_proxy", dead), ("HTTP_PROXY", dead), ("all_proxy", dead), ("no_proxy", "")]) {
        return;
    }
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let server = Server::holding(STREAM).await;
        Client::open_sse(&server.url()).opened().await;
    });
}
