//! Pictures of every screen: from the demo, dark and light, wide and narrow.

use anyhow::Result;
use deskbell_e2e::{Desktop, Key, Theme, Window, eventually, named, named_with, within};
use serde_json::json;

use crate::tour::{OPENING, asks, first};

const WIDTHS: [(&str, u32, u32); 2] = [("wide", 1280, 900), ("narrow", 560, 900)];

/// What an ask of each kind is known by: in its row, and in its detail.
const KINDS: &[(&str, &str, &str)] = &[
    ("change", "[data-subject=\"diff\"]", ""),
    ("command", "[data-subject=\"command\"]", ""),
    ("tool", "[data-subject=\"tool\"]", ""),
    ("new-agent", "[data-subject=\"spawn\"]", ""),
    ("form", "[data-kind=\"form\"]", ""),
    ("options", "[data-kind=\"question\"]", "input[type=\"radio\"]"),
    ("several", "[data-kind=\"question\"]", "input[type=\"checkbox\"]"),
    ("words", "[data-kind=\"question\"]", "section.form:not(:has(fieldset)) textarea"),
];

/// Where something is to be seen beside the asks: the screen, what is clicked there in turn, and what is there then.
const PLACES: &[(&str, &str, &[&str], &str)] = &[
    ("agents", "Agents", &[], "[data-testid=\"agent-row\"]"),
    (
        "agent-attach",
        "Agents",
        &["[data-testid=\"agent-row\"][data-key=\"build-hive/agent:scribe\"]"],
        "[data-testid=\"attach\"]",
    ),
    (
        "agent-purge",
        "Agents",
        &[
            "[data-testid=\"agent-row\"][data-key=\"build-hive/agent:scout\"]",
            "[data-testid=\"offer-purge\"]",
        ],
        "[data-testid=\"offer-dialog\"]",
    ),
    ("threads", "Threads", &[], "[data-testid=\"thread-row\"]"),
    ("thread-agent", "Threads", &["[data-testid=\"thread-row\"][data-key^=\"coder-agent/\"]"], READER),
    ("thread-hub", "Threads", &["[data-testid=\"thread-row\"][data-key^=\"collab-hub/\"]"], READER),
    (
        "thread-desk",
        "Threads",
        &["[data-testid=\"thread-row\"][data-key^=\"security-desk/session\"]"],
        READER,
    ),
    ("thread-hive", "Threads", &["[data-testid=\"thread-row\"][data-key^=\"build-hive/\"]"], READER),
    ("tasks", "Tasks", &[], "[data-testid=\"task-row\"]"),
    ("task", "Tasks", &["[data-testid=\"task-row\"]"], "[data-testid=\"task-detail\"]"),
    ("findings", "Findings", &[], "[data-testid=\"finding-row\"]"),
    ("finding", "Findings", &["[data-testid=\"finding-row\"]"], "[data-testid=\"finding-detail\"]"),
    ("history", "History", &[], "[data-testid=\"entry-row\"]"),
    ("history-entry", "History", &["[data-testid=\"entry-row\"]"], "[data-testid=\"entry-raw\"]"),
    ("sources", "Sources", &[], "[data-testid=\"source-row\"]"),
    ("source", "Sources", &["[data-testid=\"source-row\"]"], "[data-testid=\"source-edit\"]"),
    (
        "source-editor",
        "Sources",
        &["[data-testid=\"source-row\"]", "[data-testid=\"source-edit\"]"],
        "[data-testid=\"source-save\"]",
    ),
    ("settings", "Settings", &[], "[data-testid=\"setting-undo\"]"),
];

const READER: &str =
    "[data-testid=\"thread-reader\"] [data-testid=\"message-entry\"], [data-testid=\"folded-entry\"]";

const SCROLL: &str = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";

