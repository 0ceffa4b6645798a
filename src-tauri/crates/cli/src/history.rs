use deskbell_domain::{EntryKind, ItemId, Key};
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::EntryView;

use crate::args::{Filter, History};
use crate::desk::{Desk, unexpected};
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

/// Rows asked for at a time.
const PAGE: u32 = 200;

/// `bell history`: newest first, page by page, so that any limit holds little memory.
pub async fn list(desk: &Desk, paper: &mut Paper, wanted: &History) -> Result<Exit, Trouble> {
    let mut filter =
        HistoryFilter { before: wanted.before.clone(), ..filter(desk, &wanted.filter, &paper.clock).await? };
    let mut left = wanted.limit;
    let mut any = false;
    while left > 0 {
        filter.limit = Some(left.min(PAGE));
        let rows = match desk.read(Command::HistoryPage { filter: filter.clone() }).await? {
            Answer::History { rows } => rows,
            other => return Err(unexpected(&other)),
        };
        let Some(last) = rows.last() else { break };
        filter.before = Some(last.cursor.clone());
        left = left.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        any = true;
        print(paper, &rows)?;
    }
    if !any && !paper.json {
        paper.say("Nothing like that in the history.")?;
    }
    Ok(Exit::Done)
}

/// What the operator narrowed it down to.
pub async fn filter(desk: &Desk, wanted: &Filter, clock: &Clock) -> Result<HistoryFilter, Trouble> {
    let time = |text: &Option<String>| {
        text.as_deref().map(|text| clock.parse(text)).transpose().map_err(Trouble::usage)
    };
    let mut filter = HistoryFilter {
        agent: wanted.agent.clone(),
        kind: wanted.kind.as_deref().and_then(EntryKind::from_text),
        since: time(&wanted.since)?,
        until: time(&wanted.until)?,
        search: (!wanted.words.is_empty()).then(|| wanted.words.join(" ")),
        ..HistoryFilter::default()
    };
    if let Some(thread) = &wanted.thread {
        // A whole key says the source, too.
        match thread.parse::<Key>() {
            Ok(key) => (filter.source, filter.thread) = (Some(key.source), Some(key.item)),
            Err(_) => filter.thread = Some(ItemId::new(thread)),
        }
    }
    if let Some(name) = &wanted.source {
        filter.source = Some(desk.source(name).await?.source);
    }
    Ok(filter)
}

fn print(paper: &mut Paper, rows: &[EntryView]) -> Result<(), Trouble> {
    if paper.json {
        return rows.iter().try_for_each(|row| paper.object(row));
    }
    let lines: Vec<Vec<Cell>> = rows.iter().map(|row| line(row, &paper.clock)).collect();
    paper.table(&lines)
}

fn line(row: &EntryView, clock: &Clock) -> Vec<Cell> {
    // A time the server never told is marked as ours.
    let ours = if row.said { "" } else { "~" };
    let ink = match row.kind {
        EntryKind::Odd | EntryKind::Gap => Ink::Warm,
        EntryKind::Ask | EntryKind::Receipt => Ink::Bold,
        EntryKind::Message
        | EntryKind::Stream
        | EntryKind::Turn
        | EntryKind::Lifecycle
        | EntryKind::Finding
        | EntryKind::Notice => Ink::Plain,
    };
    vec![
        Cell::new(format!("{ours}{}", clock.wall(row.at)), Ink::Faint),
        row.source.as_str().into(),
        Cell::new(row.kind.as_str(), Ink::Faint),
        row.agent.as_deref().unwrap_or_default().into(),
        Cell::short(shown(row), ink),
    ]
}

/// The line, or what was found of it.
fn shown(row: &EntryView) -> String {
    if row.found.is_empty() {
        return row.text.clone();
    }
    row.found.iter().map(|span| span.text.as_str()).collect()
}
