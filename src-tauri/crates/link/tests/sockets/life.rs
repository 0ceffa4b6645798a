use deskbell_link::LinkEvent;
use deskbell_wire::{CallId, Request, StreamId, Transport};
use tokio::sync::mpsc;

use crate::client::{Client, text};
use crate::server::{Server, stream, until_gone};

const OTHER: StreamId = StreamId(7);

/// A server that tells when a connection of its has ended.
async fn telling(ended: mpsc::UnboundedSender<()>) -> Server {
    Server::with(move |mut socket| {
        let ended = ended.clone();
        async move {
            use tokio::io::AsyncWriteExt;
            socket.write_all(&stream("data: 1\n\n")).await.unwrap();
            until_gone(&mut socket).await;
            let _ = ended.send(());
        }
    })
    .await
}

#[tokio::test]
async fn dropping_the_link_ends_its_connections() {
    let (tell, mut ended) = mpsc::unbounded_channel();
    let server = telling(tell).await;
    let mut client = Client::open_sse(&server.url());
    client.link.open(OTHER, Transport::Sse, "/other");
    client.opened().await;
    let Client { link, events } = client;
    drop(link);
    for _ in 0..server.requests().len() {
        ended.recv().await.unwrap();
    }
    drop(events);
}

#[tokio::test]
async fn a_new_attempt_hears_nothing_of_the_old() {
    let (tell, mut ended) = mpsc::unbounded_channel();
    let server = telling(tell).await;
    let mut client = Client::open_sse(&server.url());
    client.link.call(CallId(1), Request::get("/never-ends"));
    client.opened().await;
    // What waits in the channel now is of the old attempt.
    let waiting = client.events.recv().await.unwrap();
    assert!(!client.link.is_stale(&waiting));
    client.link.close_all();
    assert!(client.link.is_stale(&waiting));
    ended.recv().await.unwrap();

    client.link.open(StreamId::MAIN, Transport::Sse, "/again");
    assert!(client.link.is_stale(&waiting), "an old event is taken for one of the new stream");
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("1")]);
}

#[tokio::test]
async fn a_closed_stream_is_heard_of_no_more_and_the_others_are() {
    let (tell, mut ended) = mpsc::unbounded_channel();
    let server = telling(tell).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    client.link.open(OTHER, Transport::Sse, "/other");
    client.link.close(StreamId::MAIN);
    ended.recv().await.unwrap();
    let event = client.next().await;
    assert!(matches!(event, LinkEvent::Opened { stream: OTHER, .. }), "{event:?}");
    assert_eq!(client.frames(1).await, [text("1")]);
}

#[tokio::test]
async fn a_stream_opened_twice_is_the_second_one() {
    let (tell, mut ended) = mpsc::unbounded_channel();
    let server = telling(tell).await;
    let mut client = Client::open_sse(&server.url());
    client.opened().await;
    client.link.open(StreamId::MAIN, Transport::Sse, "/second");
    ended.recv().await.unwrap();
    client.opened().await;
    assert_eq!(client.frames(1).await, [text("1")]);
    assert!(server.requests()[1].starts_with("GET /second "));
}

#[tokio::test]
async fn calls_on_their_way_end_with_their_attempt() {
    let (tell, mut ended) = mpsc::unbounded_channel();
    let server = telling(tell).await;
    let mut client = Client::new(&server.url());
    client.link.call(CallId(1), Request::get("/never-ends"));
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    client.link.close_all();
    ended.recv().await.unwrap();
    assert!(client.events.try_recv().is_err());
}

#[tokio::test]
async fn a_reply_that_waits_to_be_heard_is_void_in_the_next_attempt() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let mut client = Client::new(&server.url());
    client.link.call(CallId(1), Request::get("/"));
    let reply = client.events.recv().await.unwrap();
    assert!(matches!(reply, LinkEvent::Reply { .. }) && !client.link.is_stale(&reply));
    client.link.close_all();
    assert!(client.link.is_stale(&reply));
    client.link.call(CallId(2), Request::get("/"));
    let event = client.next().await;
    assert!(matches!(event, LinkEvent::Reply { call: CallId(2), .. }), "{event:?}");
}
