//! Lines a person can read, out of whatever an agent wrote.

/// The longest line of history; the raw frame keeps the rest.
pub(super) const LINE: usize = 2_000;
/// The longest title.
pub(super) const TITLE: usize = 120;

/// A text as one line of at most `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let gap = usize::from(length > 0);
        let room = most.saturating_sub(length + gap);
        let word_length = word.chars().take(room + 1).count();
        if gap == 1 {
            line.push(' ');
        }
        if word_length > room {
            line.extend(word.chars().take(room.saturating_sub(1)));
            line.push('…');
            return line;
        }
        line.push_str(word);
        length += gap + word_length;
    }
    line
}

/// The first line with something on it; says with an ellipsis that there is more.
pub(super) fn first_line(text: &str, most: usize) -> String {
    let text = text.trim();
    match text.split_once('\n') {
        Some((first, _)) => format!("{} …", line(first, most.saturating_sub(2))),
        None => line(text, most),
    }
}

/// Texts that differ only in line ends and outer space are one: a form turns the one into the other.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a.trim().lines().eq(b.trim().lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_never_too_long() {
        assert_eq!(line("  a\n b\t c ", 10), "a b c");
        assert_eq!(line("äöü äöü", 7), "äöü äöü");
        assert_eq!(line("äöü äöü", 6), "äöü ä…");
        assert_eq!(line(&"x".repeat(50), 5), "xxxx…");
        assert_eq!(line("", 5), "");
        assert_eq!(first_line("\n make\n install", 20), "make …");
    }

    #[test]
    fn a_form_may_turn_line_ends() {
        assert!(is_same("a\r\nb\n", "a\nb") && !is_same("a b", "a\nb"));
    }
}
