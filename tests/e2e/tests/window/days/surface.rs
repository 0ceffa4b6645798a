use std::collections::BTreeMap;

use anyhow::{Context, Result};
use deskbell_acceptance::{Ask, Filled, Row, Said, Screen, Source, Surface};
use deskbell_e2e::{Desktop, Key, Theme, Window, named, named_with};
use serde_json::json;

use crate::desk::{detail, go, open_window};

/// The key as WebDriver types it in a text.
const ENTER: &str = "\u{E007}";

/// The window, and the operator's hands.
pub struct AtTheWindow {
    pub window: Window,
    desktop: Desktop,
}

impl AtTheWindow {
    pub async fn open(name: &str) -> Result<Self> {
        let desktop = Desktop::start(name, Theme::Dark).await?;
        let window = open_window(&desktop).await?;
        Ok(Self { window, desktop })
    }

    /// Keeps a picture of what is on screen.
    pub async fn picture(&self, title: &str) -> Result<()> {
        self.window.picture(&self.desktop, title).await.map(drop)
    }

    /// Keeps a picture of each of these screens, with its first row looked at.
    pub async fn picture_all(&self, name: &str, screens: &[Screen]) -> Result<()> {
        for screen in screens {
            go(&self.window, title(*screen)).await?;
            self.window.click(&named(row(*screen))).await?;
            self.picture(&format!("{name}-{}", title(*screen).to_lowercase())).await?;
        }
        Ok(())
    }

    async fn fill_in(&self, source: &Source) -> Result<()> {
        let window = &self.window;
        window.click(&named("source-add")).await?;
        window.choose(&named("source-dialect"), source.dialect).await?;
        window.write(&named("source-name"), source.name).await?;
        if let Some(url) = &source.url {
            window.replace(&named("source-url"), url).await?;
        }
        let mut settings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &source.settings {
            settings.entry(*name).or_default().push(value);
        }
        for (name, values) in settings {
            window.write(&named(&format!("source-set-{name}")), &values.join(ENTER)).await?;
        }
        window.click(&named("source-save")).await
    }
}

impl Surface for AtTheWindow {
    async fn add(&self, source: &Source) -> Result<()> {
        let Some((host, agent)) = &source.listed else {
            go(&self.window, "Sources").await?;
            return self.fill_in(source).await;
        };
        Box::pin(self.add(host)).await?;
        go(&self.window, "Agents").await?;
        let key = format!("{}/agent:{agent}", host.name);
        self.window.click(&named_with("agent-row", "key", &key)).await?;
        self.window.click(&named("attach")).await
    }

    async fn link(&self, source: &str) -> Result<String> {
        go(&self.window, "Sources").await?;
        let script = "return [...document.querySelectorAll(arguments[0])]
            .find((row) => row.querySelector('.name').textContent === arguments[1])?.dataset.link ?? ''";
        let link = self.window.run(script, json!([named("source-row"), source])).await?;
        Ok(link.as_str().unwrap_or_default().to_owned())
    }

    async fn rows(&self, screen: Screen) -> Result<Vec<Row>> {
        go(&self.window, title(screen)).await?;
        let state = if screen == Screen::History { "kind" } else { "state" };
        let rows = self.window.list(&named(row(screen)), ["key", state]).await?;
        let rows = rows.into_iter().map(|[key, state, text]| Row { key, state, text });
        // What was just settled stays in the inbox for a moment.
        Ok(rows.filter(|row| row.state != "settled").collect())
    }

    async fn say(&self, said: &Said) -> Result<()> {
        go(&self.window, "Threads").await?;
        self.window.click(&named_with("thread-row", "key", &said.thread)).await?;
        self.window.write(&named(&format!("field-{}", said.field)), said.words).await?;
        self.window.press(Key::Enter).await?;
        // The field keeps the keyboard, so that more can be said.
        self.window.press(Key::Escape).await
    }

    async fn answer(&self, key: &str, ask: &Ask) -> Result<()> {
        go(&self.window, "Inbox").await?;
        self.window.click(&named_with("ask-row", "key", key)).await?;
        self.window.sees(&detail(key, "open")).await?;
        for (field, value) in &ask.values {
            match value {
                Filled::Option(label) => self.window.click(&named_with("option", "label", label)).await,
                Filled::Text(text) => self.window.write(&named(&format!("field-{field}")), text).await,
            }
            .with_context(|| format!("filling in {field}"))?;
        }
        self.window.click(&named(&format!("offer-{}", ask.offer))).await?;
        self.window.sees(&detail(key, "settled")).await
    }
}

pub fn title(screen: Screen) -> &'static str {
    match screen {
        Screen::Inbox => "Inbox",
        Screen::Agents => "Agents",
        Screen::Threads => "Threads",
        Screen::Tasks => "Tasks",
        Screen::Findings => "Findings",
        Screen::History => "History",
    }
}

/// The test hook of its rows.
pub fn row(screen: Screen) -> &'static str {
    match screen {
        Screen::Inbox => "ask-row",
        Screen::Agents => "agent-row",
        Screen::Threads => "thread-row",
        Screen::Tasks => "task-row",
        Screen::Findings => "finding-row",
        Screen::History => "entry-row",
    }
}
