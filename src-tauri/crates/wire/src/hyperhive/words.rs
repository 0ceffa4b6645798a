//! Cutting text for a line or a title.

/// What fits in a title.
const TITLE: usize = 160;

/// At most `most` characters, cut between words where there is one, marked with an ellipsis.
pub(super) fn clip(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    let at_word = cut.rfind(char::is_whitespace).filter(|at| *at > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut[..at_word].trim_end())
}

/// Runs of white space become one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title of one line, and the whole text beside it where something was cut off.
pub(super) fn clip_line(text: &str, whole: Option<&str>) -> (String, Option<String>) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let title = clip(&one_line(first), TITLE);
    let is_cut = title != one_line(text) || text.trim().contains('\n');
    (title, whole.filter(|_| is_cut).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words() {
        assert_eq!(clip("one two three", 40), "one two three");
        assert_eq!(clip("one two three", 10), "one two…");
        assert_eq!(clip("äöüäöüäöüäöü", 5), "äöüä…");
    }

    #[test]
    fn a_title_is_one_line_and_loses_nothing() {
        assert_eq!(clip_line("Which?", Some("Which?")), ("Which?".to_owned(), None));
        let (title, detail) = clip_line("Which?\nThe left one\nor the right", Some("all of it"));
        assert_eq!((title.as_str(), detail.as_deref()), ("Which?", Some("all of it")));
        let long = "word ".repeat(100);
        let (title, detail) = clip_line(&long, Some(&long));
        assert!(title.chars().count() <= TITLE && title.ends_with('…'));
        assert_eq!(detail.as_deref(), Some(long.as_str()));
    }
}
