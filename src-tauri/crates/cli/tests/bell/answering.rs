use deskbell_sim::fault::{Build, NextPost};
use deskbell_sim::hyperhive::Prompt;
use deskbell_sim::hyperhive_agent::{Config, HyperhiveAgent};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::stage::{LONG, Stage};

#[tokio::test]
async fn an_approval_is_approved_and_the_receipt_says_won() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    let run = stage.bell(&["answer", &key, "--offer", "approve", "--wait", "20", "--json"]).await;
    assert_eq!(run.code, 0, "{run:?}");
    let receipt = run.row();
    assert_eq!((&receipt["verdict"], &receipt["surface"]), (&json!("won"), &json!("commandLine")));
    assert_eq!(stage.hive.approval_ended(id).unwrap().0, "approved");
    assert_eq!(stage.done(&["receipts", &key, "--json"]).await.row()["intent"], receipt["intent"]);
}

#[tokio::test]
async fn a_denial_takes_its_note_along() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "delete everything");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.done(&["answer", &key, "--offer", "deny", "--note", "too wide", "--wait", "20"]).await;
    assert_eq!(stage.hive.approval_ended(id).unwrap(), ("denied".to_owned(), Some("too wide".to_owned())));
}

#[tokio::test]
async fn an_approval_is_never_guessed() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    for args in
        [vec!["answer", &key], vec!["answer", &key, "--note", "hm"], vec!["answer", &key, "--offer", "x"]]
    {
        let run = stage.bell(&args).await;
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("approve") && run.err.contains("deny"), "{}", run.err);
    }
    assert_eq!(stage.hive.received().len(), 0);
}

#[tokio::test]
async fn a_question_takes_options_and_own_words() {
    let stage = Stage::live().await;
    let id =
        stage.hive.ask_question(Prompt::new("coder", "Which?").options(&["Red", "Blue", "Green"]).multi());
    stage.until_ask(&format!("hive/question:{id}"), "open").await;
    let run = stage.bell(&["answer", &format!("question:{id}"), "--pick", "Purple", "--pick", "red"]).await;
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("Purple") && run.err.contains("Blue"), "{}", run.err);
    let args =
        ["answer", "Which", "--pick", "red", "--pick", "Blue", "--text", "a hint of grey", "--wait", "20"];
    let key = format!("question:{id}");
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "Which" { key.as_str() } else { arg }).collect();
    stage.done(&args).await;
    let (answer, _) = stage.hive.question_ended(id).unwrap();
    assert!(["Red", "Blue", "a hint of grey"].iter().all(|part| answer.contains(part)), "{answer}");
}

#[tokio::test]
async fn who_comes_second_is_told_who_was_first() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.hive.resolve_elsewhere(id, "denied", Some("not today"));
    stage.until_ask(&key, "settled").await;
    let run = stage.bell(&["answer", &key, "--offer", "approve", "--wait", "20", "--json"]).await;
    assert_eq!(run.code, 3, "{run:?}");
    let receipt = run.row();
    assert_eq!(receipt["verdict"], "lost");
    assert!(receipt["note"].as_str().unwrap().contains("not today"), "{receipt}");
    assert_eq!(stage.hive.received().len(), 0);
}

#[tokio::test]
async fn who_comes_second_without_knowing_loses_too() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.hive.switch(|faults| faults.stalled = true);
    stage.hive.resolve_elsewhere(id, "denied", Some("not today"));
    let run = stage.bell(&["answer", &key, "--offer", "approve", "--wait", "20", "--json"]).await;
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(run.row()["verdict"], "lost");
}

#[tokio::test]
async fn what_ran_out_of_time_is_expired_and_not_denied() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_question(Prompt::new("coder", "Still there?").within(3_600));
    let key = format!("hive/question:{id}");
    stage.until_ask(&key, "open").await;
    stage.hive.expire(id);
    stage.until_ask(&key, "settled").await;
    let run = stage.bell(&["answer", &key, "--text", "yes", "--json"]).await;
    assert_eq!((run.code, &run.row()["verdict"]), (3, &json!("expired")), "{run:?}");
}

#[tokio::test]
async fn a_wait_that_runs_out_says_pending_and_the_verdict_comes_later() {
    let stage = Stage::live().await;
    stage.hive.switch(|faults| faults.build = Build::ByHand);
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    let run = stage.bell(&["answer", &key, "--offer", "approve", "--wait", "0", "--json"]).await;
    assert_eq!((run.code, &run.row()["verdict"]), (4, &json!("pending")), "{run:?}");
    stage.until_ask(&key, "sent").await;
    let mut watch = stage.watch().await;
    assert!(stage.hive.finish_build(id, true));
    watch.until(|patch| patch["patch"] == "receipt" && patch["row"]["verdict"] == "won").await;
    assert_eq!(stage.done(&["receipts", &key, "--json"]).await.row()["verdict"], "won");
}

