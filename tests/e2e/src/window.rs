use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::place;
use crate::process::{Process, running};
use crate::webdriver::{Key, Session, unless_moving};
use deskbell_acceptance::eventually;

/// The CSS of a test hook.
pub fn named(hook: &str) -> String {
    format!("[data-testid=\"{hook}\"]")
}

/// The CSS of a test hook with the value of one of its data.
pub fn named_with(hook: &str, data: &str, value: &str) -> String {
    format!("[data-testid=\"{hook}\"][data-{data}=\"{value}\"]")
}

/// Scrolls a list from its top to its end, as of a long one only what is seen is there; a row is known by its place,
/// so that the same row twice is two.
const LIST: &str = r#"
const [css, data, done] = arguments;
const found = new Map();
const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
let pane = document.querySelector(css);
while (pane !== null && !/auto|scroll/.test(getComputedStyle(pane).overflowY)) pane = pane.parentElement;
const look = (from) => {
  for (const row of document.querySelectorAll(css)) {
    const place = Math.round(row.getBoundingClientRect().top + from);
    found.set(place, [...data.map((name) => row.dataset[name] ?? ''), row.textContent]);
  }
};
const walk = async () => {
  if (pane === null) return look(0);
  for (pane.scrollTop = 0; ; pane.scrollTop += pane.clientHeight / 2) {
    await frame();
    look(pane.scrollTop);
    if (pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 1) break;
  }
  pane.scrollTop = 0;
};
walk().then(() => done([...found].sort(([a], [b]) => a - b).map(([, row]) => row)));
"#;

const SAYS: &str =
    "return [...document.querySelectorAll(arguments[0])].some(it => it.textContent.includes(arguments[1]))";

/// What is far out of sight is not laid out, and the driver does not find it.
const BRING: &str = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'nearest' })";

const TURN: &str =
    "[...document.querySelectorAll('nav button')].find(it => it.textContent.includes(arguments[0]))?.click()";

/// The app's window. The app ends with this value.
#[derive(Debug)]
pub struct Window {
    session: Session,
    app: PathBuf,
    driver: Process,
}

impl Window {
    /// Starts the app on a desktop, and waits until its page is there.
    pub async fn open(desktop: &Desktop, arguments: &[&str]) -> Result<Self> {
        Self::open_program(desktop, "deskbell", arguments).await
    }

    /// The same with another program of this workspace that has a window.
    pub async fn open_program(desktop: &Desktop, program: &str, arguments: &[&str]) -> Result<Self> {
        let app = place::built(program)?;
        // Free now, and used at once.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut driver = desktop.command(Path::new("WebKitWebDriver"))?;
        driver.arg(format!("--port={port}")).arg("--host=127.0.0.1");
        driver.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Process::start(&mut driver, &desktop.log("app")?)?;
        eventually("the WebDriver server listens", async || {
            Ok(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok())
        })
        .await?;
        let session = Session::start(port, &app, arguments).await.with_context(|| {
            format!("the window did not open: see {}", desktop.log("app").unwrap_or_default().display())
        })?;
        let window = Self { session, app, driver };
        window.sees("body").await?;
        Ok(window)
    }

    /// Waits until there is an element.
    pub async fn sees(&self, css: &str) -> Result<()> {
        self.until(&format!("{css} is there"), async || {
            Ok(unless_moving(self.session.find(css).await)?.flatten().map(drop))
        })
        .await
    }

    /// Whether there is an element now.
    pub async fn has(&self, css: &str) -> Result<bool> {
        Ok(self.session.find(css).await?.is_some())
    }

    /// Waits until there is no such element.
    pub async fn misses(&self, css: &str) -> Result<()> {
        self.until(&format!("{css} is gone"), async || {
            Ok(self.session.find(css).await?.is_none().then_some(()))
        })
        .await
    }

    /// Waits until one of these elements holds these words.
    pub async fn reads(&self, css: &str, words: &str) -> Result<()> {
        self.until(&format!("{css} says \"{words}\""), async || {
            Ok((self.run(SAYS, json!([css, words])).await? == true).then_some(()))
        })
        .await
    }

    /// Waits until none of these elements holds these words.
    pub async fn lacks(&self, css: &str, words: &str) -> Result<()> {
        self.until(&format!("{css} does not say \"{words}\""), async || {
            Ok((self.run(SAYS, json!([css, words])).await? == false).then_some(()))
        })
        .await
    }

