use std::time::Duration;

use anyhow::{Context, Result};
use deskbell_e2e::{Desktop, Theme, Window, named, named_with, within};
use serde_json::json;

/// By then the demo has asked something of every kind.
pub const OPENING: Duration = Duration::from_secs(180);

/// Drives one ask of the demo to its end.
pub async fn answer_in_demo() -> Result<()> {
    let desktop = Desktop::start("demo", Theme::Dark).await?;
    let window = Window::open(&desktop, &["--demo"]).await?;
    let ask = first(&window, "[data-kind=\"approval\"][data-subject=\"diff\"]").await?;
    window.click(&named_with("ask-row", "key", &ask)).await?;
    window.sees(&named_with("ask-detail", "key", &ask)).await?;
    println!("An agent asks: {ask}");
    keep(&window, &desktop, "demo-1-asked").await?;
    // Coordinators have their own words for yes.
    window.click("[data-testid=\"ask-detail\"] [data-testid^=\"offer-\"][data-tone=\"yes\"]").await?;
    window.sees(&named("undo")).await?;
    keep(&window, &desktop, "demo-2-approved").await?;
    window.sees(&format!("{}{}", named_with("ask-detail", "key", &ask), "[data-state=\"settled\"]")).await?;
    let outcome = window.text(&named("outcome")).await?.context("the outcome is not on screen")?;
    println!("It ended: {}", outcome.trim());
    keep(&window, &desktop, "demo-3-settled").await
}

/// The key of the first open ask of a kind, which comes in due time.
pub async fn first(window: &Window, kind: &str) -> Result<String> {
    let what = format!("the demo asks {kind}");
    within(OPENING, &what, async || Ok(asks(window, kind).await?.into_iter().next())).await
}

/// The keys of the open asks of a kind.
pub async fn asks(window: &Window, kind: &str) -> Result<Vec<String>> {
    let rows = format!("{}[data-state=\"open\"]{kind}", named("ask-row"));
    let script = "return [...document.querySelectorAll(arguments[0])].map(row => row.dataset.key)";
    Ok(serde_json::from_value(window.run(script, json!([rows])).await?)?)
}

async fn keep(window: &Window, desktop: &Desktop, title: &str) -> Result<()> {
    println!("  {}", window.picture(desktop, title).await?.display());
    Ok(())
}
