//! What became of the answers given on notifications: said where they were given.

use std::collections::HashMap;

use deskbell_domain::{IntentId, Key, Millis, Surface};

use super::press::Taking;
use super::{Policy, Step, Up, content};
use crate::clock::Moment;
use crate::notice::{Notice, Stay, Tag};
use crate::view::{ReceiptView, VerdictWord};

/// Good news need not be cleared away.
const FADE_MS: i64 = 6_000;
/// An answer that takes longer is said to: the operator is told within a second what becomes of a press.
const SLOW_MS: i64 = 800;

#[derive(Debug, Default)]
pub(super) struct Answers {
    /// What was typed into notifications and is not decided yet.
    replies: HashMap<IntentId, String>,
    /// Answers that nothing was said of yet, and what is said when they take their time.
    unsaid: HashMap<IntentId, (Millis, Notice)>,
    /// News that is taken down again.
    fading: HashMap<Tag, Millis>,
}

impl Answers {
    /// What has come due.
    pub(super) fn tick(&mut self, now: Millis) -> Vec<Step> {
        let over = self.fading.extract_if(|_, at| *at <= now).map(|(tag, _)| Step::Withdraw(tag));
        let slow = self.unsaid.extract_if(|_, (at, _)| *at <= now).map(|(_, (_, notice))| Step::Show(notice));
        over.chain(slow).collect()
    }

    /// Something else takes the place of the news about this ask.
    pub(super) fn overtaken(&mut self, key: &Key) {
        self.fading.remove(&Tag::Ask(key.clone()));
    }

    pub(super) fn next_wake(&self) -> Option<Millis> {
        self.fading.values().chain(self.unsaid.values().map(|(at, _)| at)).min().copied()
    }
}

impl Policy {
    /// What was typed in an earlier run, and is on its way still.
    pub(crate) fn remember_reply(&mut self, intent: IntentId, reply: String) {
        self.answers.replies.insert(intent, reply);
    }

    /// The engine has taken what was pressed. `live`: its source can be reached now.
    pub(crate) fn taken(
        &mut self,
        intent: IntentId,
        taking: Taking,
        live: bool,
        moment: &Moment,
    ) -> Vec<Step> {
        let Taking { key, shown, deed, reply } = taking;
        if let Some(reply) = reply {
            self.answers.replies.insert(intent.clone(), reply);
        }
        let source = self.asks.get(&key).map_or(key.source.as_str(), |known| &known.source_name);
        let (state, body) = if live {
            (
                "on its way",
                format!("{source} has not said yet what became of it. You are told as soon as it does."),
            )
        } else {
            ("kept", format!("It will be sent when {source} is back."))
        };
        let title = format!("{}: {state}", deed.label);
        let news = content::news(Tag::Ask(key), shown, &title, &body);
        let notice = Notice { stay: Stay::Standing, ..news };
        if live {
            self.answers.unsaid.insert(intent, (moment.now.plus(SLOW_MS), notice));
            return Vec::new();
        }
        vec![Step::Show(notice)]
    }

    /// How an answer stands.
    pub(crate) fn answered(&mut self, receipt: &ReceiptView, moment: &Moment) -> Vec<Step> {
        if receipt.surface != Surface::Notification {
            return Vec::new();
        }
        if receipt.verdict == VerdictWord::Pending {
            return Vec::new();
        }
        self.answers.unsaid.remove(&receipt.intent);
        let reply = match receipt.verdict {
            VerdictWord::Pending | VerdictWord::Stuck => self.answers.replies.get(&receipt.intent).cloned(),
            VerdictWord::Won
            | VerdictWord::Lost
            | VerdictWord::Expired
            | VerdictWord::Unknown
            | VerdictWord::Discarded => self.answers.replies.remove(&receipt.intent),
        };
        let tag = Tag::Ask(receipt.key.clone());
        let Some(notice) = self.verdict(receipt, reply.as_deref()) else {
            // Given up: there is nothing more to say of it, unless its ask has rung again in its place.
            let rung = self.asks.get(&receipt.key).is_some_and(|known| known.up == Up::Own);
            return if rung { Vec::new() } else { vec![Step::Withdraw(tag)] };
        };
        if receipt.verdict == VerdictWord::Won {
            self.answers.fading.insert(tag, moment.now.plus(FADE_MS));
        } else {
            self.answers.overtaken(&receipt.key);
        }
        vec![Step::Show(notice)]
    }

    fn verdict(&self, receipt: &ReceiptView, reply: Option<&str>) -> Option<Notice> {
        let ringing = &self.settings.ringing;
        let label = &receipt.label;
        let title = match receipt.verdict {
            VerdictWord::Pending | VerdictWord::Discarded => return None,
            VerdictWord::Won => format!("{label}: done"),
            VerdictWord::Lost => format!("{label}: somebody else was first"),
            VerdictWord::Expired => format!("{label}: the deadline was first"),
            VerdictWord::Unknown => format!("{label}: it is not known whether it arrived"),
            VerdictWord::Stuck => format!("{label}: your answer is stuck"),
        };
        let undelivered = receipt.verdict != VerdictWord::Won;
        let about = (!ringing.private).then(|| receipt.title.clone());
        let quote = reply.filter(|_| undelivered && !ringing.private).map(content::quoted);
        let why = Some(receipt.note.clone()).filter(|note| undelivered && !note.is_empty());
        let body = [about, why, quote].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let news = content::news(Tag::Ask(receipt.key.clone()), receipt.shown.clone(), &title, &body);
        Some(Notice {
            sound: ringing.sound && undelivered,
            stay: if undelivered { Stay::Standing } else { Stay::Passing },
            ..news
        })
    }
}
