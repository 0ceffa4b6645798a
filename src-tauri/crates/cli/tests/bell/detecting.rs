use std::process::Stdio;

use deskbell_sim::exlab::{Config, Exlab};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::stage::{LONG, Stage, command};

#[tokio::test]
async fn servers_of_this_machine_are_listed_with_the_order_that_adds_them() {
    let stage = Stage::set().await;
    let port = stage.hive.url().rsplit(':').next().unwrap().to_owned();
    let known = stage.done(&["source", "detect", "--port", &port]).await;
    assert!(known.out.contains("your source hive"), "{known:?}");
    stage.done(&["source", "rm", "hive"]).await;
    let found = stage.done(&["source", "detect", "--port", &port, "--json"]).await.row();
    assert_eq!(found["who"]["is"], "server");
    assert_eq!(found["who"]["draft"]["dialect"], "hyperhive");
    let words = stage.done(&["source", "detect", "--port", &port]).await.out;
    let order = format!("bell source add \"hyperhive\" --dialect hyperhive --url http://127.0.0.1:{port}");
    assert!(words.contains(&order), "{words}");
    stage.hive.stop().await;
    let nobody = stage.done(&["source", "detect", "--port", &port]).await.out;
    assert_eq!(nobody, format!("Nobody listens on this machine at {port}.\n"));
}

#[tokio::test]
async fn a_server_that_says_where_it_is_is_found_there_and_needs_no_address() {
    let stage = Stage::set().await;
    let file = stage.data.path().join(".local/state/exlab-wizard/server.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let lab = Exlab::start(Config { server_json: Some(file.clone()), ..Config::default() }).await.unwrap();
    let rows = stage.done(&["source", "detect", "--json"]).await.rows();
    let found = rows.iter().find(|row| row["url"] == lab.url()).unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!(
        (&found["who"]["draft"]["dialect"], &found["who"]["draft"]["url"]),
        (&"exlab".into(), &"".into())
    );
    stage.done(&["source", "add", "lab", "--dialect", "exlab"]).await;
    let rows = stage.done(&["source", "detect", "--json"]).await.rows();
    let known = rows.iter().find(|row| row["url"] == lab.url()).unwrap_or_else(|| panic!("{rows:?}"));
    assert_eq!(known["who"]["source"], "lab");
}

#[tokio::test]
async fn a_proxy_hears_nothing_of_it() {
    let stage = Stage::set().await;
    let port = stage.hive.url().rsplit(':').next().unwrap().to_owned();
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let mut detect = command(stage.data.path(), &["source", "detect", "--port", &port]);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        detect.env(name, &address);
    }
    let mut bell = detect.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = String::new();
    let mut words = bell.stdout.take().unwrap();
    tokio::select! {
        _ = proxy.accept() => panic!("the proxy was asked"),
        read = timeout(LONG, words.read_to_string(&mut out)) => assert!(read.unwrap().is_ok()),
    }
    assert!(out.contains("your source hive"), "{out}");
}
