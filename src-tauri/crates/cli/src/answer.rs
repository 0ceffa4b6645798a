//! Takes an offer: `bell answer` and `bell do`.

use deskbell_bridge::BridgeError;
use deskbell_domain::{Intent, IntentId, Millis, Offer, Surface};
use deskbell_engine::command::{Answer, Command, CommandError, ErrorCode};
use deskbell_engine::view::{AskKind, AskStateWord, AskView, OutcomeWord, ReceiptView, VerdictWord};

use crate::args::Values;
use crate::choice::{choose, consent};
use crate::desk::{Desk, unexpected};
use crate::item::{Item, find, find_ask};
use crate::paper::Paper;
use crate::receipt::print_receipt;
use crate::secret;
use crate::trouble::{Exit, Trouble};
use crate::values::{Typed, add_secrets, known};

pub async fn answer(
    desk: &Desk,
    paper: &mut Paper,
    key: &str,
    offer: Option<&str>,
    values: &Values,
) -> Result<Exit, Trouble> {
    let ask = find_ask(desk, key).await?;
    take(desk, paper, ask.into(), offer, values).await
}

pub async fn act(
    desk: &Desk,
    paper: &mut Paper,
    key: &str,
    offer: &str,
    values: &Values,
) -> Result<Exit, Trouble> {
    let item = find(desk, key).await?;
    take(desk, paper, item, Some(offer), values).await
}

async fn take(
    desk: &Desk,
    paper: &mut Paper,
    item: Item,
    named: Option<&str>,
    values: &Values,
) -> Result<Exit, Trouble> {
    let typed = Typed {
        note: values.note.clone(),
        text: values.text.clone(),
        picks: values.pick.clone(),
        fields: values.field.clone(),
    };
    let id = IntentId::new(uuid::Uuid::now_v7().to_string());
    // Approving by a slip of the keyboard must not happen: it is named.
    let deliberate = item.ask.as_ref().is_some_and(|ask| ask.kind == AskKind::Approval);
    let chosen = choose(&item.offers, named, &typed, deliberate);
    if let Some(ask) = item.ask.as_deref().filter(|ask| ask.state == AskStateWord::Settled) {
        return too_late(paper, id, chosen.ok().map(|(offer, _)| offer), ask);
    }
    let (offer, mut values_by_field) = chosen.map_err(Trouble::usage)?;
    let consent = consent(offer, values.yes, values.type_name.as_deref()).map_err(Trouble::usage)?;
    add_secrets(offer, &mut values_by_field, secret::read)?;
    let intent = Intent {
        id: id.clone(),
        key: item.key.clone(),
        offer: offer.id.clone(),
        values: values_by_field,
        shown: item.shown.clone(),
        consent,
    };
    let engine = desk.engine()?;
    let taken = engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await;
    let receipt = match taken {
        Ok(Answer::Taken { receipt } | Answer::Receipt { receipt }) => receipt,
        Ok(other) => return Err(unexpected(&other)),
        Err(BridgeError::Refused(refusal)) if refusal.code == ErrorCode::NotOpen => {
            return not_open(desk, paper, id, offer, &item, refusal).await;
        }
        Err(BridgeError::Refused(refusal)) if refusal.code == ErrorCode::Invalid => {
            return Err(Trouble::usage(format!("{}; {}", refusal.message, known(offer))));
        }
        Err(error) => return Err(error.into()),
    };
    let Some(seconds) = values.wait else {
        print_receipt(paper, &receipt)?;
        return Ok(match receipt.verdict {
            VerdictWord::Pending => Exit::Done,
            decided => Exit::of(decided),
        });
    };
    let wait = Command::ReceiptWait { intent: receipt.intent.clone(), timeout_ms: u64::from(seconds) * 1000 };
    match engine.command(wait).await? {
        Answer::Receipt { receipt } => {
            print_receipt(paper, &receipt)?;
            Ok(Exit::of(receipt.verdict))
        }
        other => Err(unexpected(&other)),
    }
}

/// The engine did not take it: look whether somebody else was first, or an answer of ours is on its way.
async fn not_open(
    desk: &Desk,
    paper: &mut Paper,
    id: IntentId,
    offer: &Offer,
    item: &Item,
    refusal: CommandError,
) -> Result<Exit, Trouble> {
    let rows = desk.asks(true).await?;
    match rows.iter().find(|row| row.key == item.key) {
        Some(ask) if ask.state == AskStateWord::Settled => too_late(paper, id, Some(offer), ask),
        _ => Err(refusal.into()),
    }
}

