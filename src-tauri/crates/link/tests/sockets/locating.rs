//! Servers that say in a file on which port they are.

use std::path::Path;

use deskbell_domain::{Fault, Next};
use deskbell_link::{Endpoint, LinkEvent};
use deskbell_wire::{Request, StreamId, Transport};

use crate::client::Client;
use crate::server::Server;

async fn find(client: &mut Client, file: &Path) -> Result<u16, Fault> {
    client.link.locate(file.to_owned());
    match client.next().await {
        LinkEvent::Located { found, .. } => found,
        other => panic!("not looked for: {other:?}"),
    }
}

fn leave(file: &Path, server: &Server, pid: u32) {
    let text =
        format!(r#"{{"port":{},"pid":{pid},"started_at":"2026-11-21T02:02:25Z"}}"#, server.address.port());
    std::fs::write(file, text).unwrap();
}

#[tokio::test]
async fn everything_goes_to_the_port_that_the_file_names_now() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    let stream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: here\n\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.json");
    let mut client = Client::new(Endpoint::TO_BE_LOCATED);
    let fault = find(&mut client, &file).await.unwrap_err();
    assert!(fault.next == Next::Soon && fault.message.contains("server.json"), "{fault}");
    // It was started again, on another port.
    for answer in [ok, stream] {
        let server = Server::holding(answer).await;
        leave(&file, &server, std::process::id());
        client.link.close_all();
        let port = find(&mut client, &file).await.unwrap();
        assert_eq!(port, server.address.port());
        client.link.relocate(port);
        if answer == ok {
            assert_eq!(client.call(Request::get("/health")).await.unwrap().status, 200);
        } else {
            client.link.open(StreamId::MAIN, Transport::Sse, "/stream");
            client.opened().await;
        }
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_file_of_a_process_that_has_ended_is_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.json");
    let server = Server::answering("").await;
    let mut ended = std::process::Command::new("true").spawn().unwrap();
    let pid = ended.id();
    ended.wait().unwrap();
    leave(&file, &server, pid);
    let fault = find(&mut Client::new(Endpoint::TO_BE_LOCATED), &file).await.unwrap_err();
    assert!(fault.message.contains("has ended"), "{fault}");
}
