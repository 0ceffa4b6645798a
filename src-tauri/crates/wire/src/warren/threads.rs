//! Tickets and their sessions as threads, and what may be done with a ticket.

use deskbell_domain::{Field, Input, ItemId, Millis, Offer, Thread, ThreadState, Tone};

use super::frame::{Session, Ticket, when};
use super::words::{TITLE, line};

/// warren closes the socket at a frame of more than 64 KiB. JSON doubles a character at most but for control
/// characters, which no one types.
const TEXT_BYTES: u32 = 30_000;
const REASON_CHARS: u32 = 4_000;

pub(super) fn ticket_item(id: &str) -> ItemId {
    ItemId::of("ticket", id)
}

pub(super) fn session_item(id: &str) -> ItemId {
    ItemId::of("session", id)
}

/// A ticket as a thread. `note` stands in for its state where its live channel is in trouble.
pub(super) fn ticket_thread(ticket: &Ticket, note: Option<&str>, now: Millis) -> Thread {
    let state = match (ticket.status.as_str(), note) {
        ("resolved" | "archived", _) => ThreadState::Ended,
        (_, Some(note)) => ThreadState::Unknown(note.to_owned()),
        ("open" | "", None) => ThreadState::Idle,
        (other, None) => ThreadState::Unknown(line(other, 40)),
    };
    let title = line(&ticket.title, TITLE);
    Thread {
        item: ticket_item(&ticket.id),
        title: if title.is_empty() { format!("Ticket {}", line(&ticket.id, 80)) } else { title },
        parent: None,
        agent: None,
        state,
        updated: when(ticket.updated_at.as_deref().or(ticket.created_at.as_deref()), now),
        offers: ticket_offers(&ticket.status),
    }
}

fn ticket_offers(status: &str) -> Vec<Offer> {
    let archive = || {
        Offer::plain("archive", "Archive", Tone::Neutral).explained("Takes the ticket off warren's lists.")
    };
    match status {
        "resolved" => vec![Offer::plain("reopen", "Reopen", Tone::Neutral), archive()],
        "archived" => vec![Offer::plain("unarchive", "Unarchive", Tone::Neutral)],
        _ => vec![
            say(),
            Offer::plain("resolve", "Resolve", Tone::Yes)
                .with_field(Field {
                    hint: Some("For example false_positive or true_positive.".into()),
                    ..Field::text("conclusion", "Conclusion", true, 80)
                })
                .with_field(Field::text("reason", "Reason", true, REASON_CHARS)),
            archive().confirmed(),
        ],
    }
}

fn say() -> Offer {
    let input =
        Input::Text { multiline: true, min: 1, max: TEXT_BYTES, max_bytes: Some(TEXT_BYTES), default: None };
    Offer::plain("send", "Send", Tone::Neutral).with_field(Field {
        id: "text".into(),
        label: "Message".into(),
        required: true,
        hint: None,
        input,
    })
}

/// A session under its ticket. Those of Slack are for reading only; what is said to another's web session is said
/// in our own session of that ticket.
pub(super) fn session_thread(session: &Session, ticket: &str, busy: bool, now: Millis) -> Thread {
    let source = session.source.as_deref().filter(|s| !s.is_empty()).unwrap_or("chat");
    let user = session.user_id.as_deref().filter(|s| !s.is_empty()).unwrap_or("somebody");
    let title = match session.query.as_deref().map(|query| line(query, TITLE)).filter(|q| !q.is_empty()) {
        Some(query) => query,
        None => line(&format!("{source} · {user}"), TITLE),
    };
    Thread {
        item: session_item(&session.id),
        title,
        parent: Some(ticket_item(ticket)),
        agent: Some(super::WARREN.to_owned()),
        state: if busy { ThreadState::Busy } else { ThreadState::Idle },
        updated: when(session.last_active_at.as_deref().or(session.created_at.as_deref()), now),
        offers: if source == "web" {
            vec![say().explained("It is said in your own session of this ticket.")]
        } else {
            Vec::new()
        },
    }
}
