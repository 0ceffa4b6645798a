//! How a notice is put in a desktop's words, and what those words mean when they come back.

use deskbell_engine::{Button, Press};

/// A button for each of the notice's, in its order: action and label.
///
/// `token`: what only the desktop and we know of this notification. Others on the desktop may be able to say that
/// a button was pressed; a press that answers must show that it knows the token. The button's own name stays here.
pub fn actions(buttons: &[Button], token: &str) -> Vec<(String, String)> {
    let named = |(place, button): (usize, &Button)| (format!("{token}:{place}"), button.label.clone());
    buttons.iter().enumerate().map(named).collect()
}

/// What an action means, if it is one of this notification's.
pub fn read(action: &str, token: &str, buttons: &[Button]) -> Option<Press> {
    let place: usize = action.strip_prefix(token)?.strip_prefix(':')?.parse().ok()?;
    Some(Press::Button(buttons.get(place)?.id.clone()))
}

/// Agents' text is text: no links, no pictures, no bold.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "5f0e";

    fn buttons(ids: &[&str]) -> Vec<Button> {
        ids.iter().map(|id| Button { id: (*id).into(), label: id.to_uppercase() }).collect()
    }

    #[test]
    fn every_button_reads_back_as_what_it_stands_for() {
        let buttons = buttons(&["approve", "open", "5f0e:0", "", "a\0b"]);
        for ((action, label), button) in actions(&buttons, TOKEN).iter().zip(&buttons) {
            assert_eq!(*label, button.label);
            assert_eq!(read(action, TOKEN, &buttons), Some(Press::Button(button.id.clone())), "{action}");
        }
    }

    #[test]
    fn a_press_that_does_not_know_the_token_does_nothing() {
        let buttons = buttons(&["approve"]);
        for word in [
            "approve",
            "0",
            "0000:0",
            "5f0e0",
            ":0",
            "5f0e",
            "5f0e:",
            "5f0e:1",
            "5f0e:-1",
            "5f0e:approve",
            "",
        ] {
            assert_eq!(read(word, TOKEN, &buttons), None, "{word}");
        }
    }

    #[test]
    fn text_of_agents_is_no_markup() {
        assert_eq!(
            escape("if a < b && b > c: <a href='x'>click</a>"),
            "if a &lt; b &amp;&amp; b &gt; c: &lt;a href='x'&gt;click&lt;/a&gt;"
        );
    }
}
