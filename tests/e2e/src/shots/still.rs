//! What is seen while the engine has not answered yet, and what when it could not do what it was asked.

use anyhow::Result;
use serde_json::json;

use super::places::SCREENS;
use super::studio::{Step, Studio};

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

/// What the engine is asked for when it is gone to: its name, the screen it is on, how it is got to from there, and what
/// is there while there is no answer and once there was none.
const READ: &[(&str, &str, &[Step], [&str; 2])] = &[
    (
        "usage",
        "Tasks",
        &[Step::Click("[data-testid=\"show-usage\"]")],
        ["[data-testid=\"usage\"]", "[data-testid=\"usage\"] [role=\"alert\"]"],
    ),
    (
        "thread",
        "Threads",
        &[Step::Click("[data-testid=\"thread-row\"]")],
        ["[data-testid=\"thread-detail\"]", "[data-testid=\"thread-detail\"] [role=\"alert\"]"],
    ),
    ("history", "History", &[], [".empty", ".empty button"]),
    (
        "record",
        "History",
        &[Step::Click("[data-testid=\"show-record\"]")],
        ["[data-testid=\"record\"]", "[data-testid=\"record\"] [role=\"alert\"]"],
    ),
    (
        "storage",
        "Settings",
        &[Step::Turn("[data-testid=\"storage\"]")],
        ["[data-testid=\"storage\"] p", "[data-testid=\"storage\"] [role=\"alert\"]"],
    ),
];

#[derive(Clone, Copy)]
enum Still {
    Loading,
    Error,
}

pub async fn picture_loading(studio: &mut Studio<'_>) -> Result<()> {
    picture(studio, Still::Loading).await
}

pub async fn picture_errors(studio: &mut Studio<'_>) -> Result<()> {
    picture(studio, Still::Error).await
}

/// Every place whose words come from the engine when it is gone to, and every screen of a page that was told nothing.
async fn picture(studio: &mut Studio<'_>, still: Still) -> Result<()> {
    let (word, how) = match still {
        Still::Loading => ("loading", HOLD),
        Still::Error => ("error", REFUSE),
    };
    let read = READ.iter().map(|(name, ..)| format!("{word}-{name}")).collect::<Vec<_>>();
    let screens = SCREENS.map(|(name, _)| format!("{word}-{name}"));
    if !read.iter().chain(&screens).any(|name| studio.wants(name)) {
        return Ok(());
    }
    studio.go("Inbox").await?;
    let window = studio.window()?;
    window.reload().await?;
    window.sees("[data-testid=\"ask-row\"]").await?;
    window.run(how, json!([])).await?;
    for (name, (_, screen, steps, [loading, error])) in read.iter().zip(READ) {
        let there = match still {
            Still::Loading => loading,
            Still::Error => error,
        };
        studio.visit(&(name, screen, steps, there)).await?;
    }
    let window = studio.window()?;
    window.run(AGAIN, json!([])).await?;
    window.sees("main .empty").await?;
    for (name, (_, screen)) in screens.iter().zip(SCREENS).filter(|(name, _)| !read.contains(name)) {
        studio.go(screen).await?;
        studio.shoot(name).await?;
    }
    Ok(())
}
