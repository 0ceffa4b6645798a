//! A day with each coordinator at the command line: the real `bell`, and the engine as `bell serve`.

mod surface;

use anyhow::Result;
use deskbell_acceptance::coordinators::{Ailang, Exlab, Hyperhive, HyperhiveAgent, Opencode, Warren};
use deskbell_acceptance::work_through;

use surface::CommandLine;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_hyperhive() -> Result<()> {
    work_through(&Hyperhive::start().await?, &CommandLine::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_a_hyperhive_agent() -> Result<()> {
    work_through(&HyperhiveAgent::start().await?, &CommandLine::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_ailang() -> Result<()> {
    work_through(&Ailang::start().await?, &CommandLine::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_exlab() -> Result<()> {
    work_through(&Exlab::start().await?, &CommandLine::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_warren() -> Result<()> {
    work_through(&Warren::start().await?, &CommandLine::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_opencode() -> Result<()> {
    work_through(&Opencode::start().await?, &CommandLine::start().await?).await
}
