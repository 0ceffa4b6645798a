use anyhow::Result;

use crate::coordinator::{Ask, Said, Source};
use crate::held::Screen;

/// Where the operator works: the window, or the command line.
#[expect(async_fn_in_trait, reason = "its futures never leave the test that made them")]
pub trait Surface {
    /// Adds a source.
    async fn add(&self, source: &Source) -> Result<()>;

    /// How the link of a source is, in a word.
    async fn link(&self, source: &str) -> Result<String>;

    /// What a screen lists now.
    async fn rows(&self, screen: Screen) -> Result<Vec<Row>>;

    /// Says something in a thread, and waits until it is known that it was said.
    async fn say(&self, said: &Said) -> Result<()>;

    /// Answers what waits under this key, and waits until it is known that the answer was taken.
    async fn answer(&self, key: &str, ask: &Ask) -> Result<()>;
}

/// One row of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `source/item`.
    pub key: String,
    /// Its state; in the history, its kind.
    pub state: String,
    pub text: String,
}
