use std::time::Duration;

use deskbell_domain::{Auth, FaultCode, Next};
use deskbell_link::{Limits, OwnedFrame};
use deskbell_wire::{Request, StreamId, Transport};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::client::{Client, quick, text};
use crate::server::{Server, nowhere, until_gone};

type Socket = WebSocketStream<TcpStream>;

async fn serving<F>(serve: impl Fn(Socket) -> F + Send + Sync + Clone + 'static) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    Server::raw(move |socket| {
        let serve = serve.clone();
        async move {
            if let Ok(socket) = accept_async(socket).await {
                serve(socket).await;
            }
        }
    })
    .await
}

/// Says these, and then nothing more.
async fn saying(messages: Vec<Message>) -> Server {
    serving(move |mut socket| {
        let messages = messages.clone();
        async move {
            for message in messages {
                socket.send(message).await.unwrap();
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
    })
    .await
}

fn open(url: &str, limits: Limits) -> Client {
    let mut client = Client::limited(url, limits);
    client.link.open(StreamId::MAIN, Transport::WebSocket, "/socket?x=1");
    client
}

fn opened_at(server: &Server) -> Client {
    open(&server.url(), Limits::default())
}

#[tokio::test]
async fn a_server_that_dies_before_it_answers_is_tried_again() {
    let server = Server::answering("").await;
    let fault = opened_at(&server).closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon), "{fault}");
}

#[tokio::test]
async fn texts_and_bytes_come_as_they_are() {
    let server =
        saying(vec![Message::text("\u{20ac}"), Message::binary(vec![0, 255]), Message::text("")]).await;
    let mut client = opened_at(&server);
    client.opened().await;
    assert_eq!(client.frames(3).await, [text("\u{20ac}"), OwnedFrame::Bytes(vec![0, 255]), text("")]);
}

#[tokio::test]
async fn what_is_sent_arrives_in_order() {
    let server = serving(|mut socket| async move {
        while let Some(Ok(message)) = socket.next().await {
            socket.send(message).await.unwrap();
        }
    })
    .await;
    let mut client = opened_at(&server);
    // Also what is sent before the socket is open.
    for said in ["one", "two", "three"] {
        client.link.send_text(StreamId::MAIN, said.to_owned());
    }
    client.opened().await;
    assert_eq!(client.frames(3).await, [text("one"), text("two"), text("three")]);
}

#[tokio::test]
async fn a_ping_is_answered() {
    let server = serving(|mut socket| async move {
        socket.send(Message::Ping(b"are you there".as_slice().into())).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Pong(said) = message {
                socket.send(Message::text(String::from_utf8_lossy(&said).into_owned())).await.unwrap();
            }
        }
    })
    .await;
    let mut client = opened_at(&server);
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("are you there")]);
}

#[tokio::test]
async fn the_upgrade_shows_who_we_are_and_has_no_origin() {
    let server = Server::answering("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").await;
    let auth = Auth::Cookie { name: "sid".into() };
    let mut client = Client::with(&format!("{}/base", server.url()), auth, "v4lue", Limits::default());
    client.link.open(StreamId::MAIN, Transport::WebSocket, "/socket?x=1");
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unauthorized, Next::Never));
    assert!(!fault.to_string().contains("v4lue"));
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /base/socket?x=1 HTTP/1.1\n"), "{request}");
    assert!(request.contains("cookie: sid=v4lue\n") && request.contains("upgrade: websocket\n"), "{request}");
    assert!(request.contains("user-agent: deskbell/") && !request.contains("origin:"), "{request}");
}

#[tokio::test]
async fn a_secret_goes_into_the_address_of_a_stream_and_nowhere_else() {
    let echo = "HTTP/1.1 302 Found\r\nlocation: /login/s3cret%20v4lue\r\ncontent-length: 0\r\n\r\n";
    for (transport, path) in [(Transport::WebSocket, "/socket?x=1"), (Transport::Sse, "/socket?x=1")] {
        let server = Server::answering(echo).await;
        let auth = Auth::Query { name: "token".into() };
        let mut client = Client::with(&server.url(), auth, "s3cret v4lue", Limits::default());
        client.link.open(StreamId::MAIN, transport, path);
        let fault = client.closed().await;
        assert!(!fault.to_string().contains("v4lue"), "{fault}");
        assert!(fault.to_string().contains("/login/•••"), "{fault}");
        assert!(client.call(Request::get("/list")).await.is_ok());
        let [stream, call] = &server.requests()[..] else { panic!("two requests are due") };
        assert!(stream.starts_with("GET /socket?x=1&token=s3cret+v4lue HTTP/1.1\n"), "{stream}");
        assert!(!call.contains("v4lue"), "{call}");
    }
}

