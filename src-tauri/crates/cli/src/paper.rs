use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::moment::Clock;
use crate::trouble::Trouble;
use deskbell_engine::escape;

/// What is printed on.
pub struct Paper {
    out: Box<dyn Write + Send>,
    /// One JSON object a line, instead of words for people.
    pub json: bool,
    pub clock: Clock,
    color: bool,
}

/// How a cell looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Bold,
    Faint,
    Good,
    Bad,
    Warm,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warm => "33",
        }
    }
}

/// Text for one line, safe to print.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    ink: Ink,
}

impl Cell {
    pub fn new(text: impl AsRef<str>, ink: Ink) -> Self {
        Self { text: escape::line(text.as_ref()), ink }
    }

    /// Cut where it would fill the screen.
    pub fn short(text: impl AsRef<str>, ink: Ink) -> Self {
        const MOST: usize = 120;
        let mut cell = Self::new(text, ink);
        if let Some((at, _)) = cell.text.char_indices().nth(MOST) {
            cell.text.truncate(at);
            cell.text.push('…');
        }
        cell
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Ink::Plain)
    }
}

impl Paper {
    pub fn stdout(json: bool) -> Self {
        let color = !json
            && std::io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { out: Box::new(std::io::stdout()), json, clock: Clock::read(), color }
    }

    /// One JSON object on a line of its own.
    pub fn object<T: Serialize>(&mut self, object: &T) -> Result<(), Trouble> {
        let json = serde_json::to_string(object).map_err(|error| Trouble::failed(error.to_string()))?;
        writeln!(self.out, "{}", escape::json(&json))?;
        Ok(self.out.flush()?)
    }

    /// Words for a person, on as many lines as they have.
    pub fn say(&mut self, words: &str) -> Result<(), Trouble> {
        writeln!(self.out, "{}", escape::lines(words))?;
        Ok(self.out.flush()?)
    }

    /// A line made of cells.
    pub fn line(&mut self, cells: &[Cell]) -> Result<(), Trouble> {
        self.table(&[cells.to_vec()])
    }

    /// Rows whose cells stand under each other.
    pub fn table(&mut self, rows: &[Vec<Cell>]) -> Result<(), Trouble> {
        self.out.write_all(table(rows, self.color).as_bytes())?;
        Ok(self.out.flush()?)
    }
}

fn table(rows: &[Vec<Cell>], color: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max().unwrap_or_default()
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        let last = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        for (column, cell) in row[..last].iter().enumerate() {
            if column > 0 {
                out.push_str("  ");
            }
            if color && cell.ink != Ink::Plain {
                out.push_str(&format!("\u{1b}[{}m{}\u{1b}[0m", cell.ink.code(), cell.text));
            } else {
                out.push_str(&cell.text);
            }
            if column + 1 < last {
                out.push_str(&" ".repeat(widths[column] - cell.width()));
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_each_other_and_lines_end_with_their_text() {
        let rows = [
            vec!["KEY".into(), "TITLE".into(), "".into()],
            vec!["hive/approval:7".into(), "ünï".into(), "".into()],
            vec![],
        ];
        assert_eq!(table(&rows, false), "KEY              TITLE\nhive/approval:7  ünï\n\n");
    }

    #[test]
    fn colours_do_not_move_columns() {
        let rows = [vec![Cell::new("ab", Ink::Good), "x".into()], vec!["abc".into(), "y".into()]];
        assert_eq!(table(&rows, true), "\u{1b}[32mab\u{1b}[0m   x\nabc  y\n");
    }

    #[test]
    fn a_cell_cannot_break_out_of_its_line() {
        let cell = Cell::new("a\n\u{1b}[2Jb", Ink::Plain);
        assert_eq!(table(&[vec![cell]], false), "a⏎‹U+001B›[2Jb\n");
    }

    #[test]
    fn a_short_cell_is_cut_between_characters() {
        let cell = Cell::short("ä".repeat(500), Ink::Plain);
        assert_eq!(cell.width(), 121);
        assert!(cell.text.ends_with("ä…"));
    }
}
