//! How a notice is put to the desktop, and what the desktop's words for a press mean.

use deskbell_engine::{Notice, Press};

/// The plugin's word for a click on the body.
const TAP: &str = "tap";
const OPEN: &str = "open";
/// A server's offer may be called anything, `open` too.
const OFFER: &str = "offer:";

#[derive(Debug, PartialEq, Eq)]
pub struct Face {
    pub title: String,
    pub body: String,
    /// Action and label, in the order to show.
    pub buttons: Vec<(String, String)>,
}

impl Face {
    /// `markup`: whether this desktop reads the body as markup.
    pub fn of(notice: &Notice, markup: bool) -> Self {
        // Some desktops report the first button for a click on the menu that holds them all: let it be harmless.
        let open = (OPEN.to_owned(), "Open".to_owned());
        let offers = notice.buttons.iter().map(|b| (format!("{OFFER}{}", b.offer), b.label.clone()));
        Self {
            title: notice.title.clone(),
            body: if markup { escape(&notice.body) } else { notice.body.clone() },
            buttons: std::iter::once(open).chain(offers).collect(),
        }
    }
}

/// What an action means, if it is one of ours.
pub fn read(action: &str) -> Option<Press> {
    match action {
        TAP | OPEN => Some(Press::Open),
        other => other.strip_prefix(OFFER).map(|offer| Press::Offer(offer.to_owned())),
    }
}

/// Agents' text is text: no links, no pictures, no bold.
fn escape(text: &str) -> String {
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
    use deskbell_domain::Hash;
    use deskbell_engine::Button;

    use super::*;

    fn notice(offers: &[&str]) -> Notice {
        Notice {
            key: "hive/approval:7".parse().unwrap(),
            shown: Hash::of_bytes(b"shown"),
            title: "Apply a1b2c3d".into(),
            body: "if a < b && b > c: <a href='x'>click</a>".into(),
            buttons: offers
                .iter()
                .map(|id| Button { offer: (*id).into(), label: id.to_uppercase() })
                .collect(),
            urgent: false,
        }
    }

    #[test]
    fn the_harmless_button_comes_first() {
        let face = Face::of(&notice(&["approve", "deny"]), true);
        let labels: Vec<&str> = face.buttons.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["Open", "APPROVE", "DENY"]);
    }

    #[test]
    fn every_button_reads_back_as_what_it_offers() {
        let face = Face::of(&notice(&["approve", "open", "tap", "offer:x", ""]), true);
        let presses: Vec<Press> = face.buttons.iter().filter_map(|(action, _)| read(action)).collect();
        let offer = |id: &str| Press::Offer(id.into());
        assert_eq!(
            presses,
            [Press::Open, offer("approve"), offer("open"), offer("tap"), offer("offer:x"), offer("")]
        );
    }

    #[test]
    fn a_click_on_the_body_opens_and_an_unknown_word_does_nothing() {
        assert_eq!(read("tap"), Some(Press::Open));
        for word in ["approve", "default", "dismiss", ""] {
            assert_eq!(read(word), None, "{word}");
        }
    }

    #[test]
    fn text_of_agents_is_no_markup() {
        let body = Face::of(&notice(&[]), true).body;
        assert_eq!(body, "if a &lt; b &amp;&amp; b &gt; c: &lt;a href='x'&gt;click&lt;/a&gt;");
        assert_eq!(Face::of(&notice(&[]), false).body, notice(&[]).body);
    }
}
