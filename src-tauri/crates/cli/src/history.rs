use deskbell_domain::{Answerer, EntryKind, ItemId, Key, LineOutcome};
use deskbell_engine::command::{Answer, Command, HistoryFilter};
use deskbell_engine::view::EntryView;

use crate::args::{Filter, History};
use crate::desk::{Desk, unexpected};
use crate::moment::Clock;
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

/// Rows asked for at a time.
const PAGE: u32 = 200;
/// What one page holds at most.
const MOST: u32 = 1_000;

/// Which way the pages go on.
enum Way {
    Older,
    Newer,
    /// There is one page.
    Nowhere,
}

/// `bell history`: page by page, so that any limit holds little memory.
pub async fn list(desk: &Desk, paper: &mut Paper, wanted: &History) -> Result<Exit, Trouble> {
    let History { filter: narrowed, limit, best, before, after, around } = wanted;
    let around = around.as_deref().map(|text| paper.clock.parse(text)).transpose().map_err(Trouble::usage)?;
    let way = match (after, around, best) {
        (Some(_), ..) => Way::Newer,
        (None, Some(_), _) | (None, None, true) => Way::Nowhere,
        (None, None, false) => Way::Older,
    };
    let mut filter = HistoryFilter {
        best: *best,
        before: before.clone(),
        after: after.clone(),
        around,
        ..filter(desk, narrowed, &paper.clock).await?
    };
    let most = if matches!(way, Way::Nowhere) { MOST } else { PAGE };
    let mut left = *limit;
    let mut any = false;
    while left > 0 {
        filter.limit = Some(left.min(most));
        let rows = match desk.read(Command::HistoryPage { filter: filter.clone() }).await? {
            Answer::History { rows } => rows,
            other => return Err(unexpected(&other)),
        };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { break };
        left = left.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        match way {
            Way::Older => filter.before = Some(last.cursor.clone()),
            Way::Newer => filter.after = Some(first.cursor.clone()),
            Way::Nowhere => left = 0,
        }
        any = true;
        match way {
            // One page follows the other, so that its rows are in that order, too.
            Way::Newer => print(paper, rows.iter().rev())?,
            Way::Older | Way::Nowhere => print(paper, rows.iter())?,
        }
    }
    if !any && !paper.json {
        paper.say("Nothing like that in the history.")?;
    }
    Ok(Exit::Done)
}

/// Who ended it, as it is written at the command line.
fn answerer(text: &str) -> Answerer {
    match text {
        "me" => Answerer::Us,
        "nobody" => Answerer::Nobody,
        "others" => Answerer::Other(None),
        name => Answerer::Other(Some(name.to_owned())),
    }
}

/// What a saved search looks for now.
async fn saved(desk: &Desk, name: &str, clock: &Clock) -> Result<HistoryFilter, Trouble> {
    let rows = match desk.read(Command::SearchList).await? {
        Answer::Searches { rows } => rows,
        other => return Err(unexpected(&other)),
    };
    let Some(search) = rows.iter().find(|search| search.name == name) else {
        let known: Vec<&str> = rows.iter().map(|search| search.name.as_str()).collect();
        return Err(Trouble::usage(match known[..] {
            [] => format!("there is no saved search \"{name}\": save one in the window's History first"),
            _ => format!("there is no saved search \"{name}\"; there is: {}", known.join(", ")),
        }));
    };
    let now =
        clock.zoned(clock.now).ok_or_else(|| Trouble::failed("the clock is outside of any calendar"))?;
    let (since, until) = search.range.limits(&now);
    // The best come in one page, and this goes on for as long as is asked.
    Ok(HistoryFilter { since, until, best: false, ..search.filter.clone() })
}

/// What the operator narrowed it down to.
pub async fn filter(desk: &Desk, wanted: &Filter, clock: &Clock) -> Result<HistoryFilter, Trouble> {
    let time = |text: &Option<String>| {
        text.as_deref().map(|text| clock.parse(text)).transpose().map_err(Trouble::usage)
    };
    let saved = match &wanted.saved {
        Some(name) => saved(desk, name, clock).await?,
        None => HistoryFilter::default(),
    };
    let mut filter = HistoryFilter {
        agent: wanted.agent.clone().or(saved.agent),
        kind: wanted.kind.as_deref().and_then(EntryKind::from_text).or(saved.kind),
        outcome: wanted.outcome.as_deref().and_then(LineOutcome::from_text).or(saved.outcome),
        by: wanted.by.as_deref().map(answerer).or(saved.by),
        since: time(&wanted.since)?.or(saved.since),
        until: time(&wanted.until)?.or(saved.until),
        search: (!wanted.words.is_empty()).then(|| wanted.words.join(" ")).or(saved.search),
        ..saved
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

fn print<'a>(paper: &mut Paper, mut rows: impl Iterator<Item = &'a EntryView>) -> Result<(), Trouble> {
    if paper.json {
        return rows.try_for_each(|row| paper.object(row));
    }
    let lines: Vec<Vec<Cell>> = rows.map(|row| line(row, &paper.clock)).collect();
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
