//! Showing what waits, under the session it belongs to.

use deskbell_domain::{Ask, Entry, EntryKind, Event, ItemId, Millis, When};

use super::asks::Wish;
use super::frame::{SessionInfo, parse};
use super::words::{LINE, line};
use super::{Opencode, Purpose, emit};
use crate::{Effects, Reply};

impl Opencode {
    /// Something new waits for the operator.
    pub(super) fn asked(&mut self, wish: Wish, raw: &str, now: Millis, out: &mut Effects) {
        let item = wish.item();
        let session = wish.session().to_owned();
        self.asks.open(wish, raw, now);
        if self.asks.get(&item).is_none_or(|known| known.told || known.shown.is_some()) {
            return;
        }
        let missing = self.sessions.top(&session).missing.map(str::to_owned);
        let asked_for = missing.as_deref().is_some_and(|missing| self.find_session(missing, out));
        // Its own session is on the way, and it is shown when that is here.
        if asked_for && missing.as_deref() == Some(session.as_str()) {
            return;
        }
        self.show_ask(&item, now, out);
    }

    /// Asks for a session that is not known. Tells whether an answer is to come.
    pub(super) fn find_session(&mut self, session: &str, out: &mut Effects) -> bool {
        if self.recording || self.unknown.has(session) {
            return false;
        }
        let under_way =
            self.calls.values().any(|purpose| matches!(purpose, Purpose::Session(id) if id == session));
        if !under_way {
            let request = self.paths.session(session);
            self.call(request, Purpose::Session(session.to_owned()), out);
        }
        true
    }

    /// A session that was asked for is here, or cannot be had.
    pub(super) fn session_told(&mut self, id: &str, reply: Option<Reply>, now: Millis, out: &mut Effects) {
        let info = reply
            .filter(|reply| reply.status == 200)
            .and_then(|reply| parse::<SessionInfo>(&reply.body).ok().filter(|info| info.id == id));
        match info {
            Some(info) => self.session_changed(info, out),
            None => {
                self.unknown.keep(id, ());
            }
        }
        let hidden: Vec<ItemId> = self
            .asks
            .waiting()
            .filter(|(_, known)| known.shown.is_none() && known.wish.session() == id)
            .map(|(item, _)| item.clone())
            .collect();
        for item in hidden {
            self.show_ask(&item, now, out);
        }
        self.find_missing(out);
    }

    /// Asks for the sessions that stand between an open ask and its top.
    pub(super) fn find_missing(&mut self, out: &mut Effects) {
        let missing: Vec<String> = self
            .asks
            .waiting()
            .filter_map(|(_, known)| self.sessions.top(known.wish.session()).missing.map(str::to_owned))
            .collect();
        for session in missing {
            self.find_session(&session, out);
        }
    }

    pub(super) fn show_ask(&mut self, item: &ItemId, now: Millis, out: &mut Effects) {
        let Some(known) = self.asks.get_mut(item) else { return };
        let ask = known.ask(&self.sessions);
        known.shown.clone_from(&ask.thread);
        let entry = asked_line(&ask, &known.raw, now);
        out.push(emit(Event::Ask(Box::new(ask))));
        out.push(emit(Event::Entry(entry)));
    }

    /// Shows those asks again that belong under another thread than was known.
    pub(super) fn show_again(&mut self, out: &mut Effects) {
        for (_, known) in self.asks.iter_mut() {
            if !known.listed || known.end.is_some() || known.shown.is_none() {
                continue;
            }
            let ask = known.ask(&self.sessions);
            if ask.thread != known.shown {
                known.shown.clone_from(&ask.thread);
                out.push(emit(Event::Ask(Box::new(ask))));
            }
        }
    }
}

/// The line of history that tells of a new ask.
pub(super) fn asked_line(ask: &Ask, raw: &str, now: Millis) -> Entry {
    Entry {
        item: ItemId::of("asked", &ask.item),
        at: When::Seen(now),
        kind: EntryKind::Ask,
        agent: ask.agent.clone(),
        thread: ask.thread.clone(),
        ask: Some(ask.item.clone()),
        text: line(&format!("Asks: {}", ask.title()), LINE),
        raw: raw.to_owned(),
    }
}
