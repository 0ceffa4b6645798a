//! What the operator wants done, from the request to its verdict.
//!
//! What may have been sent is never sent again before the agent's state was read, and a message never at all:
//! nothing on this bus tells whether it came.

use std::collections::{BTreeMap, VecDeque};

use deskbell_domain::{Accepted, Fault, IntentId, ItemId, Millis, Verdict};

use super::faults::{is_page, refused, rejected};
use super::picture::{Login, Picture};
use crate::words::is_same;
use crate::{Attempt, Body, Effect, Effects, Reply, Request, Sent};

/// How long the agent may take to show what it has accepted.
const PROOF_MS: i64 = 10_000;
/// The agent's clock is not ours.
const SKEW_MS: i64 = 3_000;
/// How many messages that were heard of late are remembered.
const MOST: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Errands {
    all: BTreeMap<IntentId, Errand>,
    /// What the agent has surely refused: to try it again is no repetition.
    refused: VecDeque<IntentId>,
    /// Messages of the operator that began a turn, and when that was heard.
    heard: VecDeque<(String, Millis)>,
}

#[derive(Debug)]
struct Errand {
    item: ItemId,
    deed: Deed,
    request: Request,
    stage: Stage,
    /// Nothing older can be its proof.
    since: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Deed {
    Send { body: String },
    Cancel,
    Compact,
    Model(String),
    LoginStart,
    LoginCode,
    LoginCancel,
}

#[derive(Debug)]
enum Stage {
    Sending,
    /// The next state decides.
    Looking(Why),
    /// The agent has it.
    Taken {
        due: Millis,
    },
}

#[derive(Debug)]
enum Why {
    /// Its reply was lost.
    Lost,
    /// It may have been sent before we last ended.
    Again,
    Refused(Fault),
    /// The agent had it when we last ran.
    Told,
}

/// What was last read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub picture: &'a Picture,
    pub busy: bool,
    /// The ask that is open.
    pub open: Option<&'a ItemId>,
}

/// Whether the agent's state must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Need {
    Nothing,
    State,
}

impl Errands {
    /// The outbox gives everything again on the next connection.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Whether the agent owes a proof.
    pub fn waits(&self) -> bool {
        self.all.values().any(|errand| matches!(errand.stage, Stage::Taken { .. }))
    }

    /// Gives the request to send now, if any.
    pub fn take(
        &mut self,
        accepted: &Accepted,
        attempt: Attempt,
        seen: Seen<'_>,
        now: Millis,
        out: &mut Effects,
    ) -> (Need, Option<Request>) {
        let id = accepted.id().clone();
        if self.all.contains_key(&id) {
            return (Need::Nothing, None);
        }
        let item = accepted.key().item.clone();
        let Some((deed, request)) = request(accepted) else {
            let fault = rejected(format!("The agent has no way to \"{}\" this.", accepted.offer().label));
            out.push(Effect::Stick { intent: id, fault });
            return (Need::Nothing, None);
        };
        let refused = self.refused.iter().position(|known| *known == id).map(|at| self.refused.remove(at));
        let why = match attempt {
            Attempt::Fresh => None,
            Attempt::Maybe => refused.is_none().then_some(Why::Again),
            Attempt::Taken => Some(Why::Told),
        };
        if why.is_none()
            && let Some(note) = deed.is_past(&item, seen)
        {
            out.push(lost(id, note));
            return (Need::Nothing, None);
        }
        let since = born(id.as_str()).unwrap_or(now);
        let (need, send) =
            if why.is_some() { (Need::State, None) } else { (Need::Nothing, Some(request.clone())) };
        let stage = why.map_or(Stage::Sending, Stage::Looking);
        self.all.insert(id, Errand { item, deed, request, stage, since });
        (need, send)
    }

    /// What came of a request.
    pub fn came(&mut self, id: &IntentId, came: Result<Reply, Sent>, now: Millis, out: &mut Effects) -> Need {
        let Some(errand) = self.all.get_mut(id) else { return Need::Nothing };
        let no = |reply: &Reply| Stage::Looking(Why::Refused(refused(reply)));
        errand.stage = match &came {
            Err(Sent::No) => {
                self.all.remove(id);
                out.push(Effect::Defer(id.clone()));
                return Need::Nothing;
            }
            Err(Sent::Maybe) => Stage::Looking(Why::Lost),
            Ok(reply) => match reply.status {
                200..=299 if is_page(reply) => no(reply),
                200..=299 | 303 => {
                    if errand.deed.is_done_when_taken() {
                        let note = errand.deed.done();
                        self.all.remove(id);
                        out.push(won(id.clone(), note));
                        return Need::Nothing;
                    }
                    out.push(Effect::Taken(id.clone()));
                    Stage::Taken { due: now.plus(PROOF_MS) }
                }
                // Somebody between us and the agent failed.
                502..=504 => Stage::Looking(Why::Lost),
                _ => no(reply),
            },
        };
        Need::State
    }

