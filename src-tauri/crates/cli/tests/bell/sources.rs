use deskbell_sim::ailang::{Ailang, Config as HubConfig};
use deskbell_sim::fault::Instead;
use serde_json::{Value, json};

use crate::stage::{Stage, command, lines};

#[tokio::test]
async fn sources_are_kept_without_an_engine() {
    let stage = Stage::set().await;
    let add = ["source", "add", "Code", "--dialect", "opencode", "--url", "http://127.0.0.1:9"];
    stage.done(&add).await;
    let again = stage.bell(&add).await;
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("code"), "{}", again.err);
    stage.done(&["source", "edit", "code", "--rename", "Coding", "--url", "http://127.0.0.1:10"]).await;
    stage.done(&["source", "pause", "Coding"]).await;
    let rows = stage.done(&["source", "ls", "--json"]).await.rows();
    let code = rows.iter().find(|row| row["source"] == "code").unwrap();
    let facts = (&code["name"], &code["url"], &code["paused"]);
    assert_eq!(facts, (&json!("Coding"), &json!("http://127.0.0.1:10"), &json!(true)));
    stage.done(&["source", "resume", "code"]).await;
    stage.done(&["source", "rm", "code"]).await;
    assert_eq!(stage.done(&["source", "ls", "--json"]).await.row()["source"], "hive");
    let gone = stage.bell(&["source", "rm", "code"]).await;
    assert_eq!(gone.code, 2, "{gone:?}");
    assert!(gone.err.contains("hive"), "{}", gone.err);
}

#[tokio::test]
async fn a_running_engine_follows_at_once() {
    let stage = Stage::live().await;
    stage.done(&["source", "pause", "hive"]).await;
    stage.until(|patch| patch["row"]["link"]["state"] == "off").await;
    stage.done(&["source", "resume", "hive"]).await;
    stage.until(|patch| patch["row"]["link"]["state"] == "live").await;
    stage.done(&["source", "rm", "hive"]).await;
    assert_eq!(stage.done(&["source", "ls", "--json"]).await.out, "");
}

#[tokio::test]
async fn a_test_says_what_answers_or_what_is_wrong() {
    let stage = Stage::set().await;
    stage.hive.ask_approval("coder", "add ripgrep");
    let run = stage.done(&["source", "test", "hive"]).await;
    assert!(run.out.contains("hyperhive"), "{run:?}");
    let url = stage.hive.url();
    stage.done(&["source", "test", "--dialect", "hyperhive", "--url", &url]).await;
    stage.hive.switch(|faults| faults.instead = Some(Instead::Unauthorized));
    let refused = stage.bell(&["source", "test", "hive", "--json"]).await;
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(refused.row()["fault"]["code"], "unauthorized");
    stage.hive.stop().await;
    let nobody = stage.bell(&["source", "test", "hive"]).await;
    assert_eq!(nobody.code, 1, "{nobody:?}");
    assert!(nobody.out.contains(url.trim_start_matches("http://")), "{nobody:?}");
}

#[tokio::test]
async fn a_secret_is_found_nowhere() {
    let mut stage = Stage::set().await;
    stage.serve().await;
    let url = stage.hive.url();
    let add =
        ["source", "add", "s", "--dialect", "hyperhive", "--url", &url, "--auth", "bearer", "--secret-stdin"];
    let added = stage.bell_with(&[&add[..], &["--json", "--verbose"]].concat(), "hunter2-hunter2\n").await;
    assert_eq!(added.code, 0, "{added:?}");
    assert!(added.err.contains("no keyring"), "{added:?}");
    let listed = stage.done(&["source", "ls", "--json"]).await;
    for text in [&added.out, &added.err, &listed.out] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(listed.rows()[1]["secret"], json!({ "kept": "session" }));
    for file in std::fs::read_dir(stage.data.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"));
    }
}

