//! Rows that a history has told and the stream still may: without a count, only their content and their order
//! say which is which.

use deskbell_domain::Hash;

use super::frame::Heard;
use super::scroll::is_anchor;

#[derive(Debug, Default)]
pub(super) struct Owed {
    rows: Vec<Hash>,
    /// Where the stream may stand in them; nothing before it has begun.
    places: Option<Vec<usize>>,
    /// Rows that look as if they were owed, until that is sure.
    doubted: Vec<Row>,
}

/// A row and its text.
pub(super) type Row = (Heard, String);

impl Owed {
    /// A history told these, oldest first; whatever was in doubt is in it.
    pub fn add(&mut self, rows: &[&Heard]) {
        self.rows.extend(rows.iter().map(|row| row.hash.clone()));
        self.places = None;
        self.doubted.clear();
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes in what the stream says; gives what is news.
    pub fn take(&mut self, row: Row) -> Vec<Row> {
        let places = match &self.places {
            // The model's own output differs each time: wherever it is, the stream stands behind it.
            _ if is_anchor(&row.0) => {
                let at = self.rows.iter().position(|owed| *owed == row.0.hash).map(|at| at + 1);
                if let Some(at) = at {
                    self.rows.drain(..at);
                    self.doubted.clear();
                    self.places = Some(vec![0]);
                    return Vec::new();
                }
                Vec::new()
            }
            None => self.after(0..self.rows.len(), &row.0.hash),
            Some(places) => {
                let next = |from: &usize| {
                    let rest = self.rows.get(*from..)?;
                    Some(from + rest.iter().position(|owed| *owed == row.0.hash)? + 1)
                };
                let mut places: Vec<usize> = places.iter().filter_map(next).collect();
                places.dedup();
                places
            }
        };
        self.doubted.push(row);
        if places.is_empty() {
            // What comes in order and is not owed comes after all that is.
            self.rows.clear();
            self.places = None;
            return std::mem::take(&mut self.doubted);
        }
        if places.last() == Some(&self.rows.len()) {
            self.doubted.clear();
        }
        self.places = Some(places);
        Vec::new()
    }

    fn after(&self, among: std::ops::Range<usize>, hash: &Hash) -> Vec<usize> {
        among.filter(|at| self.rows.get(*at) == Some(hash)).map(|at| at + 1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperhive_agent::frame::hear;

    /// `s` and `e` look like any other; digits are rows of the model.
    fn rows(letters: &str) -> Vec<Heard> {
        let raw = |letter| match letter {
            'e' => r#"{"kind":"turn_end","ok":true,"note":null}"#.to_owned(),
            's' => r#"{"kind":"turn_start","from":"operator","body":"go on","unread":0}"#.to_owned(),
            letter => format!(r#"{{"kind":"stream","type":"result","n":"{letter}"}}"#),
        };
        letters.chars().map(|letter| hear(&raw(letter)).heard.unwrap().unwrap()).collect()
    }

    /// How many of these are told as news after that history.
    fn news(history: &str, stream: &str) -> usize {
        let (history, mut owed) = (rows(history), Owed::default());
        owed.add(&history.iter().collect::<Vec<_>>());
        rows(stream).into_iter().map(|row| owed.take((row, String::new())).len()).sum()
    }

    #[test]
    fn what_the_history_told_is_not_told_again() {
        assert_eq!(news("", "s1e"), 3);
        assert_eq!(news("s1e", "s1e"), 0);
        assert_eq!(news("s1e", "1es"), 1);
        assert_eq!(news("s1e", "s2e"), 3, "another turn that begins alike");
        assert_eq!(news("s1es2e", "e"), 0);
        assert_eq!(news("s1es2e", "es2es"), 1);
        assert_eq!(news("s1e23e", "s13e4"), 1, "the stream lost what the history has");
        assert_eq!(news("ee", "eee"), 1);
    }
}
