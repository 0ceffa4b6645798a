use deskbell_domain::{Millis, Portion};
use deskbell_store::Upkeep;

use super::Queries;
use crate::command::CommandError;
use crate::storage::{IndexView, StorageView};

impl Queries {
    pub(super) fn storage(&self) -> Result<StorageView, CommandError> {
        // Of a long history it takes a while, for which no page must wait.
        let reader = self.reader().another()?;
        Ok(StorageView::new(reader.storage(self.clock.now())?, self.desk.upkeep().as_ref()))
    }

    pub(super) fn count(&self, portion: &Portion, before: Option<Millis>) -> Result<u64, CommandError> {
        let reader = self.reader().another()?;
        Ok(reader.cleared(portion, before)?)
    }

    pub(super) fn index(&self) -> Result<IndexView, CommandError> {
        let reader = self.reader().another()?;
        let trouble = self.desk.upkeep().as_ref().and_then(Upkeep::index_trouble);
        Ok(IndexView { bytes: reader.index_bytes(), behind: reader.behind()?, trouble })
    }
}