    /// A turn began with a message of the operator.
    pub fn hear(&mut self, body: &str, now: Millis) {
        self.heard.push_back((body.to_owned(), now));
        if self.heard.len() > MOST {
            self.heard.pop_front();
        }
    }

    /// Whether it is ours that a login ask ended.
    pub fn claims(&self, item: &ItemId, picture: &Picture) -> bool {
        self.all.values().any(|errand| {
            errand.item == *item
                && !matches!(errand.stage, Stage::Looking(Why::Refused(_)))
                && errand.deed.is_reached(picture.login())
        })
    }

    /// A fresh state is there: whatever waits for it is judged. Gives what is to be sent now.
    pub fn look(&mut self, seen: Seen<'_>, now: Millis, out: &mut Effects) -> Vec<(IntentId, Request)> {
        let mut sends = Vec::new();
        let heard = &mut self.heard;
        let refused = &mut self.refused;
        self.all.retain(|id, errand| {
            if matches!(errand.stage, Stage::Sending) {
                return true;
            }
            let was_refused = matches!(errand.stage, Stage::Looking(Why::Refused(_)));
            if errand.shows(seen, heard) {
                out.push(if was_refused {
                    lost(id.clone(), "Somebody else was first.")
                } else {
                    won(id.clone(), errand.deed.done())
                });
                return false;
            }
            if let Some(note) = errand.deed.is_past(&errand.item, seen) {
                out.push(lost(id.clone(), note));
                return false;
            }
            let leaves_no_trace = errand.deed.is_done_when_taken();
            let stage = match &errand.stage {
                Stage::Sending => Stage::Sending,
                Stage::Looking(Why::Told) => Stage::Taken { due: now.plus(PROOF_MS) },
                Stage::Taken { due } if now < *due => Stage::Taken { due: *due },
                Stage::Looking(Why::Lost | Why::Again) | Stage::Taken { .. } if leaves_no_trace => {
                    out.push(unknown(
                        id.clone(),
                        "Nothing shows whether it arrived. Look at the agent before you do it again.",
                    ));
                    return false;
                }
                Stage::Taken { .. } if matches!(errand.deed, Deed::Model(_)) => {
                    out.push(unknown(id.clone(), "The agent took it, and still names another model."));
                    return false;
                }
                Stage::Looking(Why::Again) => {
                    sends.push((id.clone(), errand.request.clone()));
                    Stage::Sending
                }
                Stage::Looking(Why::Refused(fault)) => {
                    out.push(Effect::Stick { intent: id.clone(), fault: fault.clone() });
                    refused.push_back(id.clone());
                    return false;
                }
                Stage::Looking(Why::Lost) => {
                    let fault = rejected("The reply was lost, and the agent does not show it done.");
                    out.push(Effect::Stick { intent: id.clone(), fault });
                    return false;
                }
                Stage::Taken { .. } => {
                    let fault = rejected("The agent took it, and still does not show it done.");
                    out.push(Effect::Stick { intent: id.clone(), fault });
                    return false;
                }
            };
            errand.stage = stage;
            true
        });
        while self.refused.len() > MOST {
            self.refused.pop_front();
        }
        sends
    }
}

impl Errand {
    fn shows(&self, seen: Seen<'_>, heard: &mut VecDeque<(String, Millis)>) -> bool {
        let picture = seen.picture;
        match &self.deed {
            Deed::Send { body } => {
                let is_it =
                    |(said, at): &(String, Millis)| is_same(said, body) && at.plus(SKEW_MS) >= self.since;
                if let Some(at) = heard.iter().position(is_it) {
                    // Each proves one sending.
                    heard.remove(at);
                    return true;
                }
                picture.inbox.iter().any(|letter| {
                    letter.from == OPERATOR
                        && is_same(&letter.body, body)
                        && letter.at.is_some_and(|at| Millis::from_seconds(at).plus(SKEW_MS) >= self.since)
                })
            }
            Deed::Cancel => !seen.busy,
            Deed::Compact => picture.compacts(),
            Deed::Model(model) => picture.model.as_deref() == Some(model),
            Deed::LoginStart | Deed::LoginCode | Deed::LoginCancel => self.deed.is_reached(picture.login()),
        }
    }
}

