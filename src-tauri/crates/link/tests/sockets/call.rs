use std::time::Duration;

use deskbell_domain::{Auth, FaultCode, Next};
use deskbell_link::Limits;
use deskbell_wire::{Body, Method, Reply, Request, Sent};
use tokio::io::AsyncWriteExt;

use crate::client::{Client, quick};
use crate::server::{Server, deaf, nowhere};

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_reply_comes_back_whole() {
    let server = Server::answering(ok("{\"seq\":7}")).await;
    let reply = Client::new(&server.url()).call(Request::get("/api/state?x=1")).await.unwrap();
    let expected =
        Reply { status: 200, content_type: Some("application/json".into()), body: b"{\"seq\":7}".to_vec() };
    assert_eq!(reply, expected);
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /api/state?x=1 HTTP/1.1\n"), "{request}");
    assert!(request.contains("accept: application/json\n"), "{request}");
    assert!(!request.contains("origin:") && !request.contains("content-type:"), "{request}");
}

#[tokio::test]
async fn every_status_is_a_reply_and_no_redirect_is_followed() {
    for status in [200, 303, 302, 400, 401, 404, 409, 429, 500, 503] {
        let head = format!("HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: 2\r\n\r\nno");
        let server = Server::answering(head).await;
        let reply = Client::new(&server.url()).call(Request::post("/approve/7", Body::Empty)).await.unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (status, b"no".as_slice()));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn bodies_are_sent_as_what_they_are() {
    let form = |pairs| Request::post("/x", Body::Form(pairs));
    for (request, head, body) in [
        (
            form(vec![("note", "a&b=c d\u{20ac}".into())]),
            "x-www-form-urlencoded\n",
            "note=a%26b%3Dc+d%E2%82%AC",
        ),
        (form(vec![]), "x-www-form-urlencoded\n", ""),
        (
            Request::post("/x", Body::Json("{\"a\":1}".into())),
            "content-type: application/json\n",
            "{\"a\":1}",
        ),
        (Request::post("/x", Body::Empty), "content-length: 0\n", ""),
        (Request { method: Method::Put, ..form(vec![]) }, "PUT /x HTTP/1.1\n", ""),
        (Request { method: Method::Delete, ..Request::get("/x") }, "DELETE /x HTTP/1.1\n", ""),
    ] {
        let server = Server::answering(ok("")).await;
        Client::new(&server.url()).call(request).await.unwrap();
        let said = server.requests().remove(0);
        let (headers, sent) = said.split_once("\n\n").unwrap();
        assert!(format!("{headers}\n").contains(head), "{head} in {said}");
        assert!(headers.contains(&format!("content-length: {}", body.len())), "{said}");
        assert_eq!(sent, body);
    }
}

#[tokio::test]
async fn each_call_shows_who_we_are() {
    let server = Server::answering(ok("")).await;
    let auth = Auth::Basic { user: "Aladdin".into() };
    let mut client = Client::with(&server.url(), auth, "open sesame", Limits::default());
    client.call(Request::get("/")).await.unwrap();
    assert!(server.requests()[0].contains("authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq==\n"));
}

#[tokio::test]
async fn what_could_not_connect_was_certainly_not_sent() {
    let address = nowhere().await;
    let mut client = Client::new(&format!("http://{address}"));
    let (sent, fault) = client.call(Request::post("/approve/7", Body::Empty)).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::No, FaultCode::Unreachable, Next::Soon));

    let mut client = Client::limited("https://no.such.host.invalid", quick());
    let (sent, fault) = client.call(Request::post("/approve/7", Body::Empty)).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::No, FaultCode::Unreachable, Next::Soon));
}

#[tokio::test]
async fn a_host_that_does_not_even_refuse_was_certainly_not_reached() {
    let (address, _full) = deaf().await;
    let mut client = Client::limited(&format!("http://{address}"), quick());
    let (sent, fault) = client.call(Request::post("/approve/7", Body::Empty)).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::No, FaultCode::Unreachable, Next::Soon));
    assert_eq!(fault.message, format!("{address} does not answer: waited 60 ms."));
}

#[tokio::test]
async fn what_the_server_read_and_did_not_answer_may_have_been_sent_and_is_sent_once() {
    let server = Server::answering("").await;
    let mut client = Client::new(&server.url());
    let (sent, fault) = client.call(Request::post("/approve/7", Body::Empty)).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::Maybe, FaultCode::Closed, Next::Soon));
    assert_eq!(server.requests().len(), 1, "the request went out twice");
}

#[tokio::test]
async fn what_was_cut_off_unread_may_have_been_sent() {
    let server = Server::raw(|socket| async move { drop(socket) }).await;
    let mut client = Client::new(&server.url());
    let (sent, _) =
        client.call(Request::post("/approve/7", Body::Json("x".repeat(1 << 20)))).await.unwrap_err();
    assert_eq!(sent, Sent::Maybe);
}

#[tokio::test]
async fn no_request_goes_out_on_a_connection_that_was_used_before() {
    // Each connection stays open after its answer, and whatever else comes on it is never read.
    let server = Server::holding(ok("{}")).await;
    let mut client = Client::new(&server.url());
    for _ in 0..3 {
        client.call(Request::post("/approve/7", Body::Empty)).await.unwrap();
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_call_waits_as_long_as_it_says_and_no_longer() {
    let server = Server::holding("").await;
    let request = Request { timeout_ms: 60, ..Request::post("/approve/7", Body::Empty) };
    let (sent, fault) = Client::new(&server.url()).call(request).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::Maybe, FaultCode::Unreachable, Next::Soon));
    assert!(fault.message.contains("60 ms"), "{fault}");

    // A reply that drips counts against the same time.
    let server = Server::with(|mut socket| async move {
        let mut drip = tokio::time::interval(Duration::from_millis(10));
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
        while socket.write_all(b"x").await.is_ok() {
            drip.tick().await;
        }
    })
    .await;
    let request = Request { timeout_ms: 100, ..Request::get("/") };
    let (sent, fault) = Client::new(&server.url()).call(request).await.unwrap_err();
    assert_eq!((sent, fault.code), (Sent::Maybe, FaultCode::Unreachable));
}

#[tokio::test]
async fn a_reply_over_the_cap_is_not_taken() {
    let limits = Limits { reply_bytes: 1000, ..Limits::default() };
    let body = "x".repeat(1001);
    let chunked =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", 1001);
    for answer in [ok(&body), chunked, format!("HTTP/1.1 200 OK\r\n\r\n{body}")] {
        let server = Server::answering(answer).await;
        let request = Request::post("/", Body::Empty);
        let (sent, fault) = Client::limited(&server.url(), limits).call(request).await.unwrap_err();
        assert_eq!((sent, fault.code), (Sent::Maybe, FaultCode::TooLarge));
        assert!(fault.message.contains("1000 bytes"), "{fault}");
    }
    let server = Server::answering(ok(&body[1..])).await;
    let reply = Client::limited(&server.url(), limits).call(Request::get("/")).await.unwrap();
    assert_eq!(reply.body.len(), 1000);
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_no_reply() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"half\":").await;
    let (sent, fault) = Client::new(&server.url()).call(Request::get("/")).await.unwrap_err();
    assert_eq!((sent, fault.code, fault.next), (Sent::Maybe, FaultCode::Closed, Next::Soon));
}
