use std::collections::HashMap;

use deskbell_sim::hyperhive::Prompt;
use serde_json::{Value, json};

use crate::stage::Stage;

const ASK_FIELDS: [&str; 15] = [
    "key",
    "source",
    "dialect",
    "kind",
    "title",
    "detail",
    "subject",
    "agent",
    "thread",
    "askedAt",
    "expiresAt",
    "state",
    "offers",
    "outcome",
    "by",
];
const ROW_FIELDS: [&str; 8] = ["cursor", "at", "source", "kind", "agent", "thread", "text", "raw"];

fn has(row: &Value, fields: &[&str]) {
    for field in fields {
        assert!(row.get(field).is_some(), "{field} is missing in {row}");
    }
}

#[tokio::test]
async fn everything_is_still_read_without_an_engine_and_without_a_network() {
    let mut stage = Stage::live().await;
    stage.hive.send("coder", "operator", "done with the parser");
    let id = stage.hive.ask_approval("coder", "add ripgrep");
    let key = format!("hive/approval:{id}");
    stage.until_ask(&key, "open").await;
    let live = stage.done(&["asks", "--json"]).await;
    stage.stop().await;
    stage.hive.stop().await;

    let asks = stage.done(&["asks", "--json"]).await;
    assert_eq!(asks.rows(), live.rows());
    has(&asks.row(), &ASK_FIELDS);
    has(&asks.row()["offers"][0], &["id", "label", "tone", "scope", "danger", "fields"]);
    assert!(stage.done(&["asks"]).await.out.contains("add ripgrep"));
    assert!(stage.done(&["asks", &key]).await.out.contains("--offer approve"));

    let agents = stage.done(&["agents", "--json"]).await.rows();
    assert!(agents.iter().any(|agent| agent["key"] == "hive/agent:coder"), "{agents:?}");
    has(&agents[0], &["key", "state", "offers"]);
    for list in ["threads", "tasks", "findings"] {
        stage
            .done(&[list, "--json"])
            .await
            .rows()
            .iter()
            .for_each(|row| has(row, &["key", "state", "offers"]));
    }

    let status = stage.done(&["status", "--json"]).await.row();
    has(&status, &["name", "source", "dialect", "url", "state", "fault", "asks", "entries", "odd", "lagMs"]);
    assert_eq!((&status["state"], &status["asks"]), (&"off".into(), &1.into()));

    let history = stage.done(&["history", "--json"]).await.rows();
    has(&history[0], &ROW_FIELDS);
    assert!(history.iter().any(|row| row["text"].as_str().unwrap().contains("done with the parser")));
}

#[tokio::test]
async fn history_is_read_in_pages_by_its_cursors() {
    let stage = Stage::live().await;
    let mut watch = stage.watch().await;
    for n in 0..6 {
        stage.hive.send("coder", "operator", &format!("message {n}"));
    }
    watch.until(|patch| patch["row"]["text"].as_str().is_some_and(|text| text.contains("message 5"))).await;
    let all = stage.done(&["history", "--json", "--kind", "message"]).await.rows();
    assert!(all.len() >= 6, "{all:?}");
    let first = stage.done(&["history", "--json", "--kind", "message", "--limit", "4"]).await.rows();
    assert_eq!(first[..], all[..4]);
    let cursor = first[3]["cursor"].as_str().unwrap();
    let rest = stage.done(&["history", "--json", "--kind", "message", "--before", cursor]).await.rows();
    assert_eq!(rest[..], all[4..]);
    let none = stage.done(&["history", "--json", "--since", "2100-01-01"]).await;
    assert!(none.rows().is_empty());
    let of_source = stage.done(&["history", "--json", "--source", "hive", "--agent", "coder"]).await.rows();
    assert!(of_source.iter().all(|row| row["agent"] == "coder") && !of_source.is_empty());
    let found = async |words| stage.done(&["history", "--json", "--kind", "message", words]).await.rows();
    let third = found("\"ssage 3\"").await;
    assert!(!third.is_empty() && third.iter().all(|row| row["text"].as_str().unwrap().contains("message 3")));
    assert!(third[0]["found"].as_array().unwrap().contains(&json!({ "text": "ssage 3", "found": true })));
    assert_eq!(found("message -\"message 3\"").await.len(), all.len() - third.len());
    for (args, words) in [
        (["history", "--since", "soon"], "not a time"),
        (["history", "--source", "bees"], "hive"),
        (["history", "--before", "yesterday"], "cursor"),
    ] {
        let run = stage.bell(&args).await;
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains(words), "{}", run.err);
    }
}

