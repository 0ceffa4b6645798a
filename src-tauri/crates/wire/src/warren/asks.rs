//! What a turn waits for. warren tells it once, to one connection, and lists it nowhere: what was heard is kept.

use deskbell_domain::{
    Ask, AskBody, AskState, By, Choice, Entry, EntryKind, Event, Field, Input, ItemId, Millis, Offer,
    Outcome, Settlement, Subject, Tone, Urgency, When,
};
use serde_json::Value;

use super::answer::{Answer, End};
use super::frame::{Envelope, Hitl, when};
use super::threads::{session_item, ticket_item};
use super::words::{LINE, TITLE, first_line, line};
use super::{Warren, emit};
use crate::Effects;

/// After this long warren no longer waits.
const LIFE_MS: i64 = 24 * 3_600_000;
const COMMENT_CHARS: u32 = 4_000;
const ANSWER_BYTES: u32 = 60_000;

/// What is remembered of an ask.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub kind: String,
    title: String,
    thread: Option<ItemId>,
    /// The message of the turn that asked.
    message: String,
    pub expires: Option<Millis>,
    /// It ended, as the server told.
    pub end: Option<End>,
    /// That it ended was passed on.
    told: bool,
}

pub(super) fn hitl_item(id: &str) -> ItemId {
    ItemId::of("hitl", id)
}

impl Warren {
    /// `hitl_request_pending`
    pub(super) fn asked(
        &mut self,
        hitl: &Hitl,
        envelope: &Envelope<'_>,
        ticket: Option<&str>,
        raw: &str,
        now: Millis,
        out: &mut Effects,
    ) -> Result<(), String> {
        if hitl.id.is_empty() {
            return Err("it names no request".into());
        }
        if self.wishes.get(&hitl.id).is_some_and(|wish| wish.end.is_some() || wish.told) {
            return Ok(());
        }
        let session = [&hitl.session_id, &envelope.session_id].into_iter().find(|id| !id.is_empty());
        let thread = session.map(|id| session_item(id)).or_else(|| ticket.map(ticket_item));
        let asked = when(envelope.timestamp.as_deref(), now);
        let ask = ask(hitl, thread.clone(), asked, raw);
        let wish = Wish {
            kind: hitl.kind.clone(),
            title: ask.title().to_owned(),
            thread,
            message: hitl.payload.get("message_id").and_then(Value::as_str).unwrap_or_default().to_owned(),
            expires: ask.expires,
            end: None,
            told: false,
        };
        let text = line(&format!("Asks: {}", ask.title()), LINE);
        let entry = wish.entry("asked", &hitl.id, asked, text, raw);
        self.wishes.keep(&hitl.id, wish);
        out.push(emit(Event::Ask(Box::new(ask))));
        out.push(emit(Event::Entry(entry)));
        Ok(())
    }

    /// `hitl_request_resolved`, with whatever status: it no longer waits.
    pub(super) fn resolved(&mut self, hitl: Hitl, at: When, raw: &str, now: Millis, out: &mut Effects) {
        let id = hitl.id;
        let known = self.wishes.get(&id).cloned().unwrap_or_default();
        if known.end.is_some() || known.told {
            return;
        }
        let kind = if hitl.kind.is_empty() { known.kind.clone() } else { hitl.kind };
        let end =
            End { status: hitl.status, response: hitl.response.unwrap_or_default(), raw: raw.to_owned() };
        self.wishes.keep(&id, Wish { kind, end: Some(end), ..known });
        // With an answer of ours on its way, its reply says who was first.
        if !self.awaits_reply(&id) {
            self.tell_end(&id, None, at, now, out);
        }
    }

    /// Passes on how it ended. `ours` is our answer, where that is what ended it.
    pub(super) fn tell_end(
        &mut self,
        id: &str,
        ours: Option<&Answer>,
        at: When,
        now: Millis,
        out: &mut Effects,
    ) {
        let wish = self.wishes.get(id).cloned().unwrap_or_default();
        let late = wish.expires.is_some_and(|expires| expires <= now);
        let (by, outcome) = match (ours, &wish.end) {
            (Some(answer), _) => (By::Us, answer.outcome()),
            (None, Some(end)) if end.is_somebodys() => {
                (By::Other("another operator".into()), end.outcome(&wish.kind, late))
            }
            (None, Some(end)) => (By::Nobody, end.outcome(&wish.kind, late)),
            (None, None) if late => (By::Nobody, Outcome::Expired),
            // It ended, and nobody says how.
            (None, None) => (By::Nobody, Outcome::Vanished),
        };
        let raw = match &wish.end {
            Some(end) => end.raw.clone(),
            None => serde_json::json!({ "ended": id, "outcome": outcome.word() }).to_string(),
        };
        if wish.told {
            return;
        }
        let title = if wish.title.is_empty() { "A request" } else { wish.title.as_str() };
        let text = match outcome.note() {
            Some(note) => format!("{title}: {} ({note})", outcome.word()),
            None => format!("{title}: {}", outcome.word()),
        };
        let entry = wish.entry("resolved", id, at, line(&text, LINE), &raw);
        self.wishes.keep(id, Wish { told: true, ..wish });
        out.push(emit(Event::Settled(Settlement { item: hitl_item(id), at, by, outcome, ask: None })));
        out.push(emit(Event::Entry(entry)));
    }

