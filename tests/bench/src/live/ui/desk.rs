use anyhow::{Context, Result};
use deskbell_e2e::{Key, long_change, named, named_with};
use deskbell_sim::hyperhive::Proposal;
use deskbell_sim::{Config, Hyperhive};

use super::painted;
use crate::live::app::App;
use crate::live::feed::{Feed, Pace, Plan};
use crate::live::times::Times;

const EVENTS_PER_SECOND: u64 = 2_000;
/// So many small changes wait.
const ASKS: usize = 20;
/// Fewer lines than these are no code that can be seen.
const SEEN_LINES: usize = 3;

/// What waits, in the order it was asked: small changes, and then a long one.
pub struct Desk {
    pub app: App,
    last_small: String,
    long: String,
    feed: Feed,
    _hive: Hyperhive,
}

impl Desk {
    pub async fn open(lines: usize) -> Result<Self> {
        let hive = Hyperhive::start(Config::default()).await?;
        let mut last_small = String::new();
        for n in 0..ASKS {
            last_small = format!("asking/approval:{}", hive.ask_approval("coder", &format!("add tool {n}")));
        }
        let long = Proposal::change("coder", "beef123", &long_change(lines), "read the lines by name");
        let long = format!("asking/approval:{}", hive.ask_approval_of(long));
        let feed = Feed::start(Plan { events: u64::MAX, pace: Pace::PerSecond(EVENTS_PER_SECOND) })?;
        let sources = [("asking".to_owned(), hive.url()), ("talking".to_owned(), feed.url(0))];
        let app = App::open(&sources).await?;
        app.window.sees(&named_with("ask-row", "key", &long)).await?;
        Ok(Self { app, last_small, long, feed, _hive: hive })
    }

    /// The other source begins to talk.
    pub async fn talk(&self) -> Result<()> {
        self.feed.go(1).await
    }

    pub async fn go(&self, screen: &str) -> Result<()> {
        self.app.window.go(screen).await
    }

    /// The ask that was asked first is looked at, which has a small change as the next has.
    pub async fn begin(&self) -> Result<()> {
        self.go("Inbox").await?;
        self.app.window.click(&named("ask-row")).await
    }

    /// How long a small change and the long one take to open with a key, in turns.
    pub async fn changes(&self, times: usize) -> Result<(Times, Times)> {
        let window = &self.app.window;
        let (mut small, mut long) = (Vec::new(), Vec::new());
        window.click(&named_with("ask-row", "key", &self.last_small)).await?;
        for _ in 0..times {
            long.push(self.opens(Key::Char('j'), &self.long).await?);
            small.push(self.opens(Key::Char('k'), &self.last_small).await?);
        }
        Ok((Times::of(small), Times::of(long)))
    }

    async fn opens(&self, key: Key, ask: &str) -> Result<std::time::Duration> {
        let detail = named_with("ask-detail", "key", ask);
        let lines = format!("{} .line", named("diff"));
        painted::open(&self.app.window, key, &detail, &lines, SEEN_LINES)
            .await
            .with_context(|| format!("{ask} was to open"))
    }
}