#[tokio::test]
async fn history_is_narrowed_to_how_it_ended_and_by_whom_and_read_both_ways() {
    let stage = Stage::live().await;
    let (ours, theirs) = (
        stage.hive.ask_question(Prompt::new("coder", "May I deploy?")),
        stage.hive.ask_question(Prompt::new("coder", "Which colour?")),
    );
    let key = format!("hive/question:{ours}");
    stage.until_ask(&key, "open").await;
    stage.done(&["answer", &key, "--text", "yes", "--wait", "20"]).await;
    stage.hive.answer_elsewhere(theirs, "blue", "mara");
    stage.until_ask(&format!("hive/question:{theirs}"), "settled").await;
    let history = async |args: &[&str]| stage.done(&[&["history", "--json"], args].concat()).await.rows();

    let mine = history(&["--outcome", "answered", "--by", "me"]).await;
    assert!(!mine.is_empty() && mine.iter().all(|row| row["ask"] == format!("question:{ours}")), "{mine:?}");
    for who in ["mara", "others"] {
        let rows = history(&["--outcome", "answered", "--by", who]).await;
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row["ask"] == format!("question:{theirs}")),
            "{rows:?}"
        );
        let ended = json!({ "outcome": "answered", "by": { "Other": "mara" } });
        assert!(rows.iter().all(|row| row["ended"] == ended), "{rows:?}");
    }
    let table = stage.done(&["export", "--format", "csv", "--by", "mara"]).await.out;
    let mut sheet = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<HashMap<String, String>> = sheet.deserialize().map(Result::unwrap).collect();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row["outcome"] == "answered" && row["by"] == "mara"),
        "{table}"
    );
    let ticket = stage.done(&["export", "--format", "markdown", "--by", "mara"]).await.out;
    assert_eq!(ticket.matches(" → answered by `mara`\n").count(), rows.len(), "{ticket}");
    let ticket = stage.done(&["export", "--format", "markdown", "--by", "me"]).await.out;
    assert!(ticket.contains(" → answered by us\n"), "{ticket}");
    assert!(history(&["--by", "nobody"]).await.is_empty());
    assert!(
        history(&["colour", "--by", "me"]).await.is_empty()
            && !history(&["colour", "--by", "mara"]).await.is_empty()
    );

    let mut all = history(&[]).await;
    let cursor = all.last().unwrap()["cursor"].as_str().unwrap().to_owned();
    let up = history(&["--after", &cursor]).await;
    let around = history(&["--around", "2100-01-01", "--limit", "4"]).await;
    assert_eq!(around[..], all[..around.len()], "there is nothing newer");
    all.pop();
    all.reverse();
    assert_eq!(up, all, "one after the other");
    let best = history(&["deploy", "--best"]).await;
    let found: Vec<String> = history(&["deploy"]).await.iter().map(ToString::to_string).collect();
    assert!(!best.is_empty() && best.len() == found.len());
    assert!(best.iter().all(|row| found.contains(&row.to_string())));
    for (args, words) in [
        (&["history", "--best"][..], "WORDS"),
        (&["history", "--before", "1.1", "--after", "2.2"], "cannot be used with"),
        (&["history", "deploy", "--best", "--around", "2h"], "cannot be used with"),
        (&["history", "--outcome", "good"], "approved"),
    ] {
        let run = stage.bell(args).await;
        assert!(run.code == 2 && run.err.contains(words), "{run:?}");
    }
}

#[tokio::test]
async fn hostile_text_never_reaches_the_terminal_raw() {
    let nasty = "\u{1b}]0;owned\u{7}\u{1b}[2Jrm\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{9b}31m\u{7f}";
    let stage = Stage::live().await;
    stage.hive.send("coder", "operator", nasty);
    let id = stage.hive.ask_question(Prompt::new("coder", nasty).options(&[nasty, "plain"]));
    let key = format!("hive/question:{id}");
    stage.until_ask(&key, "open").await;
    let mut printed = Vec::new();
    for args in [
        &["asks"][..],
        &["asks", "--json"],
        &["asks", &key],
        &["history"],
        &["history", "--json"],
        &["agents"],
        &["threads"],
        &["answer", &key, "--pick", "nothing like it"],
    ] {
        let run = stage.bell(args).await;
        printed.push(run.out);
        printed.push(run.err);
    }
    let printed = printed.concat();
    assert!(printed.contains("‹U+202E›") && printed.contains("\\u202e"), "{printed}");
    let raw =
        printed.chars().filter(|c| (c.is_control() && *c != '\n') || nasty.contains(*c) && !c.is_ascii());
    assert_eq!(raw.collect::<String>(), "");
}

#[tokio::test]
async fn a_key_may_be_cut_short_while_only_one_thing_has_it() {
    let stage = Stage::live().await;
    let approval = stage.hive.ask_approval("coder", "add ripgrep");
    let question = stage.hive.ask_question(Prompt::new("coder", "Which?"));
    stage.until_ask(&format!("hive/question:{question}"), "open").await;
    let shown = stage.done(&["asks", &format!("approval:{approval}"), "--json"]).await.row();
    assert_eq!(shown["key"], format!("hive/approval:{approval}"));
    assert_eq!(approval, question, "both are number 1 of their kind");
    let run = stage.bell(&["asks", &approval.to_string()]).await;
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("hive/approval:") && run.err.contains("hive/question:"), "{}", run.err);
}

#[tokio::test]
async fn an_empty_desk_says_so() {
    let stage = Stage::live().await;
    assert!(stage.done(&["asks"]).await.out.contains("Nothing waits"));
    assert_eq!(stage.done(&["asks", "--json"]).await.out, "");
    assert!(stage.done(&["findings"]).await.out.contains("no findings"));
    let run = stage.bell(&["answer", "approval:99", "--offer", "approve"]).await;
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("approval:99"), "{}", run.err);
}
