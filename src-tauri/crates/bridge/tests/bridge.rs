//! The bridge over a real socket, with a real engine behind it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::Duration;

use deskbell_bridge::{BridgeError, Client, Serving, serve, socket_path};
use deskbell_domain::{Auth, SourceId};
use deskbell_engine::command::{Answer, Command, ErrorCode, Patch, SecretDraft, SourceDraft};
use deskbell_engine::{Engine, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

/// Far longer than anything here takes: a test that runs into it has failed.
const LONG: Duration = Duration::from_secs(20);

struct Desk {
    data: TempDir,
    engine: Engine,
    shutdown: CancellationToken,
    serving: Serving,
}

impl Desk {
    async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let options = Options { data: data.path().to_owned(), offline: true, ..Options::default() };
        let engine = Engine::start(options).await.unwrap();
        let shutdown = CancellationToken::new();
        let serving = serve(engine.clone(), data.path(), shutdown.clone()).await.unwrap();
        Self { data, engine, shutdown, serving }
    }

    fn path(&self) -> &Path {
        self.data.path()
    }

    async fn client(&self) -> Client {
        Client::connect(self.path()).await.unwrap().unwrap()
    }

    /// Closes the bridge, then the engine; gives the folder, which is gone when dropped.
    async fn close(self) -> TempDir {
        self.shutdown.cancel();
        tokio::time::timeout(LONG, self.serving.stopped()).await.unwrap();
        self.engine.stop().await;
        self.data
    }
}

/// A conversation without a client of ours: as a script would have it.
struct Talk(BufReader<UnixStream>);

impl Talk {
    async fn begin(data: &Path) -> Self {
        Self(BufReader::new(UnixStream::connect(socket_path(data)).await.unwrap()))
    }

    async fn say(&mut self, line: impl AsRef<[u8]>) {
        self.0.write_all(line.as_ref()).await.unwrap();
        self.0.write_all(b"\n").await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let mut line = String::new();
        tokio::time::timeout(LONG, self.0.read_line(&mut line)).await.unwrap().unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

fn draft(name: &str) -> SourceDraft {
    SourceDraft {
        name: name.to_owned(),
        dialect: "hyperhive".to_owned(),
        url: "http://127.0.0.1:9".to_owned(),
        auth: Auth::None,
        secret: SecretDraft::Unchanged,
        settings: Default::default(),
    }
}

#[tokio::test]
async fn a_client_gives_commands_and_gets_answers() {
    let desk = Desk::open().await;
    let client = desk.client().await;
    let added = client.command(Command::SourceAdd { draft: draft("Hive") }).await.unwrap();
    assert!(matches!(added, Answer::Source { row } if row.source == SourceId::new("hive")));
    let Answer::Sources { rows } = client.command(Command::SourceList).await.unwrap() else { panic!() };
    assert_eq!(rows.len(), 1);
    desk.close().await;
}

#[tokio::test]
async fn the_engines_no_comes_with_its_code_and_its_words() {
    let desk = Desk::open().await;
    let gone = Command::SourcePause { source: SourceId::new("gone") };
    match desk.client().await.command(gone).await {
        Err(BridgeError::Refused(error)) => {
            assert_eq!(error.code, ErrorCode::NotFound);
            assert!(error.message.contains("gone"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    desk.close().await;
}

#[tokio::test]
async fn a_subscriber_hears_all_there_is_and_then_what_changes() {
    let desk = Desk::open().await;
    let client = desk.client().await;
    let mut batches = client.subscribe().await.unwrap();
    let first = tokio::time::timeout(LONG, batches.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(first.number, 1);
    assert!(matches!(first.patches[0], Patch::Reset));
    client.command(Command::SourceAdd { draft: draft("Hive") }).await.unwrap();
    let next = tokio::time::timeout(LONG, batches.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(next.number, 2);
    assert!(next.patches.iter().any(|patch| matches!(patch, Patch::Source { row } if row.name == "Hive")));
    desk.close().await;
    assert!(tokio::time::timeout(LONG, batches.next()).await.unwrap().unwrap().is_none());
}

#[tokio::test]
async fn one_connection_carries_several_requests() {
    let desk = Desk::open().await;
    let mut talk = Talk::begin(desk.path()).await;
    talk.say(json!({ "id": 1, "subscribe": true }).to_string()).await;
    assert_eq!(talk.hear().await["batch"]["number"], 1);
    talk.say(json!({ "id": 2, "command": "ask.list", "all": false }).to_string()).await;
    assert_eq!(talk.hear().await, json!({ "id": 2, "ok": { "answer": "asks", "rows": [] } }));
    desk.close().await;
}

#[tokio::test]
async fn a_bad_line_is_answered_and_the_next_is_read() {
    let desk = Desk::open().await;
    let mut talk = Talk::begin(desk.path()).await;
    talk.say("this is not JSON").await;
    let answer = talk.hear().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!("invalid")));
    talk.say(b"\xff\xfe").await;
    assert_eq!(talk.hear().await["error"]["code"], "invalid");
    talk.say(vec![b'x'; 5 * 1024 * 1024]).await;
    let answer = talk.hear().await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("longer than 4 MiB"), "{answer}");
    talk.say("").await;
    talk.say(json!({ "id": 3, "command": "ask.eat" }).to_string()).await;
    let answer = talk.hear().await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("ask.list"), "{answer}");
    talk.say(json!({ "id": 4, "command": "ask.list", "all": true }).to_string()).await;
    assert_eq!(talk.hear().await["id"], 4);
    desk.close().await;
}

#[tokio::test]
async fn a_script_that_has_said_all_still_gets_its_answers() {
    let desk = Desk::open().await;
    let mut talk = Talk::begin(desk.path()).await;
    talk.say(json!({ "id": 1, "subscribe": true }).to_string()).await;
    talk.hear().await;
    talk.say(json!({ "id": 2, "command": "ask.list", "all": false }).to_string()).await;
    talk.0.get_mut().shutdown().await.unwrap();
    let mut rest = String::new();
    // Its subscription ends with it: this would never come to an end otherwise.
    tokio::time::timeout(LONG, talk.0.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(rest.contains("\"id\":2"), "{rest}");
    desk.close().await;
}

#[tokio::test]
async fn nobody_is_reached_after_the_end_and_the_socket_is_gone() {
    let desk = Desk::open().await;
    let client = desk.client().await;
    let mut talk = Talk::begin(desk.path()).await;
    talk.say(json!({ "id": 1, "command": "ask.list", "all": false }).to_string()).await;
    talk.hear().await;
    let data = desk.close().await;
    assert!(!socket_path(data.path()).exists());
    assert!(Client::connect(data.path()).await.unwrap().is_none());
    assert!(matches!(client.command(Command::SourceList).await, Err(BridgeError::Closed)));
    assert_eq!(talk.0.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_second_bridge_on_one_folder_is_refused() {
    let desk = Desk::open().await;
    let again = serve(desk.engine.clone(), desk.path(), CancellationToken::new()).await;
    assert!(matches!(again, Err(BridgeError::Taken(_))));
    assert!(Client::connect(desk.path()).await.unwrap().is_some());
    desk.close().await;
}
