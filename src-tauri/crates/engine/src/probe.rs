//! Trying a source before it is kept: connect once, read once, say in words what is there.

use std::sync::Arc;

use deskbell_domain::{
    Auth, Event, Fault, FaultCode, Millis, Next, SecretRef, Source, SourceId, State, reduce,
};
use deskbell_wire::{Effect, Effects, Signal};
use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::command::{CommandError, ErrorCode, SecretDraft, SourceDraft, TestReport};
use crate::secrets::Secrets;
use crate::source::{Conversation, LINK_QUEUE};

/// A server that says nothing for this long has failed the test.
const PATIENCE_MS: i64 = 15_000;

/// A source from what the operator filled in, or what is wrong with it. Its secret is not put away yet.
pub(crate) fn source_of(
    draft: &SourceDraft,
    id: SourceId,
    kept: SecretRef,
    paused: bool,
) -> Result<Source, CommandError> {
    let invalid = |message: String| Err(CommandError { code: ErrorCode::Invalid, message });
    let name = draft.name.trim();
    if name.is_empty() {
        return invalid("The source needs a name.".to_owned());
    }
    let Some(dialect) = deskbell_wire::dialect(&draft.dialect) else {
        let known: Vec<&str> = deskbell_wire::DIALECTS.iter().map(|dialect| dialect.name).collect();
        return invalid(format!(
            "There is no dialect \"{}\"; there is: {}.",
            draft.dialect,
            known.join(", ")
        ));
    };
    for (setting, values) in &draft.settings {
        match dialect.settings.iter().find(|known| known.name == setting) {
            Some(known) if values.len() > 1 && !known.many => {
                return invalid(format!("The setting \"{setting}\" is given once at most."));
            }
            Some(_) => {}
            None if deskbell_link::SETTINGS.iter().any(|(known, _)| known == setting) => {}
            None => {
                let known: Vec<&str> = dialect
                    .settings
                    .iter()
                    .map(|known| known.name)
                    .chain(deskbell_link::SETTINGS.iter().map(|(known, _)| *known))
                    .collect();
                return invalid(format!(
                    "A {} source has no setting \"{setting}\"; it has: {}.",
                    dialect.name,
                    known.join(", ")
                ));
            }
        }
    }
    let named = match &draft.auth {
        Auth::None | Auth::Bearer => None,
        Auth::Basic { user } => Some(user),
        Auth::Header { name } | Auth::Cookie { name } | Auth::Query { name } => Some(name),
    };
    if named.is_some_and(|text| text.trim().is_empty()) {
        return invalid(
            "This kind of login needs a name: the user, the header, the cookie or the part of the address."
                .to_owned(),
        );
    }
    if !dialect.logins.iter().any(|login| login.is(&draft.auth)) {
        return invalid(format!("No {} server knows this kind of login.", dialect.title));
    }
    let given = !matches!(draft.secret, SecretDraft::Unchanged) || kept != SecretRef::None;
    if draft.auth != Auth::None && !given {
        return invalid("This kind of login needs a secret.".to_owned());
    }
    let source = Source {
        id,
        name: name.to_owned(),
        dialect: draft.dialect.clone(),
        url: draft.url.trim().to_owned(),
        auth: draft.auth.clone(),
        secret: if draft.auth == Auth::None { SecretRef::None } else { kept },
        settings: draft.settings.clone(),
        paused,
    };
    // An address that can never work is refused now rather than shown as a broken link later.
    let (sender, _) = mpsc::channel(1);
    match Conversation::new(&source, None, sender) {
        Ok(_) => Ok(source),
        Err(fault) => invalid(fault.to_string()),
    }
}