    /// A turn that has come to its end waits for nobody: its asks ended, too, and that was told to a connection that is
    /// gone.
    pub(super) fn end_with_turns(&mut self, now: Millis, out: &mut Effects) {
        let is_over = |wish: &Wish| {
            let turn = self.telling.turn_of(&wish.message);
            turn.is_some_and(|turn| self.turns.is_over(turn))
        };
        let over: Vec<String> = self
            .wishes
            .values()
            .filter(|(id, wish)| wish.end.is_none() && !wish.told && is_over(wish) && !self.awaits_reply(id))
            .map(|(id, _)| id.clone())
            .collect();
        for id in over {
            self.tell_end(&id, None, When::Seen(now), now, out);
        }
    }

    /// Ends that waited for the reply to an answer of ours are passed on when that reply can no longer come.
    pub(super) fn tell_held_ends(&mut self, now: Millis, out: &mut Effects) {
        let held: Vec<String> = self
            .wishes
            .values()
            .filter(|(_, wish)| wish.end.is_some() && !wish.told)
            .map(|(id, _)| id.clone())
            .collect();
        for id in held {
            self.tell_end(&id, None, When::Seen(now), now, out);
        }
    }
}

impl Wish {
    /// Whose turn waits for it, where that was told.
    pub fn session(&self) -> Option<&str> {
        self.thread.as_ref().filter(|thread| thread.kind() == "session").map(|thread| thread.rest())
    }

    fn entry(&self, what: &str, id: &str, at: When, text: String, raw: &str) -> Entry {
        Entry {
            item: ItemId::of(what, id),
            at,
            kind: EntryKind::Ask,
            agent: Some(super::WARREN.to_owned()),
            thread: self.thread.clone(),
            ask: Some(hitl_item(id)),
            text,
            raw: raw.to_owned(),
        }
    }
}

fn ask(hitl: &Hitl, thread: Option<ItemId>, asked: When, raw: &str) -> Ask {
    let payload = |name: &str| hitl.payload.get(name);
    let text = |name: &str| payload(name).and_then(Value::as_str).unwrap_or_default();
    let (body, offers) = match hitl.kind.as_str() {
        "tool_approval" => {
            let name = line(text("tool_name"), TITLE);
            let arguments =
                payload("tool_args").map(|arguments| format!("{arguments:#}")).unwrap_or_default();
            let title = if name.is_empty() { "Run a tool?".to_owned() } else { format!("Run {name}?") };
            (
                AskBody::Approval { title, detail: None, subject: Subject::Tool { name, arguments } },
                vec![approve(), deny("Deny")],
            )
        }
        "question" => {
            let question = text("question");
            let title = match first_line(question, TITLE) {
                title if title.is_empty() => "A question without words".to_owned(),
                title => title,
            };
            let detail =
                (question.trim() != title).then(|| question.to_owned()).filter(|q| !q.trim().is_empty());
            let options = payload("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            (AskBody::Question { title, detail }, vec![answer(options), deny("Decline")])
        }
        kind => (
            AskBody::Unknown { kind: line(kind, TITLE), raw: raw.to_owned() },
            vec![approve(), answer(&[]), deny("Deny")],
        ),
    };
    Ask {
        item: hitl_item(&hitl.id),
        agent: Some(super::WARREN.to_owned()),
        thread,
        asked,
        expires: Some(asked.millis().plus(LIFE_MS)),
        urgency: Urgency::Normal,
        body,
        offers,
        state: AskState::Open,
    }
}

fn comment() -> Field {
    Field::text("comment", "Comment", false, COMMENT_CHARS)
}

fn approve() -> Offer {
    Offer::plain("approve", "Approve", Tone::Yes).with_field(comment())
}

fn deny(label: &str) -> Offer {
    Offer::plain("deny", label, Tone::No).with_field(comment())
}

fn answer(options: &[Value]) -> Offer {
    let mut choices: Vec<Choice> = Vec::new();
    for label in options.iter().filter_map(Value::as_str).filter(|label| !label.trim().is_empty()) {
        if !choices.iter().any(|choice| choice.label == label) {
            choices.push(Choice::plain(label));
        }
    }
    let input = if choices.is_empty() {
        Input::Text {
            multiline: true,
            min: 1,
            max: ANSWER_BYTES,
            max_bytes: Some(ANSWER_BYTES),
            default: None,
        }
    } else {
        Input::Pick { options: choices, many: false, other: true, max_bytes: Some(ANSWER_BYTES) }
    };
    let field = Field { id: "answer".into(), label: "Answer".into(), required: true, hint: None, input };
    Offer::plain("answer", "Answer", Tone::Yes).with_field(field)
}
