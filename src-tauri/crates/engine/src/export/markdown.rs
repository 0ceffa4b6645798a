//! For a ticket. What agents wrote stands between backticks: there nothing is formatted, linked, mentioned or run.

use std::fmt::Write;

use deskbell_domain::{By, Ended, Millis};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::escape;
use crate::view::EntryView;

pub(super) const HEAD: &str =
    "# History\n\nNewest first. A time with ~ is when Deskbell saw it: no server told one.\n";

/// Under which day it writes, by the calendar of a place.
#[derive(Debug)]
pub(super) struct Markdown {
    zone: TimeZone,
    day: String,
}

impl Markdown {
    /// After a line of that time.
    pub fn new(zone: TimeZone, after: Option<Millis>) -> Self {
        let day = after.map(|at| when(at, &zone).0).unwrap_or_default();
        Self { zone, day }
    }

    pub fn add(&mut self, text: &mut String, row: &EntryView) {
        let (day, hour) = when(row.at, &self.zone);
        // Writing to a String cannot fail.
        if day != self.day {
            let _ = writeln!(text, "\n## {day}\n");
            self.day = day;
        }
        let ours = if row.said { "" } else { "~" };
        let who = row.agent.as_deref().map(|agent| format!(" {}", code(agent))).unwrap_or_default();
        let (source, kind) = (code(row.source.as_str()), row.kind.as_str());
        let _ = write!(text, "- {ours}{hour} {source}{who} {kind}: {}", code(&row.text));
        if let Some(Ended { outcome, by }) = &row.ended {
            let _ = match by {
                By::Us | By::Nobody => write!(text, " → {} by {}", outcome.as_str(), by.name()),
                By::Other(name) => write!(text, " → {} by {}", outcome.as_str(), code(name)),
            };
        }
        text.push('\n');
    }
}

/// The day with how far it is from UTC, and the time in it.
fn when(at: Millis, zone: &TimeZone) -> (String, String) {
    match Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(zone.clone())) {
        Ok(at) => (at.strftime("%Y-%m-%d (UTC%:z)").to_string(), at.strftime("%H:%M:%S").to_string()),
        Err(_) => ("At no known time".to_owned(), "?".to_owned()),
    }
}

/// One line between more backticks than it has itself in a row.
fn code(text: &str) -> String {
    let line = escape::line(text);
    if line.trim().is_empty() {
        return "(nothing)".to_owned();
    }
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    if longest == 0 { format!("{fence}{line}{fence}") } else { format!("{fence} {line} {fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_gets_out_of_its_backticks() {
        for (text, written) in [
            ("done", "`done`"),
            ("**@all** <script> [x](http://h)", "`**@all** <script> [x](http://h)`"),
            ("a `b` c", "`` a `b` c ``"),
            ("``` \n# gone\n```", "```` ``` ⏎# gone⏎``` ````"),
            ("`", "`` ` ``"),
            (" \n", "` ⏎`"),
            ("", "(nothing)"),
        ] {
            assert_eq!(code(text), written, "{text:?}");
        }
    }
}
