use serde_json::json;

use crate::stage::run;

const RECORDING: &str = concat!(
    r#"### GET /event -> 200
0.494 data: {"id":"evt_1","type":"server.connected","properties":{}}

: a comment
0.9 data: {"id":"evt_2","type":"permission.asked","properties":{"id":"per_1","sessionID":"ses_1","permission":"bash","patterns":["ls"],"metadata":{"command":"ls"},"always":["ls *"]}}
data: {"id":"evt_3","type":"permission.replied","properties":{"sessionID":"ses_1","requestID":"per_1","reply":"once"}}
"#,
    "<html>what is this\u{202e}</html>\n"
);

#[tokio::test]
async fn a_recording_is_told_in_the_words_of_every_other_list() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recording.txt");
    std::fs::write(&file, RECORDING).unwrap();
    let args = ["decode", "--dialect", "opencode"];
    let from_file = run(folder.path(), &[&args[..], &[file.to_str().unwrap()]].concat(), None).await;
    let from_stdin = run(folder.path(), &args, Some(RECORDING)).await;
    assert_eq!((from_file.code, &from_file.out), (0, &from_stdin.out));
    let rows = from_file.rows();
    let ask = rows.iter().find(|row| row["event"] == "ask").unwrap();
    assert_eq!((&ask["key"], &ask["kind"]), (&json!("recording/permission:per_1"), &json!("approval")));
    let settled = rows.iter().find(|row| row["event"] == "settled").unwrap();
    assert_eq!((&settled["key"], &settled["outcome"]), (&ask["key"], &json!("approved")));
    let odd = rows.last().unwrap();
    assert_eq!(odd["odd"], "<html>what is this\u{202e}</html>");
    assert!(odd["why"].is_string() && !from_file.out.contains('\u{202e}'));
}

#[tokio::test]
async fn a_recording_that_cannot_be_had_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(folder.path(), &["decode", "--dialect", "opencode", "/no/such/file"], None).await;
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.err.contains("/no/such/file"), "{}", missing.err);
    let dialect = run(folder.path(), &["decode", "--dialect", "klingon"], None).await;
    assert_eq!(dialect.code, 2, "{dialect:?}");
    assert!(dialect.err.contains("hyperhive"), "{}", dialect.err);
}
