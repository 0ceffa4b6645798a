//! What an engine shows, and what the operator does there, in one call each.

use std::collections::BTreeMap;

use deskbell_domain::{Consent, Hash, Intent, IntentId, Key, Link, Offer, SourceId, Surface, Value};
use deskbell_engine::Engine;
use deskbell_engine::command::{Answer, Command, CommandError, HistoryFilter};
use deskbell_engine::view::{AgentView, AskView, EntryView, ReceiptView, TaskView, ThreadView};

pub async fn link(engine: &Engine, source: &SourceId) -> Link {
    let Ok(Answer::Sources { rows }) = engine.command(Command::SourceList).await else { panic!() };
    rows.into_iter().find(|row| row.source == *source).unwrap().link
}

pub async fn asks(engine: &Engine, all: bool) -> Vec<AskView> {
    let Ok(Answer::Asks { rows }) = engine.command(Command::AskList { all }).await else { panic!() };
    rows
}

pub async fn agents(engine: &Engine) -> Vec<AgentView> {
    let Ok(Answer::Agents { rows }) = engine.command(Command::AgentList).await else { panic!() };
    rows
}

pub async fn threads(engine: &Engine) -> Vec<ThreadView> {
    let Ok(Answer::Threads { rows }) = engine.command(Command::ThreadList).await else { panic!() };
    rows
}

pub async fn tasks(engine: &Engine) -> Vec<TaskView> {
    let Ok(Answer::Tasks { rows }) = engine.command(Command::TaskList).await else { panic!() };
    rows
}

/// The whole history, newest first.
pub async fn entries(engine: &Engine) -> Vec<EntryView> {
    let (mut entries, mut before) = (Vec::new(), None);
    loop {
        let filter = HistoryFilter { before, limit: Some(200), ..HistoryFilter::default() };
        let Ok(Answer::History { rows }) = engine.command(Command::HistoryPage { filter }).await else {
            panic!()
        };
        let Some(last) = rows.last() else { return entries };
        before = Some(last.cursor.clone());
        entries.extend(rows);
    }
}

/// How an intent stands.
pub async fn receipt(engine: &Engine, intent: &IntentId) -> ReceiptView {
    let waiting = Command::ReceiptWait { intent: intent.clone(), timeout_ms: 0 };
    match engine.command(waiting).await.unwrap() {
        Answer::Receipt { receipt } => receipt,
        other => panic!("{other:?}"),
    }
}

/// Takes an offer as `bell` does; what changed meanwhile is refused.
pub async fn take(
    engine: &Engine,
    key: &Key,
    shown: &Hash,
    offer: &Offer,
    values: &[(&str, Value)],
) -> Result<IntentId, CommandError> {
    take_as(uuid::Uuid::now_v7(), engine, key, shown, offer, values).await
}

pub async fn take_as(
    name: uuid::Uuid,
    engine: &Engine,
    key: &Key,
    shown: &Hash,
    offer: &Offer,
    values: &[(&str, Value)],
) -> Result<IntentId, CommandError> {
    let id = IntentId::new(name.to_string());
    let values: BTreeMap<String, Value> =
        values.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    let intent = Intent {
        id: id.clone(),
        key: key.clone(),
        offer: offer.id.clone(),
        values,
        shown: shown.clone(),
        consent: Consent::Confirmed,
    };
    engine.command(Command::IntentTake { intent, surface: Surface::CommandLine }).await.map(|_| id)
}

/// How often each of these is there.
pub fn counted(rows: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row).or_default() += 1;
    }
    counts
}

/// What is not there as often in both, for a message.
pub fn differing(ours: &BTreeMap<String, usize>, theirs: &BTreeMap<String, usize>) -> Option<String> {
    let rows: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let count = |counts: &BTreeMap<String, usize>, row| counts.get(row).copied().unwrap_or(0);
    let lines = rows
        .into_iter()
        .filter(|row| count(ours, *row) != count(theirs, *row))
        .map(|row| format!("{} here and {} there of {row}", count(ours, row), count(theirs, row)));
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
