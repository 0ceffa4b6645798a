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

/// Scrolls down or up, a little less than what is seen at each frame, and notes every line that comes on screen. Gives
/// how many those are, and how high the list was at most.
const READ: &str = r"
  const [way] = arguments;
  const rows = () => [...document.querySelectorAll('[data-testid=entry-row]')];
  if (window.reading?.way !== way) {
    const reading = (window.reading = { way, lines: new Set(), height: 0 });
    const list = (node => {
      while (node.scrollHeight <= node.clientHeight + 1) node = node.parentElement;
      return node;
    })(rows()[0].parentElement);
    const step = () => {
      if (window.reading !== reading) return;
      for (const row of rows()) reading.lines.add(/line (\d+)/.exec(row.textContent)?.[1]);
      reading.height = Math.max(reading.height, list.scrollHeight);
      list.scrollTop += way * (list.clientHeight - 80);
      requestAnimationFrame(() => requestAnimationFrame(step));
    };
    step();
  }
  window.reading.lines.delete(undefined);
  return [window.reading.lines.size, window.reading.height];
";

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_read_down_and_up_without_a_hole_and_only_a_part_of_it_is_held() -> Result<()> {
    let desk = Desk::open("long").await?;
    // Each is told, and delivered: twice as many rows.
    let lines = 600_u64;
    for n in 0..lines {
        desk.hive.send("coder", "operator", &format!("line {n}"));
        // A server drops what its listeners are too far behind with.
        if n % 100 == 99 {
            eventually("so much is written down", async || {
                let last = desk.bell.ring(&["history", &format!("\"line {n}\"")])?;
                Ok((!last.is_empty()).then_some(()))
            })
            .await?;
        }
    }
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), &format!("line {}", lines - 1)).await?;
    for way in [1, -1] {
        eventually("every line was on screen", async || {
            let read = desk.window.run(READ, json!([way])).await?;
            let height = read[1].as_u64().unwrap_or(u64::MAX);
            ensure!(height < 1_300 * 60, "the list holds all of it: {height} pixels");
            Ok((read[0] == lines).then_some(()))
        })
        .await?;
    }
    desk.picture("history-long").await
}
