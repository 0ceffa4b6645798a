//! Saved searches are settings: what is changed is told to every surface.

use deskbell_domain::SourceId;
use deskbell_store::Op;

use super::{Engine, failed, invalid, not_found};
use crate::command::{Answer, CommandError, Patch};
use crate::searches::{SavedSearch, Searches, unknown};

impl Engine {
    pub(super) async fn save_search(
        &self,
        search: SavedSearch,
        instead_of: Option<String>,
    ) -> Result<Answer, CommandError> {
        self.change_searches(|kept| kept.save(search, instead_of.as_deref()).map_err(invalid)).await
    }

    pub(super) async fn remove_search(&self, name: String) -> Result<Answer, CommandError> {
        self.change_searches(|kept| kept.without(&name).ok_or_else(|| not_found(unknown(&name)))).await
    }

    /// One change at a time.
    async fn change_searches(
        &self,
        change: impl FnOnce(Searches) -> Result<Searches, CommandError>,
    ) -> Result<Answer, CommandError> {
        let _alone = self.inner.searches.lock().await;
        let kept = change(self.reading(|queries| queries.searches()).await?)?;
        let value = serde_json::to_string(&kept).map_err(|error| failed(&error))?;
        self.write(&SourceId::new(""), Op::Setting { name: Searches::NAME.to_owned(), value }).await?;
        let rows = kept.rows();
        self.inner.listeners.tell(&[Patch::Searches { rows: rows.clone() }]);
        Ok(Answer::Searches { rows })
    }
}
