//! What each dialect asks, answered to its end with keys alone.

use anyhow::{Context, Result, ensure};
use deskbell_acceptance::coordinators::{Ailang, Exlab, Hyperhive, HyperhiveAgent, Opencode, Warren};
use deskbell_acceptance::{Ask, Coordinator, Filled, Said, Screen, Surface};
use deskbell_e2e::{Key, Window, eventually, named, named_with};
use serde_json::json;

use super::surface::{AtTheWindow, row, title};
use crate::desk::{detail, focused, go};

/// So many kinds of asks are in a day.
const KINDS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn hyperhive_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-hyperhive", Hyperhive::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hyperhive_agent_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-hyperhive-agent", HyperhiveAgent::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ailang_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-ailang", Ailang::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn exlab_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-exlab", Exlab::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn warren_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-warren", Warren::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_is_answered_with_keys_alone() -> Result<()> {
    answer_all("keyboard-opencode", Opencode::start().await?).await
}

async fn answer_all(name: &str, coordinator: impl Coordinator) -> Result<()> {
    let at = AtTheWindow::open(name).await?;
    at.add(&coordinator.source()).await?;
    eventually("it is listened to", async || Ok(coordinator.is_heard().then_some(()))).await?;
    let keyboard = Keyboard { window: &at.window };
    for nth in 1..=KINDS {
        let ask = coordinator.ask(nth);
        let answered = keyboard.work(&coordinator, &at, &ask).await;
        if answered.is_err() {
            at.picture(&format!("{name}-failed")).await?;
        }
        answered.with_context(|| format!("answering \"{}\"", ask.title))?;
    }
    at.picture(name).await?;
    ensure!(coordinator.answered() == KINDS, "{} of {KINDS} answers arrived", coordinator.answered());
    Ok(())
}

/// The window, worked at without a pointer.
struct Keyboard<'a> {
    window: &'a Window,
}

impl Keyboard<'_> {
    async fn work(&self, coordinator: &impl Coordinator, at: &AtTheWindow, ask: &Ask) -> Result<()> {
        if let Some(said) = &ask.after {
            self.say(said).await?;
        }
        let key = eventually("it waits", async || {
            coordinator.tick();
            let rows = at.rows(Screen::Inbox).await?;
            let row = rows.into_iter().find(|row| row.state == "open" && row.text.contains(&ask.title));
            Ok(row.map(|row| row.key))
        })
        .await?;
        self.answer(&key, ask).await
    }

    async fn say(&self, said: &Said) -> Result<()> {
        self.choose(Screen::Threads, &said.thread).await?;
        let field = format!("field-{}", said.field);
        self.tab_to(&field).await?;
        self.window.type_text(said.words).await?;
        self.window.press(Key::Enter).await?;
        // The field keeps the keyboard, so that more can be said.
        self.window.press(Key::Escape).await
    }

    async fn answer(&self, key: &str, ask: &Ask) -> Result<()> {
        self.choose(Screen::Inbox, key).await?;
        self.window.sees(&detail(key, "open")).await?;
        for (field, value) in &ask.values {
            match value {
                Filled::Option(label) => self.pick(label).await?,
                Filled::Text(text) => {
                    self.tab_to(&format!("field-{field}")).await?;
                    self.window.type_text(text).await?;
                }
            }
        }
        self.send(key, ask).await?;
        self.window.sees(&detail(key, "settled")).await
    }

    /// Goes to a screen, and down or up its list to a row.
    async fn choose(&self, screen: Screen, key: &str) -> Result<()> {
        go(self.window, title(screen)).await?;
        const STEP: &str = "
            const rows = [...document.querySelectorAll(arguments[0])];
            const [at, to] = [rows.findIndex(it => it.ariaCurrent === 'true'), rows.findIndex(it => it.dataset.key === arguments[1])];
            return to < 0 ? null : to - at;
        ";
        eventually(&format!("{key} is chosen"), async || {
            let step = self.window.run(STEP, json!([named(row(screen)), key])).await?;
            match step.as_i64() {
                Some(0) => return Ok(Some(())),
                Some(step) if step > 0 => self.window.press(Key::Char('j')).await?,
                Some(_) => self.window.press(Key::Char('k')).await?,
                None => {}
            }
            Ok(None)
        })
        .await
    }

    /// Picks an option by its number; numbers are asleep for a moment when a new ask appears.
    async fn pick(&self, label: &str) -> Result<()> {
        const PLACE: &str = "
            const options = [...document.querySelectorAll(arguments[0])];
            const at = options.findIndex(it => it.dataset.label === arguments[1]);
            return [at + 1, options[at]?.checked ?? false];
        ";
        eventually(&format!("\"{label}\" is picked"), async || {
            let place = self.window.run(PLACE, json!([named("option"), label])).await?;
            if place[1] == true {
                return Ok(Some(()));
            }
            let number = place[0].as_u64().and_then(|at| char::from_digit(u32::try_from(at).ok()?, 10));
            self.window.press(Key::Char(number.context("it has no number")?)).await?;
            Ok(None)
        })
        .await
    }

    /// Into what is chosen, and on until the focus is there.
    async fn tab_to(&self, hook: &str) -> Result<()> {
        self.window.press(Key::Enter).await?;
        eventually(&format!("the focus is on {hook}"), async || {
            if self.window.has(&focused(hook)).await? {
                return Ok(Some(()));
            }
            self.window.press(Key::Tab).await?;
            Ok(None)
        })
        .await
    }

    /// From a field with the key that sends there; otherwise with the key that is on the button, or on the button itself.
    async fn send(&self, key: &str, ask: &Ask) -> Result<()> {
        let button = named(&format!("offer-{}", ask.offer));
        if let Some((field, Filled::Text(_))) = ask.values.last() {
            let is_note =
                self.window.has(&named_with(&format!("field-{field}"), "note-of", ask.offer)).await?;
            return self.window.press(if is_note { Key::Enter } else { Key::Ctrl(ENTER) }).await;
        }
        let hint = self.window.attribute(&button, "aria-keyshortcuts").await?;
        let Some(hint) = hint.and_then(|hint| hint.chars().next()) else {
            self.tab_to(&format!("offer-{}", ask.offer)).await?;
            return self.window.press(Key::Enter).await;
        };
        eventually(&format!("{hint} takes {}", ask.offer), async || {
            if !self.window.has(&detail(key, "open")).await? {
                return Ok(Some(()));
            }
            self.window.press(Key::Char(hint)).await?;
            Ok(None)
        })
        .await
    }
}

/// The key as WebDriver names it.
const ENTER: char = '\u{E007}';
