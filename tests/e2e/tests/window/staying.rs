//! Deskbell beside its window: the tray, second starts, links, keys from anywhere, and what it keeps of its place.

use std::time::Duration;

use anyhow::{Result, ensure};
use deskbell_e2e::{Desktop, Theme, Window, eventually, named, named_with, within};
use serde_json::json;

use crate::desk::{Desk, detail, go, open_window};

const NOTHING: &str = "Nothing waits for you";

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_counts_what_waits_shows_an_ask_pauses_and_quits() -> Result<()> {
    let desk = Desk::open("tray").await?;
    // It comes later than the app, as at the start of a session.
    let panel = desk.desktop.panel().await?;
    let tray = panel.item().await?;
    tray.says(NOTHING).await?;
    ensure!(tray.status().await? == "Active");
    let bare = tray.picture(22).await?;
    ensure!(tray.menu().await? == ["Open Deskbell", "Pause notifications for an hour", "Quit Deskbell"]);
    let asks: Vec<String> = (1..=7).map(|nth| desk.ask_approval(&format!("change_{nth}"))).collect();
    tray.says("7 asks wait for you").await?;
    let seven = tray.picture(22).await?;
    ensure!(white(&seven.argb) > white(&bare.argb) + 5, "the number can be read");
    ensure!(tray.menu().await?.len() == 5 + 1 + 3, "five asks, the rest in one: {:?}", tray.menu().await?);
    desk.go("History").await?;
    tray.choose("change_3 ").await?;
    desk.is(&asks[2], "open").await?;

    tray.choose("Pause").await?;
    tray.choose("Unmute (muted until").await?;
    eventually("it rings again", async || {
        let ringing = desk.bell.ring(&["mute"])?;
        Ok(ringing[0]["mutedUntil"].is_null().then_some(()))
    })
    .await?;

    desk.window.resize(900, 620).await?;
    close(&desk).await?;
    ensure!(desk.window.runs(), "it goes on");
    desk.bell.ring(&["level", "approval", "urgent"])?;
    let eighth = desk.ask_approval("change_8");
    tray.says("8 asks wait for you, 8 urgent").await?;
    panel.counts(8).await?;
    ensure!(tray.status().await? == "NeedsAttention");
    tray.click().await?;
    shown(&desk.desktop, true).await?;
    desk.window.sees(&named_with("ask-row", "key", &eighth)).await?;
    close(&desk).await?;
    tray.choose("Quit").await?;
    ended(&desk.window).await?;
    let window = open_window(&desk.desktop).await?;
    is_large(&window, 900, 620).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_closing_ends_the_app_which_comes_back_as_large_as_it_was() -> Result<()> {
    let desk = Desk::open("no-tray").await?;
    desk.go("Settings").await?;
    desk.window.reads(".settings", "This desktop shows no tray").await?;
    ensure!(desk.window.attribute(&named("setting-keep-running"), "disabled").await?.is_some());
    desk.window.resize(900, 620).await?;
    until_pressed(&desk, "alt+F4", "the app has ended", async || Ok((!desk.window.runs()).then_some(())))
        .await?;
    let window = open_window(&desk.desktop).await?;
    is_large(&window, 900, 620).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_in_the_tray_has_no_window_until_the_tray_goes() -> Result<()> {
    let desktop = Desktop::start("hidden", Theme::Dark).await?;
    let panel = desktop.panel().await?;
    let data = desktop.data();
    let window = Window::open(&desktop, &["--hidden", "--data", &data.to_string_lossy()]).await?;
    go(&window, "Settings").await?;
    eventually("the tray is known", async || {
        let locked = window.attribute(&named("setting-keep-running"), "disabled").await?;
        Ok(locked.is_none().then_some(()))
    })
    .await?;
    ensure!(!desktop.shows_the_app(), "it stays in the tray");
    panel.end().await?;
    shown(&desktop, true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_ask_in_the_app_that_runs_and_can_do_nothing_else() -> Result<()> {
    let desk = Desk::open("link").await?;
    let [first, second] = ["add ripgrep", "drop the table"].map(|title| desk.ask_approval(title));
    desk.show(&first).await?;
    desk.window.click(&named("copy-link")).await?;
    desk.window.reads(&named("copy-link"), "Copied").await?;
    let data = desk.desktop.data();
    let again =
        |link: &str| desk.window.start_again(&desk.desktop, &["--data", &data.to_string_lossy(), link]);
    desk.go("History").await?;
    again(&format!("deskbell://ask/{}", second.replace(':', "%3A")))?;
    desk.is(&second, "open").await?;
    for (link, why) in [
        ("deskbell://ask/hive/approval:999", "There is no ask “approval:999”"),
        ("deskbell://ask/nobody/approval:1", "There is no source"),
        ("deskbell://answer/hive/approval:1?offer=approve", "is not a link to an ask"),
    ] {
        again(link)?;
        desk.window.reads(&named("trouble"), why).await?;
    }
    desk.picture("link-to-nothing").await?;
    desk.bell.ring(&["open", &first])?;
    desk.is(&first, "open").await?;
    desk.window.misses(&named("trouble")).await?;
    desk.received(&[])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_with_a_link_shows_its_ask() -> Result<()> {
    let mut desk = Desk::open("link-first").await?;
    let [_, second] = ["add ripgrep", "drop the table"].map(|title| desk.ask_approval(title));
    desk.window.sees(&named_with("ask-row", "key", &second)).await?;
    desk.window.kill().await?;
    let data = desk.desktop.data();
    let link = format!("deskbell://ask/{second}");
    desk.window = Window::open(&desk.desktop, &["--data", &data.to_string_lossy(), &link]).await?;
    desk.is(&second, "open").await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_from_anywhere_go_from_one_that_waits_to_the_next() -> Result<()> {
    let desk = Desk::open("shortcut").await?;
    // Before there are any: what was looked at a moment ago would be gone on from.
    desk.go("Settings").await?;
    let [first, second] = ["one", "two"].map(|title| desk.ask_approval(title));
    desk.window.reads("nav", "2waiting").await?;
    desk.window.reads(&named("shortcut-keys"), "Ctrl + Alt + B").await?;
    until_pressed(&desk, "ctrl+alt+b", "the first is shown", async || {
        Ok(desk.window.has(&detail(&first, "open")).await?.then_some(()))
    })
    .await?;
    desk.desktop.press("ctrl+alt+b")?;
    desk.is(&second, "open").await?;

    desk.go("Settings").await?;
    desk.window.click(&named("shortcut-change")).await?;
    desk.window.reads(&named("shortcut-keys"), "Press the keys").await?;
    desk.desktop.press("ctrl+shift+j")?;
    desk.window.reads(&named("shortcut-keys"), "Ctrl + Shift + J").await?;
    until_heard(&desk, "ctrl+alt+b", "KeyB").await?;
    desk.go("Settings").await?;
    until_pressed(&desk, "ctrl+shift+j", "they go to what waits", async || {
        Ok(desk.window.has("[data-testid=ask-detail][data-state=open]").await?.then_some(()))
    })
    .await?;
    desk.go("Settings").await?;
    desk.window.click(&named("shortcut-off")).await?;
    desk.window.reads(&named("shortcut-keys"), "Off").await?;
    until_heard(&desk, "ctrl+shift+j", "KeyJ").await?;
    desk.go("Settings").await?;
    desk.desktop.press("ctrl+shift+j")?;
    desk.window.run("document.querySelector('[data-testid=shortcut]').scrollIntoView()", json!([])).await?;
    desk.picture("settings-on-the-desk").await?;

    let entry = desk.desktop.config().join("autostart/deskbell.desktop");
    desk.window.click(&named("setting-autostart")).await?;
    let written =
        eventually("it starts with the desktop", async || Ok(std::fs::read_to_string(&entry).ok())).await?;
    let data = desk.desktop.data();
    let exec = format!("\"--hidden\" \"--data\" \"{}\"", data.display());
    ensure!(written.contains("\nExec=\"/") && written.contains(&exec), "{written}");
    desk.window.click(&named("setting-autostart")).await?;
    eventually("it does not", async || Ok((!entry.exists()).then_some(()))).await?;
    // The keys that were switched off have shown nothing. A desktop where they cannot be had can say this instead.
    desk.window.reads("nav [aria-current=page] .title", "Settings").await?;
    desk.window.start_again(&desk.desktop, &["--data", &data.to_string_lossy(), "--next"])?;
    desk.window.reads("nav [aria-current=page] .title", "Inbox").await
}

/// The page writes down the keys that it hears.
const LISTEN: &str =
    "window.heard = new Set(); addEventListener('keydown', (event) => window.heard.add(event.code), true)";

/// Presses keys until the page hears them. Those that are taken anywhere it does not, and the desktop takes them and
/// gives them up a moment after the window has said so.
async fn until_heard(desk: &Desk, keys: &str, code: &str) -> Result<()> {
    desk.window.run(LISTEN, json!([])).await?;
    until_pressed(desk, keys, "the page hears them", async || {
        let heard = desk.window.run("return window.heard.has(arguments[0])", json!([code])).await?;
        Ok((heard == true).then_some(()))
    })
    .await
}

/// Presses keys until there is something to see, and each time looks for a while.
async fn until_pressed(
    desk: &Desk,
    keys: &str,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Option<()>>,
) -> Result<()> {
    eventually(&format!("{keys}: {what}"), async || {
        desk.desktop.press(keys)?;
        Ok(within(Duration::from_secs(1), what, &mut look).await.ok())
    })
    .await
}

/// Closes the window with the window manager's key, which goes to nobody until the window has the keyboard.
async fn close(desk: &Desk) -> Result<()> {
    until_pressed(desk, "alt+F4", "the window is out of sight", async || {
        Ok((!desk.desktop.shows_the_app()).then_some(()))
    })
    .await
}

async fn shown(desktop: &Desktop, wanted: bool) -> Result<()> {
    let what = if wanted { "the window is in sight" } else { "the window is out of sight" };
    eventually(what, async || Ok((desktop.shows_the_app() == wanted).then_some(()))).await
}

/// Waits until the page is so wide and so high.
async fn is_large(window: &Window, width: u32, height: u32) -> Result<()> {
    eventually(&format!("the page is {width} by {height}"), async || {
        let size = window.run("return [innerWidth, innerHeight]", json!([])).await?;
        Ok((size == json!([width, height])).then_some(()))
    })
    .await
}

async fn ended(window: &Window) -> Result<()> {
    eventually("the app has ended", async || Ok((!window.runs()).then_some(()))).await
}

/// How many pixels are white.
fn white(argb: &[u8]) -> usize {
    argb.chunks(4).filter(|pixel| **pixel == [0xff; 4]).count()
}