impl Deed {
    /// Whether a reply is all there will ever be.
    fn is_done_when_taken(&self) -> bool {
        match self {
            Self::Send { .. } | Self::Compact => true,
            Self::Cancel | Self::Model(_) | Self::LoginStart | Self::LoginCode | Self::LoginCancel => false,
        }
    }

    fn is_reached(&self, login: Login) -> bool {
        match self {
            Self::LoginStart => login != Login::Needed,
            Self::LoginCode => login == Login::NotNeeded,
            Self::LoginCancel => login == Login::Needed,
            Self::Send { .. } | Self::Cancel | Self::Compact | Self::Model(_) => false,
        }
    }

    /// Why it makes no sense any more.
    fn is_past(&self, item: &ItemId, seen: Seen<'_>) -> Option<&'static str> {
        match self {
            Self::Cancel if !seen.busy => Some("The turn had already ended."),
            Self::LoginStart | Self::LoginCode | Self::LoginCancel
                if item.kind() == "login" && seen.open != Some(item) =>
            {
                Some("The login went on without it.")
            }
            Self::LoginStart if seen.picture.login() != Login::Needed => {
                Some("The login went on without it.")
            }
            Self::Send { .. }
            | Self::Cancel
            | Self::Compact
            | Self::Model(_)
            | Self::LoginStart
            | Self::LoginCode
            | Self::LoginCancel => None,
        }
    }

    fn done(&self) -> &'static str {
        match self {
            Self::Send { .. } => "Sent: the agent has it.",
            Self::Cancel => "The turn has ended.",
            Self::Compact => "The agent has begun.",
            Self::Model(_) => "The agent names this model now.",
            Self::LoginStart => "The login has begun.",
            Self::LoginCode => "The agent is logged in.",
            Self::LoginCancel => "The login was given up.",
        }
    }
}

/// What the server calls the human.
pub(super) const OPERATOR: &str = "operator";

fn request(accepted: &Accepted) -> Option<(Deed, Request)> {
    let text = |field: &str| accepted.text(field).map(str::to_owned);
    let (deed, path, form) = match (accepted.key().item.kind(), accepted.offer().id.as_str()) {
        ("agent" | "thread", "send") => {
            let body = text("body")?;
            (Deed::Send { body: body.clone() }, "/send", vec![("body", body)])
        }
        ("agent" | "thread", "cancel") => (Deed::Cancel, "/api/cancel", Vec::new()),
        ("agent", "compact") => (Deed::Compact, "/api/compact", Vec::new()),
        ("agent", "model") => {
            let model = text("model")?.trim().to_owned();
            (Deed::Model(model.clone()), "/api/model", vec![("model", model)])
        }
        ("agent" | "login", "login-start") => (Deed::LoginStart, "/login/start", Vec::new()),
        ("login", "login-code") => {
            let code = text("code")?.trim().to_owned();
            (Deed::LoginCode, "/login/code", vec![("code", code)])
        }
        ("login", "login-cancel") => (Deed::LoginCancel, "/login/cancel", Vec::new()),
        (_, _) => return None,
    };
    Some((deed, Request::post(path, Body::Form(form))))
}

/// When an intent was made: its id is a UUID v7, which begins with the time in milliseconds.
fn born(id: &str) -> Option<Millis> {
    let hex: String = id.chars().filter(|c| *c != '-').take(13).collect();
    let (time, version) = hex.split_at_checked(12)?;
    (version == "7").then(|| i64::from_str_radix(time, 16).ok().map(Millis)).flatten()
}

fn won(intent: IntentId, note: &str) -> Effect {
    Effect::Done { intent, verdict: Verdict::Won, note: note.to_owned() }
}

fn lost(intent: IntentId, note: &str) -> Effect {
    Effect::Done { intent, verdict: Verdict::Lost { to: None }, note: note.to_owned() }
}

fn unknown(intent: IntentId, note: &str) -> Effect {
    Effect::Done { intent, verdict: Verdict::Unknown, note: note.to_owned() }
}
