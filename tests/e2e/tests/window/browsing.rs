//! The history in the window: narrowed to how it ended, opened with what was shown, linked to, read up and down.

use anyhow::{Context, Result, ensure};
use deskbell_e2e::{eventually, named, named_with};
use serde_json::json;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_is_found_by_how_it_ended_and_opened_with_what_was_shown() -> Result<()> {
    let mut desk = Desk::open("browsing").await?;
    let ours = desk.ask_approval("add ripgrep");
    desk.show(&ours).await?;
    desk.window.click(&named("offer-deny")).await?;
    desk.ends(&ours, "denied").await?;
    let theirs = desk.hive.ask_approval("coder", "drop the table");
    desk.window.sees(&named_with("ask-row", "key", &format!("hive/approval:{theirs}"))).await?;
    desk.hive.resolve_elsewhere(theirs, "approved", None);
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), "drop the table").await?;
    desk.window.choose(&named("history-outcome"), "denied").await?;
    desk.window.choose(&named("history-by"), "Us").await?;
    desk.window.lacks("main", "drop the table").await?;
    desk.window.reads(&named("entry-row"), "add ripgrep").await?;

    desk.window.click(&named_with("entry-row", "kind", "receipt")).await?;
    desk.window.sees(&named_with("receipt", "verdict", "won")).await?;
    desk.window.reads(&named("receipt"), "exactly as it is here").await?;
    desk.window.sees(&named("entry-subject")).await?;
    desk.window.click(&named("copy-link")).await?;
    desk.window.reads(&named("copy-link"), "Copied").await?;
    desk.picture("history-entry").await?;
    let receipt =
        desk.window.attribute(&named("entry-detail"), "data-key").await?.context("no entry is on screen")?;
    desk.window.click(&format!("{}:enabled", named("entry-around"))).await?;
    desk.window.misses(&named_with("entry-detail", "key", &receipt)).await?;

    // The link holds from elsewhere, also when the server is gone and the app was started anew.
    desk.hive.stop().await;
    desk.crash_and_return().await?;
    desk.bell.ring(&["open", &format!("deskbell://entry/{receipt}")])?;
    desk.window.sees(&named_with("entry-detail", "key", &receipt)).await?;
    desk.window.sees(&named_with("receipt", "verdict", "won")).await?;
    let data = desk.desktop.data();
    let nowhere = ["--data", &data.to_string_lossy(), "deskbell://entry/hive/message:none"];
    desk.window.start_again(&desk.desktop, &nowhere)?;
    desk.window.reads(&named("trouble"), "There is no entry").await?;
    desk.window.resize(480, 900).await?;
    desk.picture("history-entry-narrow").await
}

/// Notes every message that comes on screen, and scrolls up or down.
const READ_ON: &str = "
  const rows = () => [...document.querySelectorAll('[data-testid=entry-row]')];
  const list = (row => { while (row && row.scrollHeight <= row.clientHeight + 1) row = row.parentElement; return row; })(rows()[0]);
  if (!window.read) {
    window.read = new Set();
    window.most = 0;
    const note = () => {
      for (const row of rows()) { const found = /line (\\d+)\\b/.exec(row.textContent); if (found) window.read.add(found[1]); }
      window.most = Math.max(window.most, list.scrollHeight);
    };
    note();
    new MutationObserver(note).observe(list, { childList: true, subtree: true, characterData: true });
  }
  list.scrollTop += arguments[0] * (list.clientHeight - 80);
  return [window.read.size, window.most];
";

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_read_down_and_up_without_a_hole_and_only_a_part_of_it_is_held() -> Result<()> {
    let desk = Desk::open("long").await?;
    let lines = 1_600;
    for n in 0..lines {
        desk.hive.send("coder", "operator", &format!("line {n}"));
    }
    eventually("everything is written down", async || {
        let rows = desk.bell.ring(&["history", "\"line 0\"", "--kind", "message"])?;
        Ok((!rows.is_empty() && desk.bell.ring(&["history", &format!("\"line {}\"", lines - 1)])?.len() > 0)
            .then_some(()))
    })
    .await?;
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), &format!("line {}", lines - 1)).await?;
    for way in [1, -1] {
        desk.window.run("delete window.read", json!([])).await?;
        eventually("every line was on screen", async || {
            let read = desk.window.run(READ_ON, json!([way])).await?;
            let [size, most] = [0, 1].map(|at| read[at].as_u64().unwrap_or(0));
            ensure!(most < 1_300 * 60, "the list holds all of it: {most} pixels");
            Ok((size == lines).then_some(()))
        })
        .await?;
    }
    desk.picture("history-long").await
}
