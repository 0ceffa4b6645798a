//! What is shown of a line that was found, with the found in it.

use deskbell_domain::Entry;

use super::Terms;

/// A narrow list shows forty letters of a line, and the first find is to be among them. A find so near the beginning is
/// shown with all that is before it, of what is before others so many letters at most, and so many from there on.
const NEAR: usize = 28;
const BEFORE: usize = 20;
const LENGTH: usize = 200;

/// A part of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// The line's own text around the first find, or else the part of its frame where that is; `first` is its place in
/// all that is found of the line.
pub(super) fn excerpt(entry: &Entry, words: &str, first: Option<usize>, terms: &Terms) -> Vec<Span> {
    match first {
        Some(first) if first < entry.text.len() => spans(&around(&entry.text, first), terms),
        Some(first) => spans(&around(words, first), terms),
        None => spans(&entry.text, terms),
    }
}

fn around(text: &str, place: usize) -> String {
    let (before, after) = (text.get(..place).unwrap_or_default(), text.get(place..).unwrap_or_default());
    let from = if before.chars().nth(NEAR).is_none() { 0 } else { begin(before) };
    let to = after.char_indices().nth(LENGTH).map_or(text.len(), |(at, _)| place + at);
    let part = text.get(from..to).unwrap_or_default();
    let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, tail) = (if from > 0 { "… " } else { "" }, if to < text.len() { " …" } else { "" });
    format!("{head}{line}{tail}")
}

/// Where what is shown before a find begins: with a word, if there is one.
fn begin(before: &str) -> usize {
    let far = before.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
    let near = before.get(far..).unwrap_or_default();
    near.find(char::is_whitespace).map_or(far, |space| far + space)
}

fn spans(text: &str, terms: &Terms) -> Vec<Span> {
    let (mut spans, mut done) = (Vec::new(), 0);
    let mut add = |part: Option<&str>, found| {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            spans.push(Span { text: part.to_owned(), found });
        }
    };
    for place in terms.places(text) {
        add(text.get(done..place.start), false);
        done = place.end;
        add(text.get(place), true);
    }
    add(text.get(done..), false);
    spans
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{EntryKind, ItemId, Millis, When};

    use super::*;
    use crate::search::document::words;

    fn shown(text: &str, raw: &str, terms: &str) -> String {
        let entry = Entry {
            item: ItemId::new("message:1"),
            at: When::Said(Millis(1)),
            kind: EntryKind::Message,
            agent: None,
            thread: None,
            ask: None,
            text: text.to_owned(),
            raw: raw.to_owned(),
        };
        let (words, terms) = (words(&entry), Terms::parse(terms));
        let spans = excerpt(&entry, &words, terms.places(&words).first().map(|place| place.start), &terms);
        spans
            .iter()
            .map(|span| if span.found { format!("[{}]", span.text) } else { span.text.clone() })
            .collect()
    }

    #[test]
    fn the_find_is_among_the_first_letters_and_what_is_before_it_begins_with_a_word() {
        let long = "0123456789abcdef".repeat(4);
        for (text, expected) in [
            (format!("stream:{long} survey-coder"), "… [survey]-coder".to_owned()),
            (format!("{long} All tests pass. survey"), "… All tests pass. [survey]".to_owned()),
            ("The importer takes it: survey".to_owned(), "The importer takes it: [survey]".to_owned()),
            (format!("{long}survey"), format!("… {}[survey]", &long[43..])),
        ] {
            let shown = shown(&text, "{}", "survey");
            assert_eq!(shown, expected);
            assert!(shown.find('[').unwrap() < 34, "{shown}");
        }
    }

    #[test]
    fn the_find_is_marked_where_it_is() {
        assert_eq!(shown("The build is Red", "{}", "red build"), "The [build] is [Red]");
        assert_eq!(shown("The build", "{}", "-red"), "The build");
        let late = shown(&format!("{} is red", "The build of today ".repeat(9)), "{}", "red");
        assert!(late.starts_with("… ") && late.ends_with("is [red]") && late.len() < 60, "{late}");
        let raw = format!(r#"{{"body":"{} needle {}"}}"#, "before ".repeat(30), "after ".repeat(60));
        let found = shown("A long message", &raw, "needle");
        assert!(
            found.starts_with("… ") && found.contains("before [needle] after") && found.ends_with(" …"),
            "{found}"
        );
    }
}