pub async fn take() -> Result<()> {
    for theme in [Theme::Dark, Theme::Light] {
        let desktop = Desktop::start(&format!("shots-{}", theme.word()), theme).await?;
        desktop.notifications.hush()?;
        picture_empty(&desktop, theme).await?;
        picture_demo(&desktop, theme).await?;
    }
    Ok(())
}

async fn picture_empty(desktop: &Desktop, theme: Theme) -> Result<()> {
    let window = Window::open(desktop, &["--data", &desktop.data().to_string_lossy()]).await?;
    window.reads("body", "Welcome to Deskbell").await?;
    for (word, width, height) in WIDTHS {
        window.resize(width, height).await?;
        keep(&window, desktop, &format!("empty-{word}-{}", theme.word())).await?;
    }
    Ok(())
}

async fn picture_demo(desktop: &Desktop, theme: Theme) -> Result<()> {
    let window = Window::open(desktop, &["--demo"]).await?;
    // All of it is there before the first picture.
    for (_, row, detail) in KINDS {
        find(&window, row, detail).await?;
    }
    for (word, width, height) in WIDTHS {
        window.resize(width, height).await?;
        let title = |name: &str| format!("{name}-{word}-{}", theme.word());
        go(&window, "Inbox").await?;
        keep(&window, desktop, &title("inbox")).await?;
        for (name, row, detail) in KINDS {
            open(&window, &find(&window, row, detail).await?).await?;
            keep(&window, desktop, &title(&format!("ask-{name}"))).await?;
            if *name == "form" {
                window.click(&named("offer-cancel")).await?;
                window.sees(&named("offer-dialog")).await?;
                keep(&window, desktop, &title("ask-danger")).await?;
                window.click(&named("dialog-cancel")).await?;
            }
        }
        for (name, screen, clicks, there) in PLACES {
            go(&window, screen).await?;
            for css in *clicks {
                // A row far below is not painted, and what is not painted cannot be clicked.
                window.sees(css).await?;
                window.run(SCROLL, json!([css])).await?;
                window.click(css).await?;
            }
            window.sees(there).await?;
            keep(&window, desktop, &title(name)).await?;
            if window.has(&named("dialog-cancel")).await? {
                window.click(&named("dialog-cancel")).await?;
            }
        }
    }
    Ok(())
}

/// The first ask whose row is of a kind and whose detail shows something.
async fn find(window: &Window, row: &str, detail: &str) -> Result<String> {
    if detail.is_empty() {
        return first(window, row).await;
    }
    within(OPENING, &format!("the demo asks with {detail}"), async || {
        for key in asks(window, row).await? {
            open(window, &key).await?;
            if window.has(&format!("{} {detail}", named_with("ask-detail", "key", &key))).await? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    })
    .await
}

async fn open(window: &Window, key: &str) -> Result<()> {
    let (row, detail) = (named_with("ask-row", "key", key), named_with("ask-detail", "key", key));
    let hidden = "return document.querySelector(arguments[0])?.checkVisibility() === false";
    // A row that came meanwhile may have moved another one under the click.
    eventually(&format!("{key} is open"), async || {
        // Where there is room for one thing only, the list is behind what is open.
        if window.run(hidden, json!([row])).await? == true {
            window.press(Key::Escape).await?;
            return Ok(None);
        }
        window.click(&row).await?;
        Ok(window.has(&detail).await?.then_some(()))
    })
    .await
}

/// A screen with nothing chosen on it.
async fn go(window: &Window, screen: &str) -> Result<()> {
    for _ in 0..3 {
        window.press(Key::Escape).await?;
    }
    let script = "[...document.querySelectorAll('nav button')].find(it => it.textContent.includes(arguments[0]))?.click()";
    window.run(script, json!([screen])).await?;
    window.reads("nav [aria-current=page] .title", screen).await
}

async fn keep(window: &Window, desktop: &Desktop, title: &str) -> Result<()> {
    println!("  {}", window.portrait(desktop, title).await?.display());
    Ok(())
}
