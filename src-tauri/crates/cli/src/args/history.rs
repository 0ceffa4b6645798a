//! What the commands about history take.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use deskbell_domain::{EntryKind, LineOutcome};

pub const HISTORY_EXAMPLES: &str = "\
Examples:
  bell history --agent coder --since 7d --outcome approved     what coder asked and was allowed, and by whom
  bell history --kind receipt --by me                           what you answered
  bell history deploy --by others --best
  bell history --around 2026-11-17T09:00 --limit 40";

pub const EXPORT_EXAMPLES: &str = "\
Examples:
  bell export --output history.jsonl                     all there is
  bell export --kind receipt --since 30d --format csv > receipts.csv
  bell export deploy --source hive --since 2d --format markdown

It works without Deskbell running. FILE appears when it is whole, for your eyes alone: until then the lines are in a \
file beside it that ends in .part, and Ctrl-C leaves neither. A file that is there already is never written over.

jsonl is the whole of it, to be imported elsewhere: a line of history a line, with the frame behind it. csv and markdown are \
for people: characters that would steer a terminal are written by their number, a cell that a spreadsheet would take \
for a formula begins with ', and agents' words can neither format nor link anything. No secret of a source is in any \
of them, but what agents wrote is.";

pub const IMPORT_EXAMPLES: &str = "\
Examples:
  bell export --output history.jsonl       on the one machine
  bell import history.jsonl                on the other, with Deskbell running

Lines of history are added, and nothing else: no asks, no receipts to be answered for, no settings, no secrets. What \
is here already stays as it is, so a file may be imported again. A source that is not here is added paused, without a \
login: look at its address before you resume it. If any line cannot be read, or a source here is another one than the \
file's, nothing is imported. Import only what you trust: what a file says becomes part of your history.";

/// Which lines of history are meant: all that is given must hold.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only what has these words, also as parts of others: deploy, '"a phrase"', 'deploy -staging', main.rs
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// What a saved search looks for; what is given beside it counts instead of what it says of the same
    #[arg(long, value_name = "NAME")]
    pub saved: Option<String>,
    /// Of this source
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Of this thread
    #[arg(long, value_name = "KEY")]
    pub thread: Option<String>,
    /// Of this agent
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Of this kind
    #[arg(long, value_parser = PossibleValuesParser::new(EntryKind::ALL.map(EntryKind::as_str)))]
    pub kind: Option<String>,
    /// Of what ended so, or of your answers that did not win: lost, unknown, discarded
    #[arg(long, value_parser = PossibleValuesParser::new(LineOutcome::ALL.map(LineOutcome::as_str)))]
    pub outcome: Option<String>,
    /// Of what was ended by me, nobody, others (whoever), or the one of this name
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// Not older: 2h, 7d, 14:02, 2026-11-21, 2026-11-21T14:02
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Not newer
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

#[derive(Debug, Args)]
pub struct History {
    #[command(flatten)]
    pub filter: Filter,
    /// How many rows
    #[arg(long, default_value_t = 50, value_name = "ROWS")]
    pub limit: u32,
    /// The best first, and not the newest: of the newest five hundred rows that have the words, those that say them
    /// themselves and as whole words come before those that have them inside others or in the frame behind the row
    #[arg(long, requires = "words", conflicts_with_all = ["before", "after", "around"])]
    pub best: bool,
    /// Only what is older than the row with this cursor (--json prints cursors)
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["after", "around"])]
    pub before: Option<String>,
    /// Only what is newer than the row with this cursor, from there on
    #[arg(long, value_name = "CURSOR", conflicts_with = "around")]
    pub after: Option<String>,
    /// What happened before and after this time, half of the rows each
    #[arg(long, value_name = "TIME")]
    pub around: Option<String>,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub filter: Filter,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// Into this file; to standard output when left out
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Import {
    /// What `bell export` wrote as jsonl
    pub file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line: all there is of it
    Jsonl,
    /// For a spreadsheet
    Csv,
    /// For a ticket
    Markdown,
}

impl From<Format> for deskbell_engine::export::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
            Format::Markdown => Self::Markdown,
        }
    }
}
