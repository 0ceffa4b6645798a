//! A line of history as the index holds it: its words in lower case, what is short, and what it is filtered by.

use std::collections::{BTreeSet, HashSet};

use deskbell_domain::{By, Ended, Entry, ItemId, LineOutcome};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::ended::who;
use crate::entry::Line;
use crate::source::Num;

/// So much of one line can be found.
const MOST_CHARS: usize = 16 * 1024;

/// Fills a word of one or two letters up to three. No text has it: `fold` sees to that.
pub(super) const FILL: char = '\u{E000}';
/// Between the words and what follows them.
const BREAK: char = '\u{E001}';
/// In every document, to begin from where something is only not wanted.
pub(super) const ALL: &str = "\u{E002}\u{E002}\u{E002}";

/// By what a line can be filtered in the index itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Facet<'a> {
    Source(Num),
    Kind(&'a str),
    Agent(&'a str),
    Thread(&'a ItemId),
    Outcome(LineOutcome),
    /// By us, by nobody or by another.
    Who(&'a str),
    /// The name of another.
    Answerer(&'a str),
}

impl Facet<'_> {
    /// Three letters that no text has. Two may be the same, once in 2^24: who reads them looks at the line itself.
    pub fn letters(self) -> String {
        let (class, hash) = match self {
            Self::Source(num) => ('\u{E010}', Sha256::digest(num.0.to_le_bytes())),
            Self::Kind(kind) => ('\u{E011}', Sha256::digest(kind)),
            Self::Agent(agent) => ('\u{E012}', Sha256::digest(agent)),
            Self::Thread(thread) => ('\u{E013}', Sha256::digest(thread.as_str())),
            Self::Outcome(outcome) => ('\u{E014}', Sha256::digest(outcome.as_str())),
            Self::Who(who) => ('\u{E015}', Sha256::digest(who)),
            Self::Answerer(name) => ('\u{E016}', Sha256::digest(name)),
        };
        let bits = hash.iter().take(3).fold(0, |bits, byte| (bits << 8) | u32::from(*byte));
        let letter = |bits: u32| char::from_u32(0xE100 + (bits & 0xFFF)).unwrap_or(FILL);
        [class, letter(bits >> 12), letter(bits)].into_iter().collect()
    }
}

/// All that is found of a line: first what it says, then its names, then what else its frame says.
pub(super) fn words(entry: &Entry) -> String {
    let mut words =
        Words { text: String::with_capacity(entry.raw.len().min(MOST_CHARS)), seen: HashSet::new() };
    let names =
        [Some(entry.item.as_str()), entry.agent.as_deref(), entry.thread.as_ref().map(ItemId::as_str)];
    let raw = serde_json::from_str::<Value>(&entry.raw);
    for part in [entry.text.as_str()].into_iter().chain(names.into_iter().flatten()) {
        words.add(part);
    }
    match &raw {
        Ok(raw) => words.add_strings(raw),
        Err(_) => words.add(&entry.raw),
    }
    let mut text = words.text;
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARS) {
        text.truncate(end);
    }
    text
}

/// A frame says much of what its line says once more: that is found as well when it stands there once.
struct Words<'a> {
    text: String,
    seen: HashSet<&'a str>,
}

impl<'a> Words<'a> {
    fn add(&mut self, part: &'a str) {
        // A letter has at most four bytes.
        if self.text.len() < 4 * MOST_CHARS && self.seen.insert(part) {
            self.text.push_str(part);
            self.text.push('\n');
        }
    }

    fn add_strings(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Array(values) => values.iter().for_each(|value| self.add_strings(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.add_strings(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What the index takes in.
pub(super) fn document(line: &Line) -> String {
    let Line { num, entry, ended, .. } = line;
    let mut document = fold(&words(entry));
    let shorts = shorts(&document);
    document.push(BREAK);
    document.extend(shorts);
    document.push_str(ALL);
    document.push_str(&Facet::Source(*num).letters());
    document.push_str(&Facet::Kind(entry.kind.as_str()).letters());
    document.extend(entry.agent.as_deref().map(|agent| Facet::Agent(agent).letters()));
    document.extend(entry.thread.as_ref().map(|thread| Facet::Thread(thread).letters()));
    if let Some(Ended { outcome, by }) = ended {
        document.push_str(&Facet::Outcome(*outcome).letters());
        document.push_str(&Facet::Who(who(by)).letters());
        if let By::Other(name) = by {
            document.push_str(&Facet::Answerer(name).letters());
        }
    }
    document
}

/// What is found though it has less than three letters: short words, and of scripts without spaces each letter and
/// each pair.
fn shorts(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut shorts = BTreeSet::new();
    let words = letters.split(|letter| !is_letter(*letter) || is_ideograph(*letter));
    shorts.extend(words.filter(|word| matches!(word.len(), 1 | 2)).map(filled));
    for size in [1, 2] {
        let is_one = |part: &&[char]| {
            part.iter().any(|letter| is_ideograph(*letter)) && part.iter().all(|letter| is_letter(*letter))
        };
        shorts.extend(letters.windows(size).filter(is_one).map(filled));
    }
    shorts
}

/// A term of one or two letters as it stands in the index.
pub(super) fn filled(letters: &[char]) -> String {
    letters.iter().copied().chain(std::iter::repeat(FILL)).take(3).collect()
}

/// In lower case, letter by letter, so that places in it are places in the text.
pub(super) fn fold(text: &str) -> String {
    folded(text).map(|(_, letter)| letter).collect()
}

/// Each letter with its place.
pub(super) fn folded(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().map(|(at, letter)| {
        let letter = match letter {
            _ if letter.is_whitespace() || letter.is_control() => ' ',
            // Ours: see FILL.
            '\u{E000}'..='\u{F8FF}' => ' ',
            _ => letter.to_lowercase().next().unwrap_or(letter),
        };
        (at, letter)
    })
}

pub(super) fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Of a script that puts no spaces between words.
pub(super) fn is_ideograph(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_stands_for_itself() {
        let shorts = shorts("ci is red. 审批ok a_b");
        let of = |letters: &str| filled(&letters.chars().collect::<Vec<_>>());
        for short in ["ci", "is", "审", "批", "审批", "批o", "ok"] {
            assert!(shorts.contains(&of(short)), "{short}");
        }
        assert!(!shorts.contains(&of("re")) && !shorts.contains(&of("a")));
    }

    #[test]
    fn no_text_can_pretend_to_be_a_facet() {
        let facet = Facet::Kind("receipt").letters();
        assert_eq!(fold(&facet), "   ");
        assert_ne!(facet, Facet::Kind("message").letters());
        assert_ne!(Facet::Agent("receipt").letters(), facet);
    }
}
