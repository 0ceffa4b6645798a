//! One ask of each kind, each as soon as it is there: some have a deadline, and are never asked again.

use anyhow::Result;
use deskbell_e2e::{Key, Window, eventually, named, named_with, within};
use serde_json::json;

use super::studio::{CLICK, Studio};
use crate::tour::{OPENING, asks};

pub const CHANGE: &str = "[data-subject=\"diff\"]";

const YES: &str = "[data-testid=\"ask-detail\"] [data-testid^=\"offer-\"][data-tone=\"yes\"]";
const APPROVAL: &str = "[data-kind=\"approval\"]";

/// A kind of ask: its name, and what it is known by in its row and in its detail.
pub type Kind = (&'static str, &'static str, &'static str);

pub const KINDS: &[Kind] = &[
    ("ask-change", CHANGE, ""),
    ("ask-command", "[data-subject=\"command\"]", ""),
    ("ask-tool", "[data-subject=\"tool\"]", ""),
    ("ask-new-agent", "[data-subject=\"spawn\"]", ""),
    ("ask-form", "[data-kind=\"form\"]", ""),
    ("ask-options", "[data-kind=\"question\"]", "input[type=\"radio\"]"),
    ("ask-several", "[data-kind=\"question\"]", "input[type=\"checkbox\"]"),
    ("ask-words", "[data-kind=\"question\"]", "section.form:not(:has(fieldset)) textarea"),
];

/// Waits until one of these kinds is asked.
pub async fn wait(studio: &Studio<'_>, kinds: &[Kind]) -> Result<(usize, String)> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.0).collect();
    let what = format!("the demo asks one of {}", names.join(", "));
    within(OPENING, &what, async || find(studio, kinds).await).await
}

/// An open ask of one of these kinds, on screen; and which kind it is.
pub async fn find(studio: &Studio<'_>, kinds: &[Kind]) -> Result<Option<(usize, String)>> {
    if kinds.is_empty() {
        return Ok(None);
    }
    studio.go("Inbox").await?;
    let window = studio.window()?;
    for (at, (_, row, detail)) in kinds.iter().enumerate() {
        for key in asks(window, row).await? {
            if open(window, &key).await? && window.has(&open_detail(&key, detail)).await? {
                return Ok(Some((at, key)));
            }
        }
    }
    Ok(None)
}

/// Takes the ask that is on screen. Whether it was still open in the end.
pub async fn picture(studio: &mut Studio<'_>, name: &str, key: &str) -> Result<bool> {
    studio.shoot(name).await?;
    if name == "ask-form" {
        studio.window()?.click(&named("offer-cancel")).await?;
        studio.window()?.sees(&named("offer-dialog")).await?;
        studio.shoot("ask-danger").await?;
        studio.window()?.click(&named("dialog-cancel")).await?;
    }
    studio.window()?.has(&open_detail(key, "")).await
}

/// A yes that can still be taken back, and then what became of it.
pub async fn picture_answer(studio: &mut Studio<'_>) -> Result<()> {
    if !studio.wants("answer") {
        return Ok(());
    }
    undo_within(studio, "60").await?;
    let (_, key) = wait(studio, &[("ask-change", CHANGE, "")]).await?;
    let window = studio.window()?;
    window.click(YES).await?;
    window.sees(&named("undo")).await?;
    studio.shoot("answer-held").await?;
    // It is taken back and given again without a wait, or has left already.
    undo_within(studio, "0").await?;
    studio.go("Inbox").await?;
    let window = studio.window()?;
    window.press(Key::Char('z')).await?;
    let settled = format!("{}[data-state=\"settled\"]", named_with("ask-detail", "key", &key));
    within(OPENING, "the answer has arrived", async || {
        if window.has(&settled).await? {
            return Ok(Some(()));
        }
        if open(window, &key).await? && window.has(&open_detail(&key, "")).await? {
            window.run(CLICK, json!([YES])).await?;
        }
        Ok(None)
    })
    .await?;
    studio.shoot("answer-settled").await
}

/// Several asks chosen, and the dialog that lists them.
pub async fn picture_batch(studio: &mut Studio<'_>) -> Result<()> {
    if !studio.wants("batch") {
        return Ok(());
    }
    studio.go("Inbox").await?;
    within(OPENING, "two asks can be answered together", async || {
        let window = studio.window()?;
        for key in asks(window, APPROVAL).await? {
            let chosen = ".list .chosen";
            if window.run("return document.querySelectorAll(arguments[0]).length", json!([chosen])).await?
                == 2
            {
                return Ok(Some(()));
            }
            let choose = "[data-testid=\"choose\"][aria-pressed=\"false\"]";
            if open(window, &key).await? && window.has(&open_detail(&key, choose)).await? {
                window.run(CLICK, json!([choose])).await?;
            }
        }
        Ok(None)
    })
    .await?;
    studio.shoot("batch").await?;
    studio.window()?.click(&named("batch-yes")).await?;
    studio.window()?.sees(&named("batch-dialog")).await?;
    studio.shoot("batch-dialog").await?;
    studio.window()?.click(&named("dialog-cancel")).await?;
    studio
        .window()?
        .run("document.querySelector('[data-testid=batch] button:last-child')?.click()", json!([]))
        .await?;
    Ok(())
}

async fn undo_within(studio: &Studio<'_>, seconds: &str) -> Result<()> {
    studio.go("Settings").await?;
    studio.window()?.choose(&named("setting-undo"), seconds).await
}

/// What a kind of ask shows, in the detail of one that is still open.
fn open_detail(key: &str, shows: &str) -> String {
    format!("{}[data-state=\"open\"] {shows}", named_with("ask-detail", "key", key)).trim_end().to_owned()
}

/// Brings an ask on screen, where there is room beside the list. It may have ended meanwhile.
pub async fn open(window: &Window, key: &str) -> Result<bool> {
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
