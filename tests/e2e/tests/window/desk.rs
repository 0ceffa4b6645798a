use anyhow::{Result, ensure};
use deskbell_e2e::{Bell, Desktop, Key, Theme, Window, eventually, named, named_with};
use deskbell_sim::hyperhive::Prompt;
use deskbell_sim::{Config, Hyperhive};

/// An operator's desk: one coordinator, one desktop, the app on it.
pub struct Desk {
    pub hive: Hyperhive,
    pub window: Window,
    pub bell: Bell,
    pub desktop: Desktop,
}

impl Desk {
    /// Sits down at a desk that already listens to the coordinator, as the source `hive`.
    pub async fn open(name: &str) -> Result<Self> {
        Self::open_on(Desktop::start(name, Theme::Dark).await?).await
    }

    /// The same on a desktop of its own kind.
    pub async fn open_on(desktop: Desktop) -> Result<Self> {
        let desk = Self::prepare(desktop, |bell, url| {
            bell.ring(&["source", "add", "hive", "--dialect", "hyperhive", "--url", url]).map(drop)
        })
        .await?;
        eventually("the app listens to the coordinator", async || {
            Ok((desk.hive.subscribers() > 0).then_some(()))
        })
        .await?;
        Ok(desk)
    }

    /// Sits down at a desk that listens to nobody.
    pub async fn open_bare(name: &str) -> Result<Self> {
        Self::prepare(Desktop::start(name, Theme::Dark).await?, |_, _| Ok(())).await
    }

    async fn prepare(desktop: Desktop, prepare: impl FnOnce(&Bell, &str) -> Result<()>) -> Result<Self> {
        let hive = Hyperhive::start(Config::default()).await?;
        let bell = Bell::of(&desktop.data())?;
        prepare(&bell, &hive.url())?;
        let window = open_window(&desktop).await?;
        Ok(Self { hive, window, bell, desktop })
    }

    /// Ends the app as a crash would, and starts it again.
    pub async fn crash_and_return(&mut self) -> Result<()> {
        self.window.kill().await?;
        self.window = open_window(&self.desktop).await?;
        Ok(())
    }

    /// An agent wants to apply a change. Gives the ask's key.
    pub fn ask_approval(&self, description: &str) -> String {
        format!("hive/approval:{}", self.hive.ask_approval("coder", description))
    }

    /// An agent asks something. Gives the ask's key.
    pub fn ask_question(&self, prompt: Prompt) -> String {
        format!("hive/question:{}", self.hive.ask_question(prompt))
    }

    /// Goes to another screen with the keyboard.
    pub async fn go(&self, screen: &str) -> Result<()> {
        go(&self.window, screen).await
    }

    /// Brings an ask on screen with the mouse.
    pub async fn show(&self, ask: &str) -> Result<()> {
        self.window.click(&named_with("ask-row", "key", ask)).await?;
        self.is(ask, "open").await
    }

    /// Waits until the ask on screen is this one, in this state.
    pub async fn is(&self, ask: &str, state: &str) -> Result<()> {
        self.window.sees(&detail(ask, state)).await
    }

    /// Presses a key until it has done what it should: keys are asleep for a moment when a new ask appears.
    pub async fn press_until(&self, key: Key, css: &str) -> Result<()> {
        eventually(&format!("{key:?} brings {css}"), async || {
            if self.window.has(css).await? {
                return Ok(Some(()));
            }
            self.window.press(key).await?;
            Ok(None)
        })
        .await
    }

    /// Waits until the ask on screen has ended so.
    pub async fn ends(&self, ask: &str, outcome: &str) -> Result<()> {
        self.is(ask, "settled").await?;
        self.window.sees(&named_with("outcome", "outcome", outcome)).await
    }

    /// Keeps a picture of the screen in `target/shots`.
    pub async fn picture(&self, title: &str) -> Result<()> {
        self.window.picture(&self.desktop, title).await.map(drop)
    }

    /// The coordinator receives exactly these posts: a notification that is pressed goes before its answer arrives.
    pub async fn receives(&self, expected: &[&str]) -> Result<()> {
        eventually(&format!("{} posts arrive", expected.len()), async || {
            Ok((self.hive.received().len() >= expected.len()).then_some(()))
        })
        .await?;
        self.received(expected)
    }

    /// The coordinator has received exactly these posts, each written `/path field=value`.
    pub fn received(&self, expected: &[&str]) -> Result<()> {
        are(&self.posts(), expected)
    }

    /// The same, whichever came first.
    pub fn received_in_any_order(&self, expected: &[&str]) -> Result<()> {
        let mut posts = self.posts();
        posts.sort();
        are(&posts, expected)
    }

    fn posts(&self) -> Vec<String> {
        let written = |post: deskbell_sim::hyperhive::Received| {
            let fields = post.form.iter().map(|(name, value)| format!(" {name}={value}"));
            std::iter::once(post.path.clone()).chain(fields).collect::<String>()
        };
        self.hive.received().into_iter().map(written).collect()
    }
}

fn are(received: &[String], expected: &[&str]) -> Result<()> {
    ensure!(received == expected, "received {received:#?}, expected {expected:#?}");
    Ok(())
}

/// Goes to another screen with the keyboard: `g` and a letter.
pub async fn go(window: &Window, screen: &str) -> Result<()> {
    let first = screen.chars().next().map_or('g', |letter| letter.to_ascii_lowercase());
    let letter = match screen {
        "Tasks" => 'k',
        "Settings" => ',',
        _ => first,
    };
    eventually(&format!("g {letter} goes to {screen}"), async || {
        let there = window.text("nav [aria-current=page] .title").await?;
        if there.as_deref() == Some(screen) {
            return Ok(Some(()));
        }
        window.press(Key::Char('g')).await?;
        window.press(Key::Char(letter)).await?;
        Ok(None)
    })
    .await
}

/// The CSS of an ask on screen in a state.
pub fn detail(ask: &str, state: &str) -> String {
    format!("{}[data-state=\"{state}\"]", named_with("ask-detail", "key", ask))
}

/// The CSS of the element with the keyboard focus, if it is this one.
pub fn focused(hook: &str) -> String {
    format!("{}:focus", named(hook))
}

pub async fn open_window(desktop: &Desktop) -> Result<Window> {
    Window::open(desktop, &["--data", &desktop.data().to_string_lossy()]).await
}
