use deskbell_bridge::Client;
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::searches::{SavedSearch, TimeRange};

use crate::stage::Stage;

async fn save(
    engine: &Client,
    name: &str,
    words: &str,
    range: TimeRange,
    instead_of: Option<&str>,
) -> Result<Answer, String> {
    let filter = HistoryFilter { search: Some(words.into()), ..HistoryFilter::default() };
    let search = SavedSearch { name: name.into(), filter, range };
    let command = Command::SearchSave { search, instead_of: instead_of.map(str::to_owned) };
    engine.command(command).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_saved_search_is_kept_over_a_restart_and_used_by_its_name_also_without_an_engine() {
    let mut stage = Stage::live().await;
    let mut watch = stage.watch().await;
    for words in ["the build is red", "the build is green"] {
        stage.hive.send("coder", "operator", words);
        watch.until(|patch| patch["row"]["text"].as_str().is_some_and(|text| text.contains(words))).await;
    }
    let engine = Client::connect(stage.data.path()).await.unwrap().unwrap();
    save(&engine, "trouble", "red", TimeRange::Week, None).await.unwrap();
    save(&engine, "old", "red", TimeRange::Yesterday, None).await.unwrap();
    assert!(save(&engine, "old", "red", TimeRange::Any, None).await.unwrap_err().contains("already"));
    save(&engine, "builds", "build", TimeRange::Any, Some("old")).await.unwrap();
    watch.until(|patch| patch["patch"] == "searches" && patch["rows"][0]["name"] == "builds").await;
    drop(engine);
    stage.stop().await;
    stage.serve().await;
    stage.until(|patch| patch["patch"] == "searches" && patch["rows"].as_array().unwrap().len() == 2).await;
    stage.stop().await;

    let texts = async |args: &[&str]| {
        let rows = stage.done(&[&["history", "--kind", "message", "--json"], args].concat()).await.rows();
        rows.iter().map(|row| row["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let red = texts(&["--saved", "trouble"]).await;
    assert!(red.len() == 1 && red[0].contains("red"), "{red:?}");
    assert_eq!(texts(&["--saved", "builds"]).await.len(), 2);
    let green = texts(&["--saved", "builds", "green"]).await;
    assert!(green.len() == 1 && green[0].contains("green"), "what is given beside it counts: {green:?}");
    let exported = stage.done(&["export", "--saved", "trouble", "--kind", "message"]).await.rows();
    assert_eq!(exported.len(), 1, "{exported:?}");
    let unknown = stage.bell(&["history", "--saved", "nothing"]).await;
    assert!(unknown.code == 2 && unknown.err.contains("there is: builds, trouble"), "{unknown:?}");
}
