//! The first screens, and every screen with nothing on it.

use anyhow::Result;
use deskbell_e2e::named;
use deskbell_sim::exlab::{Config as LabConfig, Exlab};

use super::places::SCREENS;
use super::studio::{Place, Step, Studio};

/// What is empty beside the screens themselves.
const NOTHING: &[Place<'_>] = &[
    (
        "empty-record",
        "History",
        &[Step::Click("[data-testid=\"show-record\"]")],
        "[data-testid=\"record\"] p",
    ),
    (
        "empty-search",
        "History",
        &[Step::Write("[data-testid=\"history-search\"]", "zebra")],
        "[data-testid=\"save-search\"]",
    ),
    (
        "empty-palette",
        "Inbox",
        &[Step::Press(deskbell_e2e::Key::Ctrl('k')), Step::Write("[data-testid=\"palette-words\"]", "zebra")],
        "[data-testid=\"palette\"]",
    ),
];

pub async fn picture(studio: &mut Studio<'_>) -> Result<()> {
    let ours = ["first-run", "first-run-found", "empty"];
    let screens = SCREENS.map(|(word, _)| format!("empty-{word}"));
    let nothing = NOTHING.iter().map(|place| place.0);
    if !ours
        .into_iter()
        .chain(nothing)
        .chain(screens.iter().map(String::as_str))
        .any(|name| studio.wants(name))
    {
        return Ok(());
    }
    let state = studio.desktop().state().join("exlab-wizard");
    std::fs::create_dir_all(&state)?;
    let lab = LabConfig { server_json: Some(state.join("server.json")), ..LabConfig::default() };
    let _lab = Exlab::start(lab).await?;
    let data = studio.desktop().data().join("new");
    studio.open(&["--data", &data.to_string_lossy()]).await?;
    studio.window()?.sees(&named("first-run")).await?;
    studio.shoot("first-run").await?;
    for (word, screen) in SCREENS.into_iter().filter(|(word, _)| !matches!(*word, "inbox" | "settings")) {
        studio.go(screen).await?;
        studio.shoot(&format!("empty-{word}")).await?;
    }
    for place in NOTHING {
        studio.visit(place).await?;
    }
    studio.go("Inbox").await?;
    let window = studio.window()?;
    window.click(&named("detect")).await?;
    window.sees(&named("detected")).await?;
    studio.shoot("first-run-found").await?;
    let window = studio.window()?;
    window.click(&named("detected-add")).await?;
    window.click(&named("first-done")).await?;
    window.reads(".empty", "Nothing waits for you").await?;
    studio.shoot("empty-inbox").await
}
