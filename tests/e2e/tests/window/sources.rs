//! Sources, through the window.

use anyhow::Result;
use deskbell_e2e::{named, named_with};

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_added_with_a_test_that_says_what_it_found() -> Result<()> {
    let desk = Desk::open_bare("add-source").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.go("Sources").await?;
    desk.window.click(&named("source-add")).await?;
    desk.window.write(&named("source-name"), "hive").await?;
    desk.window.choose(&named("source-dialect"), "hyperhive").await?;
    desk.window.replace(&named("source-url"), &format!("{}/nowhere", desk.hive.url())).await?;
    desk.window.click(&named("source-test")).await?;
    desk.window.sees(&named_with("source-report", "ok", "false")).await?;
    desk.picture("source-1-wrong").await?;
    desk.window.replace(&named("source-url"), &desk.hive.url()).await?;
    desk.window.click(&named("source-test")).await?;
    desk.window.sees(&named_with("source-report", "ok", "true")).await?;
    desk.picture("source-2-tested").await?;
    desk.window.click(&named("source-save")).await?;
    desk.window.sees(&format!("{}[data-link=\"live\"]", named_with("source-row", "source", "hive"))).await?;
    desk.picture("source-3-live").await?;
    desk.go("Inbox").await?;
    desk.is(&ask, "open").await?;
    desk.received(&[])
}
