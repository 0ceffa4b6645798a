//! Which asks ring. Pure: it is told what changed, and says what to show and what to take back.

use std::collections::{HashMap, HashSet};

use deskbell_domain::{Hash, Key, Offer, Tone};

use crate::notice::{Button, Notice, Stay, Tag};
use crate::view::{AskKind, AskStateWord, AskView};

/// Beyond this many characters a notification's text is cut.
const TITLE_CHARS: usize = 120;
const BODY_CHARS: usize = 300;
const MOST_BUTTONS: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// Asks that need no notification any more: they had theirs, or were there before this run.
    known: HashSet<Key>,
    /// Notifications on screen.
    showing: HashMap<Key, Hash>,
    /// The ask on screen in a focused window.
    attended: Option<Key>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    Show(Notice),
    Withdraw(Key),
    /// Not shown, and why. It counts as told: it must not ring later.
    Suppress {
        key: Key,
        shown: Hash,
        why: &'static str,
    },
}

impl Policy {
    /// `known`: the asks there were when the engine started.
    pub(crate) fn new(known: impl IntoIterator<Item = Key>) -> Self {
        Self { known: known.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn attend(&mut self, ask: Option<Key>) -> Option<Ring> {
        self.attended = ask;
        let key = self.attended.clone()?;
        self.showing.remove(&key).map(|_| Ring::Withdraw(key))
    }

    pub(crate) fn ask_changed(&mut self, ask: &AskView, source_name: &str, enabled: bool) -> Option<Ring> {
        if ask.state != AskStateWord::Open {
            self.known.insert(ask.key.clone());
            return self.showing.remove(&ask.key).map(|_| Ring::Withdraw(ask.key.clone()));
        }
        if !self.known.insert(ask.key.clone()) {
            return None;
        }
        let suppress = |why| Some(Ring::Suppress { key: ask.key.clone(), shown: ask.shown.clone(), why });
        if !enabled {
            return suppress("notifications are switched off");
        }
        if self.attended.as_ref() == Some(&ask.key) {
            return suppress("it was on screen");
        }
        self.showing.insert(ask.key.clone(), ask.shown.clone());
        Some(Ring::Show(notice(ask, source_name)))
    }

    /// The desktop's notification is gone: pressed, closed, or it never came up.
    pub(crate) fn gone(&mut self, key: &Key) {
        self.showing.remove(key);
    }
}

fn notice(ask: &AskView, source_name: &str) -> Notice {
    let who = match &ask.agent {
        Some(agent) => format!("{agent} · {source_name}"),
        None => source_name.to_owned(),
    };
    let body = match ask.detail.as_deref().filter(|detail| *detail != ask.title) {
        Some(detail) => format!("{who}\n{detail}"),
        None => who,
    };
    Notice {
        tag: Tag::Ask(ask.key.clone()),
        shown: ask.shown.clone(),
        title: cut(&ask.title, TITLE_CHARS),
        body: cut(&body, BODY_CHARS),
        buttons: ask
            .offers
            .iter()
            // On a question the only offer without words of the operator's own is to give it up: too much for a
            // press that may be a slip.
            .filter(|offer| {
                offer.fits_a_button() && !(ask.kind == AskKind::Question && offer.tone == Tone::No)
            })
            .take(MOST_BUTTONS)
            .map(|Offer { id, label, .. }| Button { id: id.clone(), label: label.clone() })
            .collect(),
        reply: None,
        urgency: ask.urgency,
        sound: true,
        stay: Stay::Standing,
    }
}

/// Agents' text for a place that cannot show much: control characters become spaces, the end is cut.
fn cut(text: &str, most: usize) -> String {
    let mut plain: String = text
        .chars()
        .take(most + 1)
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    if text.chars().nth(most).is_some() {
        plain = plain.chars().take(most.saturating_sub(1)).collect();
        plain.push('…');
    }
    plain
}

/// Characters that reorder or hide text: an agent must not make a notification read as what it is not.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{
        Act, Ask, AskBody, AskState, Danger, Event, ItemId, Millis, Scope, SourceId, State, Subject, Tone,
        Urgency, When, reduce,
    };

