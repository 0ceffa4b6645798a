//! What the window makes of the history: searches under a name, the best first, a day gone to, a time brushed, how the
//! operator answered, and a file to take away.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use deskbell_e2e::{Key, Window, eventually, named, named_with};
use serde_json::{Value, json};

use crate::desk::Desk;

/// The texts of the lines that are on screen, from the first on.
async fn texts(window: &Window) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(arguments[0])].map(it => it.textContent.trim())";
    Ok(serde_json::from_value(window.run(script, json!([format!("{} .text", named("entry-row"))])).await?)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_saved_and_is_one_press_away_after_a_restart() -> Result<()> {
    let mut desk = Desk::open("saved-search").await?;
    for what in ["add ripgrep", "add fd", "drop ripgrep"] {
        desk.ask_approval(what);
    }
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), "drop ripgrep").await?;
    // Without what was notified of it.
    desk.window.choose("[aria-label=Kind]", "ask").await?;
    desk.window.write(&named("history-search"), "ripgrep -drop").await?;
    desk.window.lacks(&named("entry-row"), "add fd").await?;
    desk.window.lacks(&named("entry-row"), "drop ripgrep").await?;
    desk.window.click(&named("save-search")).await?;
    desk.window.write(&named("search-name"), "what is added").await?;
    desk.window.click(&named("search-save")).await?;
    desk.window.reads(&format!("{}[aria-pressed=true]", named("saved-search")), "what is added").await?;
    desk.picture("saved-search").await?;
    let found = desk.bell.ring(&["history", "--saved", "what is added"])?;
    ensure!(found.len() == 1, "bell finds {found:?}");

    desk.crash_and_return().await?;
    desk.go("History").await?;
    desk.window.reads(&named("entry-row"), "add fd").await?;
    desk.window.click(&named("saved-search")).await?;
    desk.window.lacks(&named("entry-row"), "add fd").await?;
    eventually("it finds what it found", async || {
        let rows = texts(&desk.window).await?;
        Ok((rows.len() == 1 && rows.iter().all(|row| row.contains("add ripgrep"))).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_come_first_a_day_is_gone_to_and_a_time_is_brushed() -> Result<()> {
    let desk = Desk::open("looking-back").await?;
    let window = &desk.window;
    // The newest has the word inside another.
    for words in ["deploy went well", "nothing else", "undeployed since"] {
        desk.hive.send("coder", "operator", words);
    }
    desk.go("History").await?;
    window.reads(&named("entry-row"), "undeployed since").await?;
    window.write(&named("history-search"), "deploy").await?;
    window.lacks(&named("entry-row"), "nothing else").await?;
    let first = async |words: &str| {
        eventually(&format!("\"{words}\" comes first"), async || {
            Ok(texts(window).await?.first().is_some_and(|row| row.contains(words)).then_some(()))
        })
        .await
    };
    first("undeployed since").await?;
    window.choose(&named("history-order"), "best").await?;
    first("deploy went well").await?;
    desk.picture("looking-back-1-best").await?;

    // All of it is of today: a day long before has the oldest line in the middle, and nothing below.
    window.run(CLEAR, json!([named("history-search")])).await?;
    window.reads(&named("entry-row"), "nothing else").await?;
    window.run(SET, json!([named("history-jump"), "2020-02-02"])).await?;
    window.reads(&named("entry-row"), "deploy went well").await?;

    // The last bar is now; one long before it has nothing.
    let bars = format!("{} {}", named("timeline"), named("timeline-bar"));
    window.sees(&bars).await?;
    window.run("document.querySelector(arguments[0]).focus()", json!([bars])).await?;
    window.press(Key::Enter).await?;
    window.sees(&named("history-range")).await?;
    window.misses(&named("entry-row")).await?;
    desk.picture("looking-back-2-brushed").await?;
    window.run("[...document.querySelectorAll(arguments[0])].at(-1).focus()", json!([bars])).await?;
    window.press(Key::Enter).await?;
    window.reads(&named("entry-row"), "undeployed since").await?;
    window.click(&named("history-any-time")).await?;
    window.misses(&named("history-range")).await
}

/// Empties a field as the operator would.
const CLEAR: &str = "
const field = document.querySelector(arguments[0]);
field.value = '';
field.dispatchEvent(new InputEvent('input', { bubbles: true }));
";

/// Sets a date, which each desktop's own calendar lets type in a way of its own.
const SET: &str = "
const field = document.querySelector(arguments[0]);
field.value = arguments[1];
field.dispatchEvent(new InputEvent('input', { bubbles: true }));
";

/// The column of a chart's table, added up.
const SUM: &str = "
const table = document.querySelector(arguments[0]);
const at = [...(table?.querySelectorAll('thead th') ?? [])].findIndex(it => it.textContent === arguments[1]);
return [...(table?.querySelectorAll('tbody tr') ?? [])]
  .reduce((sum, row) => sum + Number(row.children[at]?.textContent), 0);
";

#[tokio::test(flavor = "multi_thread")]
async fn the_record_says_how_the_operator_answered() -> Result<()> {
    let desk = Desk::open("record").await?;
    let window = &desk.window;
    for (what, offer, outcome) in [
        ("add ripgrep", "approve", "approved"),
        ("add fd", "approve", "approved"),
        ("add bat", "deny", "denied"),
    ] {
        let ask = desk.ask_approval(what);
        desk.show(&ask).await?;
        window.click(&named(&format!("offer-{offer}"))).await?;
        desk.ends(&ask, outcome).await?;
    }
    let theirs = desk.hive.ask_approval("coder", "add jq");
    // What is looked at stays where it is when it ends.
    desk.show(&format!("hive/approval:{theirs}")).await?;
    desk.hive.resolve_elsewhere(theirs, "approved", None);
    window
        .sees(&format!(
            "{}[data-state=settled]",
            named_with("ask-row", "key", &format!("hive/approval:{theirs}"))
        ))
        .await?;
    desk.go("History").await?;
    window.click(&named("show-record")).await?;
    window.sees(&named("record-totals")).await?;
    for (column, expected) in [("Approved", 2), ("Denied", 1), ("Elsewhere", 1), ("Missed", 0)] {
        eventually(&format!("{column} are {expected}"), async || {
            let sum = window.run(SUM, json!([named("record-ends-table"), column])).await?;
            Ok((sum == expected).then_some(()))
        })
        .await?;
    }
    window.reads(&named("record-totals"), "hive").await?;
    desk.picture("record").await?;
    let record = desk.bell.ring(&["record"])?;
    let of = |name: &str| record.first().and_then(|row| row["total"]["answered"][name].as_u64());
    ensure!((of("approved"), of("denied")) == (Some(2), Some(1)), "bell says {record:?}");
    Ok(())
}

/// So many lines take a while to write.
const LONG: usize = 30_000;

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_written_whole_and_leaves_nothing_where_it_is_stopped() -> Result<()> {
    let desk = Desk::open("export").await?;
    let window = &desk.window;
    let folder = desk.desktop.data().join("exports");
    fs::create_dir(&folder)?;
    for n in 0..20 {
        desk.hive.send("coder", "operator", &format!("line {n}"));
    }
    desk.go("History").await?;
    window.reads(&named("entry-row"), "line 19").await?;
    let whole = folder.join("whole.jsonl");
    export_to(&desk, &whole).await?;
    window.reads(&named("export-done"), "whole.jsonl").await?;
    desk.picture("export-done").await?;
    window.click(&named("export-close")).await?;
    let written = fs::read_to_string(&whole)?;
    let entries = desk.bell.ring(&["history", "--limit", "1000"])?.len();
    let lines: Vec<Value> = written.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let told = lines.iter().filter(|line| line["text"].as_str().is_some_and(|it| it.contains("line ")));
    ensure!(told.count() == 40, "not all lines of 20 messages are in the file: {written}");
    ensure!(lines.len() >= entries, "{} lines are in the file, {entries} in the history", lines.len());

    // The same history many times over, so that there is a half of the way to stop at.
    let line = written.lines().find(|line| line.contains("line 7")).context("no line was exported")?;
    let item = serde_json::from_str::<Value>(line)?["item"].as_str().context("it has no item")?.to_owned();
    let many: String = (0..LONG).map(|n| line.replace(&item, &format!("{item}x{n}")) + "\n").collect();
    let long = folder.join("long.jsonl");
    fs::write(&long, many)?;
    desk.bell.ring(&["import", &long.to_string_lossy()])?;
    export_to(&desk, &folder.join("stopped.jsonl")).await?;
    eventually("some of it is written", async || {
        let says = window.text(&named("export-progress")).await?.unwrap_or_default();
        let digits: String = says.chars().filter(char::is_ascii_digit).collect();
        Ok(digits.parse::<u64>().is_ok_and(|lines| lines > 0).then_some(()))
    })
    .await?;
    window.click(&named("export-stop")).await?;
    window.misses(&named("export-dialog")).await?;
    eventually("nothing of it is left", async || {
        let left = fs::read_dir(&folder)?.flatten().map(|it| it.file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("stopped")).collect();
        Ok(left.is_empty().then_some(()))
    })
    .await
}

/// Names the file in the desktop's own dialog.
async fn export_to(desk: &Desk, file: &Path) -> Result<()> {
    desk.window.click(&named("export")).await?;
    desk.window.choose(&named("export-format"), "jsonl").await?;
    desk.window.click(&named("export-start")).await?;
    desk.desktop.name_file("Export the history", file).await
}
