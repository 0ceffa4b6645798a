//! What is to be on screen, and what is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use deskbell_domain::Hash;
use deskbell_engine::{Button, Notice, Press, Tag};

use super::face::{Can, DEFAULT, Face};
use super::protocol::Signal;
use crate::face;

/// Some servers say that a notification closed before they say that its button was pressed.
pub(super) const GRACE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Screen {
    wanted: BTreeMap<Tag, Wanted>,
    number: u64,
}

#[derive(Debug)]
struct Wanted {
    notice: Notice,
    token: String,
    /// The order in which they came.
    number: u64,
    up: Option<Up>,
    /// The call that shows it, while that is not answered.
    sending: Option<u32>,
    /// It rang already.
    heard: bool,
    /// The engine knows that it is not on screen.
    failed: bool,
}

/// A notification, as the server has it.
#[derive(Debug)]
struct Up {
    id: u32,
    sent: Sent,
    /// Closed; until then a press may still come.
    closed: Option<Instant>,
}

/// What a press on a notification is read by.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    token: String,
    shown: Hash,
    buttons: Vec<Button>,
    reply: bool,
}

/// What became of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) tag: Tag,
    pub(super) shown: Hash,
    pub(super) press: Press,
}

/// What a signal was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// About nothing that is known to be up.
    Unknown,
    /// Nothing that this notification offered, or only its closing.
    Nothing,
    /// It is over. `open`: the server may still have it up.
    Over { told: Told, open: bool },
}

impl Screen {
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    pub(super) fn want(&mut self, notice: Notice, token: String) {
        self.number += 1;
        let before = self.wanted.remove(&notice.tag);
        let (up, sending) = before.map_or((None, None), |before| (before.up, before.sending));
        let number = self.number;
        let tag = notice.tag.clone();
        self.wanted.insert(tag, Wanted { notice, token, number, up, sending, heard: false, failed: false });
    }

    /// All of them, in the order in which they came.
    pub(super) fn tags(&self) -> Vec<Tag> {
        let mut wanted: Vec<_> = self.wanted.iter().map(|(tag, wanted)| (wanted.number, tag)).collect();
        wanted.sort();
        wanted.into_iter().map(|(_, tag)| tag.clone()).collect()
    }

    /// What the server must be sent to show this one as it is wanted now, and the number it takes the place of.
    /// The call that sends it has this serial.
    pub(super) fn send(&mut self, tag: &Tag, can: &Can, serial: u32) -> Option<(u32, Face, Sent)> {
        let wanted = self.wanted.get_mut(tag).filter(|wanted| wanted.sending.is_none())?;
        if wanted.up.as_ref().is_some_and(|up| up.sent.token == wanted.token) {
            return None;
        }
        let Wanted { notice, token, .. } = &*wanted;
        let face = Face::of(notice, token, can, wanted.heard);
        let sent = Sent {
            token: token.clone(),
            shown: notice.shown.clone(),
            buttons: notice.buttons.clone(),
            reply: notice.reply.is_some() && can.inline_reply,
        };
        wanted.sending = Some(serial);
        wanted.heard = true;
        Some((wanted.up.as_ref().map_or(0, |up| up.id), face, sent))
    }

    /// The server has shown what this call sent. Whether anyone still wants it there.
    pub(super) fn came_up(&mut self, tag: &Tag, serial: u32, id: u32, sent: Sent) -> bool {
        let Some(wanted) = self.sent_by(tag, serial) else { return false };
        wanted.sending = None;
        wanted.failed = false;
        wanted.up = Some(Up { id, sent, closed: None });
        true
    }

    /// The server of this call has gone: its successor may be sent it.
    pub(super) fn was_not_heard(&mut self, tag: &Tag, serial: u32) {
        if let Some(wanted) = self.sent_by(tag, serial) {
            wanted.sending = None;
        }
    }

