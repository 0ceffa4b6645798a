//! Text from agents and servers may try to steer the terminal, or to look like what it is not.

use std::fmt::Write;

/// Whether a character would steer the terminal, turn the reading direction, or not be seen at all.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            // Line and paragraph separators, then embeddings and overrides.
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            // Tags and supplementary variation selectors: whole texts can hide in them.
            | '\u{e0000}'..='\u{e01ef}')
}

/// For one line of a terminal.
pub fn line(text: &str) -> String {
    escape(text, |c| match c {
        '\n' => Some("⏎"),
        '\t' => Some(" "),
        _ => None,
    })
}

/// For several lines of a terminal.
pub fn lines(text: &str) -> String {
    escape(text, |c| match c {
        '\n' => Some("\n"),
        '\t' => Some("    "),
        _ => None,
    })
}

fn escape(text: &str, known: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match known(c) {
            Some(shown) => out.push_str(shown),
            None if is_treacherous(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "‹U+{:04X}›", u32::from(c));
            }
            None => out.push(c),
        }
    }
    out
}

/// For JSON that may end up on a terminal. It stays the same JSON: outside its strings there are none of these.
pub fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_treacherous(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{7f}\r\u{0}\u{8}rm\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}\u{e0041}\u{2028}";

    #[test]
    fn nothing_treacherous_reaches_the_terminal() {
        for shown in [line(NASTY), lines(NASTY), json(&serde_json::to_string(NASTY).unwrap())] {
            assert!(!shown.chars().any(is_treacherous), "{shown:?}");
        }
        assert_eq!(line("a\u{202e}b\u{1b}[1m"), "a‹U+202E›b‹U+001B›[1m");
        assert_eq!(line("\u{e0041}"), "‹U+E0041›");
    }

    #[test]
    fn every_control_character_is_shown_by_its_number() {
        for n in (0..0x20).chain(0x7f..0xa0) {
            let c = char::from_u32(n).unwrap();
            if c != '\n' && c != '\t' {
                assert_eq!(line(&c.to_string()), format!("‹U+{n:04X}›"));
            }
        }
    }

    #[test]
    fn lines_stay_lines_and_cells_stay_cells() {
        assert_eq!(lines("a\n\tb\r\n"), "a\n    b‹U+000D›\n");
        assert_eq!(line("a\n\tb"), "a⏎ b");
    }

    #[test]
    fn honest_text_is_left_alone() {
        for text in ["Zürich · 東京 · ❤️ · مرحبا", "‹U+202E›"] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn escaped_json_says_the_same() {
        let escaped = json(&serde_json::to_string(NASTY).unwrap());
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), NASTY);
    }
}
