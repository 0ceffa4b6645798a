use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tokio::time::timeout;

use crate::stage::{LONG, Stage, command, send};

/// Whoever opens a file of ours in a spreadsheet, a ticket or a terminal is not to be had by it.
const HOSTILE: [&str; 4] = [
    "=HYPERLINK(\"http://h\",\"click\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "`@all` <img src=http://h> [x](http://h)\n# gone",
    "\u{1b}[2J\u{202e}\u{9b}31m",
];

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// An engine that holds what this agent says.
async fn told(agent: &str, words: &[&str]) -> Stage {
    let stage = Stage::live().await;
    let mut watch = stage.watch().await;
    // As many at a time as a listener of the coordinator's may be behind.
    for (n, words) in words.chunks(100).enumerate() {
        words.iter().for_each(|words| stage.hive.send(agent, "operator", words));
        let end = format!("end of {n}");
        stage.hive.send(agent, "operator", &end);
        watch.until(|patch| patch["row"]["text"].as_str().is_some_and(|text| text.contains(&end))).await;
    }
    stage
}

#[tokio::test]
async fn everything_that_fits_is_exported_however_much_it_is_and_without_an_engine() {
    let many: Vec<String> = (0..1_200).map(|n| format!("line {n}")).collect();
    let mut stage = told("coder", &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    stage.stop().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.jsonl");
    let words = stage.done(&["export", "line", "--kind", "message", "-o", file.to_str().unwrap()]).await.out;
    assert!(words.starts_with("1200 lines of history are in "), "{words}");
    assert_eq!(files(folder.path()), ["history.jsonl"]);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "for its owner alone");

    let written = std::fs::read_to_string(&file).unwrap();
    let printed = stage.done(&["export", "line", "--kind", "message"]).await;
    assert_eq!(printed.out, written);
    let told =
        stage.done(&["history", "line", "--kind", "message", "--limit", "5000", "--json"]).await.rows();
    assert_eq!(told.len(), 1_200);
    for (row, told) in printed.rows().iter().zip(&told) {
        for field in ["source", "item", "at", "said", "kind", "agent", "thread", "ask", "text", "raw"] {
            assert_eq!(row[field], told[field], "{field}");
        }
        assert_eq!((&row["dialect"], &row["url"]), (&"hyperhive".into(), &stage.hive.url().into()));
    }

    let again = stage.bell(&["export", "--output", file.to_str().unwrap()]).await;
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.err.contains("is there already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written, "and it is as it was");
}

#[tokio::test]
async fn what_agents_wrote_runs_nowhere_it_is_exported_to() {
    let stage = told("=1+1", &HOSTILE).await;
    for format in ["jsonl", "csv", "markdown"] {
        let out = stage.done(&["export", "--kind", "message", "--format", format]).await.out;
        let steers = |c: &char| c.is_control() && !['\n', '\r'].contains(c) || *c == '\u{202e}';
        assert_eq!(out.chars().filter(steers).collect::<String>(), "", "{format}");
    }

    let table = stage.done(&["export", "--kind", "message", "--format", "csv"]).await.out;
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().filter(|row| row[4] == *"'=1+1").count() > HOSTILE.len(), "{table}");
    for cell in rows.iter().flatten() {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
    }
    assert!(table.lines().all(|line| !line.is_empty()) && table.contains("\r\n"), "{table}");

    let ticket = stage.done(&["export", "--kind", "message", "--format", "markdown"]).await.out;
    assert!(ticket.contains("`@all` <img src=http://h>"), "{ticket}");
    let headings: Vec<&str> = ticket.lines().filter(|line| line.starts_with('#')).collect();
    assert!(headings.len() >= 2 && headings.iter().all(|line| !line.contains("gone")), "{headings:?}");
}

#[tokio::test]
async fn an_export_that_is_ended_half_way_leaves_no_file() {
    let stage = told("coder", &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.csv");
    // An engine that answers nothing holds the export where it has begun.
    stage.signal("-STOP").await;
    let args = ["export", "--format", "csv", "--output", file.to_str().unwrap()];
    let bell = command(stage.data.path(), &args).spawn().unwrap();
    let begun = async {
        while !files(folder.path()).iter().any(|name| name.ends_with(".part")) {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, begun).await.expect("the export did not begin");
    send(&bell, "-INT").await;
    let ended = timeout(LONG, bell.wait_with_output()).await.unwrap().unwrap();
    stage.signal("-CONT").await;
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(String::from_utf8(ended.stderr).unwrap().contains("no file was left behind"));
    assert_eq!(files(folder.path()), [""; 0]);
}
