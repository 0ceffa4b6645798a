use anyhow::{Context, Result};
use deskbell_e2e::{Desktop, Key, Theme, Window};
use serde_json::json;

/// A desktop beside a list and a page, a window in which both are tight, and one with room for one of them.
const SIZES: [(&str, u32, u32); 3] = [("wide", 1280, 900), ("middle", 900, 900), ("narrow", 480, 900)];

pub const CLICK: &str = "document.querySelector(arguments[0])?.click()";

const BLUR: &str =
    "if (!document.activeElement?.closest('dialog, input, textarea')) document.activeElement?.blur()";

const SCROLL: &str = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";

/// What is done to get to a view.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Click(&'static str),
    Press(Key),
    Write(&'static str, &'static str),
    Choose(&'static str, &'static str),
    Sees(&'static str),
    /// Brings it into the middle of what scrolls.
    Turn(&'static str),
}

/// Something to be seen: its name, the screen it is on, how it is got to from there, and what is there then.
pub type Place<'a> = (&'a str, &'a str, &'a [Step], &'a str);

/// Takes the pictures of one theme.
pub struct Studio<'a> {
    desktop: &'a Desktop,
    theme: Theme,
    only: Option<&'a str>,
    window: Option<Window>,
    taken: usize,
    missed: Vec<String>,
}

impl<'a> Studio<'a> {
    pub fn new(desktop: &'a Desktop, theme: Theme, only: Option<&'a str>) -> Self {
        Self { desktop, theme, only, window: None, taken: 0, missed: Vec::new() }
    }

    pub fn desktop(&self) -> &Desktop {
        self.desktop
    }

    /// How many pictures there are, and the places that could not be got to.
    pub fn end(self) -> (usize, Vec<String>) {
        (self.taken, self.missed)
    }

    /// Whether a view is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.only.is_none_or(|only| name.contains(only))
    }

    /// Ends the app that is open, and opens it with other arguments.
    pub async fn open(&mut self, arguments: &[&str]) -> Result<()> {
        if let Some(window) = self.window.take() {
            window.kill().await?;
        }
        self.window = Some(Window::open(self.desktop, arguments).await?);
        self.widen().await
    }

    pub fn window(&self) -> Result<&Window> {
        self.window.as_ref().context("no window is open")
    }

    /// Room for all of it, as everything is set up in.
    pub async fn widen(&self) -> Result<()> {
        let (_, width, height) = SIZES[0];
        self.window()?.resize(width, height).await
    }

    /// Takes a view as it is now, in every size, without the ring around what a key has been pressed on.
    pub async fn shoot(&mut self, name: &str) -> Result<()> {
        if !self.wants(name) {
            return Ok(());
        }
        self.window()?.run(BLUR, json!([])).await?;
        for (size, width, height) in SIZES {
            let window = self.window()?;
            window.resize(width, height).await?;
            let title = format!("{name}-{size}-{}", self.theme.word());
            println!("  {}", window.portrait(self.desktop, &title).await?.display());
            self.taken += 1;
        }
        self.widen().await
    }

    /// Goes to a place, and takes it. One that cannot be got to keeps nobody from the others.
    pub async fn visit(&mut self, place: &Place<'_>) -> Result<()> {
        if self.wants(place.0)
            && let Err(error) = self.try_visit(place).await
        {
            self.missed.push(format!("{}, {}: {error}", place.0, self.theme.word()));
            self.leave().await?;
        }
        Ok(())
    }

    async fn try_visit(&mut self, (name, screen, steps, there): &Place<'_>) -> Result<()> {
        self.go(screen).await?;
        for step in *steps {
            self.take(*step).await?;
        }
        self.window()?.sees(there).await?;
        self.shoot(name).await?;
        self.leave().await
    }

    /// A screen with nothing chosen on it.
    pub async fn go(&self, screen: &str) -> Result<()> {
        self.leave().await?;
        self.window()?.go(screen).await
    }

    /// Leaves a dialog, a field, what is looked at, and the choice of it.
    async fn leave(&self) -> Result<()> {
        for _ in 0..4 {
            self.window()?.press(Key::Escape).await?;
        }
        Ok(())
    }

    async fn take(&self, step: Step) -> Result<()> {
        let window = self.window()?;
        match step {
            // Without the pointer, which would rest there, and have its say in the picture.
            Step::Click(css) => {
                window.sees(css).await?;
                window.run(SCROLL, json!([css])).await?;
                window.run(CLICK, json!([css])).await.map(drop)
            }
            Step::Press(key) => window.press(key).await,
            Step::Write(css, text) => window.replace(css, text).await,
            Step::Choose(css, value) => window.choose(css, value).await,
            Step::Sees(css) => window.sees(css).await,
            Step::Turn(css) => {
                window.sees(css).await?;
                window.run(SCROLL, json!([css])).await.map(drop)
            }
        }
    }
}
