//! Who listens on this machine: found by what it says, asked without harm.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskbell_domain::{Auth, Link};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, ErrorCode, SourceDraft};
use deskbell_engine::detect::Detected;
use deskbell_sim::fault::Instead;
use deskbell_sim::{Config, Coordinator, Hyperhive, Opening, SIMULATORS};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::desk::{add, engine, until};

/// Looks at these ports. Gives who listens at which.
async fn detect(engine: &Engine, ports: &[u16]) -> BTreeMap<u16, Detected> {
    let answer = engine.command(Command::SourceDetect { ports: ports.to_vec() }).await.unwrap();
    let Answer::Detected { ports: looked, rows } = answer else { panic!("{answer:?}") };
    assert!(ports.iter().all(|port| looked.contains(port)), "{looked:?}");
    rows.into_iter().map(|row| (port_of(&row.url), row.who)).collect()
}

fn port_of(url: &str) -> u16 {
    url.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap()
}

async fn simulated(dialect: &str) -> Box<dyn Coordinator> {
    let simulator = SIMULATORS.iter().find(|simulator| simulator.dialect == dialect).unwrap();
    let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    (simulator.open)(Opening { seed: 1, bind, settings: BTreeMap::new() }).await.unwrap()
}

async fn live(engine: &Engine, name: &str) -> bool {
    let Answer::Sources { rows } = engine.command(Command::SourceList).await.unwrap() else { panic!() };
    rows.iter().any(|row| row.name == name && matches!(row.link, Link::Live { .. }))
}

/// A server of our own, which says the same to everybody.
struct Stranger {
    port: u16,
    /// What each connection began with.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stranger {
    async fn saying(words: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (words, kept) = (words.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let read = socket.read(&mut request).await.unwrap_or_default();
                    kept.lock().unwrap().push(String::from_utf8_lossy(&request[..read]).into_owned());
                    let _ = socket.write_all(words.as_bytes()).await;
                });
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn every_server_is_known_by_what_it_says_and_can_be_added_as_it_was_found() {
    let (engine, _folder) = engine().await;
    for dialect in deskbell_wire::DIALECTS {
        let coordinator = simulated(dialect.name).await;
        let port = port_of(&coordinator.url());
        let found = detect(&engine, &[port]).await;
        if dialect.detection.is_none() {
            assert_eq!(found[&port], Detected::Other, "{}", dialect.name);
            continue;
        }
        let Detected::Server { title, draft } = found[&port].clone() else { panic!("{found:?}") };
        assert_eq!((title.as_str(), draft.dialect.as_str()), (dialect.title, dialect.name));
        let SourceDraft { name, .. } = draft.clone();
        engine.command(Command::SourceAdd { draft }).await.unwrap();
        until(&format!("{name} is live"), async || live(&engine, &name).await).await;
        let again = detect(&engine, &[port]).await;
        assert!(matches!(&again[&port], Detected::Known { source } if source.as_str() == name), "{again:?}");
    }
}

#[tokio::test]
async fn two_servers_of_a_kind_are_found_under_two_names() {
    let (engine, _folder) = engine().await;
    add(&engine, "hyperhive", "hyperhive", "http://localhost:1").await;
    let (one, other) = (simulated("hyperhive").await, simulated("hyperhive").await);
    let found = detect(&engine, &[port_of(&one.url()), port_of(&other.url())]).await;
    let mut names: Vec<&str> = found
        .values()
        .map(|who| match who {
            Detected::Server { draft, .. } => draft.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["hyperhive 2", "hyperhive 3"]);
}

#[tokio::test]
async fn whoever_is_no_server_of_ours_is_something_else_and_nobody_is_nobody() {
    let (engine, _folder) = engine().await;
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let port = port_of(&hive.url());
    for (instead, who) in [
        (Instead::Page, Detected::Other),
        (Instead::OtherJson, Detected::Other),
        (Instead::Status(403, "Forbidden".into()), Detected::Other),
        (Instead::Status(500, "oh no".into()), Detected::Other),
    ] {
        hive.switch(|faults| faults.instead = Some(instead));
        assert_eq!(detect(&engine, &[port]).await[&port], who);
    }
    hive.switch(|faults| faults.instead = Some(Instead::Unauthorized));
    let locked = detect(&engine, &[port]).await;
    // Behind a lock all look alike, and opencode is the one that locks itself.
    let Detected::Locked { draft, .. } = &locked[&port] else { panic!("{locked:?}") };
    assert_eq!((draft.dialect.as_str(), &draft.auth), ("opencode", &Auth::Basic { user: "opencode".into() }));
    for words in ["SSH-2.0-Stranger\r\n", "", "HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n{\"seq\":1"] {
        let stranger = Stranger::saying(words.to_owned()).await;
        assert_eq!(detect(&engine, &[stranger.port]).await[&stranger.port], Detected::Other, "{words:?}");
    }
    hive.stop().await;
    assert!(detect(&engine, &[port]).await.is_empty());
}

#[tokio::test]
async fn a_server_that_hangs_holds_nobody_up() {
    let (engine, _folder) = engine().await;
    let hive = simulated("hyperhive").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mute, well) = (listener.local_addr().unwrap().port(), port_of(&hive.url()));
    let began = Instant::now();
    let found = detect(&engine, &[mute, well]).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(found[&mute], Detected::Other);
    assert!(matches!(found[&well], Detected::Server { .. }));
}

#[tokio::test]
async fn who_is_asked_is_let_go_when_nobody_waits_for_the_answer() {
    let (engine, _folder) = engine().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = listener.local_addr().unwrap().port();
    let mut looking = Box::pin(engine.command(Command::SourceDetect { ports: vec![mute] }));
    let mut socket = tokio::select! {
        accepted = listener.accept() => accepted.unwrap().0,
        answer = &mut looking => panic!("{answer:?}"),
    };
    drop(looking);
    let ended = async { while !matches!(socket.read(&mut [0; 4096]).await, Ok(0) | Err(_)) {} };
    // Who began later is still at it.
    let mut again = Box::pin(engine.command(Command::SourceDetect { ports: vec![mute] }));
    tokio::select! {
        () = ended => {}
        answer = &mut again => panic!("it was let go only when its time was up: {answer:?}"),
    }
}

#[tokio::test]
async fn all_that_is_sent_is_a_few_gets_and_nobody_is_led_elsewhere() {
    let (engine, _folder) = engine().await;
    let target = Stranger::saying("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_owned()).await;
    let elsewhere = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{}/api/state\r\ncontent-length: 0\r\n\r\n",
        target.port
    );
    let guide = Stranger::saying(elsewhere).await;
    assert_eq!(detect(&engine, &[guide.port]).await[&guide.port], Detected::Other);
    assert!(target.heard().is_empty(), "a redirect was followed: {:?}", target.heard());
    let requests = guide.heard();
    assert!(!requests.is_empty());
    for request in requests {
        let request = request.to_lowercase();
        assert!(request.starts_with("get /"), "{request}");
        for word in ["authorization", "cookie", "origin:", "token"] {
            assert!(!request.contains(word), "{request}");
        }
    }
}

#[tokio::test]
async fn ports_that_are_none_and_ports_without_end_are_refused() {
    let (engine, _folder) = engine().await;
    for ports in [vec![0], (1..=1_000).collect()] {
        let refused = engine.command(Command::SourceDetect { ports }).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
    }
}