#[tokio::test]
async fn a_wait_keeps_nobody_else_waiting() {
    let mut stage = Stage::set().await;
    let socket = stage.serve().await["socket"].as_str().unwrap().to_owned();
    stage.hive.switch(|faults| faults.build = Build::ByHand);
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    let receipt = stage.done(&["answer", &key, "--offer", "approve", "--json"]).await.row();
    stage.until_ask(&key, "sent").await;
    let mut talk = BufReader::new(UnixStream::connect(socket).await.unwrap());
    let wait =
        json!({ "id": 1, "command": "receipt.wait", "intent": receipt["intent"], "timeoutMs": 60_000 });
    let list = json!({ "id": 2, "command": "ask.list", "all": false });
    talk.write_all(format!("{wait}\n{list}\n").as_bytes()).await.unwrap();
    assert_eq!(hear(&mut talk).await["id"], 2);
    stage.hive.finish_build(id, true);
    let waited = hear(&mut talk).await;
    assert_eq!((&waited["id"], &waited["ok"]["receipt"]["verdict"]), (&json!(1), &json!("won")));
}

async fn hear(talk: &mut BufReader<UnixStream>) -> Value {
    let mut line = String::new();
    timeout(LONG, talk.read_line(&mut line)).await.unwrap().unwrap();
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn what_the_server_refuses_is_stuck_until_it_is_tried_again_or_given_up() {
    let stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.hive.switch(|faults| faults.next_post = Some(NextPost::Refuse(500, "disk full".into())));
    let run = stage.bell(&["answer", &key, "--offer", "approve", "--wait", "20", "--json"]).await;
    assert_eq!((run.code, &run.row()["verdict"]), (5, &json!("stuck")), "{run:?}");
    let intent = run.row()["intent"].as_str().unwrap().to_owned();
    let words = stage.done(&["receipts", &key]).await.out;
    assert!(words.contains("disk full") && words.contains(&format!("bell retry {intent}")), "{words}");
    stage.done(&["retry", &intent]).await;
    stage.until_ask(&key, "settled").await;
    assert_eq!(stage.hive.approval_ended(id).unwrap().0, "approved");
}

#[tokio::test]
async fn a_purge_wants_its_name_typed_out() {
    let stage = Stage::live().await;
    for extra in [&[][..], &["--yes"], &["--type-name", "Coder"]] {
        let run = stage.bell(&[&["do", "hive/agent:coder", "--offer", "purge"], extra].concat()).await;
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("--type-name coder"), "{}", run.err);
    }
    assert_eq!(stage.hive.received().len(), 0);
    stage.done(&["do", "agent:coder", "--offer", "purge", "--type-name", "coder", "--wait", "20"]).await;
    assert_eq!(stage.hive.received().len(), 1);
}

#[tokio::test]
async fn an_answer_without_an_engine_says_how_to_start_one() {
    let mut stage = Stage::live().await;
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    stage.stop().await;
    let run = stage.bell(&["answer", &key, "--offer", "approve"]).await;
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("bell serve"), "{}", run.err);
}

/// Whether any file of a folder holds these words.
fn is_kept(folder: &std::path::Path, words: &str) -> bool {
    std::fs::read_dir(folder).unwrap().map(Result::unwrap).any(|found| {
        if found.file_type().unwrap().is_dir() {
            return is_kept(&found.path(), words);
        }
        let bytes = std::fs::read(found.path()).unwrap_or_default();
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    })
}

#[tokio::test]
async fn the_code_of_a_login_is_read_from_a_pipe_and_kept_nowhere() {
    let agent = HyperhiveAgent::start(Config::default()).await.unwrap();
    agent.need_login();
    let mut stage = Stage::live().await;
    let url = agent.url();
    stage.done(&["source", "add", "coder", "--dialect", "hyperhive-agent", "--url", &url]).await;
    stage.until_ask("coder/login:start-begin", "open").await;
    stage.done(&["answer", "coder/login:start-begin", "--wait", "20"]).await;
    stage.until_ask("coder/login:code-begin", "open").await;
    let answer = ["answer", "coder/login:code-begin", "--offer", "login-code", "--wait", "20"];
    let typed = stage.bell(&[&answer[..], &["--field", "code=hunter2"]].concat()).await;
    assert!(typed.code == 2 && typed.err.contains("never comes from the command line"), "{typed:?}");
    // While it is on its way, and after its reply was lost, it is as little to be found as at the end.
    agent.switch(|faults| faults.next_post = Some(NextPost::LoseReply));
    let run = stage.bell_with(&[&answer[..], &["--json", "--verbose"]].concat(), "hunter2-hunter2\n").await;
    assert_eq!((run.code, run.row()["verdict"].as_str()), (0, Some("won")), "{run:?}");
    assert_eq!(agent.received().last().unwrap().field("code"), Some("hunter2-hunter2"));
    let history = stage.done(&["history", "--json"]).await;
    for text in [&run.out, &run.err, &history.out] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(!is_kept(stage.data.path(), "hunter2"));
    stage.stop().await;
    assert!(!is_kept(stage.data.path(), "hunter2"));
    assert!(is_kept(stage.data.path(), "login-code"), "it looks where the answer is kept");
}
