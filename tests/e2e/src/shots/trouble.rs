//! What needs the operator's hand: a source that lets nobody in, and an answer that its server did not take.

use anyhow::Result;
use deskbell_e2e::{Bell, named, named_with};
use deskbell_sim::ailang::{Ailang, Config as HubConfig};
use deskbell_sim::fault::NextPost;
use deskbell_sim::{Config, Hyperhive};

use super::studio::{Place, Step, Studio};

const REFUSED: Place<'_> = (
    "source-refused",
    "Sources",
    &[Step::Click("[data-testid=\"source-row\"][data-link=\"refused\"]")],
    "[data-testid=\"source-edit\"]",
);
const STUCK: &str = "answer-stuck";

pub async fn picture(studio: &mut Studio<'_>) -> Result<()> {
    if ![REFUSED.0, STUCK].into_iter().any(|name| studio.wants(name)) {
        return Ok(());
    }
    let hub = Ailang::start(HubConfig::default()).await?;
    hub.switch(|quirks| quirks.token = Some("nobody knows it".to_owned()));
    let hive = Hyperhive::start(Config::default()).await?;
    let data = studio.desktop().data().join("trouble");
    let bell = Bell::of(&data)?;
    bell.ring(&["source", "add", "Collab hub", "--dialect", "ailang", "--url", &hub.url()])?;
    bell.ring(&["source", "add", "hive", "--dialect", "hyperhive", "--url", &hive.url()])?;
    studio.open(&["--data", &data.to_string_lossy()]).await?;
    studio.visit(&REFUSED).await?;
    let key = format!("hive/approval:{}", hive.ask_approval("coder", "Raise the memory limit"));
    hive.switch(|faults| faults.next_post = Some(NextPost::Refuse(500, "database is locked".to_owned())));
    studio.go("Inbox").await?;
    let window = studio.window()?;
    window.click(&named_with("ask-row", "key", &key)).await?;
    let detail = |state: &str| format!("{}[data-state=\"{state}\"]", named_with("ask-detail", "key", &key));
    window.sees(&detail("open")).await?;
    window.click(&named("offer-approve")).await?;
    window.sees(&detail("stuck")).await?;
    studio.shoot(STUCK).await
}