    fn ask(n: u8) -> Ask {
        Ask {
            item: ItemId::of("approval", n),
            agent: Some("coder".into()),
            thread: None,
            asked: When::Seen(Millis(0)),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Approval {
                title: "Run: rm\u{202e} -rf".into(),
                detail: Some("because\u{7}".into()),
                subject: Subject::Nothing,
            },
            offers: vec![
                Offer::plain("once", "Approve", Tone::Yes),
                Offer::plain("always", "Always", Tone::Yes).scoped(Scope::Always),
                Offer::plain("purge", "Purge", Tone::No).confirmed(),
                Offer::plain("deny", "Deny", Tone::No),
            ],
            state: AskState::Open,
        }
    }

    fn view(ask: &Ask) -> AskView {
        AskView::new(&SourceId::new("hive"), "hyperhive", ask)
    }

    #[test]
    fn one_ask_rings_once() {
        let mut policy = Policy::default();
        let ask = view(&ask(1));
        assert!(matches!(policy.ask_changed(&ask, "hive", true), Some(Ring::Show(_))));
        assert_eq!(policy.ask_changed(&ask, "hive", true), None);
    }

    #[test]
    fn an_ask_of_an_earlier_run_does_not_ring() {
        let ask = view(&ask(1));
        let mut policy = Policy::new([ask.key.clone()]);
        assert_eq!(policy.ask_changed(&ask, "hive", true), None);
    }

    #[test]
    fn an_ask_that_is_answered_takes_its_notification_back() {
        let mut policy = Policy::default();
        let mut state = State::default();
        reduce(&mut state, Event::Ask(Box::new(ask(1))), Millis(0));
        policy.ask_changed(&view(&ask(1)), "hive", true);
        state.act(&ItemId::of("approval", 1), Act::Send);
        let sending = view(&state.asks[&ItemId::of("approval", 1)]);
        assert_eq!(policy.ask_changed(&sending, "hive", true), Some(Ring::Withdraw(sending.key.clone())));
        assert_eq!(policy.ask_changed(&sending, "hive", true), None, "once is enough");
    }

    #[test]
    fn what_is_on_screen_does_not_ring_and_what_comes_on_screen_is_taken_back() {
        let mut policy = Policy::default();
        let (first, second) = (view(&ask(1)), view(&ask(2)));
        policy.attend(Some(first.key.clone()));
        assert!(matches!(policy.ask_changed(&first, "hive", true), Some(Ring::Suppress { .. })));
        assert!(matches!(policy.ask_changed(&second, "hive", true), Some(Ring::Show(_))));
        assert_eq!(policy.attend(Some(second.key.clone())), Some(Ring::Withdraw(second.key)));
    }

    #[test]
    fn buttons_are_only_what_one_press_may_do_and_text_is_made_harmless() {
        let mut policy = Policy::default();
        let Some(Ring::Show(notice)) = policy.ask_changed(&view(&ask(1)), "hive", true) else { panic!() };
        let offers: Vec<&str> = notice.buttons.iter().map(|b| b.id.as_str()).collect();
        assert_eq!(offers, ["once", "deny"]);
        assert_eq!(notice.title, "Run: rm -rf");
        assert_eq!(notice.body, "coder · hive\nbecause ");
        assert!(ask(1).offers.iter().any(|o| o.danger == Danger::Confirm), "the test has one to leave out");
    }

    #[test]
    fn long_text_is_cut() {
        let long = "x".repeat(1_000);
        assert_eq!(cut(&long, TITLE_CHARS).chars().count(), TITLE_CHARS);
        assert_eq!(cut("short", TITLE_CHARS), "short");
    }
}
