//! What is seen while the engine has not answered yet, and what when it could not do what it was asked.

use anyhow::Result;
use serde_json::json;

use super::studio::{Place, Step, Studio};

/// From now on the engine's answers are held back.
const HOLD: &str = "window.fetch = () => new Promise(() => undefined)";

/// From now on the engine cannot do what it is asked.
const REFUSE: &str = r#"
const body = JSON.stringify({ code: 'failed', message: 'The history could not be read: disk I/O error.' });
const headers = { 'Content-Type': 'application/json', 'Tauri-Response': 'error' };
window.fetch = () => Promise.resolve(new Response(body, { headers }));
"#;

/// The page begins anew, without what it has been told.
const AGAIN: &str = r#"
const fresh = document.createElement('div');
fresh.id = 'app';
document.getElementById('app').replaceWith(fresh);
const page = document.createElement('script');
page.type = 'module';
page.src = document.querySelector('script[type="module"]').src + '?again';
document.head.append(page);
"#;

const LOADING: &[Place] = &[
    ("loading-usage", "Tasks", &[Step::Click("[data-testid=\"show-usage\"]")], "[data-testid=\"usage\"]"),
    (
        "loading-thread",
        "Threads",
        &[Step::Click("[data-testid=\"thread-row\"]")],
        "[data-testid=\"thread-detail\"]",
    ),
    ("loading-history", "History", &[], ".empty"),
    (
        "loading-record",
        "History",
        &[Step::Click("[data-testid=\"show-record\"]")],
        "[data-testid=\"record\"]",
    ),
    (
        "loading-storage",
        "Settings",
        &[Step::Turn("[data-testid=\"storage\"]")],
        "[data-testid=\"storage\"] p",
    ),
];

const ERRORS: &[Place] = &[
    (
        "error-usage",
        "Tasks",
        &[Step::Click("[data-testid=\"show-usage\"]")],
        "[data-testid=\"usage\"] [role=\"alert\"]",
    ),
    (
        "error-thread",
        "Threads",
        &[Step::Click("[data-testid=\"thread-row\"]")],
        "[data-testid=\"thread-detail\"]",
    ),
    ("error-history", "History", &[], ".empty button"),
    (
        "error-record",
        "History",
        &[Step::Click("[data-testid=\"show-record\"]")],
        "[data-testid=\"record\"] [role=\"alert\"]",
    ),
    (
        "error-storage",
        "Settings",
        &[Step::Turn("[data-testid=\"storage\"]")],
        "[data-testid=\"storage\"] [role=\"alert\"]",
    ),
];

pub async fn picture_loading(studio: &mut Studio<'_>) -> Result<()> {
    picture(studio, HOLD, LOADING, "loading-desk").await
}

pub async fn picture_errors(studio: &mut Studio<'_>) -> Result<()> {
    picture(studio, REFUSE, ERRORS, "error-desk").await
}

/// Every place whose words come from the engine when it is gone to, and the page that has been told nothing.
async fn picture(studio: &mut Studio<'_>, how: &str, places: &[Place], desk: &str) -> Result<()> {
    if !places.iter().map(|place| place.0).chain([desk]).any(|name| studio.wants(name)) {
        return Ok(());
    }
    studio.go("Inbox").await?;
    let window = studio.window()?;
    window.reload().await?;
    window.sees("[data-testid=\"ask-row\"]").await?;
    window.run(how, json!([])).await?;
    for place in places {
        studio.visit(place).await?;
    }
    let window = studio.window()?;
    window.run(AGAIN, json!([])).await?;
    window.sees("main .empty").await?;
    studio.shoot(desk).await
}