/// Nothing was sent, because it had ended: said as the receipt that an answer a moment earlier would have got.
fn too_late(
    paper: &mut Paper,
    intent: IntentId,
    offer: Option<&Offer>,
    ask: &AskView,
) -> Result<Exit, Trouble> {
    let receipt = receipt_too_late(intent, offer, ask, paper.clock.now);
    print_receipt(paper, &receipt)?;
    Ok(Exit::Lost)
}

fn receipt_too_late(intent: IntentId, offer: Option<&Offer>, ask: &AskView, now: Millis) -> ReceiptView {
    let expired = ask.outcome == Some(OutcomeWord::Expired);
    ReceiptView {
        intent,
        key: ask.key.clone(),
        title: ask.title.clone(),
        offer: offer.map(|offer| offer.id.clone()).unwrap_or_default(),
        label: offer.map(|offer| offer.label.clone()).unwrap_or_default(),
        surface: Surface::CommandLine,
        shown: ask.shown.clone(),
        answered_at: now,
        held_until: None,
        settled_at: ask.settled_at,
        verdict: if expired { VerdictWord::Expired } else { VerdictWord::Lost },
        note: format!("Nothing was sent: {}", ending(ask)),
        fault: None,
    }
}

/// How an ask ended, in words: "it was denied by kay: too wide".
pub fn ending(ask: &AskView) -> String {
    let what = match ask.outcome {
        Some(OutcomeWord::Approved) => "it was approved",
        Some(OutcomeWord::Denied) => "it was denied",
        Some(OutcomeWord::Answered) => "it was answered",
        Some(OutcomeWord::Cancelled) => "it was cancelled",
        Some(OutcomeWord::Expired) => "its time ran out",
        Some(OutcomeWord::Failed) => "it failed",
        Some(OutcomeWord::Vanished) => "the server no longer knows it, and did not say what became of it",
        None => "it has ended",
    };
    let who = match ask.by.as_deref() {
        None | Some("nobody") => String::new(),
        Some("us") => " by you".to_owned(),
        Some(name) => format!(" by {name}"),
    };
    let note = ask.outcome_note.as_deref().filter(|note| !note.is_empty());
    format!("{what}{who}{}", note.map(|note| format!(": {note}")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Ask, AskBody, AskState, By, ItemId, Outcome, SourceId, Urgency, When};

    use super::*;

    fn settled(by: By, outcome: Outcome) -> AskView {
        let ask = Ask {
            item: ItemId::of("question", 1),
            agent: None,
            thread: None,
            asked: When::Seen(Millis(5)),
            expires: None,
            urgency: Urgency::Normal,
            body: AskBody::Question { title: "Which?".into(), detail: None },
            offers: vec![Offer::plain("answer", "Answer", deskbell_domain::Tone::Yes)],
            state: AskState::Settled { at: When::Said(Millis(9)), by, outcome },
        };
        AskView::new(&SourceId::new("hive"), "hyperhive", &ask)
    }

    #[test]
    fn too_late_is_lost_or_expired_with_who_and_what() {
        let note = Some("no".into());
        for (by, outcome, verdict, words) in [
            (
                By::Other("kay".into()),
                Outcome::Denied { note },
                VerdictWord::Lost,
                "it was denied by kay: no",
            ),
            (By::Us, Outcome::Approved, VerdictWord::Lost, "it was approved by you"),
            (By::Nobody, Outcome::Expired, VerdictWord::Expired, "its time ran out"),
            (
                By::Nobody,
                Outcome::Vanished,
                VerdictWord::Lost,
                "the server no longer knows it, and did not say what became of it",
            ),
        ] {
            let ask = settled(by, outcome);
            let receipt = receipt_too_late(IntentId::new("i"), ask.offers.first(), &ask, Millis(10));
            assert_eq!(receipt.verdict, verdict);
            assert_eq!(receipt.note, format!("Nothing was sent: {words}"));
            assert_eq!((receipt.label.as_str(), receipt.settled_at), ("Answer", Some(Millis(9))));
        }
    }
}
