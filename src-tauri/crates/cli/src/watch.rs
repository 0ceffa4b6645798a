use std::collections::HashMap;

use deskbell_domain::{IntentId, Key, SourceId};
use deskbell_engine::command::{Batch, Patch};
use deskbell_engine::view::{AskStateWord, AskView, OutcomeWord, SourceView, VerdictWord};

use crate::answer::ending;
use crate::desk::Desk;
use crate::list::ask_state;
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::receipt::print_receipt;
use crate::status::link;
use crate::trouble::{Exit, Trouble};

/// `bell watch`: runs until the engine stops or the operator does.
pub async fn watch(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let engine = desk.engine()?;
    let mut seen = Seen::default();
    loop {
        let mut batches = engine.subscribe().await?;
        let mut due = 1;
        loop {
            let Some(batch) = batches.next().await? else {
                return Err(Trouble::failed("Deskbell stopped"));
            };
            if batch.number != due {
                break;
            }
            due += 1;
            paper.clock = Clock::read();
            print(paper, &mut seen, batch)?;
        }
    }
}

fn print(paper: &mut Paper, seen: &mut Seen, batch: Batch) -> Result<(), Trouble> {
    if paper.json {
        return batch.patches.iter().try_for_each(|patch| paper.object(patch));
    }
    let first = batch.patches.iter().any(|patch| matches!(patch, Patch::Reset));
    batch.patches.into_iter().filter(|patch| seen.is_news(patch, first)).try_for_each(|patch| match patch {
        Patch::Ask { row } => ask(paper, &row),
        Patch::Source { row } => source(paper, &row),
        Patch::SourceGone { source } => paper.say(&format!("{source} was removed")),
        Patch::Receipt { row } => print_receipt(paper, &row),
        Patch::Reset
        | Patch::Agent { .. }
        | Patch::AgentGone { .. }
        | Patch::Thread { .. }
        | Patch::ThreadGone { .. }
        | Patch::Task { .. }
        | Patch::TaskGone { .. }
        | Patch::Finding { .. }
        | Patch::FindingGone { .. }
        | Patch::ReceiptGone { .. }
        | Patch::Entry { .. }
        | Patch::EntriesMissed
        | Patch::Settings { .. }
        | Patch::Searches { .. }
        | Patch::Desktop { .. }
        | Patch::SelfTest { .. }
        | Patch::Reveal { .. }
        | Patch::Shell { .. }
        | Patch::Trouble { .. } => Ok(()),
    })
}

fn ask(paper: &mut Paper, ask: &AskView) -> Result<(), Trouble> {
    let mut cells = vec![
        Cell::new(paper.clock.wall(paper.clock.now), Ink::Faint),
        ask_state(ask),
        ask.key.to_string().into(),
        ask.agent.as_deref().unwrap_or("-").into(),
        Cell::short(&ask.title, Ink::Bold),
    ];
    if ask.state == AskStateWord::Settled {
        cells.push(Cell::short(ending(ask), Ink::Faint));
    }
    paper.line(&cells)
}

fn source(paper: &mut Paper, source: &SourceView) -> Result<(), Trouble> {
    let mut cells = vec![
        Cell::new(paper.clock.wall(paper.clock.now), Ink::Faint),
        source.source.as_str().into(),
        link(source, &paper.clock),
    ];
    if let Some(fault) = source.link.fault() {
        cells.push(Cell::short(fault.to_string(), Ink::Bad));
    }
    paper.line(&cells)
}

/// What was printed of each thing, so that only what differs is printed again.
#[derive(Debug, Default)]
struct Seen {
    asks: HashMap<Key, (AskStateWord, Option<OutcomeWord>)>,
    links: HashMap<SourceId, (&'static str, bool)>,
    receipts: HashMap<IntentId, VerdictWord>,
}

impl Seen {
    /// In the first batch, what has ended already is no news.
    fn is_news(&mut self, patch: &Patch, first: bool) -> bool {
        match patch {
            Patch::Ask { row } => {
                let now = (row.state, row.outcome);
                self.asks.insert(row.key.clone(), now) != Some(now)
                    && !(first && row.state == AskStateWord::Settled)
            }
            Patch::Source { row } => {
                let now = (row.link.word(), row.paused);
                self.links.insert(row.source.clone(), now) != Some(now)
            }
            Patch::SourceGone { source } => {
                self.links.remove(source);
                true
            }
            Patch::Receipt { row } => {
                self.receipts.insert(row.intent.clone(), row.verdict) != Some(row.verdict) && !first
            }
            Patch::Reset
            | Patch::Agent { .. }
            | Patch::AgentGone { .. }
            | Patch::Thread { .. }
            | Patch::ThreadGone { .. }
            | Patch::Task { .. }
            | Patch::TaskGone { .. }
            | Patch::Finding { .. }
            | Patch::FindingGone { .. }
            | Patch::ReceiptGone { .. }
            | Patch::Entry { .. }
            | Patch::EntriesMissed
            | Patch::Settings { .. }
            | Patch::Searches { .. }
            | Patch::Desktop { .. }
            | Patch::SelfTest { .. }
            | Patch::Reveal { .. }
            | Patch::Shell { .. }
            | Patch::Trouble { .. } => false,
        }
    }
}
