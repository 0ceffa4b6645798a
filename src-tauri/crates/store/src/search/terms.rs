//! What is looked for, as the operator writes it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::document::{filled, fold, folded, is_ideograph, is_letter};

/// So many are enough to know a long term by: each more makes the index read one more list.
const MOST_GRAMS: usize = 24;

/// Words, `"phrases"`, and `-what` must not be there. A word is found anywhere, also inside another; one of one or two
/// letters only as a word of its own, unless it is of a script that puts no spaces between words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub(super) wanted: Vec<Term>,
    pub(super) unwanted: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term(Vec<char>);

impl Terms {
    pub fn parse(text: &str) -> Self {
        let mut terms = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (is_unwanted, bare) = match rest.strip_prefix('-') {
                Some(bare) => (true, bare),
                None => (false, rest),
            };
            let (term, after) = match bare.strip_prefix('"') {
                // A phrase that is not closed goes on to the end.
                Some(phrase) => phrase.split_once('"').unwrap_or((phrase, "")),
                None => bare.split_at(bare.find([' ', '\t', '\n', '"']).unwrap_or(bare.len())),
            };
            rest = after.trim_start();
            // A star for "whatever follows" says what is so anyway.
            let term: Vec<char> = fold(term.trim().trim_end_matches('*')).chars().collect();
            let list = if is_unwanted { &mut terms.unwanted } else { &mut terms.wanted };
            if !term.is_empty() {
                list.push(Term(term));
            }
        }
        terms
    }

    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Where in a folded text the first of what is wanted is, if it holds all of that, and nothing unwanted.
    pub(super) fn met_in(&self, text: &[char]) -> Option<usize> {
        let mut first = text.len();
        for term in &self.wanted {
            first = first.min(term.find(text, 0)?);
        }
        self.unwanted.iter().all(|term| term.find(text, 0).is_none()).then_some(first)
    }

    /// Where in a text the wanted is, in bytes, in order and without overlap.
    pub(super) fn places(&self, text: &str) -> Vec<Range<usize>> {
        let (at, chars): (Vec<usize>, Vec<char>) = folded(text).unzip();
        let end = |place: usize| at.get(place).copied().unwrap_or(text.len());
        let mut places: Vec<Range<usize>> = Vec::new();
        for term in &self.wanted {
            places.extend(term.places(&chars).map(|place| end(place)..end(place + term.0.len())));
        }
        places.sort_unstable_by_key(|place| place.start);
        let mut merged: Vec<Range<usize>> = Vec::new();
        for place in places {
            match merged.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => merged.push(place),
            }
        }
        merged
    }
}

impl Term {
    /// By what the index knows it. A line that lacks one of these lacks the term; one that has them all may still
    /// lack it. There are none for a sign or two ("#7"): those are looked for in the lines themselves.
    pub fn grams(&self) -> Vec<String> {
        if let 1 | 2 = self.0.len() {
            let is_kept = self.0.iter().copied().all(is_letter);
            return is_kept.then(|| filled(&self.0)).into_iter().collect();
        }
        let grams: BTreeSet<String> = self.0.windows(3).map(|gram| gram.iter().collect()).collect();
        let step = grams.len().div_ceil(MOST_GRAMS).max(1);
        grams.into_iter().step_by(step).collect()
    }

    /// That which is in a line of the index exactly where the term is in the line.
    pub fn exact_gram(&self) -> Option<String> {
        (self.0.len() <= 3).then(|| self.grams().pop()).flatten()
    }

    /// Where it begins, each time, without overlap.
    pub fn places<'a>(&'a self, text: &'a [char]) -> impl Iterator<Item = usize> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let place = self.find(text, from)?;
            from = place + self.0.len();
            Some(place)
        })
    }

    /// Whether what stands there is no part of a longer word.
    pub fn is_whole(&self, text: &[char], place: usize) -> bool {
        let is_free =
            |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(|letter| !is_letter(*letter));
        is_free(place.checked_sub(1)) && is_free(Some(place + self.0.len()))
    }

    /// Where it begins, at or after `from`.
    fn find(&self, text: &[char], from: usize) -> Option<usize> {
        let last = text.len().checked_sub(self.0.len())?;
        (from..=last).find(|place| {
            text.get(*place..place + self.0.len()) == Some(&self.0) && self.may_stand(text, *place)
        })
    }

    /// A short one stands for itself only.
    fn may_stand(&self, text: &[char], place: usize) -> bool {
        let is_short_word =
            self.0.len() < 3 && self.0.iter().all(|letter| is_letter(*letter) && !is_ideograph(*letter));
        let is_free = |at: Option<usize>| {
            at.and_then(|at| text.get(at)).is_none_or(|letter| !is_letter(*letter) || is_ideograph(*letter))
        };
        !is_short_word || (is_free(place.checked_sub(1)) && is_free(Some(place + self.0.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(terms: &str, text: &str) -> bool {
        Terms::parse(terms).met_in(&fold(text).chars().collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn words_phrases_parts_and_what_must_not_be_there() {
        let text = "Deploy /srv/app/main.rs at 7F3A9c1: CI is red";
        for (terms, expected) in [
            ("deploy", true),
            ("DEPLOY red", true),
            ("deploy green", false),
            ("\"ci is red\"", true),
            ("\"red is ci\"", false),
            ("depl*", true),
            ("app/main", true),
            ("3a9c", true),
            ("ci", true),
            ("pl", false),
            ("deploy -green", true),
            ("deploy -\"is red\"", false),
            ("-green", true),
            ("\"is red", true),
            ("", true),
            ("-", true),
            ("\"\"", true),
        ] {
            assert_eq!(meets(terms, text), expected, "{terms}");
        }
        assert!(meets("审批", "等待审批中") && meets("待", "等待审批中") && !meets("批审", "等待审批中"));
        assert!(meets("ci", "CI审批") && meets("#7", "PR #7") && meets("ÜBER", "über uns"));
    }

    #[test]
    fn a_term_is_known_by_its_parts_and_left_out_by_one_that_says_it_all() {
        let grams = |text: &str| Terms::parse(text).wanted[0].grams();
        assert_eq!(grams("Deplo"), ["dep", "epl", "plo"]);
        assert_eq!(grams("anana"), ["ana", "nan"]);
        assert_eq!(grams("#7"), Vec::<String>::new());
        assert_eq!((grams("ci").len(), grams(&"abcdefghijklmnopqrst".repeat(20)).len()), (1, 20));
        assert!(
            grams(&format!("\"{}\"", (0..200).map(|n| format!("{n} ")).collect::<String>())).len()
                <= MOST_GRAMS
        );
        let exact = |text: &str| Terms::parse(text).wanted[0].exact_gram();
        assert_eq!(exact("red"), Some("red".into()));
        assert!(exact("ci").is_some() && exact("green").is_none() && exact("#7").is_none());
    }

    #[test]
    fn places_are_told_in_bytes_of_the_text_as_it_is() {
        let text = "Ü: Red, redder";
        let places = Terms::parse("red \"d, r\"").places(text);
        let words: Vec<&str> = places.iter().map(|place| &text[place.clone()]).collect();
        assert_eq!(words, ["Red, red"]);
        assert_eq!(Terms::parse("-red").places(text), []);
    }
}
