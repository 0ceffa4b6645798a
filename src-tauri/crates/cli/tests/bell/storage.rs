use serde_json::Value;

use crate::stage::Stage;

async fn until_lines(stage: &Stage, least: usize) {
    while stage.done(&["history", "--kind", "message", "--json"]).await.rows().len() < least {}
}

/// How many messages are kept, as the page of storage says.
async fn messages(stage: &Stage) -> u64 {
    let row = stage.done(&["storage", "--json"]).await.row();
    let of = |share: &&Value| share["kind"] == "message";
    row["shares"].as_array().unwrap().iter().find(of).map_or(0, |share| share["entries"].as_u64().unwrap())
}

#[tokio::test]
async fn how_much_is_kept_is_said_set_and_held_to() {
    let stage = Stage::live().await;
    for n in 0..20 {
        stage.hive.send("coder", "operator", &format!("message {n}"));
    }
    until_lines(&stage, 20).await;
    let shown = stage.done(&["storage"]).await.out;
    assert!(shown.contains("search index") && shown.contains("message"), "{shown}");
    assert!(messages(&stage).await >= 20);

    assert!(stage.done(&["retention"]).await.out.contains("Everything is kept."));
    let refused = stage.bell(&["retention", "keep", "--kind", "message"]).await;
    assert_eq!(refused.code, 2, "{}", refused.err);
    stage.done(&["retention", "keep", "--kind", "message", "--entries", "5"]).await;
    while messages(&stage).await > 5 {}
    assert_eq!(messages(&stage).await, 5);
    assert!(stage.done(&["storage"]).await.out.contains("were removed by your rules"));
    let left = stage.done(&["history", "--kind", "message", "--json"]).await.rows();
    assert_eq!(left.len(), 5);
    assert!(left[0]["text"].as_str().unwrap().contains("message 19"), "the newest stay");
    stage.done(&["retention", "drop", "1"]).await;
    assert!(stage.done(&["retention"]).await.out.contains("Everything is kept."));
}

#[tokio::test]
async fn clearing_says_what_it_takes_before_it_does_it() {
    let stage = Stage::live().await;
    stage.hive.send("coder", "operator", "to be cleared");
    until_lines(&stage, 1).await;
    let asked = stage.bell(&["storage", "clear", "--kind", "message"]).await;
    assert_eq!(asked.code, 2);
    assert!(asked.err.contains("lines out of the history for good; say --yes"), "{}", asked.err);
    let done = stage.done(&["storage", "clear", "--kind", "message", "--yes"]).await;
    assert!(done.out.contains("Done. The files take"), "{}", done.out);
    assert!(stage.done(&["history", "--kind", "message"]).await.out.contains("Nothing like that"));
    stage.done(&["storage", "compact"]).await;
    stage.done(&["storage", "reindex"]).await;
}
