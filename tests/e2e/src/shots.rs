//! Pictures of every screen: from the demo, dark and light, wide and narrow.

use anyhow::Result;
use deskbell_e2e::{Desktop, Key, Theme, Window, eventually, named, named_with, within};
use deskbell_sim::exlab::{Config as LabConfig, Exlab};
use serde_json::json;

use crate::tour::{OPENING, asks};

const WIDTHS: [(&str, u32, u32); 2] = [("wide", 1280, 900), ("narrow", 480, 900)];

const CHANGE: &str = "[data-subject=\"diff\"]";

/// A kind of ask, and what it is known by: in its row, and in its detail.
type Kind = (&'static str, &'static str, &'static str);

const KINDS: &[Kind] = &[
    ("change", CHANGE, ""),
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

const CLICK: &str = "document.querySelector(arguments[0])?.click()";
const SCROLL: &str = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";

pub async fn take() -> Result<()> {
    for theme in [Theme::Dark, Theme::Light] {
        let desktop = Desktop::start(&format!("shots-{}", theme.word()), theme).await?;
        desktop.notifications.hush()?;
        picture_beginning(&desktop, theme).await?;
        picture_demo(&desktop, theme).await?;
    }
    Ok(())
}

async fn picture_beginning(desktop: &Desktop, theme: Theme) -> Result<()> {
    let file = desktop.state().join("exlab-wizard/server.json");
    std::fs::create_dir_all(desktop.state().join("exlab-wizard"))?;
    let _lab = Exlab::start(LabConfig { server_json: Some(file), ..LabConfig::default() }).await?;
    let window = Window::open(desktop, &["--data", &desktop.data().to_string_lossy()]).await?;
    window.sees(&named("first-run")).await?;
    in_all_widths(&window, desktop, "first-run", theme).await?;
    window.click(&named("detect")).await?;
    window.sees(&named("detected")).await?;
    in_all_widths(&window, desktop, "first-run-found", theme).await?;
    window.click(&named("detected-add")).await?;
    window.click(&named("first-done")).await?;
    window.reads(".empty", "Nothing waits for you").await?;
    in_all_widths(&window, desktop, "nothing-waits", theme).await
}

async fn picture_demo(desktop: &Desktop, theme: Theme) -> Result<()> {
    let window = Window::open(desktop, &["--demo"]).await?;
    picture_asks(&window, desktop, theme).await?;
    // What the inbox is for, where it is still there to be seen.
    if let Some(change) = asks(&window, CHANGE).await?.first() {
        window.resize(WIDTHS[0].1, WIDTHS[0].2).await?;
        open(&window, change).await?;
    }
    for (word, width, height) in WIDTHS {
        window.resize(width, height).await?;
        let title = |name: &str| format!("{name}-{word}-{}", theme.word());
        go(&window, "Inbox").await?;
        keep(&window, desktop, &title("inbox")).await?;
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

/// One ask of each kind, each as soon as it is there: some have a deadline, and are never asked again.
async fn picture_asks(window: &Window, desktop: &Desktop, theme: Theme) -> Result<()> {
    let mut left = KINDS.to_vec();
    while !left.is_empty() {
        let names: Vec<&str> = left.iter().map(|kind| kind.0).collect();
        let what = format!("the demo asks one of {}", names.join(", "));
        let (at, key) = within(OPENING, &what, async || find(window, &left).await).await?;
        let (name, ..) = left[at];
        for (word, width, height) in WIDTHS {
            window.resize(width, height).await?;
            let title = |name: &str| format!("{name}-{word}-{}", theme.word());
            keep(window, desktop, &title(&format!("ask-{name}"))).await?;
            if name == "form" {
                window.click(&named("offer-cancel")).await?;
                window.sees(&named("offer-dialog")).await?;
                keep(window, desktop, &title("ask-danger")).await?;
                window.click(&named("dialog-cancel")).await?;
            }
        }
        if window.has(&open_detail(&key, "")).await? {
            left.remove(at);
        }
    }
    Ok(())
}

/// An open ask of one of these kinds, on screen; and which kind it is.
async fn find(window: &Window, kinds: &[Kind]) -> Result<Option<(usize, String)>> {
    let (_, width, height) = WIDTHS[0];
    window.resize(width, height).await?;
    for (at, (_, row, detail)) in kinds.iter().enumerate() {
        for key in asks(window, row).await? {
            if open(window, &key).await? && window.has(&open_detail(&key, detail)).await? {
                return Ok(Some((at, key)));
            }
        }
    }
    Ok(None)
}

/// What a kind of ask shows, in the detail of one that is still open.
fn open_detail(key: &str, shows: &str) -> String {
    format!("{}[data-state=\"open\"] {shows}", named_with("ask-detail", "key", key)).trim_end().to_owned()
}

/// Brings an ask on screen, where there is room beside the list. It may have ended meanwhile.
async fn open(window: &Window, key: &str) -> Result<bool> {
    let (row, detail) = (named_with("ask-row", "key", key), named_with("ask-detail", "key", key));
    // A row that came meanwhile may have moved another one under the click.
    eventually(&format!("{key} is open, or gone"), async || {
        if !window.has(&row).await? {
            return Ok(Some(false));
        }
        window.run(CLICK, json!([row])).await?;
        Ok(window.has(&detail).await?.then_some(true))
    })
    .await
}

/// A screen with nothing chosen on it.
async fn go(window: &Window, screen: &str) -> Result<()> {
    for _ in 0..3 {
        window.press(Key::Escape).await?;
    }
    window.go(screen).await
}

async fn in_all_widths(window: &Window, desktop: &Desktop, name: &str, theme: Theme) -> Result<()> {
    for (word, width, height) in WIDTHS {
        window.resize(width, height).await?;
        keep(window, desktop, &format!("{name}-{word}-{}", theme.word())).await?;
    }
    Ok(())
}

async fn keep(window: &Window, desktop: &Desktop, title: &str) -> Result<()> {
    println!("  {}", window.portrait(desktop, title).await?.display());
    Ok(())
}
