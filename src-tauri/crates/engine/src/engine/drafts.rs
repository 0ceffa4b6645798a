//! What is half written is kept like a setting; nobody but who writes it needs to hear of each letter.

use deskbell_domain::SourceId;
use deskbell_store::Op;

use super::{Engine, failed};
use crate::command::{Answer, CommandError};
use crate::drafts::{Draft, Drafts};

impl Engine {
    /// One at a time.
    pub(super) async fn keep_draft(&self, draft: Draft) -> Result<Answer, CommandError> {
        let _alone = self.inner.drafts.lock().await;
        let kept = self.reading(|queries| queries.drafts()).await?.keep(draft);
        let value = serde_json::to_string(&kept).map_err(|error| failed(&error))?;
        self.write(&SourceId::new(""), Op::Setting { name: Drafts::NAME.to_owned(), value }).await?;
        Ok(Answer::Done)
    }
}
