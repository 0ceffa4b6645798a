//! History as text: to keep it, for a spreadsheet, for a ticket. Made part by part, newest first, so that however much
//! it is, little of it is held at a time.

mod csv;
pub mod jsonl;
mod markdown;
mod part_file;

use std::collections::HashMap;

use deskbell_domain::SourceId;
use deskbell_store::Cursor;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::carry::Origin;
use crate::command::CommandError;
use crate::view::EntryView;
pub use part_file::{PartFile, PartFileError};

/// A part ends with the first line that makes it so long, in bytes, or with so many lines.
pub(crate) const ENOUGH_BYTES: usize = 1 << 20;
pub(crate) const ENOUGH_LINES: u64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// One JSON object a line: all there is of it, to be imported elsewhere.
    Jsonl,
    /// For a spreadsheet.
    Csv,
    /// For a ticket.
    Markdown,
}

/// What is next of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportPart {
    pub text: String,
    /// How many lines of history it holds.
    pub lines: u64,
    /// Where the part after it begins: to be given as `before`. Nothing after the last one.
    pub next: Option<String>,
}

/// Writes the lines of one part.
pub(crate) struct Sheet {
    format: Form,
    text: String,
    lines: u64,
}

enum Form {
    Jsonl(HashMap<SourceId, Origin>),
    Csv,
    Markdown(markdown::Markdown),
}

impl Sheet {
    /// The part that begins there; the first of all without.
    pub fn new(
        format: Format,
        after: Option<Cursor>,
        origins: HashMap<SourceId, Origin>,
        zone: TimeZone,
    ) -> Result<Self, CommandError> {
        let (format, head) = match format {
            Format::Jsonl => (Form::Jsonl(origins), String::new()),
            Format::Csv => (Form::Csv, csv::head()?),
            Format::Markdown => {
                let markdown = markdown::Markdown::new(zone, after.map(Cursor::at));
                (Form::Markdown(markdown), markdown::HEAD.to_owned())
            }
        };
        Ok(Self { format, text: if after.is_none() { head } else { String::new() }, lines: 0 })
    }

    pub fn add(&mut self, row: EntryView) -> Result<(), CommandError> {
        self.lines += 1;
        match &mut self.format {
            Form::Jsonl(origins) => jsonl::add(&mut self.text, row, origins),
            Form::Csv => csv::add(&mut self.text, &row),
            Form::Markdown(markdown) => {
                markdown.add(&mut self.text, &row);
                Ok(())
            }
        }
    }

    pub fn is_full(&self) -> bool {
        self.text.len() >= ENOUGH_BYTES || self.lines >= ENOUGH_LINES
    }

    pub fn part(self, next: Option<String>) -> ExportPart {
        ExportPart { text: self.text, lines: self.lines, next }
    }
}
