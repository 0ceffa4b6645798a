use std::os::unix::fs::PermissionsExt;

use crate::stage::Stage;

#[tokio::test]
async fn an_engine_is_ready_says_where_and_stops_when_told() {
    let mut stage = Stage::set().await;
    let ready = stage.serve().await;
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["data"], stage.data.path().to_str().unwrap());
    let socket = std::path::PathBuf::from(ready["socket"].as_str().unwrap());
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(stage.stop().await.code(), Some(0));
    assert!(!socket.exists());
}

#[tokio::test]
async fn a_second_engine_on_one_folder_is_refused_by_name() {
    let mut stage = Stage::set().await;
    stage.serve().await;
    let second = stage.bell(&["serve"]).await;
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.err.contains(stage.data.path().to_str().unwrap()), "{}", second.err);
}

#[tokio::test]
async fn an_engine_that_was_killed_is_in_nobodys_way() {
    let mut stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.kill().await;
    assert_eq!(stage.done(&["asks", "--json"]).await.row()["key"], key);
    stage.serve().await;
    stage.until(|patch| patch["row"]["link"]["state"] == "live").await;
    stage.done(&["answer", &key, "--offer", "approve", "--wait", "20"]).await;
}

#[tokio::test]
async fn watching_needs_an_engine_and_says_so() {
    let stage = Stage::set().await;
    let run = stage.bell(&["watch"]).await;
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("bell serve"), "{}", run.err);
}

#[tokio::test]
async fn an_ask_is_opened_in_a_window_only_and_bell_says_so() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    for (wanted, code, says) in [
        (key.as_str(), 1, "without a window"),
        ("deskbell://ask/hive", 2, "deskbell://ask/source/kind:id"),
        ("approval:999", 2, "no ask"),
    ] {
        let run = stage.bell(&["open", wanted]).await;
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.err.contains(says), "{}", run.err);
    }
}
