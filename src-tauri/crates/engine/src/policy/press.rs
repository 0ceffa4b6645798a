//! What the operator did with a notification, checked against the ask as it is.

use deskbell_domain::{Consent, Hash, Intent, IntentId, Key};
use deskbell_store::Fate;

use super::content::{self, Deed};
use super::{Policy, Step, Up};
use crate::clock::Moment;
use crate::command::{CommandError, ErrorCode};
use crate::notice::{Notice, Press, Tag};
use crate::view::AskView;

const CHANGED: &str = "This changed, look again";
const STALE: &str = "it had changed: nothing was sent";

/// An offer taken from a notification, bound to what was shown there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taking {
    pub(crate) key: Key,
    pub(crate) shown: Hash,
    pub(crate) deed: Deed,
    /// What was typed: given back where it cannot be delivered.
    pub(crate) reply: Option<String>,
}

impl Taking {
    /// As the engine takes it. A press consents to nothing that needs to be confirmed.
    pub(crate) fn intent(&self, id: IntentId) -> Intent {
        Intent {
            id,
            key: self.key.clone(),
            offer: self.deed.offer.clone(),
            values: self.deed.values.clone(),
            shown: self.shown.clone(),
            consent: Consent::None,
        }
    }
}

impl Policy {
    pub(crate) fn pressed(&mut self, key: &Key, shown: Hash, press: Press, moment: &Moment) -> Vec<Step> {
        match press {
            Press::Open => {
                let note = self.seen_to(key, Fate::Pressed, "Open", moment);
                note.into_iter().chain([Step::Reveal(key.clone())]).collect()
            }
            Press::Dismissed => self.seen_to(key, Fate::Dismissed, "", moment).into_iter().collect(),
            // It may come on screen yet: it is withdrawn once it is over.
            Press::Failed(why) => {
                let up = self.asks.get_mut(key).filter(|known| known.up == Up::Own);
                up.and_then(|known| known.fail(&why, moment.now)).into_iter().collect()
            }
            Press::Button(id) => {
                let deed = self.as_shown(key, &shown).and_then(|ask| {
                    let nth: usize = id.parse().ok()?;
                    content::deeds(ask).into_iter().nth(nth)
                });
                self.take(key, shown, deed, None, moment)
            }
            Press::Reply(text) => {
                let deed = self.as_shown(key, &shown).and_then(|ask| content::reply_deed(ask, &text));
                self.take(key, shown, deed, Some(text), moment)
            }
        }
    }

    /// Its notification has done its work. A word about an answer is nobody's fate: of that nothing is noted.
    fn seen_to(&mut self, key: &Key, fate: Fate, words: &str, moment: &Moment) -> Option<Step> {
        let known = self.asks.get_mut(key).filter(|known| known.up == Up::Own)?;
        known.up = Up::Nowhere;
        Some(known.note(fate, words, moment.now))
    }

    /// The ask, if it still is what was shown.
    fn as_shown(&self, key: &Key, shown: &Hash) -> Option<&AskView> {
        self.asks.get(key).map(|known| &known.ask).filter(|ask| ask.shown == *shown)
    }

    fn take(
        &mut self,
        key: &Key,
        shown: Hash,
        deed: Option<Deed>,
        reply: Option<String>,
        moment: &Moment,
    ) -> Vec<Step> {
        let fate = if reply.is_some() { Fate::Replied } else { Fate::Pressed };
        let words = deed.as_ref().map_or(STALE, |deed| &deed.label);
        let note = self.seen_to(key, fate, words, moment);
        let step = match deed {
            Some(deed) => Step::Take(Taking { key: key.clone(), shown, deed, reply }),
            None => {
                let notice = self.nothing_sent(key, &shown, CHANGED, "Nothing was sent.", reply.as_deref());
                Step::Show(notice)
            }
        };
        note.into_iter().chain([step]).collect()
    }

    /// The summary was pressed: its asks have been seen to as far as a summary goes.
    pub(crate) fn summary_pressed(&mut self, press: &Press, moment: &Moment) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut members: Vec<_> = self.asks.values_mut().filter(|known| known.up == Up::Summary).collect();
        let (fate, words) = match press {
            Press::Open | Press::Button(_) | Press::Reply(_) => (Fate::Pressed, "the summary was opened"),
            Press::Dismissed => (Fate::Dismissed, "with the summary"),
            // It may come on screen yet, and is kept true.
            Press::Failed(why) => {
                steps.extend(members.into_iter().filter_map(|known| known.fail(why, moment.now)));
                return steps;
            }
        };
        self.burst.closed();
        members
            .sort_by_key(|known| (known.ask.expires_at.is_none(), known.ask.expires_at, known.ask.asked_at));
        for known in &mut members {
            known.up = Up::Nowhere;
            steps.push(known.note(fate, words, moment.now));
        }
        if let (Fate::Pressed, Some(first)) = (fate, members.first()) {
            steps.push(Step::Reveal(first.ask.key.clone()));
        }
        steps
    }

    /// The engine did not take what was pressed: the operator learns that nothing was sent, and why.
    pub(crate) fn refused(&mut self, taking: &Taking, error: &CommandError) -> Notice {
        let title = match error.code {
            ErrorCode::Changed => CHANGED,
            ErrorCode::Invalid | ErrorCode::NotFound | ErrorCode::NotOpen | ErrorCode::Failed => {
                "Nothing was sent"
            }
        };
        let why = match self.asks.get(&taking.key).and_then(|known| known.ask.by.as_deref()) {
            Some("us" | "nobody") | None => error.message.clone(),
            Some(who) => format!("{who} was first: {}", error.message),
        };
        self.nothing_sent(&taking.key, &taking.shown, title, &why, taking.reply.as_deref())
    }

    fn nothing_sent(
        &mut self,
        key: &Key,
        shown: &Hash,
        title: &str,
        why: &str,
        reply: Option<&str>,
    ) -> Notice {
        self.answers.overtaken(key);
        let hidden = self.settings.ringing.private;
        let quote = reply.filter(|_| !hidden).map(content::quoted);
        let body = [Some(why.to_owned()), quote].into_iter().flatten().collect::<Vec<_>>().join("\n");
        content::news(Tag::Ask(key.clone()), shown.clone(), title, &body)
    }
}
