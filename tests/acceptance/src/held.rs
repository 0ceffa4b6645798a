use std::collections::BTreeMap;

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
pub struct Held(BTreeMap<Screen, Vec<Expected>>);

#[derive(Debug)]
struct Expected {
    state: String,
    /// All of these are in the row's key and text.
    words: Vec<String>,
}

impl Held {
    pub fn row<const N: usize>(&mut self, screen: Screen, state: &str, words: [&str; N]) {
        let words = words.map(str::to_owned).to_vec();
        self.0.entry(screen).or_default().push(Expected { state: state.to_owned(), words });
    }

    pub fn line<const N: usize>(&mut self, kind: &str, words: [&str; N]) {
        self.row(Screen::History, kind, words);
    }

    /// Whether the ask of this key waits: the first words of its row are of the key.
    pub fn waits(&self, key: &str) -> bool {
        let waiting = self.0.get(&Screen::Inbox).map(Vec::as_slice).unwrap_or_default();
        waiting.iter().any(|row| row.words.first().is_some_and(|words| key.contains(words)))
    }

    /// Where a screen differs from it; nothing where it does not.
    pub fn difference(&self, screen: Screen, mut shown: Vec<Row>) -> Option<String> {
        let expected = self.0.get(&screen).map(Vec::as_slice).unwrap_or_default();
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
        let row = shown("message", "coder: hello");
        let difference = |rows| held.difference(Screen::History, rows);
        assert_eq!(difference(vec![row.clone()]), None);
        assert!(difference(vec![]).unwrap().contains("misses"));
        assert!(difference(vec![row.clone(), row.clone()]).is_some());
        assert!(difference(vec![row.clone(), shown("odd", "not understood")]).is_some());
        assert!(difference(vec![shown("stream", "coder: hello")]).is_some());
        assert!(difference(vec![shown("message", "coder: good bye")]).is_some());
    }
}
