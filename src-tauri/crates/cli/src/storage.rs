//! `bell storage`, `bell retention`: what the history takes, and how much of it is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use deskbell_domain::{EntryKind, Portion, Rule};
use deskbell_engine::command::{Answer, Command};
use deskbell_engine::storage::{IndexView, JobWork, StorageView};

use crate::args::{Cleared, RetentionOrder, Share, StorageOrder};
use crate::desk::{Desk, unexpected};
use crate::paper::{Cell, Ink, Paper};
use crate::trouble::{Exit, Trouble};

/// How often it is looked how far it is.
const PACE: Duration = Duration::from_millis(200);

pub async fn run(desk: &Desk, paper: &mut Paper, order: Option<&StorageOrder>) -> Result<Exit, Trouble> {
    match order {
        None => show(desk, paper).await,
        Some(StorageOrder::Clear(cleared)) => clear(desk, paper, cleared).await,
        Some(StorageOrder::Compact) => {
            desk.change(Command::StorageCompact).await?;
            until_done(desk, paper).await
        }
        Some(StorageOrder::Cancel) => {
            desk.change(Command::StorageCancel).await?;
            Ok(Exit::Done)
        }
        Some(StorageOrder::Reindex) => {
            desk.change(Command::IndexRemake).await?;
            paper
                .say("The search index is made again. Searches find everything meanwhile, if not as fast.")?;
            Ok(Exit::Done)
        }
    }
}

async fn show(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    let storage = storage(desk).await?;
    if paper.json {
        paper.object(&storage)?;
        return Ok(Exit::Done);
    }
    let mut by_source: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for share in &storage.shares {
        let (entries, bytes) = by_source.entry((share.source.as_str(), share.kind.as_str())).or_default();
        *entries += share.entries;
        *bytes += share.text_bytes + share.frame_bytes;
    }
    let head = |heads: &[&str]| heads.iter().map(|head| Cell::new(head, Ink::Faint)).collect::<Vec<_>>();
    let mut rows = vec![head(&["SOURCE", "KIND", "LINES", "SIZE"])];
    rows.extend(by_source.into_iter().map(|((source, kind), (entries, bytes))| {
        vec![source.into(), kind.into(), entries.to_string().into(), size(bytes).into()]
    }));
    paper.table(&rows)?;
    paper.say("")?;
    let mut rows = vec![head(&["ON THE DISK", "SIZE"])];
    for (name, bytes) in [
        ("database", storage.database),
        ("of it free", storage.free),
        ("log", storage.log),
        ("search index", storage.index.bytes),
    ] {
        rows.push(vec![name.into(), size(bytes).into()]);
    }
    paper.table(&rows)?;
    if let Some(words) = lag(&storage.index) {
        paper.say(&words)?;
    }
    if let Some(job) = storage.job.filter(|job| job.total > 0) {
        paper.say(&format!("{}: {} of {}.", doing(job.work), job.done, job.total))?;
    }
    if let Some(trouble) = &storage.trouble {
        paper.say(&format!("The last clearing or compacting came to nothing: {trouble}"))?;
    }
    for removed in &storage.removed {
        let why = match removed.why {
            deskbell_engine::storage::RemovedWhy::Rule => "by your rules",
            deskbell_engine::storage::RemovedWhy::Cleared => "by hand",
        };
        let (until, at) = (paper.clock.wall(removed.until), paper.clock.wall(removed.at));
        paper.say(&format!(
            "{} {} lines of {} up to {until} were removed {why}, last on {at}.",
            removed.entries,
            removed.kind.as_str(),
            removed.source
        ))?;
    }
    Ok(Exit::Done)
}

/// What is said of an index that is not up to date.
pub fn lag(index: &IndexView) -> Option<String> {
    match (&index.trouble, index.behind) {
        (Some(trouble), _) => Some(format!(
            "The search index cannot be written ({trouble}); it is tried again. Searches look through the lines instead."
        )),
        (None, 0) => None,
        (None, behind) => Some(format!(
            "The search index is {behind} lines behind; searches find those too, if not as fast."
        )),
    }
}

pub async fn index(desk: &Desk) -> Result<IndexView, Trouble> {
    match desk.read(Command::IndexShow).await? {
        Answer::Index { index } => Ok(index),
        other => Err(unexpected(&other)),
    }
}

async fn storage(desk: &Desk) -> Result<StorageView, Trouble> {
    match desk.read(Command::StorageShow).await? {
        Answer::Storage { storage } => Ok(*storage),
        other => Err(unexpected(&other)),
    }
}

