use deskbell_sim::hyperhive::Prompt;
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn what_you_answered_is_told_from_what_was_answered_elsewhere_and_what_was_missed_also_without_an_engine()
 {
    let mut stage = Stage::live().await;
    let ids: Vec<i64> = (0..3).map(|n| stage.hive.ask_approval("coder", &format!("change {n}"))).collect();
    let question = stage.hive.ask_question(Prompt::new("tester", "Still there?").within(3_600));
    let mut keys: Vec<String> = ids.iter().map(|id| format!("hive/approval:{id}")).collect();
    keys.push(format!("hive/question:{question}"));
    for key in &keys {
        stage.until_ask(key, "open").await;
    }
    stage.done(&["answer", &keys[0], "--offer", "approve", "--wait", "20"]).await;
    stage.done(&["answer", &keys[1], "--offer", "deny", "--note", "no", "--wait", "20"]).await;
    stage.hive.resolve_elsewhere(ids[2], "approved", None);
    stage.hive.expire(question);
    for key in &keys {
        stage.until_ask(key, "settled").await;
    }
    let figures = |answered, elsewhere: u64, missed: u64| json!({ "answered": answered, "elsewhere": elsewhere, "missed": missed, "dropped": 0 });
    let live = stage.done(&["record", "--by", "agent", "--json"]).await.rows();
    for (who, expected) in [
        (json!({ "whose": "all" }), figures(json!({ "approved": 1, "denied": 1 }), 1, 1)),
        (
            json!({ "whose": "agent", "source": "hive", "agent": "coder" }),
            figures(json!({ "approved": 1, "denied": 1 }), 1, 0),
        ),
        (json!({ "whose": "agent", "source": "hive", "agent": "tester" }), figures(json!({}), 0, 1)),
    ] {
        let mut row =
            live.iter().find(|row| row["whose"] == who).unwrap_or_else(|| panic!("{live:?}")).clone();
        let took = row["total"].as_object_mut().unwrap().remove("took").unwrap();
        assert_eq!(row["total"], expected, "{row}");
        assert_eq!(took["medianMs"].is_i64(), expected["answered"] != json!({}), "{row}");
        assert_eq!(row["edges"].as_array().unwrap().len(), row["buckets"].as_array().unwrap().len() + 1);
    }
    stage.stop().await;
    stage.hive.stop().await;
    let offline = stage.done(&["record", "--by", "agent", "--json"]).await.rows();
    // The days are counted from now.
    let totals = |rows: &[Value]| -> Vec<_> {
        rows.iter().map(|row| (row["whose"].clone(), row["total"].clone())).collect()
    };
    assert_eq!(totals(&offline), totals(&live));
    let table = stage.done(&["record", "--per", "week"]).await.out;
    assert!(table.contains("2: 1 approved, 1 denied") && table.contains("together"), "{table}");
}
