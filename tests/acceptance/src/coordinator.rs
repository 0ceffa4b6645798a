use anyhow::Result;

use crate::held::Held;

/// A simulated server of some dialect, and what happens there in a day.
#[expect(async_fn_in_trait, reason = "its futures never leave the test that made them")]
pub trait Coordinator {
    /// What the operator adds to listen to it.
    fn source(&self) -> Source;

    /// Whether anybody listens.
    fn is_heard(&self) -> bool;

    /// Something is said and done there that waits for nobody.
    fn work(&self, words: &str);

    /// Something begins to wait for the operator: the `nth` of the day, from 1.
    fn ask(&self, nth: usize) -> Ask;

    /// Every connection ends without a word.
    async fn cut(&self);

    async fn restart(&self) -> Result<()>;

    /// Called while something is waited for: what a server does from time to time, without waiting for the time.
    fn tick(&self) {}

    /// What the operator must be shown of it.
    fn held(&self) -> Held;

    /// How many answers reached it, also those that changed nothing.
    fn answered(&self) -> usize;
}

/// A source as the operator names it.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: &'static str,
    pub dialect: &'static str,
    /// Nothing where the server says in a file where it is.
    pub url: Option<String>,
    pub settings: Vec<(&'static str, String)>,
    /// Where it is an agent that another source lists: that source, and its name there.
    pub listed: Option<(Box<Source>, &'static str)>,
}

impl Source {
    pub fn new(name: &'static str, dialect: &'static str, url: String) -> Self {
        Self { name, dialect, url: Some(url), settings: Vec::new(), listed: None }
    }
}

/// What the operator says in a thread.
#[derive(Clone, Debug)]
pub struct Said {
    /// The thread's key.
    pub thread: String,
    pub thread_title: &'static str,
    pub field: &'static str,
    pub words: &'static str,
}

/// Something that waits, and how the operator answers it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What the operator says first, where that is what leads to it.
    pub after: Option<Said>,
    /// What its row says.
    pub title: String,
    pub offer: &'static str,
    pub values: Vec<(&'static str, Filled)>,
}

#[derive(Clone, Copy, Debug)]
pub enum Filled {
    Text(&'static str),
    Option(&'static str),
}

impl Ask {
    pub fn new(title: impl Into<String>, offer: &'static str) -> Self {
        Self { after: None, title: title.into(), offer, values: Vec::new() }
    }

    pub fn filled(mut self, field: &'static str, value: Filled) -> Self {
        self.values.push((field, value));
        self
    }

    pub fn after(mut self, said: Said) -> Self {
        self.after = Some(said);
        self
    }
}
