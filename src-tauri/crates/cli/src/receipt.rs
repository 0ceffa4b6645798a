use deskbell_domain::IntentId;
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::view::{ReceiptView, VerdictWord};

use crate::desk::{Desk, unexpected};
use crate::item::find_key;
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

/// `bell receipts KEY`.
pub async fn list(desk: &Desk, paper: &mut Paper, key: &str) -> Result<Exit, Trouble> {
    let key = find_key(desk, key).await?;
    match desk.read(Command::ReceiptList { key: key.clone() }).await? {
        Answer::Receipts { rows } if rows.is_empty() && !paper.json => {
            paper.say(&format!("Nothing was answered to {key}."))?;
        }
        Answer::Receipts { rows } => {
            for row in &rows {
                print_receipt(paper, row)?;
            }
        }
        other => return Err(unexpected(&other)),
    }
    Ok(Exit::Done)
}

/// What may be done with an answer that is still on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Undo,
    Retry,
    Discard,
}

/// `bell undo`, `bell retry`, `bell discard`.
pub async fn turn(desk: &Desk, paper: &mut Paper, turn: Turn, intent: &str) -> Result<Exit, Trouble> {
    let id = IntentId::new(intent);
    let (command, words) = match turn {
        Turn::Undo => (Command::IntentUndo { intent: id.clone() }, "Taken back; nothing was sent."),
        Turn::Retry => (Command::IntentRetry { intent: id.clone() }, "It is tried again."),
        Turn::Discard => {
            (Command::IntentDiscard { intent: id.clone() }, "Given up; it is not sent any more.")
        }
    };
    match desk.engine()?.command(command).await? {
        Answer::Receipt { receipt } | Answer::Taken { receipt } => print_receipt(paper, &receipt)?,
        _ if paper.json => paper.object(&serde_json::json!({ "done": true, "intent": id }))?,
        _ => paper.say(words)?,
    }
    Ok(Exit::Done)
}

pub fn print_receipt(paper: &mut Paper, receipt: &ReceiptView) -> Result<(), Trouble> {
    if paper.json {
        return paper.object(receipt);
    }
    let (word, ink) = word(receipt.verdict);
    let when = paper.clock.both(receipt.settled_at.unwrap_or(receipt.answered_at));
    let answered = if receipt.label.is_empty() {
        receipt.key.to_string()
    } else {
        format!("{} → {}", receipt.key, receipt.label)
    };
    paper.line(&[
        Cell::new(word, ink),
        answered.into(),
        Cell::short(&receipt.title, Ink::Faint),
        Cell::new(when, Ink::Faint),
    ])?;
    if !receipt.note.is_empty() {
        paper.say(&format!("  {}", receipt.note))?;
    }
    // The note of a stuck one is its fault in words.
    if let Some(fault) = receipt.fault.as_ref().filter(|_| receipt.note.is_empty()) {
        paper.say(&format!("  {fault}"))?;
    }
    match receipt.verdict {
        VerdictWord::Stuck => {
            paper.say(&format!("  `bell retry {0}` tries again, `bell discard {0}` gives up", receipt.intent))
        }
        VerdictWord::Pending
        | VerdictWord::Won
        | VerdictWord::Lost
        | VerdictWord::Expired
        | VerdictWord::Unknown
        | VerdictWord::Discarded => Ok(()),
    }
}

pub fn word(verdict: VerdictWord) -> (&'static str, Ink) {
    match verdict {
        VerdictWord::Pending => ("on its way", Ink::Warm),
        VerdictWord::Won => ("won", Ink::Good),
        VerdictWord::Lost => ("lost", Ink::Bad),
        VerdictWord::Expired => ("expired", Ink::Bad),
        VerdictWord::Unknown => ("unknown", Ink::Warm),
        VerdictWord::Stuck => ("stuck", Ink::Bad),
        VerdictWord::Discarded => ("discarded", Ink::Faint),
    }
}
