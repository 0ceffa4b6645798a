//! For a spreadsheet, which takes cells that begin in a certain way for formulas, and runs them.

use deskbell_domain::Millis;
use jiff::Timestamp;

use crate::command::{CommandError, ErrorCode};
use crate::escape;
use crate::view::EntryView;

const COLUMNS: [&str; 11] =
    ["time", "clock", "source", "kind", "agent", "thread", "ask", "outcome", "by", "item", "text"];

pub(super) fn head() -> Result<String, CommandError> {
    record(COLUMNS)
}

pub(super) fn add(text: &mut String, row: &EntryView) -> Result<(), CommandError> {
    text.push_str(&record(cells(row))?);
    Ok(())
}

fn cells(row: &EntryView) -> [String; COLUMNS.len()] {
    let by = row.ended.as_ref().map(|ended| ended.by.name()).unwrap_or_default();
    [
        time(row.at).as_str(),
        if row.said { "source" } else { "deskbell" },
        row.source.as_str(),
        row.kind.as_str(),
        row.agent.as_deref().unwrap_or_default(),
        row.thread.as_ref().map_or("", |item| item.as_str()),
        row.ask.as_ref().map_or("", |item| item.as_str()),
        row.ended.as_ref().map_or("", |ended| ended.outcome.as_str()),
        &by,
        row.item.as_str(),
        &row.text,
    ]
    .map(harmless)
}

fn record<T: AsRef<[u8]>>(cells: [T; COLUMNS.len()]) -> Result<String, CommandError> {
    let failed =
        |error: &dyn std::error::Error| CommandError { code: ErrorCode::Failed, message: error.to_string() };
    // RFC 4180 ends its lines so.
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| failed(&error))?;
    let bytes = writer.into_inner().map_err(|error| failed(error.error()))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// UTC, as every spreadsheet reads it; a time out of all calendars as the number it is.
fn time(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |at| format!("{at:.3}"))
}

fn harmless(text: &str) -> String {
    let shown = escape::lines(text);
    // Some skip blanks before they look, and take the wide forms for the narrow ones.
    let starts = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if starts || text.starts_with(['\t', '\r', '\n']) { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "\u{a0}=1"]
        {
            assert!(harmless(hostile).starts_with('\''), "{hostile:?}");
        }
        for honest in ["a=1", "", "'=1", "1-1", "ü"] {
            assert_eq!(harmless(honest), honest);
        }
    }

    #[test]
    fn a_time_out_of_all_calendars_is_a_number() {
        assert_eq!(time(Millis(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(Millis(i64::MAX)), i64::MAX.to_string());
    }
}
