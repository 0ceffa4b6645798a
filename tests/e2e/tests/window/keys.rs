//! The keys that `?` lists, on each screen of the real window.

use anyhow::Result;
use deskbell_e2e::{Key, Window, named, named_with};
use serde_json::json;

use crate::desk::{Desk, detail};

const SCREENS: [&str; 8] =
    ["Agents", "Threads", "Tasks", "Findings", "History", "Sources", "Settings", "Inbox"];

/// Goes to a screen with the mouse, for where an ask is on screen: late letters would be for it.
async fn visit(window: &Window, screen: &str) -> Result<()> {
    let script = "[...document.querySelectorAll('nav button')].find(it => it.textContent.includes(arguments[0])).click()";
    // The page may not be there yet.
    window.sees("nav button").await?;
    window.run(script, json!([screen])).await?;
    window.reads("nav [aria-current=page] .title", screen).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_lists_its_keys_and_is_two_keys_away() -> Result<()> {
    let desk = Desk::open("keys-help").await?;
    for screen in SCREENS {
        desk.go(screen).await?;
        desk.window.press(Key::Char('?')).await?;
        let help = named("key-help");
        desk.window.reads(&format!("{help} h3"), "Everywhere").await?;
        // Settings has no keys of its own.
        if screen != "Settings" {
            desk.window.reads(&format!("{help} h3"), screen).await?;
        }
        desk.window.press(Key::Escape).await?;
        desk.window.misses(&help).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_walked_and_left_with_the_keys_they_list() -> Result<()> {
    let desk = Desk::open("keys-lists").await?;
    let window = &desk.window;
    let (first, second) = (desk.ask_approval("add ripgrep"), desk.ask_approval("add fd"));
    for (screen, row) in
        [("Agents", "agent-row"), ("History", "entry-row"), ("Sources", "source-row"), ("Inbox", "ask-row")]
    {
        visit(window, screen).await?;
        window.sees(&named(row)).await?;
        window.press(Key::Char('j')).await?;
        window.sees(&format!("{}[aria-current=true]", named(row))).await?;
    }
    visit(window, "Agents").await?;
    window.press(Key::Enter).await?;
    window.sees("h2:focus").await?;
    // Two steps back: from the agent to the list, and to no choice at all.
    window.press(Key::Escape).await?;
    window.press(Key::Escape).await?;
    window.misses(&format!("{}[aria-current=true]", named("agent-row"))).await?;

    visit(window, "Sources").await?;
    window.press(Key::Char('n')).await?;
    window.sees(&named("source-save")).await?;
    window.press(Key::Escape).await?;
    window.misses(&named("source-save")).await?;

    visit(window, "Inbox").await?;
    window.press(Key::Char('/')).await?;
    window.type_text("ripgrep").await?;
    window.misses(&named_with("ask-row", "key", &second)).await?;
    window.press(Key::Escape).await?;
    window.sees(&named_with("ask-row", "key", &second)).await?;
    visit(window, "Tasks").await?;
    window.press(Key::Char('w')).await?;
    window.reads("nav [aria-current=page] .title", "Inbox").await?;
    window.sees(&format!("{}[aria-current=true]", named_with("ask-row", "key", &first))).await?;
    desk.received(&[])
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_is_found_by_its_words() -> Result<()> {
    let desk = Desk::open("keys-palette").await?;
    let window = &desk.window;
    let (_, fd) = (desk.ask_approval("add ripgrep"), desk.ask_approval("add fd"));
    desk.show(&fd).await?;
    window.press(Key::Ctrl('k')).await?;
    window.sees(&format!("{}:focus", named("palette-words"))).await?;
    desk.picture("palette").await?;
    window.type_text("coder").await?;
    window.reads(&format!("{}[aria-selected=true]", named("palette-row")), "coder").await?;
    window.press(Key::Escape).await?;
    window.misses(&named("palette")).await?;
    desk.go("Settings").await?;
    window.press(Key::Ctrl('k')).await?;
    window.sees(&format!("{}:focus", named("palette-words"))).await?;
    window.type_text("add fd").await?;
    window.reads(&format!("{}[aria-selected=true]", named("palette-row")), "add fd").await?;
    window.press(Key::Enter).await?;
    window.sees(&named_with("ask-detail", "key", &fd)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_changed_holds_over_restarts() -> Result<()> {
    let mut desk = Desk::open("keys-changed").await?;
    let (first, second) = (desk.ask_approval("add ripgrep"), desk.ask_approval("add fd"));
    desk.go("Settings").await?;
    let change = named("key-change-approve");
    // What is another's is refused by the other's name.
    desk.window.click(&change).await?;
    desk.window.press(Key::Char('w')).await?;
    desk.window.reads("[role=alert]", "is taken: Next that waits").await?;
    desk.window.click(&change).await?;
    desk.window.press(Key::Char('y')).await?;
    desk.window.reads(&named("key-of-approve"), "y").await?;
    desk.picture("settings-keys").await?;

    visit(&desk.window, "Inbox").await?;
    desk.show(&first).await?;
    desk.window.reads(&format!("{} kbd", named("offer-approve")), "y").await?;
    // The key that it was does nothing now.
    desk.window.press(Key::Char('a')).await?;
    desk.press_until(Key::Char('y'), &detail(&first, "held")).await?;
    desk.ends(&first, "approved").await?;

    desk.crash_and_return().await?;
    desk.show(&second).await?;
    desk.window.press(Key::Char('a')).await?;
    desk.press_until(Key::Char('y'), &detail(&second, "held")).await?;
    desk.ends(&second, "approved").await?;
    desk.received(&["/approve/1", "/approve/2"])
}
