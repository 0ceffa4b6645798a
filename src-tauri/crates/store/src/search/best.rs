//! How well a line fits what is looked for: for each word, best where it stands in the line itself and as a whole, then
//! where it is a part of one there, then where it is only in what is behind the line; several times is a little better.

use super::terms::{Term, Terms};

/// The best are chosen of so many, the newest that have the words: an end to the work, whatever is looked for.
pub(super) const OF: usize = 500;

/// So often counts; more does not.
const MOST: usize = 4;

/// `own`: how much of the text is the line itself.
pub(super) fn score(terms: &Terms, text: &[char], own: usize) -> usize {
    let line = text.get(..own).unwrap_or(text);
    terms
        .wanted
        .iter()
        .map(|term| place(term, line, text) * MOST + term.places(text).take(MOST).count())
        .sum()
}

fn place(term: &Term, line: &[char], text: &[char]) -> usize {
    let mut inside = term.places(line).peekable();
    if inside.peek().is_some() {
        return if inside.any(|place| term.is_whole(line, place)) { 8 } else { 4 };
    }
    if term.places(text).any(|place| term.is_whole(text, place)) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::document::fold;

    fn score_of(terms: &str, line: &str, behind: &str) -> usize {
        let text: Vec<char> = fold(&format!("{line}\n{behind}")).chars().collect();
        score(&Terms::parse(terms), &text, line.chars().count())
    }

    #[test]
    fn a_whole_word_in_the_line_itself_is_best() {
        let from_best = [
            ("The red one, red", ""),
            ("The red one", ""),
            ("Bored", ""),
            ("A line", "it is red"),
            ("A line", "it is bored"),
        ];
        let scores = from_best.map(|(line, behind)| score_of("red", line, behind));
        assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
        let often = score_of("red", "A line", &"red ".repeat(1_000));
        assert!(often < score_of("red", "Bored", ""), "however often");
    }
}