#[tokio::test]
async fn a_secret_in_the_address_of_a_stream_is_found_nowhere() {
    const TOKEN: &str = "hunter2-hunter2";
    let stage = Stage::set().await;
    let hub = Ailang::start(HubConfig::default()).await.unwrap();
    hub.switch(|quirks| quirks.token = Some(TOKEN.to_owned()));
    let log = std::fs::File::create(stage.data.path().join("log")).unwrap();
    let mut engine = command(stage.data.path(), &["serve", "--json"])
        .env("RUST_LOG", "trace")
        .env("HUB_TOKEN", TOKEN)
        .stderr(log)
        .spawn()
        .unwrap();
    lines(&mut engine).next_line().await.unwrap().unwrap();

    let url = hub.url();
    let way_in = ["--auth", "query", "--secret-env", "HUB_TOKEN"];
    let add = [&["source", "add", "hub", "--dialect", "ailang", "--url", &url][..], &way_in].concat();
    let mut said = vec![stage.done(&add).await.out];
    let state =
        |patch: &Value| (patch["row"]["source"] == "hub").then(|| patch["row"]["link"]["state"].clone());
    said.push(stage.until(|patch| state(patch) == Some(json!("live"))).await.to_string());
    // The hub says it back, in a message and in an error.
    let mut watch = stage.watch().await;
    let thread = hub.put_thread("Write the parser", "coder");
    hub.say(&thread, "coder", "status", &format!("You are {TOKEN}"));
    let message = watch.until(|patch| patch["row"]["text"].to_string().contains("You are")).await;
    assert!(message.to_string().contains("You are •••"), "{message}");
    said.push(message.to_string());
    hub.switch(|quirks| quirks.instead = Some(Instead::Status(500, format!("no {TOKEN} today"))));
    said.push(stage.bell(&["source", "test", "hub", "--json"]).await.out);
    hub.switch(|quirks| (quirks.instead, quirks.token) = (None, Some("another".to_owned())));
    hub.cut();
    let refused = watch.until(|patch| state(patch) == Some(json!("refused"))).await;
    assert_eq!(refused["row"]["link"]["fault"]["code"], "unauthorized");
    said.push(refused.to_string());

    engine.kill().await.unwrap();
    for text in said {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for file in std::fs::read_dir(stage.data.path()).unwrap() {
        let path = file.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()).into_owned();
        assert!(!text.contains("hunter2"), "{}", path.display());
        assert!(!path.ends_with("log") || !text.is_empty(), "nothing was logged");
    }
}

#[tokio::test]
async fn a_secret_has_no_place_on_the_command_line() {
    let stage = Stage::set().await;
    let add = ["source", "add", "s", "--dialect", "hyperhive", "--url", "http://127.0.0.1:9"];
    for (extra, words) in [
        (&["--auth", "bearer"][..], "--secret-stdin"),
        (&["--secret-env", "TOKEN"], "--auth"),
        (&["--auth", "header", "--secret-env", "TOKEN"], "--name"),
        (&["--auth", "basic", "--secret-env", "TOKEN"], "--user"),
        (&["--auth", "bearer", "--secret", "hunter2"], "unexpected argument"),
        (&["--auth", "bearer", "--secret-stdin"], "no secret"),
    ] {
        let run = stage.bell(&[&add[..], extra].concat()).await;
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(words), "{}", run.err);
    }
    stage
        .done(&[&add[..], &["--auth", "cookie", "--name", "session", "--secret-env", "TOKEN"]].concat())
        .await;
    let rows = stage.done(&["source", "ls", "--json"]).await.rows();
    assert_eq!(rows[1]["secret"], json!({ "kept": "environment", "name": "TOKEN" }));
    assert_eq!(rows[1]["auth"], json!({ "type": "cookie", "name": "session" }));
}

#[tokio::test]
async fn an_agent_is_attached_under_the_source_that_told_of_it() {
    let stage = Stage::live().await;
    stage.done(&["source", "attach", "agent:coder"]).await;
    let rows = stage.done(&["source", "ls", "--json"]).await.rows();
    let coder = rows.iter().find(|row| row["settings"] == json!({ "parent": ["hive"] })).unwrap();
    assert_eq!(coder["dialect"], "hyperhive-agent");
    assert!(coder["url"].as_str().unwrap().starts_with("http://127.0.0.1:8"), "{coder}");
    let nobody = stage.bell(&["source", "attach", "agent:nobody"]).await;
    assert_eq!(nobody.code, 2, "{nobody:?}");
    let everybody = stage.bell(&["source", "attach", "agent:*"]).await;
    assert_ne!(everybody.code, 0, "what has no server cannot be attached: {everybody:?}");
}
