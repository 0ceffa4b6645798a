//! Looking at one session: what `GET /sessions/{id}` says is the truth about it.

use deskbell_domain::{By, Entry, EntryKind, Event, Fault, ItemId, Millis, Outcome, Settlement, When};
use serde_json::Value;

use super::faults::unauthorized;
use super::queue::done_words;
use super::session::{Deed, Own, Queue, Session, title_of};
use super::shapes::Handle;
use super::{Exlab, Purpose, emit, requests};
use crate::{CallId, Effect, Effects, Reply};

/// What a look came to, for a delivery that waits for it.
#[derive(Debug)]
pub(super) enum Sight {
    Shown(Box<Handle>),
    /// The server does not know the session.
    Gone,
    /// It could not be had.
    Nothing,
}

impl Exlab {
    /// Looks, or looks again after the look that is under way.
    pub(super) fn look(&mut self, id: &str, now: Millis, out: &mut Effects) {
        let session = self.session(id, now);
        if session.looking.is_some() {
            session.again = true;
            return;
        }
        session.again = false;
        let call = self.call(requests::session(id), Purpose::Session(id.to_owned()), out);
        if let Some(session) = self.sessions.get_mut(id) {
            session.looking = Some(call);
        }
    }

    pub(super) fn looked(
        &mut self,
        id: &str,
        call: CallId,
        reply: Result<Reply, Fault>,
        now: Millis,
        out: &mut Effects,
    ) {
        let again = self.sessions.get_mut(id).is_some_and(|session| {
            session.looking = None;
            std::mem::take(&mut session.again)
        });
        let (sight, body) = match reply {
            Ok(reply) => match reply.status {
                200 => match serde_json::from_slice::<Handle>(&reply.body) {
                    Ok(handle) if handle.session_id == id => (Sight::Shown(Box::new(handle)), reply.body),
                    Ok(_) => {
                        let why = "it is about another session than was asked for".to_owned();
                        out.push(Effect::Odd { raw: reply.body, why });
                        (Sight::Nothing, Vec::new())
                    }
                    Err(error) => {
                        out.push(Effect::Odd { raw: reply.body, why: error.to_string() });
                        (Sight::Nothing, Vec::new())
                    }
                },
                404 => (Sight::Gone, Vec::new()),
                status @ (401 | 403) => return self.fail(unauthorized(status), out),
                _ => (Sight::Nothing, Vec::new()),
            },
            Err(_) => (Sight::Nothing, Vec::new()),
        };
        match &sight {
            Sight::Shown(handle) => self.show(handle, call, &body, now, out),
            Sight::Gone => self.lose(id, now, out),
            Sight::Nothing => {}
        }
        self.judge_looks(id, call, &sight, now, out);
        // Also where the session is gone: somebody may wait for this look.
        if again {
            self.look(id, now, out);
        }
        self.seen(id, !matches!(sight, Sight::Nothing), now, out);
    }

    /// Takes in what a look shows.
    fn show(&mut self, handle: &Handle, call: CallId, body: &[u8], now: Millis, out: &mut Effects) {
        let id = &handle.session_id;
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.update(handle, now);
        // A cancelled session goes on naming the input it once waited for.
        let none = Value::Null;
        let pending =
            (handle.state == "input_required").then(|| handle.pending_input.as_ref().unwrap_or(&none));
        let moved_on = session.moved_on.is_some_and(|since| call > since);
        if moved_on {
            session.moved_on = None;
        }
        let same = pending.zip(session.form.as_ref()).is_some_and(|(pending, form)| form.is_of(pending));
        if !same || moved_on {
            if let Some(form) = session.form.take() {
                let own = session.own.take_if(|own| own.item == form.item || own.deed == Deed::Cancel);
                end(session, &form.item, own.as_ref(), handle, body, now, out);
            }
            if let Some(pending) = pending {
                session.wait_for(pending, now, out);
            }
        }
        // While its queue is open, its own last words may be on their way.
        if session.is_over() && session.listed && !matches!(session.queue, Queue::Open(_)) {
            session.tell_end(ending(handle), now, &String::from_utf8_lossy(body), out);
        }
        session.show(now, out);
        // One that has failed closes its queue without a word. Of one the server has forgotten there is more to say.
        let ends_silently = matches!(session.state.as_str(), "failed" | "aborted");
        let cut = std::mem::take(&mut session.cut) && !ends_silently;
        self.lost_queues += usize::from(std::mem::take(&mut session.lost) || cut);
        if session.is_over() && session.queue == Queue::Unopened {
            session.queue = Queue::Over;
        }
        let id = id.clone();
        self.open_queue(&id, out);
    }

