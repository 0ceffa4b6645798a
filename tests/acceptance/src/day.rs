use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::coordinator::{Ask, Coordinator, Said};
use crate::held::{Held, Screen};
use crate::patience::within;
use crate::surface::Surface;

/// Servers are polled, links wait before they try again, and a look at every screen takes a while.
const PATIENCE: Duration = Duration::from_secs(60);

/// A day: the operator adds the server and answers three times, once across a cut and once across a restart. In
/// between, and in the end, every screen shows what the server holds, row by row.
pub async fn work_through(coordinator: &impl Coordinator, surface: &impl Surface) -> Result<()> {
    let mut day = Day { coordinator, surface, taken: Vec::new(), answers: 0 };
    coordinator.work("Before anybody listened");
    let source = coordinator.source();
    surface.add(&source).await?;
    day.until_live(source.name).await?;
    day.until_equal("at first").await?;

    coordinator.work("While somebody listened");
    day.until_equal("live").await?;
    let (first, key) = day.ask(1).await?;
    day.answer(&first, &key).await?;
    day.until_equal("after an answer").await?;

    let (second, key) = day.ask(2).await?;
    day.until_equal("while something waits").await?;
    coordinator.cut().await;
    coordinator.work("While nobody listened");
    day.until_live(source.name).await?;
    day.until_equal("after a cut").await?;
    day.answer(&second, &key).await?;
    day.until_equal("after an answer across the cut").await?;

    let (third, key) = day.ask(3).await?;
    day.until_equal("while something waits again").await?;
    coordinator.restart().await?;
    coordinator.work("After the restart");
    day.until_live(source.name).await?;
    day.until_equal("after a restart").await?;
    if coordinator.held().waits(&key) {
        day.answer(&third, &key).await?;
    }
    day.until_equal("in the end").await?;
    let answered = coordinator.answered();
    ensure!(answered == day.answers, "{} answers were given, and {answered} arrived", day.answers);
    Ok(())
}

struct Day<'a, C, S> {
    coordinator: &'a C,
    surface: &'a S,
    /// The title of each thing the operator did something with; each has its receipt in the history.
    taken: Vec<String>,
    answers: usize,
}

impl<C: Coordinator, S: Surface> Day<'_, C, S> {
    /// Something begins to wait. Gives the key under which the operator is shown it.
    async fn ask(&mut self, nth: usize) -> Result<(Ask, String)> {
        let ask = self.coordinator.ask(nth);
        if let Some(said) = &ask.after {
            self.say(said).await?;
        }
        let key = within(PATIENCE, &format!("\"{}\" waits", ask.title), async || {
            self.coordinator.tick();
            let rows = self.surface.rows(Screen::Inbox).await?;
            let row = rows.into_iter().find(|row| row.state == "open" && row.text.contains(&ask.title));
            Ok(row.map(|row| row.key))
        })
        .await?;
        Ok((ask, key))
    }

    async fn say(&mut self, said: &Said) -> Result<()> {
        self.taken.push(said.thread_title.to_owned());
        self.surface.say(said).await.with_context(|| format!("saying \"{}\"", said.words))
    }

    async fn answer(&mut self, ask: &Ask, key: &str) -> Result<()> {
        self.taken.push(ask.title.clone());
        self.answers += 1;
        self.surface.answer(key, ask).await.with_context(|| format!("answering \"{}\"", ask.title))
    }

    async fn until_live(&self, source: &str) -> Result<()> {
        within(PATIENCE, &format!("{source} is live"), async || {
            let live = self.coordinator.is_heard() && self.surface.link(source).await? == "live";
            Ok(live.then_some(()))
        })
        .await
    }

    /// Waits until every screen shows what the server holds, and the history what the operator did.
    async fn until_equal(&self, when: &str) -> Result<()> {
        let mut last = String::new();
        let equal = within(PATIENCE, "what the operator is shown is what the server holds", async || {
            self.coordinator.tick();
            let held = self.expected();
            for screen in Screen::ALL {
                if let Some(difference) = held.difference(screen, self.surface.rows(screen).await?) {
                    last = difference;
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
        .await;
        equal.with_context(|| format!("{when}: {last}"))
    }

    fn expected(&self) -> Held {
        let mut held = self.coordinator.held();
        for title in &self.taken {
            held.line("receipt", [title, ": won."]);
        }
        // What rang is between Deskbell and the desktop.
        held.passing("notice", "/notice:");
        held
    }
}
