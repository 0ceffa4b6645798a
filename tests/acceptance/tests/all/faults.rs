//! Bad input on real sockets: each gives a fault in plain words that names the source and says what to do, and
//! the source beside it does not notice.

use std::time::Duration;

use deskbell_domain::{FaultCode, Link, SourceId};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::SourceView;
use deskbell_sim::{Config, Hyperhive};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::desk::{add, engine, until};

/// A server that answers every connection with the same bytes and then keeps quiet.
async fn server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(&answer).await;
                // Held open until the client goes away.
                let _ = socket.read(&mut request).await;
            });
        }
    });
    url
}

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// An event stream that begins with these bytes and stays open.
fn stream(body: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec();
    answer.extend_from_slice(body);
    answer
}

async fn source(engine: &Engine, id: &SourceId) -> SourceView {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows.into_iter().find(|row| row.source == *id).unwrap()
}

/// Adds a broken source beside a healthy one, and gives back its fault once it has one.
async fn fault_of(url: &str, dialect: &str) -> (SourceView, FaultCode, String) {
    let (engine, _folder) = engine().await;
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let healthy = add(&engine, "healthy", "hyperhive", &hive.url()).await;
    until("the healthy source is live", async || {
        matches!(source(&engine, &healthy).await.link, Link::Live { .. })
    })
    .await;
    let broken = add(&engine, "the broken one", dialect, url).await;
    // While it tries again it has none.
    let mut faulty = None;
    until("the broken source has a fault", async || {
        let row = source(&engine, &broken).await;
        faulty = row.link.fault().cloned().map(|fault| (row, fault));
        faulty.is_some()
    })
    .await;
    let (row, fault) = faulty.unwrap();
    assert!(fault.message.contains("the broken one"), "the fault names the source: {fault}");
    assert!(!fault.advice.is_empty(), "the fault says what to do: {fault}");
    assert!(
        matches!(source(&engine, &healthy).await.link, Link::Live { .. }),
        "its neighbour does not notice"
    );
    engine.stop().await;
    (row, fault.code, fault.to_string())
}

fn assert_given_up(row: &SourceView) {
    assert!(matches!(row.link, Link::Refused { .. }), "no hammering: {:?}", row.link);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nothing_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let (row, code, _) = fault_of(&url, "hyperhive").await;
    assert_eq!(code, FaultCode::Unreachable);
    assert!(matches!(row.link, Link::Waiting { .. }), "it is tried again: {:?}", row.link);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_dialect_for_the_address() {
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let (row, code, words) = fault_of(&hive.url(), "opencode").await;
    assert!(matches!(code, FaultCode::NotFound | FaultCode::WrongDialect), "{words}");
    assert_given_up(&row);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let url = server(http(&format!("{status}\r\ncontent-type: text/plain"), b"no")).await;
        let (row, code, _) = fault_of(&url, "hyperhive").await;
        assert_eq!(code, FaultCode::Unauthorized);
        assert_given_up(&row);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_speaks_no_tls() {
    let url = server(http("200 OK", b"plain")).await.replace("http://", "https://");
    let (row, code, _) = fault_of(&url, "hyperhive").await;
    assert_eq!(code, FaultCode::Tls);
    assert_given_up(&row);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_sends_html() {
    let url = server(http("200 OK\r\ncontent-type: text/html", b"<html>hello</html>")).await;
    let (row, code, words) = fault_of(&url, "opencode").await;
    assert_eq!(code, FaultCode::WrongDialect);
    assert!(words.contains("text/html") || words.to_lowercase().contains("html"), "{words}");
    assert_given_up(&row);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_twenty_mebibytes() {
    let mut event = b"data: ".to_vec();
    event.resize(20 << 20, b'x');
    event.extend_from_slice(b"\n\n");
    let (_, code, _) = fault_of(&server(stream(&event)).await, "hyperhive").await;
    assert_eq!(code, FaultCode::TooLarge);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_and_kinds_that_nobody_knows_are_kept_as_odd() {
    let (engine, _folder) = engine().await;
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let id = add(&engine, "hive", "hyperhive", &hive.url()).await;
    until("the source is live", async || matches!(source(&engine, &id).await.link, Link::Live { .. })).await;
    hive.send_raw(b"data: \xff\xfe\xfd\n\n");
    hive.send_raw(b"data: {\"kind\":\"brand_new\",\"seq\":1,\"what\":1}\n\n");
    until("both are counted as odd", async || source(&engine, &id).await.counts.odd >= 2).await;
    assert!(matches!(source(&engine, &id).await.link, Link::Live { .. }), "an odd frame never closes a link");
    let filter = HistoryFilter { kind: Some(deskbell_domain::EntryKind::Odd), ..HistoryFilter::default() };
    let Ok(Answer::History { rows }) = engine.command(Command::HistoryPage { filter }).await else {
        panic!()
    };
    assert!(rows.iter().any(|row| row.raw.contains("brand_new")), "kept raw: {rows:?}");
    assert_eq!(rows.len(), 2);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_makes_no_sense_is_refused_before_it_is_kept() {
    let (engine, _folder) = engine().await;
    for (url, word) in
        [("not a url", "address"), ("ftp://127.0.0.1/", "http"), ("http://203.0.113.5:7000", "https")]
    {
        let error = engine.command(crate::desk::adding("bad", "hyperhive", url)).await.unwrap_err();
        assert!(error.message.to_lowercase().contains(word), "{url}: {error}");
    }
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    assert!(rows.is_empty(), "nothing was kept");
    tokio::time::timeout(Duration::from_secs(60), engine.stop()).await.unwrap();
}
