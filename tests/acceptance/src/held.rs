use std::collections::{BTreeMap, BTreeSet};

use crate::surface::Row;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    Inbox,
    Agents,
    Threads,
    Tasks,
    Findings,
    History,
}

impl Screen {
    pub const ALL: [Self; 6] =
        [Self::Inbox, Self::Agents, Self::Threads, Self::Tasks, Self::Findings, Self::History];
}

/// What a server holds, as rows that must be on the screens: each once, and no others.
#[derive(Debug, Default)]
pub struct Held {
    rows: BTreeMap<Screen, Vec<Expected>>,
    /// Lines of history that are there only if somebody listened.
    passing: Vec<Expected>,
}

#[derive(Debug)]
struct Expected {
    state: String,
    /// All of these are in the row's key and text.
    words: Vec<String>,
}

impl Held {
    pub fn row<const N: usize>(&mut self, screen: Screen, state: &str, words: [&str; N]) {
        let words = words.map(str::to_owned).to_vec();
        self.rows.entry(screen).or_default().push(Expected { state: state.to_owned(), words });
    }

    pub fn line<const N: usize>(&mut self, kind: &str, words: [&str; N]) {
        self.row(Screen::History, kind, words);
    }

    /// Lines that are told as something happens and are kept nowhere: each may be there, and none twice.
    pub fn passing(&mut self, kind: &str, words: &str) {
        self.passing.push(Expected { state: kind.to_owned(), words: vec![words.to_owned()] });
    }

    /// Whether the ask of this key waits: the first words of its row are of the key.
    pub fn waits(&self, key: &str) -> bool {
        let waiting = self.rows.get(&Screen::Inbox).map(Vec::as_slice).unwrap_or_default();
        waiting.iter().any(|row| row.words.first().is_some_and(|words| key.contains(words)))
    }

    /// Where a screen differs from it; nothing where it does not.
    pub fn difference(&self, screen: Screen, mut shown: Vec<Row>) -> Option<String> {
        let expected = self.rows.get(&screen).map(Vec::as_slice).unwrap_or_default();
        let mut keys = BTreeSet::new();
        if let Some(twice) = shown.iter().find(|row| !keys.insert(row.key.clone())) {
            return Some(format!("{screen:?} has this twice: {twice:#?}"));
        }
        if screen == Screen::History {
            shown.retain(|row| !self.passing.iter().any(|passing| passing.is(row)));
        }
        let mut missing = Vec::new();
        for row in expected {
            match shown.iter().position(|shown| row.is(shown)) {
                Some(at) => _ = shown.swap_remove(at),
                None => missing.push(row),
            }
        }
        let differs = !missing.is_empty() || !shown.is_empty();
        differs.then(|| format!("{screen:?} misses {missing:#?} and has besides {shown:#?}"))
    }
}

impl Expected {
    fn is(&self, row: &Row) -> bool {
        self.state == row.state
            && self.words.iter().all(|words| row.key.contains(words) || row.text.contains(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(state: &str, text: &str) -> Row {
        Row { key: "hive/message:1".into(), state: state.into(), text: text.into() }
    }

    #[test]
    fn one_row_too_few_one_too_many_and_one_twice_are_differences() {
        let mut held = Held::default();
        held.line("message", ["message:1", "hello"]);
        held.passing("lifecycle", "event:");
        let row = shown("message", "coder: hello");
        let difference = |rows| held.difference(Screen::History, rows);
        assert_eq!(difference(vec![row.clone()]), None);
        let event = Row { key: "hive/event:1".into(), ..shown("lifecycle", "Works") };
        assert_eq!(difference(vec![row.clone(), event.clone()]), None);
        assert!(difference(vec![row.clone(), event.clone(), event]).is_some());
        assert!(difference(vec![]).unwrap().contains("misses"));
        assert!(difference(vec![row.clone(), row.clone()]).is_some());
        let odd = Row { key: "hive/odd:1".into(), ..shown("odd", "not understood") };
        assert!(difference(vec![row.clone(), odd]).is_some());
        assert!(difference(vec![shown("stream", "coder: hello")]).is_some());
        assert!(difference(vec![shown("message", "coder: good bye")]).is_some());
    }
}