pub(crate) async fn test(
    draft: SourceDraft,
    known: Option<Source>,
    secrets: Arc<Secrets>,
    clock: &Clock,
) -> Result<TestReport, CommandError> {
    let (id, kept) = match known {
        Some(source) => (source.id, source.secret),
        None => (SourceId::from_name(&draft.name), SecretRef::None),
    };
    let mut source = source_of(&draft, id, kept, false)?;
    let secret = match draft.secret {
        SecretDraft::Given { value } => Ok(Some(SecretString::from(value))),
        draft @ (SecretDraft::Unchanged | SecretDraft::Environment { .. }) => {
            if let SecretDraft::Environment { name } = draft {
                source.secret = SecretRef::Environment { name };
            }
            let asked = source.clone();
            tokio::task::spawn_blocking(move || secrets.fetch(&asked))
                .await
                .map_err(|error| CommandError { code: ErrorCode::Failed, message: error.to_string() })?
        }
    };
    let found = match secret {
        Ok(secret) => visit(&source, secret, clock).await,
        Err(fault) => Err(fault),
    };
    Ok(match found {
        Ok(state) => TestReport { ok: true, message: describe(&source, &state), fault: None },
        Err(fault) => TestReport { ok: false, message: fault.to_string(), fault: Some(fault) },
    })
}

/// Connects and reads once. Nothing is kept, and nothing is sent but requests that read.
async fn visit(source: &Source, secret: Option<SecretString>, clock: &Clock) -> Result<State, Fault> {
    let (sender, mut events) = mpsc::channel(LINK_QUEUE);
    let mut conversation = Conversation::new(source, secret, sender)?;
    let mut state = State::default();
    let deadline = clock.now().plus(PATIENCE_MS);
    let effects = conversation.feed(Signal::Start, clock.now());
    if perform(&mut conversation, &mut state, effects, clock.now())? {
        return Ok(state);
    }
    loop {
        let wake = conversation.next_timer().unwrap_or(deadline);
        let effects = tokio::select! {
            event = events.recv() => {
                let Some(event) = event else { return Err(silent(source)) };
                let heard = conversation.hear(event, clock.now());
                if let Some(fault) = heard.lost {
                    return Err(fault);
                }
                heard.effects
            }
            () = clock.until(wake) => match conversation.take_due(clock.now()) {
                Some(timer) => conversation.feed(Signal::Timer { timer }, clock.now()),
                None => Effects::new(),
            },
            () = clock.until(deadline) => return Err(silent(source)),
        };
        if perform(&mut conversation, &mut state, effects, clock.now())? {
            return Ok(state);
        }
    }
}

/// Whether the link is live now.
fn perform(
    conversation: &mut Conversation,
    state: &mut State,
    effects: Effects,
    now: Millis,
) -> Result<bool, Fault> {
    let mut live = false;
    for effect in effects {
        match effect {
            Effect::Locate => conversation.locate(),
            Effect::Open { stream, transport, path } => conversation.open(stream, transport, &path),
            Effect::Close { stream } => conversation.close(stream),
            // Nothing is kept here, so nothing is acknowledged.
            Effect::SendKept { .. } => {}
            Effect::SendText { stream, text } => conversation.send_text(stream, text),
            Effect::Http { call, request, delivers: None } => conversation.call(call, request),
            Effect::Arm { timer, after_ms } => conversation.arm(timer, now.plus(after_ms.into())),
            Effect::Live => live = true,
            Effect::Emit(Event::Entry(_)) | Effect::Odd { .. } => {}
            Effect::Emit(event) => {
                reduce(state, event, now);
            }
            Effect::Fail(fault) => return Err(fault),
            // Nothing is ever handed over for delivery here.
            Effect::Http { delivers: Some(_), .. }
            | Effect::Taken(_)
            | Effect::Defer(_)
            | Effect::Stick { .. }
            | Effect::Done { .. } => {}
        }
    }
    Ok(live)
}

fn silent(source: &Source) -> Fault {
    Fault::new(
        FaultCode::Silent,
        format!(
            "{} took the connection and then said nothing for {} seconds.",
            source.url,
            PATIENCE_MS / 1_000
        ),
        "See that the address and the dialect are right, and that the server is well.",
        Next::Soon,
    )
}

fn describe(source: &Source, state: &State) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    format!(
        "{} answers: {}, {}, {}.",
        source.dialect,
        count(state.asks.len(), "ask waits", "asks wait"),
        count(state.agents.len(), "agent", "agents"),
        count(state.threads.len(), "thread", "threads"),
    )
}
