//! An entry of the history with what is around it: what came before and after, what it is about, who answered that.

use deskbell_domain::Key;
use deskbell_store::{History, Place};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::body::BodyView;
use crate::command::{CommandError, ErrorCode};
use crate::queries::Queries;
use crate::view::{AskView, EntryView, ReceiptView};

/// So many entries before it, and as many after it.
const NEAR: u32 = 4;

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntryContext {
    pub entry: EntryView,
    /// What the frame says, whole.
    pub body: BodyView,
    /// Where those before and after it are from.
    pub strand: Strand,
    /// The next newer ones, the newest first.
    pub after: Vec<EntryView>,
    /// The next older ones, the newest first.
    pub before: Vec<EntryView>,
    /// The ask it is about, where that is still known.
    pub ask: Option<AskView>,
    /// The answers to it, the newest first.
    pub receipts: Vec<ReceiptView>,
}

/// What an entry belongs to, the narrowest that is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Strand {
    Thread,
    Ask,
    Agent,
    Source,
}

impl Queries {
    pub(crate) fn context(&self, key: &Key) -> Result<EntryContext, CommandError> {
        let found = self.reader().entry(key)?;
        let dialect = self.sources()?.into_iter().find(|source| source.source == key.source);
        let (Some(row), Some(source)) = (found, dialect) else {
            return Err(CommandError {
                code: ErrorCode::NotFound,
                message: format!(
                    "There is no entry “{}” of “{}” in the history: it never came here, or was cleared out of it.",
                    key.item, key.source
                ),
            });
        };
        let body = BodyView::new(&source.dialect, row.entry.clone(), true);
        let about = row.entry.ask.clone().map(|item| Key::new(key.source.clone(), item));
        let (ask, receipts) = match &about {
            Some(about) => (self.ask(about)?, self.receipts(about)?),
            None => (None, Vec::new()),
        };
        let cursor = row.cursor;
        let entry = EntryView::from(row);
        let (strand, history) = strand(&entry);
        let near = |place| self.near(&history, place);
        let (after, before) = (near(Place::After(cursor))?, near(Place::Before(cursor))?);
        Ok(EntryContext { entry, body, strand, after, before, ask, receipts })
    }

    fn near(&self, history: &History, place: Place) -> Result<Vec<EntryView>, CommandError> {
        let wanted = History { place, limit: Some(NEAR), ..history.clone() };
        Ok(self.reader().history(&wanted)?.into_iter().map(EntryView::from).collect())
    }
}

fn strand(entry: &EntryView) -> (Strand, History) {
    let of_source = History { source: Some(entry.source.clone()), ..History::default() };
    if entry.thread.is_some() {
        return (Strand::Thread, History { thread: entry.thread.clone(), ..of_source });
    }
    if entry.ask.is_some() {
        return (Strand::Ask, History { ask: entry.ask.clone(), ..of_source });
    }
    if entry.agent.is_some() {
        return (Strand::Agent, History { agent: entry.agent.clone(), ..of_source });
    }
    (Strand::Source, of_source)
}
