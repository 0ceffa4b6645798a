//! A day with each coordinator in the window: whatever the operator does is typed, clicked or pressed, and what the
//! coordinator holds is compared with what the screens show.

mod keyboard;
mod surface;

use anyhow::Result;
use deskbell_acceptance::coordinators::{Ailang, Exlab, Hyperhive, HyperhiveAgent, Opencode, Warren};
use deskbell_acceptance::{Coordinator, Screen, work_through};

use surface::AtTheWindow;

async fn day(name: &str, coordinator: impl Coordinator, screens: &[Screen]) -> Result<()> {
    let window = AtTheWindow::open(name).await?;
    let worked = work_through(&coordinator, &window).await;
    if worked.is_err() {
        window.picture(&format!("{name}-failed")).await?;
    }
    worked?;
    window.picture_all(name, screens).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_hyperhive() -> Result<()> {
    day("day-hyperhive", Hyperhive::start().await?, &[Screen::Agents, Screen::Threads, Screen::History]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_a_hyperhive_agent() -> Result<()> {
    let screens = [Screen::Agents, Screen::Threads, Screen::Tasks, Screen::History];
    day("day-hyperhive-agent", HyperhiveAgent::start().await?, &screens).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_ailang() -> Result<()> {
    day("day-ailang", Ailang::start().await?, &[Screen::Agents, Screen::Threads, Screen::Tasks]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_exlab() -> Result<()> {
    let screens = [Screen::Threads, Screen::Tasks, Screen::Findings, Screen::History];
    day("day-exlab", Exlab::start().await?, &screens).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_warren() -> Result<()> {
    day("day-warren", Warren::start().await?, &[Screen::Threads, Screen::Tasks, Screen::History]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_opencode() -> Result<()> {
    day("day-opencode", Opencode::start().await?, &[Screen::Threads, Screen::Tasks, Screen::History]).await
}
