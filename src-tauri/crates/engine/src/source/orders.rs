//! What the engine may order a source's task to do.

use deskbell_domain::{Intent, IntentId, Refusal, Source, Surface};
use deskbell_store::{OutboxRow, StoreError};
use tokio::sync::oneshot;

use crate::command::{Answer, CommandError, ErrorCode};
use crate::view::ReceiptView;

type Reply = oneshot::Sender<Result<Answer, CommandError>>;

#[derive(Debug)]
pub(crate) enum Control {
    Take {
        intent: Box<Intent>,
        surface: Surface,
        undo_ms: u32,
        reply: Reply,
    },
    Undo {
        intent: IntentId,
        reply: Reply,
    },
    Retry {
        intent: IntentId,
        reply: Reply,
    },
    Discard {
        intent: IntentId,
        reply: Reply,
    },
    /// The source's settings changed, or it is paused or resumed.
    Configure {
        source: Box<Source>,
        reply: oneshot::Sender<()>,
    },
    End {
        reply: oneshot::Sender<()>,
    },
}

pub(crate) fn taken(result: Result<Result<OutboxRow, StoreError>, Refusal>) -> Result<Answer, CommandError> {
    let row = result.map_err(CommandError::from)??;
    Ok(Answer::Taken { receipt: ReceiptView::from(&row) })
}

/// An order that only makes sense in one stage of an intent: `false` when it is past it.
pub(crate) fn done(result: Result<bool, StoreError>, else_say: &str) -> Result<Answer, CommandError> {
    if result? {
        Ok(Answer::Done)
    } else {
        Err(CommandError { code: ErrorCode::NotOpen, message: else_say.to_owned() })
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Changed => ErrorCode::Changed,
            Refusal::NotOpen { .. } => ErrorCode::NotOpen,
            Refusal::NoSuchOffer { .. }
            | Refusal::NotConfirmed { .. }
            | Refusal::NameNotTyped { .. }
            | Refusal::NoSuchField { .. }
            | Refusal::BadValue { .. } => ErrorCode::Invalid,
        };
        Self { code, message: refusal.to_string() }
    }
}
