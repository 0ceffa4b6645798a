use anyhow::{Context, Result};
use deskbell_e2e::{Desktop, Theme, Window, eventually, named, named_with};
use serde_json::json;

/// Drives one ask of the demo to its end.
pub async fn answer_in_demo() -> Result<()> {
    let desktop = Desktop::start("demo", Theme::Dark).await?;
    let window = Window::open(&desktop, &["--demo"]).await?;
    let ask = first_ask(&window, "approval").await?;
    window.click(&named_with("ask-row", "key", &ask)).await?;
    window.sees(&named_with("ask-detail", "key", &ask)).await?;
    println!("An agent asks: {ask}");
    keep(&window, &desktop, "demo-1-asked").await?;
    window.click(&named("offer-approve")).await?;
    window.sees(&named("undo")).await?;
    keep(&window, &desktop, "demo-2-approved").await?;
    window.sees(&format!("{}{}", named_with("ask-detail", "key", &ask), "[data-state=\"settled\"]")).await?;
    let outcome = window.text(&named("outcome")).await?.context("the outcome is not on screen")?;
    println!("It ended: {}", outcome.trim());
    keep(&window, &desktop, "demo-3-settled").await
}

/// Every screen, dark and light, empty and full.
pub async fn picture_all() -> Result<()> {
    for theme in [Theme::Dark, Theme::Light] {
        let word = theme.word();
        let desktop = Desktop::start(&format!("shots-{word}"), theme).await?;
        let data = desktop.data();
        let window = Window::open(&desktop, &["--data", &data.to_string_lossy()]).await?;
        window.reads("body", "Welcome to Deskbell").await?;
        keep(&window, &desktop, &format!("inbox-empty-{word}")).await?;
        drop(window);

        let window = Window::open(&desktop, &["--demo"]).await?;
        eventually("the demo is under way", async || Ok((asks(&window).await?.len() >= 3).then_some(())))
            .await?;
        for kind in ["question", "approval"] {
            let ask = first_ask(&window, kind).await?;
            window.click(&named_with("ask-row", "key", &ask)).await?;
            window.sees(&named_with("ask-detail", "key", &ask)).await?;
            keep(&window, &desktop, &format!("inbox-{kind}-{word}")).await?;
        }
        for (screen, title, row) in [
            ("history", "History", Some(("entry-row", "entry-raw"))),
            ("sources", "Sources", Some(("source-row", "source-edit"))),
            ("settings", "Settings", None),
        ] {
            window.run("location.hash = arguments[0]", json!([format!("#/{screen}")])).await?;
            window.reads("nav [aria-current=page] .title", title).await?;
            if let Some((row, detail)) = row {
                window.click(&named(row)).await?;
                window.sees(&named(detail)).await?;
            }
            keep(&window, &desktop, &format!("{screen}-{word}")).await?;
        }
    }
    Ok(())
}

/// The key of the first ask of a kind in the list.
async fn first_ask(window: &Window, kind: &str) -> Result<String> {
    let of_kind = |key: &String| key.contains(&format!("/{kind}:"));
    eventually(&format!("the demo brings a {kind}"), async || {
        Ok(asks(window).await?.into_iter().find(of_kind))
    })
    .await
}

/// The keys of the asks in the list.
async fn asks(window: &Window) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(arguments[0])].map(row => row.dataset.key)";
    Ok(serde_json::from_value(window.run(script, json!([named("ask-row")])).await?)?)
}

async fn keep(window: &Window, desktop: &Desktop, title: &str) -> Result<()> {
    println!("  {}", window.picture(desktop, title).await?.display());
    Ok(())
}