    /// The server has forgotten a session: it keeps them in memory, and was started anew.
    fn lose(&mut self, id: &str, now: Millis, out: &mut Effects) {
        self.close_queue(id, out);
        let Some(mut session) = self.sessions.remove(id) else { return };
        let raw = serde_json::json!({ "forgotten": id }).to_string();
        if let Some(form) = &session.form {
            let title = title_of(form);
            let text =
                format!("Lost: ExLab-Wizard no longer knows \"{title}\", and did not say what became of it");
            let entry = session.entry(
                "vanished",
                form.item.rest(),
                EntryKind::Ask,
                When::Seen(now),
                text,
                raw.clone(),
            );
            out.push(emit(Event::Entry(Entry { ask: Some(form.item.clone()), ..entry })));
            out.push(vanished(&form.item, now));
        }
        if session.listed && !session.is_over() {
            let text = "ExLab-Wizard was started anew and no longer knows this session";
            session.tell_end(text.to_owned(), now, &raw, out);
            session.ended = Some(now);
            session.show_lost(out);
        }
    }
}

pub(super) fn vanished(item: &ItemId, now: Millis) -> Effect {
    settled(item, (By::Nobody, Outcome::Vanished), now)
}

pub(super) fn settled(item: &ItemId, (by, outcome): (By, Outcome), now: Millis) -> Effect {
    emit(Event::Settled(Settlement { item: item.clone(), at: When::Seen(now), by, outcome, ask: None }))
}

/// Tells how an ask ended, by what its session became.
fn end(
    session: &Session,
    item: &ItemId,
    own: Option<&Own>,
    handle: &Handle,
    body: &[u8],
    now: Millis,
    out: &mut Effects,
) {
    let (by, outcome) = how(own, handle);
    let who = match &by {
        By::Us => " by you".to_owned(),
        By::Other(name) => format!(" by {name}"),
        By::Nobody => String::new(),
    };
    let note = outcome.note().map(|note| format!(": {note}")).unwrap_or_default();
    let text = format!("Input {}{who}{note}", outcome.word());
    let raw = String::from_utf8_lossy(body).into_owned();
    let entry = session.entry("answered", item.rest(), EntryKind::Ask, When::Seen(now), text, raw);
    out.push(emit(Event::Entry(Entry { ask: Some(item.clone()), ..entry })));
    out.push(settled(item, (by, outcome), now));
}

/// Who ended a wait for input, and how. ExLab tells neither who answered nor with what.
pub(super) fn how(own: Option<&Own>, handle: &Handle) -> (By, Outcome) {
    let somebody = || By::Other("somebody else".to_owned());
    match (handle.state.as_str(), handle.code(), own) {
        ("aborted" | "failed", Some("session_abandoned"), _) => (By::Nobody, Outcome::Expired),
        (_, _, Some(Own { deed: Deed::Answer { words }, taken: true, .. })) => {
            (By::Us, Outcome::Answered { text: words.clone() })
        }
        ("aborted", Some("cancelled"), Some(Own { deed: Deed::Cancel, taken: true, .. })) => {
            (By::Us, Outcome::Cancelled)
        }
        ("aborted", Some("cancelled"), _) => (somebody(), Outcome::Cancelled),
        ("aborted" | "failed", _, _) => {
            let note = handle.error.as_ref().map(|error| error.words()).unwrap_or_default();
            (By::Nobody, Outcome::Failed { note })
        }
        (_, _, Some(_)) => (
            By::Nobody,
            Outcome::Answered { text: "by you or by somebody else: ExLab-Wizard does not tell".to_owned() },
        ),
        (_, _, None) => {
            (somebody(), Outcome::Answered { text: "ExLab-Wizard does not tell what".to_owned() })
        }
    }
}

fn ending(handle: &Handle) -> String {
    let why = handle.error.as_ref().map(|error| error.words());
    match handle.state.as_str() {
        "done" => done_words(handle.result.as_ref()),
        "aborted" => {
            let kept = match handle.error.as_ref().and_then(|error| error.discard_files) {
                Some(true) => ", its files discarded",
                Some(false) => ", its files kept",
                None => "",
            };
            format!("Aborted: {}{kept}", why.unwrap_or_default())
        }
        _ => format!("Failed: {}", why.unwrap_or_default()),
    }
}
