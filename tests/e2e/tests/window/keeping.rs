//! What the history takes on the disk, and how much of it is kept: seen in Settings, and in the store.

use anyhow::{Context, Result, ensure};
use deskbell_e2e::{eventually, named};

use crate::desk::Desk;

const MESSAGES: usize = 150;
const AT_ONCE: usize = 50;
/// So many of them the coordinator tells again to whoever connects.
const TOLD_AGAIN: usize = 100;
/// So many of them are left when a few have gone.
const LEFT: usize = 130;
/// Their lines and frames take more of the disk.
const LEFT_BYTES: u64 = 130 * 4_000;

impl Desk {
    /// How many messages the store has, as soon as they are so many.
    async fn messages(&self, expected: usize) -> Result<()> {
        eventually(&format!("{expected} messages are kept"), async || {
            let kept = self.bell.ring(&["history", "--kind", "message", "--limit", "1000"])?.len();
            Ok((kept == expected).then_some(()))
        })
        .await
    }

    /// One of the figures of what the database takes of the disk, in bytes.
    fn takes(&self, what: &str) -> Result<u64> {
        let storage = self.bell.ring(&["storage"])?;
        storage.first().and_then(|it| it[what].as_u64()).with_context(|| format!("bell does not say {what}"))
    }

    /// Messages that take some room. Of too many at a time the coordinator loses some for those who do not keep up.
    async fn fill(&self) -> Result<()> {
        for n in 0..MESSAGES {
            self.hive.send("coder", "operator", &format!("message {n} {}", "words ".repeat(400)));
            if (n + 1) % AT_ONCE == 0 {
                self.messages(n + 1).await?;
            }
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storage_page_says_what_is_kept_and_gives_room_back() -> Result<()> {
    let desk = Desk::open("storage").await?;
    let window = &desk.window;
    let ask = desk.ask_approval("add ripgrep");
    desk.fill().await?;
    desk.go("Settings").await?;
    window.reads(&named("storage-by-kind"), &MESSAGES.to_string()).await?;
    window.reads(&named("storage-by-source"), "hive").await?;
    desk.picture("storage-1-figures").await?;

    // The room of a few stays free for the next lines, until it is given back by hand.
    desk.bell.ring(&["retention", "keep", "--kind", "message", "--entries", &LEFT.to_string()])?;
    desk.messages(LEFT).await?;
    eventually("room is free", async || Ok((desk.takes("free")? > 0).then_some(()))).await?;
    let compact = format!("{}:enabled", named("storage-compact"));
    window.click(&compact).await?;
    eventually("it is given back", async || Ok((desk.takes("free")? == 0).then_some(()))).await?;
    window.sees(&compact).await?;
    desk.picture("storage-2-compacted").await?;

    // That of many is given back at once.
    let before = desk.takes("database")? + desk.takes("log")?;
    window.click(&named("storage-clear")).await?;
    window.choose(&named("portion-kind"), "message").await?;
    window.choose(&named("clearing-age"), "0").await?;
    window.reads(&named("clearing-lines"), &LEFT.to_string()).await?;
    desk.picture("storage-3-clearing").await?;
    desk.messages(LEFT).await?;
    window.click(&named("clearing-go")).await?;
    window.misses(&named("clearing")).await?;
    desk.messages(0).await?;
    window.lacks(&named("storage-by-kind"), "message").await?;
    eventually("their room is given back", async || {
        let now = desk.takes("database")? + desk.takes("log")?;
        Ok((now + LEFT_BYTES < before).then_some(()))
    })
    .await?;

    // What still waits stays, and can be answered.
    ensure!(desk.bell.ring(&["history", "--kind", "ask"])?.len() == 1, "the line of what waits is gone");
    desk.go("Inbox").await?;
    desk.show(&ask).await?;
    window.click(&named("offer-approve")).await?;
    desk.ends(&ask, "approved").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_keeps_the_newest_of_a_portion_and_holds_after_a_restart() -> Result<()> {
    let mut desk = Desk::open("retention").await?;
    desk.fill().await?;
    desk.go("Settings").await?;
    desk.window.click(&named("rule-new")).await?;
    desk.window.choose(&format!("{} {}", named("rule"), named("portion-kind")), "message").await?;
    desk.window.write(&named("rule-entries"), "40").await?;
    desk.window.reads(&named("rule-excess"), &(MESSAGES - 40).to_string()).await?;
    desk.picture("retention-1-rule").await?;
    desk.messages(MESSAGES).await?;
    desk.window.click(&format!("{}:enabled", named("rule-add"))).await?;
    desk.messages(40).await?;
    let kept = desk.bell.ring(&["history", "--kind", "message"])?;
    let newest = kept.first().context("nothing is kept")?["text"].as_str().unwrap_or_default();
    ensure!(newest.contains(&format!("message {}", MESSAGES - 1)), "the newest is {newest}");

    desk.crash_and_return().await?;
    desk.go("Settings").await?;
    desk.window.reads(".retention li", "40").await?;
    let rules = desk.bell.ring(&["retention"])?;
    ensure!(rules.len() == 1, "the rules are {rules:?}");
    // Another one is set beside it, and both are held to at once: what is told again goes again.
    desk.messages(TOLD_AGAIN).await?;
    desk.bell.ring(&["retention", "keep", "--kind", "stream", "--days", "30"])?;
    desk.messages(40).await?;
    desk.picture("retention-2-kept").await
}
