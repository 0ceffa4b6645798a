//! What became of the answers given on notifications: said where they were given.

use std::collections::{BTreeMap, HashMap};

use deskbell_domain::{IntentId, Key, Millis, Surface};

use super::press::Taking;
use super::{Policy, Step, content};
use crate::clock::Moment;
use crate::notice::{Notice, Stay, Tag};
use crate::view::{ReceiptView, VerdictWord};

/// Good news need not be cleared away.
const FADE_MS: i64 = 6_000;

#[derive(Debug, Default)]
pub(super) struct Answers {
    /// What was typed into notifications and is not decided yet.
    replies: HashMap<IntentId, String>,
    /// News that is taken down again.
    fading: BTreeMap<Tag, Millis>,
}

impl Answers {
    pub(super) fn fade(&mut self, now: Millis) -> Vec<Step> {
        let over: Vec<Tag> =
            self.fading.iter().filter(|(_, at)| **at <= now).map(|(tag, _)| tag.clone()).collect();
        self.fading.retain(|_, at| *at > now);
        over.into_iter().map(Step::Withdraw).collect()
    }

    /// Something else takes the place of the news about this ask.
    pub(super) fn overtaken(&mut self, key: &Key) {
        self.fading.remove(&Tag::Ask(key.clone()));
    }

    pub(super) fn next_wake(&self) -> Option<Millis> {
        self.fading.values().min().copied()
    }
}

impl Policy {
    /// The engine has taken what was pressed.
    pub(crate) fn taken(&mut self, intent: IntentId, taking: Taking) {
        if let Some(reply) = taking.reply {
            self.answers.replies.insert(intent, reply);
        }
    }

    /// How an answer stands.
    pub(crate) fn answered(&mut self, receipt: &ReceiptView, moment: &Moment) -> Vec<Step> {
        if receipt.surface != Surface::Notification {
            return Vec::new();
        }
        let reply = match receipt.verdict {
            VerdictWord::Pending => return Vec::new(),
            VerdictWord::Stuck => self.answers.replies.get(&receipt.intent).cloned(),
            VerdictWord::Won
            | VerdictWord::Lost
            | VerdictWord::Expired
            | VerdictWord::Unknown
            | VerdictWord::Discarded => self.answers.replies.remove(&receipt.intent),
        };
        let tag = Tag::Ask(receipt.key.clone());
        let Some(notice) = self.verdict(receipt, reply.as_deref()) else { return Vec::new() };
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
