//! How a notice is put to the desktop, and what the desktop's words for a press mean.

use deskbell_engine::{Notice, Press};

/// The plugin's word for a click on the body.
const TAP: &str = "tap";
const OPEN: &str = "open";

#[derive(Debug, PartialEq, Eq)]
pub struct Face {
    pub title: String,
    pub body: String,
    /// Action and label, in the order to show.
    pub buttons: Vec<(String, String)>,
}

impl Face {
    /// `token`: what only the desktop and we know of this notification. Anyone on the bus can say that a button
    /// was pressed, and the plugin believes them; a press that answers must show that it knows the token.
    /// `markup`: whether this desktop reads the body as markup.
    pub fn of(notice: &Notice, token: &str, markup: bool) -> Self {
        // Some desktops report the first button for a click on the menu that holds them all: let it be harmless.
        let open = (OPEN.to_owned(), "Open".to_owned());
        let offers = notice.buttons.iter().map(|b| (format!("{token}:{}", b.id), b.label.clone()));
        Self {
            title: notice.title.clone(),
            body: if markup { escape(&notice.body) } else { notice.body.clone() },
            buttons: std::iter::once(open).chain(offers).collect(),
        }
    }
}

/// What an action means, if it is one of this notification's.
pub fn read(action: &str, token: &str) -> Option<Press> {
    match action {
        TAP | OPEN => Some(Press::Open),
        other => {
            let button = other.strip_prefix(token)?.strip_prefix(':')?;
            Some(Press::Button(button.to_owned()))
        }
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
    use deskbell_domain::Urgency;
    use deskbell_engine::{Button, Stay, Tag};

    use super::*;

    const TOKEN: &str = "5f0e";

    fn notice(offers: &[&str]) -> Notice {
        Notice {
            tag: Tag::Ask("hive/approval:7".parse().unwrap()),
            shown: Hash::of_bytes(b"shown"),
            title: "Apply a1b2c3d".into(),
            body: "if a < b && b > c: <a href='x'>click</a>".into(),
            buttons: offers.iter().map(|id| Button { id: (*id).into(), label: id.to_uppercase() }).collect(),
            reply: None,
            urgency: Urgency::Normal,
            sound: true,
            stay: Stay::Standing,
        }
    }

    #[test]
    fn the_harmless_button_comes_first() {
        let face = Face::of(&notice(&["approve", "deny"]), TOKEN, true);
        let labels: Vec<&str> = face.buttons.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["Open", "APPROVE", "DENY"]);
    }

    #[test]
    fn every_button_reads_back_as_what_it_offers() {
        let face = Face::of(&notice(&["approve", "open", "tap", "5f0e:x", ""]), TOKEN, true);
        let presses: Vec<Press> = face.buttons.iter().filter_map(|(action, _)| read(action, TOKEN)).collect();
        let offer = |id: &str| Press::Button(id.into());
        assert_eq!(
            presses,
            [Press::Open, offer("approve"), offer("open"), offer("tap"), offer("5f0e:x"), offer("")]
        );
    }

    #[test]
    fn a_click_on_the_body_opens() {
        assert_eq!(read("tap", TOKEN), Some(Press::Open));
    }

    #[test]
    fn a_press_that_does_not_know_the_token_does_nothing() {
        for word in ["approve", "0000:approve", "5f0eapprove", ":approve", "5f0e", "default", ""] {
            assert_eq!(read(word, TOKEN), None, "{word}");
        }
    }

    #[test]
    fn text_of_agents_is_no_markup() {
        let body = Face::of(&notice(&[]), TOKEN, true).body;
        assert_eq!(body, "if a &lt; b &amp;&amp; b &gt; c: &lt;a href='x'&gt;click&lt;/a&gt;");
        assert_eq!(Face::of(&notice(&[]), TOKEN, false).body, notice(&[]).body);
    }
}
