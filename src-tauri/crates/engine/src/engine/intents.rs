//! What the operator does with an ask: what is on its way to the source, and what waits until later.

use std::time::Duration;

use deskbell_domain::{IntentId, Key, Millis, SourceId};
use deskbell_store::Op;
use tokio::sync::{broadcast, oneshot};

use super::{Engine, failed, not_found};
use crate::command::{Answer, CommandError};
use crate::snooze;
use crate::source::Control;
use crate::view::{ReceiptView, VerdictWord};

impl Engine {
    /// Has an ask ring later.
    pub(super) async fn snooze(&self, key: Key, until: Option<Millis>) -> Result<Answer, CommandError> {
        let id = key.clone();
        let ask = self.reading(move |queries| queries.ask(&id)).await?;
        let ask = ask.ok_or_else(|| not_found(format!("There is no ask \"{key}\".")))?;
        let until = until.map(|until| snooze::until(&ask, until, self.inner.clock.now())).transpose()?;
        // Before it is committed: who tells of the commit looks here.
        let before = self.inner.desk.snooze(&key, until);
        let written = self.write(&key.source, Op::Snooze { key: key.clone(), until }).await;
        if written.is_err() {
            self.inner.desk.snooze(&key, before);
        }
        written?;
        Ok(Answer::Ask { row: Box::new(ask.snoozed(until)) })
    }

    /// Waits until an intent is decided or stuck. When the time is up, says how it stands.
    pub(super) async fn wait(&self, intent: IntentId, timeout: Duration) -> Result<Answer, CommandError> {
        let mut changed = self.inner.intents.subscribe();
        let deadline = tokio::time::Instant::now() + timeout;
        let mut receipt = self.receipt(&intent).await?;
        while receipt.verdict == VerdictWord::Pending {
            match tokio::time::timeout_at(deadline, changed.recv()).await {
                Ok(Ok(id)) if id != intent => {}
                // Told of it, or of too much at once to hear it all.
                Ok(Ok(_) | Err(broadcast::error::RecvError::Lagged(_))) => {
                    receipt = self.receipt(&intent).await?;
                }
                Ok(Err(broadcast::error::RecvError::Closed)) | Err(_) => break,
            }
        }
        Ok(Answer::Receipt { receipt })
    }

    async fn receipt(&self, intent: &IntentId) -> Result<ReceiptView, CommandError> {
        let id = intent.clone();
        let receipt = self.reading(move |queries| queries.receipt(&id)).await?;
        receipt.ok_or_else(|| {
            not_found(format!(
                "There is no answer \"{intent}\", here or on its way. It may have been taken back."
            ))
        })
    }

    pub(super) async fn on_intent(
        &self,
        intent: IntentId,
        control: impl FnOnce(IntentId, oneshot::Sender<Result<Answer, CommandError>>) -> Control,
    ) -> Result<Answer, CommandError> {
        let receipt = self.receipt(&intent).await?;
        self.order(&receipt.key.source, |reply| control(intent, reply)).await
    }

    /// Gives a source's task an order and waits for its answer.
    pub(super) async fn order(
        &self,
        source: &SourceId,
        control: impl FnOnce(oneshot::Sender<Result<Answer, CommandError>>) -> Control,
    ) -> Result<Answer, CommandError> {
        let sender = self.inner.sources.lock().await.get(source).cloned();
        let sender = sender.ok_or_else(|| not_found(format!("There is no source \"{source}\".")))?;
        let (reply, answer) = oneshot::channel();
        sender.send(control(reply)).await.map_err(|_| failed("the source has ended"))?;
        answer.await.map_err(|_| failed("the source ended before it answered"))?
    }
}
