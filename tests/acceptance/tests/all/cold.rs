//! What is cached is shown before any server has answered.

use deskbell_domain::Link;
use deskbell_engine::command::Patch;
use deskbell_engine::{Engine, Listener, Options};
use deskbell_sim::{Config, Hyperhive};
use tokio::net::TcpListener;

use crate::desk::{add, engine, until};
use crate::reading::asks;

#[tokio::test]
async fn what_waits_is_shown_while_the_server_says_nothing_at_all() {
    let hive = Hyperhive::start(Config::default()).await.unwrap();
    let url = hive.url();
    let (before, folder) = engine().await;
    add(&before, "hive", "hyperhive", &url).await;
    hive.ask_approval("coder", "add ripgrep");
    until("it is asked", async || !asks(&before, false).await.is_empty()).await;
    before.stop().await;
    drop(hive);
    // Takes every connection, and never answers.
    let mut silent = None;
    until("its port is free", async || {
        silent = TcpListener::bind(url.trim_start_matches("http://")).await.ok();
        silent.is_some()
    })
    .await;
    let silent = silent.unwrap();

    let options = Options { data: folder.path().to_owned(), ..Options::default() };
    let desk = Engine::start(options).await.unwrap();
    let first = desk.subscribe(Listener::Program).next().await.unwrap();
    let waits = first
        .patches
        .iter()
        .any(|patch| matches!(patch, Patch::Ask { row } if row.title.contains("ripgrep")));
    assert!(waits, "{:?}", first.patches);
    let link = first.patches.iter().find_map(|patch| match patch {
        Patch::Source { row } => Some(row.link.clone()),
        _ => None,
    });
    assert!(
        matches!(link, Some(Link::Connecting | Link::Off)),
        "nothing was heard or given up yet: {link:?}"
    );
    let _asked = silent.accept().await.unwrap();
    assert!(!asks(&desk, false).await.is_empty(), "and it stays while the server is asked");
    desk.stop().await;
}
