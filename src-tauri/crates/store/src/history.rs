//! Reading history in pages that stay put while lines arrive, from any place on, to what is older or newer.
//!
//! A page is read in two steps: first only the places of its lines, from an index, merged from every source
//! (and every kind, where nothing narrower is asked for); then the lines themselves. So one index serves all
//! of history, one source's and one kind's, and the intake has that many fewer to keep.

use std::fmt;
use std::str::FromStr;

use deskbell_domain::{Answerer, Ended, Entry, EntryKind, ItemId, LineOutcome, Millis, SourceId};
use rusqlite::{Connection, params_from_iter};

use crate::entry::Line;
use crate::lead::{Lead, Query};
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
    /// How it ended, what the line is about.
    pub outcome: Option<LineOutcome>,
    /// Who ended it.
    pub by: Option<Answerer>,
    /// At or after.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
    pub place: Place,
    /// At most 1 000; 100 where nothing is given.
    pub limit: Option<u32>,
}

impl History {
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL_LIMIT).min(LARGEST_LIMIT) as usize
    }
}

/// Which page of it. Every page has its newest line first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Newest,
    /// What is next older than that line.
    Before(Cursor),
    /// What is next newer than that line.
    After(Cursor),
    /// Up to half a page from that time on, and what is next older.
    Around(Millis),
}

/// A page, or the half of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The newest before that place.
    Older(Cursor),
    /// The oldest after that place.
    Newer(Cursor),
}

impl Place {
    /// Reads the page with what reads one way of it, as many as are given; the newest comes first either way.
    pub(crate) fn read<T>(
        self,
        limit: usize,
        mut read: impl FnMut(Way, usize) -> rusqlite::Result<Vec<T>>,
    ) -> rusqlite::Result<Vec<T>> {
        match self {
            Self::Newest => read(Way::Older(Cursor { at: i64::MAX, id: i64::MAX }), limit),
            Self::Before(cursor) => read(Way::Older(cursor), limit),
            Self::After(cursor) => read(Way::Newer(cursor), limit),
            Self::Around(time) => {
                let edge = Cursor { at: time.0, id: i64::MIN };
                let mut page = read(Way::Newer(edge), limit / 2)?;
                page.extend(read(Way::Older(edge), limit - page.len())?);
                Ok(page)
            }
        }
    }
}

/// One line of history and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    pub cursor: Cursor,
    pub source: SourceId,
    pub entry: Entry,
    /// How it ended, what the line is about.
    pub ended: Option<Ended>,
}

/// Where a line stands in the history: by time, then by the order of arrival. Written `time.number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: i64,
}

impl Cursor {
    /// The time of the line that stands there.
    pub fn at(self) -> Millis {
        Millis(self.at)
    }
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

pub(crate) fn page(conn: &Connection, history: &History) -> rusqlite::Result<Vec<EntryRow>> {
    // One picture: a line that is swept between the two steps would be missing.
    let picture = conn.unchecked_transaction()?;
    let sources = source::nums(&picture)?;
    let wanted =
        || sources.iter().filter(|(_, id)| history.source.as_ref().is_none_or(|wanted| wanted == id));
    let places = history.place.read(history.limit(), |way, limit| {
        let mut places: Vec<(Cursor, &SourceId)> = Vec::new();
        for (num, id) in wanted() {
            for lead in Lead::all(history) {
                places
                    .extend(find(&picture, *num, lead, history, way, limit)?.into_iter().map(|it| (it, id)));
            }
        }
        places.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        match way {
            Way::Older(_) => places.truncate(limit),
            Way::Newer(_) => drop(places.drain(..places.len().saturating_sub(limit))),
        }
        Ok(places)
    })?;
    let mut rows = Vec::with_capacity(places.len());
    for (cursor, id) in places {
        if let Some(Line { entry, ended, .. }) = entry::by_id(&picture, cursor.id)? {
            rows.push(EntryRow { cursor, source: id.clone(), entry, ended });
        }
    }
    Ok(rows)
}

fn find(
    conn: &Connection,
    num: Num,
    lead: Lead<'_>,
    history: &History,
    way: Way,
    limit: usize,
) -> rusqlite::Result<Vec<Cursor>> {
    let places = places(num, lead, history, way, limit);
    conn.prepare_cached(&places.sql)?
        .query_map(params_from_iter(&places.values), |row| Ok(Cursor { at: row.get(0)?, id: row.get(1)? }))?
        .collect()
}

fn places(num: Num, lead: Lead<'_>, history: &History, way: Way, limit: usize) -> Query {
    let mut query = Query::new("SELECT at, id", num, lead, history);
    let since = history.since.map_or(i64::MIN, |since| since.0);
    let until = Cursor { at: history.until.map_or(i64::MAX, |until| until.0), id: i64::MIN };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match way {
        Way::Older(end) => {
            let end = if history.until.is_some() { end.min(until) } else { end };
            query.and("at >= ?", [since]);
            query.and("(at, id) < (?, ?)", [end.at, end.id]);
            query.end(" ORDER BY at DESC, id DESC LIMIT ?", [limit]);
        }
        Way::Newer(begin) => {
            // No line stands there: from that time on is after it.
            let begin = begin.max(Cursor { at: since, id: i64::MIN });
            query.and("at < ?", [until.at]);
            query.and("(at, id) > (?, ?)", [begin.at, begin.id]);
            query.end(" ORDER BY at, id LIMIT ?", [limit]);
        }
    }
    query
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
            (Lead::Answerer("x"), "entry_answerer (source=? AND answerer=? AND at>? AND at<?)"),
            (
                Lead::Ended(LineOutcome::Denied, "us"),
                "entry_outcome (source=? AND outcome=? AND who=? AND at>? AND at<?)",
            ),
            (Lead::Agent("x"), "entry_agent (source=? AND agent=? AND at>? AND at<?)"),
            (Lead::Kind("x"), "entry_kind (source=? AND kind=? AND at>? AND at<?)"),
        ] {
            for way in [Way::Older(Cursor { at: 9, id: 9 }), Way::Newer(Cursor { at: 0, id: 0 })] {
                let query = places(Num(1), lead, &History::default(), way, 100);
                let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).unwrap();
                let plan: Vec<String> = explain
                    .query_map(params_from_iter(&query.values), |row| row.get(3))
                    .unwrap()
                    .collect::<Result<_, _>>()
                    .unwrap();
                assert_eq!(plan.len(), 1, "no sorting, no second table: {plan:?}");
                assert!(plan[0].starts_with("SEARCH entry USING") && plan[0].ends_with(index), "{plan:?}");
            }
        }
    }
}
