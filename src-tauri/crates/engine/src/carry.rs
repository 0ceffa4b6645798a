//! History that is taken along from one machine to another.

use deskbell_domain::{Ended, Entry, EntryKind, ItemId, Millis, SourceId, When};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::EntryView;

/// What a source was where its history comes from. No secret, and no way to log in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    pub name: String,
    pub dialect: String,
    pub url: String,
}

/// A line of history on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CarriedEntry {
    pub source: SourceId,
    pub item: ItemId,
    pub at: Millis,
    /// Whether `at` is the server's time; otherwise it is when Deskbell first saw it.
    pub said: bool,
    pub kind: EntryKind,
    pub agent: Option<String>,
    pub thread: Option<ItemId>,
    pub ask: Option<ItemId>,
    /// How it ended there, what the line is about.
    #[serde(default)]
    pub ended: Option<Ended>,
    pub text: String,
    pub raw: String,
}

impl From<EntryView> for CarriedEntry {
    fn from(row: EntryView) -> Self {
        let EntryView {
            cursor: _,
            at,
            said,
            source,
            item,
            kind,
            agent,
            thread,
            ask,
            ended,
            text,
            raw,
            found: _,
        } = row;
        Self { source, item, at, said, kind, agent, thread, ask, ended, text, raw }
    }
}

impl From<CarriedEntry> for Entry {
    fn from(carried: CarriedEntry) -> Self {
        let CarriedEntry { source: _, item, at, said, kind, agent, thread, ask, ended: _, text, raw } =
            carried;
        let at = if said { When::Said(at) } else { When::Seen(at) };
        Self { item, at, kind, agent, thread, ask, text, raw }
    }
}

/// What became of lines that were imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub added: usize,
    /// They were here already, just so.
    pub known: usize,
    /// They were here already, with other content, and stayed as they are.
    pub kept: usize,
}
