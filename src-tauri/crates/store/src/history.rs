//! Reading history, newest first, in pages that stay put while lines arrive.
//!
//! A page is read in two steps: first only the places of its lines, from an index, merged from every source
//! (and every kind, where nothing narrower is asked for); then the lines themselves. So one index serves all
//! of history, one source's and one kind's, and the intake has that many fewer to keep.

use std::fmt;
use std::str::FromStr;

use deskbell_domain::{Entry, EntryKind, ItemId, Millis, SourceId};
use rusqlite::{Connection, params};

use crate::source::Num;
use crate::{entry, source};

const USUAL_LIMIT: u32 = 100;
const LARGEST_LIMIT: u32 = 1_000;

/// Which lines of history to read: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub source: Option<SourceId>,
    pub thread: Option<ItemId>,
    pub agent: Option<String>,
    pub kind: Option<EntryKind>,
    pub ask: Option<ItemId>,
    /// At or after.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
    /// Only rows older than the one this names.
    pub before: Option<Cursor>,
    /// At most 1 000; 100 where nothing is given.
    pub limit: Option<u32>,
}

impl History {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL_LIMIT).min(LARGEST_LIMIT) as usize
    }
}

/// One line of history and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub cursor: Cursor,
    pub source: SourceId,
    pub entry: Entry,
}

/// Where a line stands in the history: by time, then by the order of arrival. Written `time.number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a place in the history: take the cursor of a row")]
pub struct ParseCursorError(String);

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (at, id) = text.split_once('.')?;
            Some(Self { at: at.parse().ok()?, id: id.parse().ok()? })
        };
        parse().ok_or_else(|| ParseCursorError(text.to_owned()))
    }
}

/// Which index leads to the lines: the narrowest that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead<'a> {
    Ask(&'a str),
    Thread(&'a str),
    Agent(&'a str),
    Kind(&'a str),
}

impl<'a> Lead<'a> {
    pub(crate) fn all(history: &'a History) -> Vec<Self> {
        let History { thread, agent, kind, ask, .. } = history;
        match (ask, thread, agent, kind) {
            (Some(ask), ..) => vec![Self::Ask(ask.as_str())],
            (None, Some(thread), ..) => vec![Self::Thread(thread.as_str())],
            (None, None, Some(agent), _) => vec![Self::Agent(agent)],
            (None, None, None, Some(kind)) => vec![Self::Kind(kind.as_str())],
            (None, None, None, None) => EntryKind::ALL.iter().map(|kind| Self::Kind(kind.as_str())).collect(),
        }
    }

    pub(crate) fn value(self) -> &'a str {
        match self {
            Self::Ask(value) | Self::Thread(value) | Self::Agent(value) | Self::Kind(value) => value,
        }
    }

    /// Places of lines; what the index did not settle is looked up in the line.
    fn sql(self) -> &'static str {
        macro_rules! places {
            ($column:literal) => {
                concat!(
                    "SELECT at, id FROM entry INDEXED BY entry_",
                    $column,
                    " WHERE source = ?1 AND ",
                    $column,
                    " = ?2 AND at >= ?3 AND (at, id) < (?4, ?5)",
                    " AND (?6 IS NULL OR thread = ?6) AND (?7 IS NULL OR agent = ?7) AND (?8 IS NULL OR kind = ?8)",
                    " ORDER BY at DESC, id DESC LIMIT ?9"
                )
            };
        }
        match self {
            Self::Ask(_) => places!("ask"),
            Self::Thread(_) => places!("thread"),
            Self::Agent(_) => places!("agent"),
            Self::Kind(_) => {
                "SELECT at, id FROM entry INDEXED BY entry_kind \
                 WHERE source = ?1 AND kind = ?2 AND at >= ?3 AND (at, id) < (?4, ?5) \
                 ORDER BY at DESC, id DESC LIMIT ?9"
            }
        }
    }
}

pub(crate) fn page(conn: &Connection, history: &History) -> rusqlite::Result<Vec<EntryRow>> {
    let limit = history.limit();
    // One picture: a line that is swept between the two steps would be missing.
    let picture = conn.unchecked_transaction()?;
    let sources = source::nums(&picture)?;
    let mut places: Vec<(Cursor, &SourceId)> = Vec::new();
    for (num, id) in &sources {
        if history.source.as_ref().is_some_and(|wanted| wanted != id) {
            continue;
        }
        for lead in Lead::all(history) {
            places.extend(find(&picture, *num, lead, history, limit)?.into_iter().map(|place| (place, id)));
        }
    }
    places.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    places.truncate(limit);
    let mut rows = Vec::with_capacity(places.len());
    for (cursor, id) in places {
        if let Some(entry) = entry::by_id(&picture, cursor.id)? {
            rows.push(EntryRow { cursor, source: id.clone(), entry });
        }
    }
    Ok(rows)
}

fn find(
    conn: &Connection,
    num: Num,
    lead: Lead<'_>,
    history: &History,
    limit: usize,
) -> rusqlite::Result<Vec<Cursor>> {
    let end = Cursor { at: history.until.map_or(i64::MAX, |until| until.0), id: i64::MIN };
    let end = history.before.map_or(end, |before| before.min(end));
    conn.prepare_cached(lead.sql())?
        .query_map(
            params![
                num,
                lead.value(),
                history.since.map_or(i64::MIN, |since| since.0),
                end.at,
                end.id,
                history.thread.as_ref().map(ItemId::as_str),
                history.agent,
                history.kind.map(EntryKind::as_str),
                limit,
            ],
            |row| Ok(Cursor { at: row.get(0)?, id: row.get(1)? }),
        )?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn every_page_is_led_by_an_index_and_sorted_by_it() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        for (lead, index) in [
            (Lead::Ask("x"), "entry_ask (source=? AND ask=? AND at>? AND at<?)"),
            (Lead::Thread("x"), "entry_thread (source=? AND thread=? AND at>? AND at<?)"),
            (Lead::Agent("x"), "entry_agent (source=? AND agent=? AND at>? AND at<?)"),
            (Lead::Kind("x"), "entry_kind (source=? AND kind=? AND at>? AND at<?)"),
        ] {
            let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", lead.sql())).unwrap();
            let plan: Vec<String> = explain
                .query_map(params![1, "x", 0, 9, 9, None::<&str>, None::<&str>, None::<&str>, 100], |row| {
                    row.get(3)
                })
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert_eq!(plan.len(), 1, "no sorting, no second table: {plan:?}");
            assert!(plan[0].starts_with("SEARCH entry USING") && plan[0].ends_with(index), "{plan:?}");
        }
    }
}