async fn clear(desk: &Desk, paper: &mut Paper, cleared: &Cleared) -> Result<Exit, Trouble> {
    let portion = portion(desk, &cleared.share).await?;
    let parse = |text: &String| paper.clock.parse(text).map_err(Trouble::usage);
    let before = cleared.before.as_ref().map(parse).transpose()?;
    if !cleared.yes {
        let entries = match desk.read(Command::StorageCount { portion, before }).await? {
            Answer::Counted { entries } => entries,
            other => return Err(unexpected(&other)),
        };
        return Err(Trouble::usage(format!(
            "this takes {entries} lines out of the history for good; say --yes if you mean it"
        )));
    }
    desk.change(Command::StorageClear { portion, before }).await?;
    until_done(desk, paper).await
}

async fn until_done(desk: &Desk, paper: &mut Paper) -> Result<Exit, Trouble> {
    loop {
        let storage = storage(desk).await?;
        if storage.job.is_none() {
            return match storage.trouble {
                Some(trouble) => Err(Trouble::failed(trouble)),
                None => {
                    let files = storage.database + storage.log + storage.index.bytes;
                    paper.say(&format!("Done. The files take {} now.", size(files)))?;
                    Ok(Exit::Done)
                }
            };
        }
        tokio::time::sleep(PACE).await;
    }
}

/// `bell retention`.
pub async fn retention(
    desk: &Desk,
    paper: &mut Paper,
    order: Option<&RetentionOrder>,
) -> Result<Exit, Trouble> {
    let known = storage(desk).await?.rules;
    let mut rules: Vec<Rule> = known.iter().map(|row| row.rule.clone()).collect();
    match order {
        None if paper.json => known.iter().try_for_each(|row| paper.object(row))?,
        None if known.is_empty() => paper.say("Everything is kept.")?,
        None => {
            let heads = ["NUMBER", "SOURCE", "KIND", "DAYS", "LINES", "SIZE", "TO BE REMOVED"];
            let mut rows = vec![heads.iter().map(|head| Cell::new(head, Ink::Faint)).collect::<Vec<_>>()];
            rows.extend(known.iter().enumerate().map(|(n, row)| {
                let Rule { portion, days, entries, bytes } = &row.rule;
                let or = |text: Option<String>, else_: &str| text.unwrap_or_else(|| else_.to_owned()).into();
                vec![
                    (n + 1).to_string().into(),
                    or(portion.source.as_ref().map(ToString::to_string), "all"),
                    or(portion.kind.map(|kind| kind.as_str().to_owned()), "all but receipts"),
                    or(days.map(|days| days.to_string()), "any"),
                    or(entries.map(|entries| entries.to_string()), "any"),
                    or(bytes.map(size), "any"),
                    row.excess.to_string().into(),
                ]
            }));
            paper.table(&rows)?;
        }
        Some(RetentionOrder::Keep { share, days, entries, bytes }) => {
            let portion = portion(desk, share).await?;
            // One rule for each portion: what is said later counts.
            rules.retain(|rule| rule.portion != portion);
            rules.push(Rule { portion, days: *days, entries: *entries, bytes: *bytes });
            desk.change(Command::RetentionSet { rules }).await?;
        }
        Some(RetentionOrder::Drop { number }) => {
            if *number == 0 || *number > rules.len() {
                return Err(Trouble::usage(format!("there is no rule {number}; see `bell retention`")));
            }
            rules.remove(number - 1);
            desk.change(Command::RetentionSet { rules }).await?;
        }
    }
    Ok(Exit::Done)
}

async fn portion(desk: &Desk, share: &Share) -> Result<Portion, Trouble> {
    let source = match &share.source {
        Some(name) => Some(desk.source(name).await?.source),
        None => None,
    };
    Ok(Portion { source, kind: share.kind.as_deref().and_then(EntryKind::from_text) })
}

fn doing(work: JobWork) -> &'static str {
    match work {
        JobWork::Tidy => "Removing what the rules do not keep",
        JobWork::Clear => "Clearing",
        JobWork::Compact => "Compacting",
    }
}

/// In the largest unit of which there is one: 1.5 GB.
fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "kB", "MB"] {
        if size < 1_000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1_000.0;
    }
    format!("{size:.1} GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_the_largest_unit_of_which_there_is_one() {
        for (bytes, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_540_000, "1.5 MB"),
            (12_000_000_000, "12.0 GB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }
}
