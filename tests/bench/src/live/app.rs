//! The app in its window, on a screen of its own, with sources it has been given before.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use deskbell_domain::Auth;
use deskbell_e2e::{Desktop, Session, Theme, Window};
use deskbell_engine::command::{Answer, Command, SecretDraft, SourceDraft};
use deskbell_engine::{Engine, Options};
use deskbell_store::{Op, Opened, Store, Write};

use crate::live::process;
use crate::search::lines;

/// So many are written at a time.
const AT_ONCE: usize = 1_000;

/// The app, and what it runs on.
pub struct App {
    pub window: Window,
    _desktop: Desktop,
}

/// A screen without a notification daemon: what is measured is the window.
pub fn desktop() -> Result<Desktop> {
    Desktop::without_notifications("bench", Theme::Dark, Session::Bare)
}

impl App {
    /// Opens it on these sources, in this order, and waits until its page is there.
    pub async fn open(sources: &[(String, String)]) -> Result<Self> {
        let desktop = desktop()?;
        add(&desktop.data(), sources).await?;
        let window = open_on(&desktop, &desktop.data()).await?;
        Ok(Self { window, _desktop: desktop })
    }
}

/// Opens the app on a data folder.
pub async fn open_on(desktop: &Desktop, data: &Path) -> Result<Window> {
    let data = data.to_str().context("the folder has a strange name")?;
    Window::open(desktop, &["--data", data]).await
}

/// Writes sources down for an app that starts later.
pub async fn add(data: &Path, sources: &[(String, String)]) -> Result<()> {
    let options = Options { data: data.to_owned(), offline: true, ..Options::default() };
    let engine = Engine::start(options).await?;
    for (name, url) in sources {
        let draft = SourceDraft {
            name: name.clone(),
            dialect: "hyperhive".to_owned(),
            url: url.clone(),
            auth: Auth::None,
            secret: SecretDraft::Unchanged,
            settings: BTreeMap::new(),
        };
        match engine.command(Command::SourceAdd { draft }).await {
            Ok(Answer::Source { .. }) => {}
            Ok(other) => bail!("no source: {other:?}"),
            Err(error) => return Err(anyhow!("{}", error.message)),
        }
    }
    engine.stop().await;
    Ok(())
}

/// Writes so many things down, made up from their numbers, of one source whose server is gone.
pub async fn fill(data: &Path, count: usize, thing: fn(usize) -> Op) -> Result<()> {
    let Opened { store, mut committed, .. } = Store::open(data)?;
    tokio::spawn(async move { while committed.recv().await.is_some() {} });
    let source = lines::source_id();
    store.write_durable(Write { source: source.clone(), ops: vec![lines::source()], received: None }).await?;
    for from in (0..count).step_by(AT_ONCE) {
        let ops = (from..count.min(from + AT_ONCE)).map(thing).collect();
        store.write(Write { source: source.clone(), ops, received: None }).await;
    }
    while store.behind() > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    store.close().await;
    Ok(())
}

/// The processes of a window: the app's own, and those that show its page.
pub struct Processes {
    pub app: Vec<u32>,
    pub page: Vec<u32>,
}

impl Processes {
    pub fn of(window: &Window) -> Result<Self> {
        let (mut app, mut page) = (Vec::new(), Vec::new());
        for process in process::in_group(window.group())? {
            match process::program(process).as_deref() {
                Some("deskbell" | "empty") => app.push(process),
                Some(name) if name.starts_with("WebKitWebProces") || name.starts_with("WebKitNetworkPr") => {
                    page.push(process);
                }
                // The driver.
                Some(_) | None => {}
            }
        }
        anyhow::ensure!(!app.is_empty() && !page.is_empty(), "the app's processes are not to be found");
        Ok(Self { app, page })
    }
}
