//! `bell export`: all of the history that fits, newest first, asked for and written part by part.

use std::io::{IsTerminal, Write};
use std::path::Path;

use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::export::{ExportPart, Format, PartFile, PartFileError};

use crate::args::Export;
use crate::desk::{Desk, unexpected};
use crate::history;
use crate::paper::Paper;
use crate::stop::stop_signal;
use crate::trouble::{Exit, Trouble};

/// Where an export goes.
enum Target {
    Screen,
    File(PartFile),
}

pub async fn export(desk: &Desk, paper: &mut Paper, wanted: &Export) -> Result<Exit, Trouble> {
    // Heard from here on, so that nothing half done is left behind.
    let stop = stop_signal()?;
    let mut target = Target::open(wanted.output.as_deref())?;
    let filter = history::filter(desk, &wanted.filter, &paper.clock).await?;
    let copied = copy(desk, wanted, filter, &mut target);
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
async fn copy(
    desk: &Desk,
    wanted: &Export,
    mut filter: HistoryFilter,
    target: &mut Target,
) -> Result<u64, Trouble> {
    let format: Format = wanted.format.into();
    let mut progress = Progress::new(wanted);
    loop {
        let ExportPart { text, lines, next } =
            match desk.read(Command::HistoryExport { filter: filter.clone(), format }).await? {
                Answer::Exported { part } => part,
                other => return Err(unexpected(&other)),
            };
        target.write(text.as_bytes())?;
        progress.add(lines);
        filter.before = next;
        if filter.before.is_none() {
            return Ok(progress.lines);
        }
        // Without an engine the parts are read in one go: somebody has to ask whether it is enough.
        tokio::task::yield_now().await;
    }
}

impl Target {
    fn open(file: Option<&Path>) -> Result<Self, Trouble> {
        Ok(match file {
            None => Self::Screen,
            Some(file) => Self::File(PartFile::open(file, false)?),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match self {
            Self::Screen => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
            Self::File(part) => Ok(part.write(bytes)?),
        }
    }

    fn finish(self) -> Result<(), Trouble> {
        match self {
            Self::Screen => Ok(()),
            Self::File(part) => Ok(part.finish()?),
        }
    }
}

impl From<PartFileError> for Trouble {
    fn from(error: PartFileError) -> Self {
        match error {
            PartFileError::NoName(_) | PartFileError::Taken(_) => Self::usage(error.to_string()),
            PartFileError::Failed { .. } => Self::failed(error.to_string()),
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

    fn add(&mut self, lines: u64) {
        self.lines += lines;
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
