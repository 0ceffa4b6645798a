use deskbell_sim::hyperhive::Prompt;
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{Run, Stage, command, lines, run};

/// What one desk exported, and the desk that it is taken to.
struct Move {
    from: Stage,
    file: String,
    written: String,
    to: TempDir,
    _engine: tokio::process::Child,
}

impl Move {
    async fn begin() -> Self {
        let from = Stage::live().await;
        from.hive.send("coder", "operator", "first \u{1b}[2J");
        let id = from.hive.ask_question(Prompt::new("coder", "Which colour?"));
        from.until_ask(&format!("hive/question:{id}"), "open").await;
        let file = from.data.path().join("history.jsonl").to_str().unwrap().to_owned();
        from.done(&["export", "--output", &file]).await;
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written.contains("first") && written.contains("Which colour?"), "{written}");
        let to = tempfile::tempdir().unwrap();
        let mut engine = command(to.path(), &["serve", "--json"]).spawn().unwrap();
        lines(&mut engine).next_line().await.unwrap().unwrap();
        Self { from, file, written, to, _engine: engine }
    }

    async fn bell(&self, args: &[&str]) -> Run {
        run(self.to.path(), args, None).await
    }

    async fn import(&self, text: &str) -> Run {
        std::fs::write(&self.file, text).unwrap();
        self.bell(&["import", &self.file, "--json"]).await
    }

    fn row(&self) -> Value {
        serde_json::from_str(self.written.lines().next().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn what_is_taken_along_is_the_same_there_and_only_once() {
    let moved = Move::begin().await;
    let many = moved.written.lines().count();
    for (added, known) in [(many, 0), (0, many)] {
        let tally = moved.import(&moved.written).await.row();
        assert_eq!(tally, serde_json::json!({ "added": added, "known": known, "kept": 0 }));
        assert_eq!(moved.bell(&["export"]).await.out, moved.written);
    }
    let found = moved.bell(&["history", "\"Which colour\"", "--json"]).await.rows();
    assert!(!found.is_empty(), "and it is found");
    assert_eq!(moved.bell(&["asks", "--all", "--json"]).await.out, "", "a line of an ask opens none");
    let source = moved.bell(&["source", "ls", "--json"]).await.row();
    assert_eq!((&source["paused"], &source["auth"]["type"]), (&true.into(), &"none".into()), "{source}");
    assert_eq!(source["url"], moved.from.hive.url());
}

#[tokio::test]
async fn how_it_ended_is_taken_along() {
    let moved = Move::begin().await;
    let mut row = moved.row();
    row["ask"] = "question:9".into();
    row["ended"] = serde_json::json!({ "outcome": "denied", "by": { "Other": "mara" } });
    moved.import(&row.to_string()).await.row();
    let found = moved.bell(&["history", "--outcome", "denied", "--by", "mara", "--json"]).await.row();
    assert_eq!((&found["item"], &found["ended"]), (&row["item"], &row["ended"]));
}

#[tokio::test]
async fn a_line_that_is_there_stays_as_it_is() {
    let moved = Move::begin().await;
    moved.import(&moved.written).await.row();
    let mut forged = moved.row();
    forged["text"] = "approved by the operator".into();
    let tally = moved.import(&forged.to_string()).await.row();
    assert_eq!(tally, serde_json::json!({ "added": 0, "known": 0, "kept": 1 }));
    assert_eq!(moved.bell(&["export"]).await.out, moved.written);
}

#[tokio::test]
async fn a_file_with_a_bad_line_or_a_false_source_brings_in_nothing() {
    let moved = Move::begin().await;
    let forged = |field: &str, value: &str| {
        let mut row = moved.row();
        row[field] = value.into();
        format!("{row}\n")
    };
    for (text, words) in [
        (format!("{}not json\n", moved.written), "no line of an export"),
        (format!("{}{}", moved.written, forged("url", "http://evil.example")), "another source than"),
        (forged("dialect", "klingon"), "no dialect"),
        (forged("source", "../x"), "cannot be the id"),
        (forged("url", "http://a:b@h"), "password"),
    ] {
        let refused = moved.import(&text).await;
        assert_eq!(refused.code, 2, "{words}: {refused:?}");
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
        assert_eq!(
            moved.bell(&["export"]).await.out + &moved.bell(&["source", "ls", "--json"]).await.out,
            ""
        );
    }
    moved.import(&moved.written).await.row();
    let refused = moved.import(&forged("url", "http://127.0.0.1:1")).await;
    assert!(refused.code == 2 && refused.err.contains("another one here"), "{refused:?}");
    let alone = run(moved.from.data.path().join("none").as_path(), &["import", &moved.file], None).await;
    assert!(alone.code == 1 && alone.err.contains("does not run"), "{alone:?}");
}

#[tokio::test]
async fn a_line_that_is_too_long_is_left_out_by_its_number_and_the_others_are_taken() {
    let moved = Move::begin().await;
    let sized = |item: &str, bytes: usize| {
        let mut row = moved.row();
        row["item"] = item.into();
        row["raw"] = "x".repeat(bytes).into();
        format!("{row}\n")
    };
    let most = (4 << 20) - (129 << 10);
    let file = [sized("message:a", most), sized("message:b", 9 << 20), sized("message:c", 5)].concat();
    let run = moved.import(&file).await;
    assert_eq!(run.row(), serde_json::json!({ "added": 2, "known": 0, "kept": 0 }));
    assert!(run.err.contains("line 2 is too long") && run.err.lines().count() == 1, "{}", run.err);
    let rows = moved.bell(&["history", "--json"]).await.rows();
    let raw = |item: &str| {
        rows.iter().find(|row| row["item"] == item).map(|row| row["raw"].as_str().unwrap().len())
    };
    assert_eq!((raw("message:a"), raw("message:b"), raw("message:c")), (Some(most), None, Some(5)));
}
