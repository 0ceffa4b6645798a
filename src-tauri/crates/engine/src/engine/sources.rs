//! Sources that come, change and go.

use std::sync::Arc;

use deskbell_domain::{Auth, Millis, SecretRef, Source, SourceId};
use deskbell_store::Op;
use tokio::sync::{mpsc, oneshot};

use super::{Engine, failed, invalid, not_found};
use crate::command::{Answer, CommandError, Patch, SourceDraft};
use crate::ringer::Word;
use crate::source::{Control, Shared, SourceTask};
use crate::view::Counts;
use crate::{detect, probe};

/// How many orders may wait for one source.
const CONTROL_QUEUE: usize = 64;

impl Engine {
    /// Gives a source its task.
    pub(super) async fn employ(
        &self,
        source: Source,
        counts: Counts,
        as_of: Option<Millis>,
    ) -> Result<(), CommandError> {
        let inner = &self.inner;
        let id = source.id.clone();
        let row = inner.desk.place(source.clone(), counts, as_of);
        inner.listeners.tell(&[Patch::Source { row: Box::new(row) }]);
        let (state, outbox) = {
            let id = id.clone();
            let reader = inner.store.reader()?;
            tokio::task::spawn_blocking(move || -> Result<_, CommandError> {
                let mut outbox = reader.outbox()?;
                outbox.retain(|row| row.intent.key.source == id);
                Ok((reader.state(&id)?, outbox))
            })
            .await
            .map_err(|error| failed(&error))??
        };
        let (control, orders) = mpsc::channel(CONTROL_QUEUE);
        let shared = Shared {
            store: inner.store.clone(),
            desk: Arc::clone(&inner.desk),
            listeners: Arc::clone(&inner.listeners),
            secrets: Arc::clone(&inner.secrets),
            clock: inner.clock.clone(),
            ringer: inner.ringer.clone(),
            offline: inner.offline,
        };
        let task = SourceTask::new(source, state, outbox, shared);
        inner.tasks.spawn(task.run(orders));
        inner.sources.lock().await.insert(id, control);
        Ok(())
    }

    pub(super) async fn add_source(&self, draft: SourceDraft) -> Result<Answer, CommandError> {
        let id = SourceId::from_name(&draft.name);
        if self.inner.desk.source(&id).is_some() {
            return Err(invalid(format!("There is already a source called \"{id}\". Choose another name.")));
        }
        let source = self.settle_draft(draft, id, SecretRef::None, false).await?;
        self.write(&source.id, Op::Source(source.clone())).await?;
        self.employ(source.clone(), Counts::default(), None).await?;
        self.source_answer(&source.id)
    }

    pub(super) async fn edit_source(&self, id: SourceId, draft: SourceDraft) -> Result<Answer, CommandError> {
        let known = self.known(&id)?;
        if known.dialect != draft.dialect {
            return Err(invalid("A source keeps its dialect. Add a new source for another one.".to_owned()));
        }
        let source = self.settle_draft(draft, id, known.secret, known.paused).await?;
        self.configure(source).await
    }

    pub(super) async fn remove_source(&self, id: SourceId) -> Result<Answer, CommandError> {
        let known = self.known(&id)?;
        // Dropping its control ends the task; what it still writes comes before the removal only if we wait.
        if let Some(control) = self.inner.sources.lock().await.remove(&id) {
            let (reply, ended) = oneshot::channel();
            if control.send(Control::End { reply }).await.is_ok() {
                let _ = ended.await;
            }
        }
        self.write(&id, Op::SourceGone).await?;
        self.inner.desk.remove(&id);
        self.inner.ringer.tell(Word::SourceGone(id.clone()));
        let secrets = Arc::clone(&self.inner.secrets);
        let source = id.clone();
        // The keyring may make us wait; the source is gone either way.
        let _ = tokio::task::spawn_blocking(move || secrets.forget(&source, &known.secret)).await;
        self.inner.listeners.tell(&[Patch::SourceGone { source: id }]);
        Ok(Answer::Done)
    }

    pub(super) async fn pause(&self, id: SourceId, paused: bool) -> Result<Answer, CommandError> {
        let source = Source { paused, ..self.known(&id)? };
        self.configure(source).await
    }

    /// Writes a source's new settings down and makes its task follow them.
    async fn configure(&self, source: Source) -> Result<Answer, CommandError> {
        let id = source.id.clone();
        self.write(&id, Op::Source(source.clone())).await?;
        let row = self.inner.desk.place(source.clone(), Counts::default(), None);
        self.inner.listeners.tell(&[Patch::Source { row: Box::new(row) }]);
        self.inner.ringer.tell(Word::SourceNamed { source: id.clone(), name: source.name.clone() });
        let control = self.inner.sources.lock().await.get(&id).cloned();
        if let Some(control) = control {
            let (reply, done) = oneshot::channel();
            if control.send(Control::Configure { source: Box::new(source), reply }).await.is_ok() {
                let _ = done.await;
            }
        }
        self.source_answer(&id)
    }

    pub(super) async fn test_source(
        &self,
        draft: SourceDraft,
        known: Option<SourceId>,
    ) -> Result<Answer, CommandError> {
        let known = known.map(|id| self.known(&id)).transpose()?;
        let secrets = Arc::clone(&self.inner.secrets);
        let report = probe::test(draft, known, secrets, &self.inner.clock).await?;
        Ok(Answer::Tested { report })
    }

    pub(super) async fn detect_sources(&self, ports: Vec<u16>) -> Result<Answer, CommandError> {
        let (ports, rows) = detect::detect(ports, &self.inner.desk.sources()).await?;
        Ok(Answer::Detected { ports, rows })
    }

    /// A source from what the operator filled in, or what is wrong with it.
    async fn settle_draft(
        &self,
        draft: SourceDraft,
        id: SourceId,
        kept: SecretRef,
        paused: bool,
    ) -> Result<Source, CommandError> {
        let source = probe::source_of(&draft, id, kept.clone(), paused)?;
        let secrets = Arc::clone(&self.inner.secrets);
        tokio::task::spawn_blocking(move || {
            let secret = if source.auth == Auth::None {
                secrets.forget(&source.id, &kept);
                SecretRef::None
            } else {
                secrets.keep(&source.id, draft.secret, kept)
            };
            Source { secret, ..source }
        })
        .await
        .map_err(|error| failed(&error))
    }

    pub(super) fn known(&self, id: &SourceId) -> Result<Source, CommandError> {
        self.inner.desk.source(id).ok_or_else(|| {
            let mut ids: Vec<String> = self.inner.desk.ids().iter().map(ToString::to_string).collect();
            ids.sort();
            not_found(match &ids[..] {
                [] => format!("There is no source \"{id}\": none has been added yet."),
                ids => format!("There is no source \"{id}\"; there is: {}.", ids.join(", ")),
            })
        })
    }

    fn source_answer(&self, id: &SourceId) -> Result<Answer, CommandError> {
        let row = self.inner.desk.view(id).ok_or_else(|| failed("the source is gone"))?;
        Ok(Answer::Source { row: Box::new(row) })
    }
}
