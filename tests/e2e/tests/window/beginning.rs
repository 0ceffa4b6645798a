//! A desk to which nobody can ring yet.

use anyhow::{Result, ensure};
use deskbell_e2e::{Desktop, eventually, named, named_with};
use deskbell_sim::exlab::{Config, Exlab};

use crate::desk::Desk;

/// A server that is found by the word it leaves, whatever else runs on this machine.
async fn lab(desktop: &Desktop) -> Result<Exlab> {
    let folder = desktop.state().join("exlab-wizard");
    std::fs::create_dir_all(&folder)?;
    Ok(Exlab::start(Config { server_json: Some(folder.join("server.json")), ..Config::default() }).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_this_machine_is_found_and_added_with_two_clicks() -> Result<()> {
    let desk = Desk::open_bare("begin-found").await?;
    let lab = lab(&desk.desktop).await?;
    desk.window.sees(&named("first-run")).await?;
    desk.window.misses(&named("detected")).await?;
    desk.window.click(&named("detect")).await?;
    let row = named_with("detected", "url", &lab.url());
    desk.window.sees(&format!("{row}[data-is=\"server\"]")).await?;
    desk.picture("begin-1-found").await?;
    desk.window.click(&format!("{row} {}", named("detected-add"))).await?;
    desk.window.sees(&format!("{row}[data-is=\"known\"]")).await?;
    desk.window.click(&named("first-done")).await?;
    desk.window.reads(".empty", "Nothing waits for you").await?;
    desk.picture("begin-2-inbox").await?;
    let sources = desk.bell.ring(&["source", "ls"])?;
    ensure!(sources.iter().any(|source| source["dialect"] == "exlab"), "{sources:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_can_be_added_where_there_is_little_room() -> Result<()> {
    let desk = Desk::open_bare("begin-narrow").await?;
    desk.window.resize(480, 800).await?;
    desk.window.click(&named("first-add")).await?;
    desk.window.sees(&named("source-save")).await?;
    desk.picture("begin-3-narrow").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_opens_beside_the_window_and_touches_nothing_of_it() -> Result<()> {
    let desk = Desk::open_bare("begin-demo").await?;
    desk.window.click(&named("open-demo")).await?;
    eventually("the demo has a window", async || {
        Ok((desk.desktop.windows("nothing here is real")? == 1).then_some(()))
    })
    .await?;
    desk.window.reads(&named("first-run"), "opens in a window of its own").await?;
    ensure!(desk.bell.ring(&["source", "ls"])?.is_empty());
    Ok(())
}
