//! As much of WebDriver as the tests need.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use reqwest::Client;
use serde_json::{Value, json};

/// The name under which every WebDriver server hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

#[derive(Clone, Debug)]
pub struct Element(String);

/// Longer than the driver takes for anything. A driver that hangs fails its test, and holds up no other.
const PATIENCE: Duration = Duration::from_secs(120);

const CONTROL: &str = "\u{E009}";

/// A key of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// With Ctrl held down.
    Ctrl(char),
    Enter,
    Escape,
    Tab,
    Space,
    Down,
}

impl Key {
    fn value(self) -> char {
        match self {
            Self::Char(c) | Self::Ctrl(c) => c,
            Self::Enter => '\u{E007}',
            Self::Escape => '\u{E00C}',
            Self::Tab => '\u{E004}',
            Self::Space => ' ',
            Self::Down => '\u{E015}',
        }
    }
}

#[derive(Debug)]
pub struct Session {
    http: Client,
    url: String,
}

impl Session {
    /// Starts the program through a driver that listens on a port of this machine.
    pub async fn start(port: u16, program: &std::path::Path, arguments: &[&str]) -> Result<Self> {
        // An error means only that it has been installed before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut session = Self {
            http: Client::builder().no_proxy().timeout(PATIENCE).build()?,
            url: format!("http://127.0.0.1:{port}/session"),
        };
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": program, "args": arguments },
        }}});
        let made = session.call("", capabilities).await?;
        let id = made["sessionId"].as_str().context("the driver gave no session")?;
        session.url = format!("{}/{id}", session.url);
        Ok(session)
    }

    pub async fn find(&self, css: &str) -> Result<Option<Element>> {
        let found = self.call("/elements", json!({ "using": "css selector", "value": css })).await?;
        Ok(found[0][ELEMENT].as_str().map(|id| Element(id.to_owned())))
    }

    pub async fn click(&self, element: &Element) -> Result<()> {
        self.call(&format!("/element/{}/click", element.0), json!({})).await.map(drop)
    }

    /// Types into an element, which gets the focus.
    pub async fn write(&self, element: &Element, text: &str) -> Result<()> {
        self.call(&format!("/element/{}/value", element.0), json!({ "text": text })).await.map(drop)
    }

    /// Presses a key and lets it go, wherever the focus is.
    pub async fn press(&self, key: Key) -> Result<()> {
        let value = key.value().to_string();
        let stroke = |way: &str, value: &str| json!({ "type": way, "value": value });
        let mut strokes = vec![stroke("keyDown", &value), stroke("keyUp", &value)];
        if let Key::Ctrl(_) = key {
            strokes.insert(0, stroke("keyDown", CONTROL));
            strokes.push(stroke("keyUp", CONTROL));
        }
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.call("/actions", actions).await.map(drop)
    }

    /// Runs a script in the page. Its arguments are `arguments[0]` and so on.
    pub async fn run(&self, script: &str, arguments: Value) -> Result<Value> {
        self.call("/execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// Waits until what the page holds now has been painted: two frames, the first of which may be under way.
    pub async fn paint(&self) -> Result<()> {
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))";
        self.run_async(script, json!([])).await.map(drop)
    }

    /// Runs a script that gives its result to the function that is its last argument.
    pub async fn run_async(&self, script: &str, arguments: Value) -> Result<Value> {
        self.call("/execute/async", json!({ "script": script, "args": arguments })).await
    }

    /// Makes the window so wide and so high.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let rect = json!({ "x": 0, "y": 0, "width": width, "height": height });
        self.call("/window/rect", rect).await.map(drop)
    }

    pub async fn reload(&self) -> Result<()> {
        self.call("/refresh", json!({})).await.map(drop)
    }

    async fn call(&self, path: &str, body: Value) -> Result<Value> {
        let reply = self.http.post(format!("{}{path}", self.url)).body(body.to_string()).send().await?;
        let good = reply.status().is_success();
        let mut answer: Value =
            serde_json::from_slice(&reply.bytes().await?).context("the driver gave no JSON")?;
        let value = answer["value"].take();
        if good {
            return Ok(value);
        }
        bail!(Failure {
            error: value["error"].as_str().unwrap_or("unknown error").to_owned(),
            why: value["message"].to_string()
        })
    }
}

/// What the driver could not do.
#[derive(Debug)]
pub struct Failure {
    error: String,
    why: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error, self.why)
    }
}

impl std::error::Error for Failure {}

/// Turns "not yet" into nothing: the page was repainted under the hand, or something still lies over the element.
pub fn unless_moving<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error) => match error.downcast_ref::<Failure>().map(|failure| failure.error.as_str()) {
            Some(
                "stale element reference"
                | "element not interactable"
                | "element click intercepted"
                | "no such element",
            ) => Ok(None),
            _ => Err(anyhow!(error)),
        },
    }
}
