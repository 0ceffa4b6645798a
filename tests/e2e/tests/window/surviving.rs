//! What is asked and answered outlives the page, the app and the server.

use std::path::Path;

use anyhow::{Result, ensure};
use deskbell_e2e::{Key, Window, eventually, named, named_with};
use deskbell_sim::hyperhive::Prompt;
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_of_the_window_loses_nothing() -> Result<()> {
    let desk = Desk::open("reload").await?;
    // So long that the answer is still held when the page is there again.
    desk.go("Settings").await?;
    desk.window.choose(&named("setting-undo"), "20").await?;
    desk.go("Inbox").await?;
    let ask = desk.ask_approval("add ripgrep");
    let other = desk.ask_approval("drop the table");
    desk.show(&ask).await?;
    desk.window.click(&named("offer-approve")).await?;
    desk.is(&ask, "held").await?;
    desk.window.reload().await?;
    desk.window.sees(&named_with("ask-row", "key", &other)).await?;
    desk.window.click(&named_with("ask-row", "key", &ask)).await?;
    desk.ends(&ask, "approved").await?;
    desk.received(&["/approve/1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_there_after_a_crash_without_any_server() -> Result<()> {
    let mut desk = Desk::open("crash").await?;
    let ask = desk.ask_approval("add ripgrep");
    desk.show(&ask).await?;
    desk.window.click(&named("offer-deny")).await?;
    desk.ends(&ask, "denied").await?;
    let open = desk.ask_approval("drop the table");
    desk.window.sees(&named_with("ask-row", "key", &open)).await?;
    desk.hive.stop().await;
    desk.crash_and_return().await?;
    desk.window
        .reads(&format!("{} {}", named_with("ask-row", "key", &open), named("as-of")), "as of")
        .await?;
    desk.window.click(&named_with("ask-row", "key", &open)).await?;
    desk.window.sees(&format!("{} {}", named("ask-detail"), named("as-of"))).await?;
    desk.picture("inbox-without-a-server").await?;
    desk.window.click(&named("offer-approve")).await?;
    desk.window.reads(&named("outcome"), "is kept until").await?;
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), "add ripgrep").await?;
    desk.picture("history-without-a-server").await?;
    // A time when nothing happened, and one when it did: both are brushed on the strip.
    desk.window.click(&format!("{}:first-child", named("timeline-bar"))).await?;
    desk.window.misses(&named("entry-row")).await?;
    desk.window.click(&format!("{}:has(rect)", named("timeline-bar"))).await?;
    desk.window.sees(&named("entry-row")).await?;
    desk.window.sees(&named("history-range")).await?;
    desk.picture("history-of-a-time").await?;
    desk.window.click(&named("history-any-time")).await?;
    desk.window.misses(&named("history-range")).await?;
    desk.window.reads(&named("entry-row"), "add ripgrep").await?;
    // A part of a word, and what only the frame behind a line says.
    desk.window.press(Key::Char('/')).await?;
    desk.window.type_text("ripgr -zebra").await?;
    desk.window.reads("mark", "ripgr").await?;
    desk.picture("history-searched").await?;
    desk.window.replace(&named("history-search"), "no such words").await?;
    desk.window.misses(&named("entry-row")).await?;
    desk.window.press(Key::Escape).await?;
    desk.go("Sources").await?;
    desk.window
        .sees(&format!("{}[data-link=\"waiting\"]", named_with("source-row", "source", "hive")))
        .await?;
    desk.picture("source-out-of-reach").await?;
    let rows = desk.bell.ring(&["history", "--source", "hive"])?;
    let asked = rows.iter().find(|row| row["text"].as_str().is_some_and(|text| text.contains("add ripgrep")));
    ensure!(asked.is_some_and(|row| !row["raw"].is_null()), "not in the history: {rows:#?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_written_is_there_after_a_crash() -> Result<()> {
    let mut desk = Desk::open("drafts").await?;
    let approval = desk.ask_approval("drop the table");
    let question =
        desk.ask_question(Prompt::new("manager", "Which hosts?").options(&["alpha", "beta"]).multi());
    desk.show(&approval).await?;
    desk.window.write(&named("field-note"), "not on a Friday").await?;
    desk.show(&question).await?;
    desk.window.click(&named_with("option", "label", "beta")).await?;
    desk.window.write(&named("field-answer"), "after the backup").await?;
    for words in ["not on a Friday", "after the backup"] {
        eventually(&format!("{words:?} is on the disk"), async || {
            Ok(written(&desk.desktop.data(), words)?.then_some(()))
        })
        .await?;
    }

    desk.crash_and_return().await?;
    desk.show(&approval).await?;
    holds(&desk.window, "field-note", "not on a Friday").await?;
    desk.show(&question).await?;
    holds(&desk.window, "field-answer", "after the backup").await?;
    desk.window.sees(&format!("{}:checked", named_with("option", "label", "beta"))).await?;
    desk.picture("draft-after-a-crash").await?;
    // With Ctrl and Enter from where it was written.
    desk.window.click(&named("field-answer")).await?;
    desk.window.press(Key::Ctrl('\u{E007}')).await?;
    desk.ends(&question, "answered").await?;
    desk.received(&["/answer-question/1 answer=beta, after the backup"])
}

/// Whether a file of this folder has these words.
fn written(folder: &Path, words: &str) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        // The database's log comes and goes.
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(_) if !path.is_file() => continue,
            Err(error) => return Err(error.into()),
        };
        if has(&bytes, words.as_bytes()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn has(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|part| part == words)
}

/// Waits until a field holds these words.
async fn holds(window: &Window, field: &str, words: &str) -> Result<()> {
    eventually(&format!("{field} holds {words:?}"), async || {
        let value = window
            .run("return document.querySelector(arguments[0])?.value ?? null", json!([named(field)]))
            .await?;
        Ok((value == words).then_some(()))
    })
    .await
}
