//! For a ticket. What agents wrote stands between backticks: there nothing is formatted, linked, mentioned or run.

use std::fmt::Write;

use deskbell_domain::Millis;
use deskbell_engine::view::EntryView;

use crate::escape;
use crate::moment::Clock;

pub const HEAD: &str =
    "# History\n\nNewest first. A time with ~ is when Deskbell saw it: no server told one.\n";

/// Under which day it writes.
#[derive(Debug, Default)]
pub struct Markdown {
    day: String,
}

impl Markdown {
    pub fn page(&mut self, rows: &[EntryView], clock: &Clock) -> String {
        let mut page = String::new();
        for row in rows {
            let (day, hour) = when(row.at, clock);
            // Writing to a String cannot fail.
            if day != self.day {
                let _ = writeln!(page, "\n## {day}\n");
                self.day = day;
            }
            let ours = if row.said { "" } else { "~" };
            let who = row.agent.as_deref().map(|agent| format!(" {}", code(agent))).unwrap_or_default();
            let (source, kind) = (code(row.source.as_str()), row.kind.as_str());
            let _ = writeln!(page, "- {ours}{hour} {source}{who} {kind}: {}", code(&row.text));
        }
        page
    }
}

/// The day with how far it is from UTC, and the time in it.
fn when(at: Millis, clock: &Clock) -> (String, String) {
    match clock.zoned(at) {
        Some(at) => (at.strftime("%Y-%m-%d (UTC%:z)").to_string(), at.strftime("%H:%M:%S").to_string()),
        None => ("At no known time".to_owned(), "?".to_owned()),
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