    /// Clicks an element as soon as it can be clicked.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.until(&format!("{css} can be clicked"), async || {
            let Some(element) = self.session.find(css).await? else { return Ok(None) };
            self.run(BRING, json!([css])).await?;
            unless_moving(self.session.click(&element).await)
        })
        .await
    }

    /// Types into an element.
    pub async fn write(&self, css: &str, text: &str) -> Result<()> {
        self.until(&format!("{css} can be written to"), async || {
            let Some(element) = self.session.find(css).await? else { return Ok(None) };
            unless_moving(self.session.write(&element, text).await)
        })
        .await
    }

    /// Puts a text in the place of what an element holds.
    pub async fn replace(&self, css: &str, text: &str) -> Result<()> {
        self.run("document.querySelector(arguments[0])?.select()", json!([css])).await?;
        self.write(css, text).await
    }

    /// Chooses an option of a list by its value.
    pub async fn choose(&self, css: &str, value: &str) -> Result<()> {
        self.click(&format!("{css} option[value=\"{value}\"]")).await
    }

    /// Goes to a screen by its place in the navigation.
    pub async fn go(&self, screen: &str) -> Result<()> {
        self.until(&format!("the window goes to {screen}"), async || {
            let there = self.text("nav [aria-current=page] .title").await?;
            if there.as_deref() == Some(screen) {
                return Ok(Some(()));
            }
            self.run(TURN, json!([screen])).await?;
            Ok(None)
        })
        .await
    }

    /// Presses a key wherever the focus is.
    pub async fn press(&self, key: Key) -> Result<()> {
        self.session.press(key).await
    }

    /// Types a text wherever the focus is.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for c in text.chars() {
            self.press(Key::Char(c)).await?;
        }
        Ok(())
    }

    /// An element's text, if there is such an element.
    pub async fn text(&self, css: &str) -> Result<Option<String>> {
        let text = self
            .run("return document.querySelector(arguments[0])?.textContent ?? null", json!([css]))
            .await?;
        Ok(text.as_str().map(str::to_owned))
    }

    /// An attribute of the first such element.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        Ok(self.run(script, json!([css, name])).await?.as_str().map(str::to_owned))
    }

    /// All elements of a list, each with the values of its data and its text, in their order.
    pub async fn list(&self, css: &str, data: [&str; 2]) -> Result<Vec<[String; 3]>> {
        Ok(serde_json::from_value(self.session.run_async(LIST, json!([css, data])).await?)?)
    }

    pub async fn run(&self, script: &str, arguments: Value) -> Result<Value> {
        self.session.run(script, arguments).await
    }

    /// Makes the window so wide and so high, and waits until its page is so wide.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.session.resize(width, height).await?;
        self.until(&format!("the page is {width} wide"), async || {
            Ok((self.run("return innerWidth", json!([])).await? == width).then_some(()))
        })
        .await
    }

    pub async fn reload(&self) -> Result<()> {
        self.session.reload().await
    }

    /// Keeps a picture of the whole screen, with the page as it is now, as `target/shots/TITLE.png`.
    pub async fn picture(&self, desktop: &Desktop, title: &str) -> Result<PathBuf> {
        self.session.paint().await?;
        desktop.picture(title)
    }

    /// Keeps a picture of the window alone.
    pub async fn portrait(&self, desktop: &Desktop, title: &str) -> Result<PathBuf> {
        self.session.paint().await?;
        desktop.portrait(title)
    }

    /// Starts the app a second time, and waits until that start has ended.
    pub fn start_again(&self, desktop: &Desktop, arguments: &[&str]) -> Result<()> {
        let mut again = desktop.command(&self.app)?;
        let status = again.args(arguments).status()?;
        anyhow::ensure!(status.success(), "the second start ended with {status}");
        Ok(())
    }

    /// The processes of the app and of its page, with those they share a group with.
    pub fn group(&self) -> u32 {
        self.driver.group()
    }

    /// Whether the app runs.
    pub fn runs(&self) -> bool {
        !running(self.driver.group(), &self.app).is_empty()
    }

    /// Ends the app at once, as a crash or a power cut would.
    pub async fn kill(&self) -> Result<()> {
        let group = self.driver.group();
        let apps = running(group, &self.app);
        anyhow::ensure!(!apps.is_empty(), "{} does not run", self.app.display());
        for app in apps {
            kill_process(app, Signal::KILL)?;
        }
        eventually("the killed app is gone", async || Ok(running(group, &self.app).is_empty().then_some(())))
            .await
    }

    /// Waits for something in the page; what the page says instead is part of the error.
    async fn until(&self, what: &str, look: impl AsyncFnMut() -> Result<Option<()>>) -> Result<()> {
        match eventually(what, look).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let page = self.text("body").await.ok().flatten().unwrap_or_default();
                let page: String =
                    page.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(1_500).collect();
                Err(anyhow!("{error:#}\nthe page says: {page}"))
            }
        }
    }
}