    /// The server will not show what this call sent.
    pub(super) fn refused(&mut self, tag: &Tag, serial: u32, why: String) -> Option<Told> {
        self.sent_by(tag, serial)?;
        self.end(tag, Press::Failed(why))
    }

    /// The one that this call is to show, if it is still wanted.
    fn sent_by(&mut self, tag: &Tag, serial: u32) -> Option<&mut Wanted> {
        self.wanted.get_mut(tag).filter(|wanted| wanted.sending == Some(serial))
    }

    /// It is not wanted any more. Gives what there is to close.
    pub(super) fn withdraw(&mut self, tag: &Tag) -> Option<u32> {
        Some(self.wanted.remove(tag)?.up?.id)
    }

    /// It is not on screen now, and may still come there. Told once.
    pub(super) fn fail(&mut self, tag: &Tag, why: &str) -> Option<Told> {
        let wanted = self.wanted.get_mut(tag).filter(|wanted| !wanted.failed)?;
        wanted.failed = true;
        let press = Press::Failed(why.to_owned());
        Some(Told { tag: tag.clone(), shown: wanted.notice.shown.clone(), press })
    }

    /// The server's numbers mean nothing any more.
    pub(super) fn forget(&mut self) -> Vec<Told> {
        let closed = self.take_closed(|_| true);
        for wanted in self.wanted.values_mut() {
            wanted.sending = None;
            wanted.up = None;
        }
        closed
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.wanted.values().filter_map(|wanted| wanted.up.as_ref()?.closed).min()
    }

    /// Those that closed, and were not pressed in time.
    pub(super) fn dismissed(&mut self, now: Instant) -> Vec<Told> {
        self.take_closed(|until| until <= now)
    }

    fn take_closed(&mut self, is_over: impl Fn(Instant) -> bool) -> Vec<Told> {
        let mut closed = Vec::new();
        for (tag, wanted) in &mut self.wanted {
            let Some(up) = wanted.up.take_if(|up| up.closed.is_some_and(&is_over)) else { continue };
            // A newer one is on its way into the place of the closed one.
            if up.sent.token == wanted.token {
                closed.push(Told { tag: tag.clone(), shown: up.sent.shown, press: Press::Dismissed });
            }
        }
        for told in &closed {
            self.wanted.remove(&told.tag);
        }
        closed
    }

    pub(super) fn read(&mut self, signal: &Signal, now: Instant) -> Read {
        let id = signal.id();
        let found = self.wanted.iter_mut().find_map(|(tag, wanted)| {
            let sending = wanted.sending.is_some();
            wanted.up.as_mut().filter(|up| up.id == id).map(|up| (tag.clone(), up, sending))
        });
        let Some((tag, up, sending)) = found else { return Read::Unknown };
        if let Signal::Closed { .. } = signal {
            up.closed.get_or_insert(now + GRACE);
            return Read::Nothing;
        }
        let open = up.closed.is_none();
        match up.sent.read(signal).and_then(|press| self.end(&tag, press)) {
            Some(told) => Read::Over { told, open },
            // It may be a button of what takes its place.
            None if sending => Read::Unknown,
            None => Read::Nothing,
        }
    }

    fn end(&mut self, tag: &Tag, press: Press) -> Option<Told> {
        let Wanted { notice, up, .. } = self.wanted.remove(tag)?;
        // What was pressed may be older than what was wanted last.
        let shown = up.map_or(notice.shown, |up| up.sent.shown);
        Some(Told { tag: tag.clone(), shown, press })
    }
}

impl Sent {
    fn read(&self, signal: &Signal) -> Option<Press> {
        match signal {
            Signal::Acted { action, .. } if action == DEFAULT => Some(Press::Open),
            Signal::Acted { action, .. } => face::read(action, &self.token, &self.buttons),
            Signal::Replied { text, .. } => self.reply.then(|| Press::Reply(text.clone())),
            Signal::Closed { .. } => None,
        }
    }
}