#[tokio::test]
async fn what_is_no_websocket_has_its_fault() {
    for (answer, code, next) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", FaultCode::NotFound, Next::Never),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", FaultCode::Server, Next::Soon),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>", FaultCode::WrongDialect, Next::Never),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", FaultCode::WrongDialect, Next::Never),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", FaultCode::WrongDialect, Next::Never),
    ] {
        let server = Server::answering(answer).await;
        let fault = opened_at(&server).closed().await;
        assert_eq!((fault.code, fault.next), (code, next), "{answer:?}: {fault}");
        assert!(fault.message.contains(&format!("{}/socket", server.url())), "{fault}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_does_not_answer_is_unreachable() {
    let address = nowhere().await;
    let fault = open(&format!("http://{address}"), quick()).closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
    assert_eq!(fault.message, format!("Nothing listens at {address}."));

    let server = Server::holding("").await;
    let fault = open(&server.url(), quick()).closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));

    let fault = open("https://no.such.host.invalid", quick()).closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Unreachable, Next::Soon));
}

#[tokio::test]
async fn a_close_is_repeated_with_its_reason_made_plain() {
    let reason = CloseFrame { code: CloseCode::Restart, reason: "back\u{1b}[2J soon".into() };
    let server = saying(vec![Message::Close(Some(reason))]).await;
    let mut client = opened_at(&server);
    client.opened().await;
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon));
    assert!(fault.message.contains("code 1012: back[2J soon"), "{fault}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_fault_that_heals() {
    let server = serving(|socket| async move { drop(socket) }).await;
    let mut client = opened_at(&server);
    client.opened().await;
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon));
}

#[tokio::test]
async fn a_message_over_the_cap_ends_the_connection_and_says_why() {
    let server = saying(vec![Message::text("x".repeat(1000)), Message::text("x".repeat(1001))]).await;
    let mut client = open(&server.url(), Limits { frame_bytes: 1000, ..Limits::default() });
    client.opened().await;
    assert_eq!(client.frames(1).await.len(), 1);
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::TooLarge, Next::Soon));
    assert!(fault.message.contains("1000 bytes"), "{fault}");
}

#[tokio::test]
async fn a_server_that_gives_no_sign_of_life_is_given_up() {
    let limits = Limits { silence_ms: Some(100), ..Limits::default() };
    // It does not even answer a ping, because it never reads.
    let server = serving(|socket| async move {
        let mut socket = socket.into_inner();
        tokio::time::timeout(Duration::from_secs(5), std::future::pending::<()>()).await.unwrap_err();
        until_gone(&mut socket).await;
    })
    .await;
    let mut client = open(&server.url(), limits);
    client.opened().await;
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Silent, Next::Soon));
    assert!(fault.message.contains("100 ms"), "{fault}");
}

#[tokio::test]
async fn a_server_with_nothing_to_say_lives_by_answering_pings() {
    const SILENCE_MS: u32 = 200;
    let server = serving(|mut socket| async move {
        let (mut pings, started) = (0, tokio::time::Instant::now());
        while let Some(Ok(message)) = socket.next().await {
            if matches!(message, Message::Ping(_)) {
                pings += 1;
            }
            if pings >= 3 && started.elapsed() > 3 * Duration::from_millis(SILENCE_MS.into()) {
                break;
            }
        }
        socket.send(Message::text("still here")).await.unwrap();
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    let mut client = open(&server.url(), Limits { silence_ms: Some(SILENCE_MS), ..Limits::default() });
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("still here")]);
}

#[tokio::test]
async fn a_server_that_does_not_take_what_is_sent_is_given_up() {
    let server = serving(|socket| async move {
        let _unread = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let mut client =
        open(&server.url(), Limits { open_timeout: Duration::from_secs(1), ..Limits::default() });
    client.opened().await;
    // More than the sockets between us hold.
    for _ in 0..30 {
        client.link.send_text(StreamId::MAIN, "x".repeat(1 << 20));
    }
    let fault = client.closed().await;
    assert_eq!((fault.code, fault.next), (FaultCode::Closed, Next::Soon));
    assert!(fault.message.contains("does not take"), "{fault}");

    // Where there is patience, what waits is bounded all the same.
    let mut client = opened_at(&server);
    client.opened().await;
    for _ in 0..200 {
        client.link.send_text(StreamId::MAIN, "x".repeat(1 << 17));
        tokio::task::yield_now().await;
    }
    assert!(client.closed().await.message.contains("does not take"));
}
