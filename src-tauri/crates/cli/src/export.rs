//! `bell export`: all of the history that fits, newest first, read and written page by page.

mod csv;
pub mod jsonl;
mod markdown;
mod target;

use std::collections::HashMap;
use std::io::{IsTerminal, Write};

use deskbell_domain::SourceId;
use deskbell_engine::carry::Origin;
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::EntryView;

use crate::args::{Export, Format};
use crate::desk::{Desk, unexpected};
use crate::history;
use crate::moment::Clock;
use crate::paper::Paper;
use crate::stop::stop_signal;
use crate::trouble::{Exit, Trouble};
use markdown::Markdown;
use target::Target;

/// Lines read at a time: the most that a page holds.
const PAGE: u32 = 1_000;

/// A format, and what it has to remember between two pages.
enum Writer {
    Jsonl(HashMap<SourceId, Origin>),
    Csv,
    Markdown(Markdown),
}

pub async fn export(desk: &Desk, paper: &mut Paper, wanted: &Export) -> Result<Exit, Trouble> {
    // Heard from here on, so that nothing half done is left behind.
    let stop = stop_signal()?;
    let mut target = Target::open(wanted.output.as_deref())?;
    let copied = copy(desk, wanted, &paper.clock, &mut target);
    let lines = tokio::select! {
        biased;
        () = stop => return Err(Trouble::failed(match wanted.output {
            Some(_) => "ended before it was done: no file was left behind",
            None => "ended before it was done: what was printed is not all there is",
        })),
        lines = copied => lines?,
    };
    target.finish()?;
    if let Some(file) = &wanted.output {
        if paper.json {
            paper.object(&serde_json::json!({ "lines": lines, "file": file }))?;
        } else {
            paper.say(&format!("{lines} lines of history are in {}", file.display()))?;
        }
    }
    Ok(Exit::Done)
}

/// How many lines there were.
async fn copy(desk: &Desk, wanted: &Export, clock: &Clock, target: &mut Target) -> Result<u64, Trouble> {
    let mut writer = Writer::new(desk, wanted.format).await?;
    target.write(&writer.head()?)?;
    let mut filter =
        HistoryFilter { limit: Some(PAGE), ..history::filter(desk, &wanted.filter, clock).await? };
    let mut progress = Progress::new(wanted);
    loop {
        let rows = match desk.read(Command::HistoryPage { filter: filter.clone() }).await? {
            Answer::History { rows } => rows,
            other => return Err(unexpected(&other)),
        };
        let Some(last) = rows.last() else { break };
        filter.before = Some(last.cursor.clone());
        target.write(&writer.page(&rows, clock)?)?;
        progress.add(rows.len());
        // Without an engine the pages are read in one go: somebody has to ask whether it is enough.
        tokio::task::yield_now().await;
    }
    Ok(progress.lines)
}

impl Writer {
    async fn new(desk: &Desk, format: Format) -> Result<Self, Trouble> {
        Ok(match format {
            Format::Jsonl => {
                let origin = |row: deskbell_engine::view::SourceView| {
                    (row.source, Origin { name: row.name, dialect: row.dialect, url: row.url })
                };
                Self::Jsonl(desk.sources().await?.into_iter().map(origin).collect())
            }
            Format::Csv => Self::Csv,
            Format::Markdown => Self::Markdown(Markdown::default()),
        })
    }

    fn head(&self) -> Result<Vec<u8>, Trouble> {
        match self {
            Self::Jsonl(_) => Ok(Vec::new()),
            Self::Csv => csv::head(),
            Self::Markdown(_) => Ok(markdown::HEAD.into()),
        }
    }

    fn page(&mut self, rows: &[EntryView], clock: &Clock) -> Result<Vec<u8>, Trouble> {
        match self {
            Self::Jsonl(origins) => jsonl::page(rows, origins),
            Self::Csv => csv::page(rows),
            Self::Markdown(markdown) => Ok(markdown.page(rows, clock).into_bytes()),
        }
    }
}

/// Says on a terminal how far it is. How many lines there will be, nobody has counted.
struct Progress {
    lines: u64,
    said: bool,
}

impl Progress {
    fn new(wanted: &Export) -> Self {
        // Lines that go to the same screen are progress enough.
        let seen = wanted.output.is_some() || !std::io::stdout().is_terminal();
        Self { lines: 0, said: seen && std::io::stderr().is_terminal() }
    }

    fn add(&mut self, lines: usize) {
        self.lines += lines as u64;
        if self.said {
            // Nobody is harmed where it cannot be said.
            let _ = write!(std::io::stderr(), "\r{} lines", self.lines);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.said {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
