//! A page of what was looked for: from the index, and, line by line, from what the index does not have yet.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use deskbell_domain::{Answerer, SourceId};
use rusqlite::{Connection, OptionalExtension};

use super::best;
use super::document::{ALL, Facet, folded, words};
use super::excerpt::{Span, excerpt};
use super::index::{Index, Reach, first_of, second};
use super::terms::{Term, Terms};
use super::walk::Stretch;
use crate::entry::Line;
use crate::history::{Cursor, History, Way};
use crate::source::Num;
use crate::{EntryRow, entry, lead, source};

/// A line that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub row: EntryRow,
    pub excerpt: Vec<Span>,
}

/// What is looked for, and where.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub history: &'a History,
    pub terms: &'a Terms,
    /// The best come first, and not the newest. There is one page of them.
    pub best: bool,
}

/// The order of what is found: by the second, then by arrival.
type Rank = (i64, i64);

fn rank(cursor: Cursor) -> Rank {
    (second(cursor.at), cursor.id)
}

struct Hit {
    rank: Rank,
    /// Nothing unless the best are wanted.
    score: usize,
    line: Line,
    /// Where in its words what is looked for first is.
    first: Option<usize>,
}

pub(crate) fn page(
    database: &Connection,
    index: Option<&Index>,
    wanted: &Wanted<'_>,
) -> rusqlite::Result<Vec<Found>> {
    // The index first: what comes between the two is then looked for in the lines.
    let indexed = index.map(|index| index.0.unchecked_transaction()).transpose()?;
    let picture = database.unchecked_transaction()?;
    let reach = index.map(Index::reach).transpose()?.unwrap_or_default();
    let sources: HashMap<Num, SourceId> = source::nums(&picture)?.into_iter().collect();
    let source = match &wanted.history.source {
        None => None,
        Some(id) => match sources.iter().find(|(_, known)| *known == id) {
            Some((num, _)) => Some(*num),
            None => return Ok(Vec::new()),
        },
    };
    let altered = altered(&picture, reach)?;
    let search = Search { wanted, source, sources: &sources, picture: &picture, index, reach, altered };
    let limit = wanted.history.limit();
    let mut hits = match wanted.best {
        true => wanted.history.place.read(best::OF, |way, limit| search.one_way(way, limit))?,
        false => wanted.history.place.read(limit, |way, limit| search.one_way(way, limit))?,
    };
    drop(indexed);
    if wanted.best {
        hits.sort_by_key(|hit| Reverse(hit.score));
        hits.truncate(limit);
    }
    let found = hits.into_iter().filter_map(|Hit { line, first, .. }| {
        let (cursor, source) = (line.cursor(), sources.get(&line.num)?.clone());
        let excerpt = excerpt(&line.entry, &words(&line.entry), first, wanted.terms);
        Some(Found { row: EntryRow { cursor, source, entry: line.entry, ended: line.ended }, excerpt })
    });
    Ok(found.collect())
}

/// The lines that are otherwise in the index than they are.
fn altered(picture: &Connection, reach: Reach) -> rusqlite::Result<HashSet<i64>> {
    picture
        .prepare_cached("SELECT entry FROM stale WHERE seq > ?1")?
        .query_map([reach.stale], |row| row.get(0))?
        .collect()
}

struct Search<'a> {
    wanted: &'a Wanted<'a>,
    source: Option<Num>,
    sources: &'a HashMap<Num, SourceId>,
    picture: &'a Connection,
    index: Option<&'a Index>,
    reach: Reach,
    altered: HashSet<i64>,
}

impl Search<'_> {
    /// So many from a place on, the newest first.
    fn one_way(&self, way: Way, limit: usize) -> rusqlite::Result<Vec<Hit>> {
        let mut hits = self.in_lines(way, limit)?;
        if let Some(index) = self.index {
            hits.extend(self.in_index(index, way, limit)?);
        }
        keep(&mut hits, way, limit);
        hits.sort_unstable_by_key(|hit| Reverse(hit.rank));
        Ok(hits)
    }

    /// Looks through what the index does not have as it is.
    fn in_lines(&self, way: Way, limit: usize) -> rusqlite::Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for id in self.altered.iter().filter(|id| **id <= self.reach.entry) {
            if let Some(line) = entry::by_id(self.picture, *id)? {
                hits.extend(self.hit(line, way));
            }
        }
        entry::each_after(self.picture, self.reach.entry, i64::MAX, |line| {
            hits.extend(self.hit(line, way));
            // However much the index lacks, no more is held of it than twice a page.
            if hits.len() > 2 * limit {
                keep(&mut hits, way, limit);
            }
        })?;
        Ok(hits)
    }

    /// The next that the index has. Within a second it has them in the order in which they came into it, so that what
    /// was altered is out of its place.
    fn in_index(&self, index: &Index, way: Way, limit: usize) -> rusqlite::Result<Vec<Hit>> {
        let History { since, until, .. } = self.wanted.history;
        let mut oldest = since.map_or(0, |since| first_of(second(since.0)));
        let mut newest = until.map_or(Ok(i64::MAX), |until| index.end_of(second(until.0)))?;
        match way {
            Way::Older(end) => {
                let document: Option<i64> = index
                    .0
                    .prepare_cached("SELECT document FROM place WHERE entry = ?1")?
                    .query_row([end.id], |row| row.get(0))
                    .optional()?;
                newest = newest.min(index.end_of(second(end.at))?.max(document.unwrap_or(0)));
            }
            Way::Newer(begin) => oldest = oldest.max(first_of(second(begin.at))),
        }
        let mut hits: Vec<Hit> = Vec::new();
        // The last of enough, and where nothing can come before it any more.
        let mut last: Option<(Rank, i64)> = None;
        let mut look = |document| {
            if last.is_some_and(|(_, end)| is_past(way, document, end)) {
                return Ok(false);
            }
            let id: i64 = index
                .0
                .prepare_cached("SELECT entry FROM place WHERE document = ?1")?
                .query_row([document], |row| row.get(0))?;
            if last.is_some_and(|((_, last), _)| is_past(way, id, last)) || self.altered.contains(&id) {
                return Ok(true);
            }
            // One that is not there was swept out, and is yet to be taken out.
            if let Some(line) = entry::by_id(self.picture, id)? {
                hits.extend(self.hit(line, way));
            }
            if last.is_none() && hits.len() == limit {
                let ranks = hits.iter().map(|hit| hit.rank);
                last = match way {
                    Way::Older(_) => ranks.min().map(|rank| (rank, first_of(rank.0))),
                    Way::Newer(_) => match ranks.max() {
                        Some(rank) => Some((rank, index.end_of(rank.0)?)),
                        None => None,
                    },
                };
            }
            Ok(true)
        };
        let stretch = Stretch { query: &self.query(), oldest, newest };
        match way {
            Way::Older(_) => stretch.newest_first(index, &mut look)?,
            Way::Newer(_) => stretch.oldest_first(index, &mut look)?,
        }
        Ok(hits)
    }

    /// What the index is asked. Its answer is looked into, line by line: it may be a moment older than the line.
    fn query(&self) -> String {
        let History { kind, agent, thread, outcome, by, .. } = self.wanted.history;
        let Terms { wanted, unwanted } = self.wanted.terms;
        let facets = [
            self.source.map(Facet::Source),
            kind.map(|kind| Facet::Kind(kind.as_str())),
            agent.as_deref().map(Facet::Agent),
            thread.as_ref().map(Facet::Thread),
            outcome.map(Facet::Outcome),
            by.as_ref().map(|by| match by {
                Answerer::Other(Some(name)) => Facet::Answerer(name),
                Answerer::Us | Answerer::Nobody | Answerer::Other(None) => Facet::Who(lead::who(by)),
            }),
        ];
        let mut parts: Vec<String> = wanted.iter().flat_map(Term::grams).collect();
        parts.extend(facets.into_iter().flatten().map(Facet::letters));
        if parts.is_empty() {
            parts.push(ALL.to_owned());
        }
        let mut query = parts.iter().map(|part| quoted(part)).collect::<Vec<_>>().join(" AND ");
        for term in unwanted.iter().filter_map(Term::exact_gram) {
            query = format!("({query}) NOT {}", quoted(&term));
        }
        query
    }

    /// The line, where it fits the filters and the terms.
    fn hit(&self, line: Line, way: Way) -> Option<Hit> {
        let History { source: _, thread, agent, kind, ask, outcome, by, since, until, place: _, limit: _ } =
            self.wanted.history;
        let Line { num, entry, ended, .. } = &line;
        let at = entry.at.millis();
        let place = rank(line.cursor());
        let fits = self.sources.contains_key(num)
            && self.source.is_none_or(|wanted| wanted == *num)
            && thread.as_ref().is_none_or(|wanted| entry.thread.as_ref() == Some(wanted))
            && agent.as_ref().is_none_or(|wanted| entry.agent.as_ref() == Some(wanted))
            && kind.is_none_or(|wanted| entry.kind == wanted)
            && ask.as_ref().is_none_or(|wanted| entry.ask.as_ref() == Some(wanted))
            && outcome.is_none_or(|wanted| ended.as_ref().is_some_and(|ended| ended.outcome == wanted))
            && by.as_ref().is_none_or(|wanted| ended.as_ref().is_some_and(|ended| wanted.is(&ended.by)))
            && since.is_none_or(|since| at >= since)
            && until.is_none_or(|until| at < until)
            && match way {
                Way::Older(end) => place < rank(end),
                Way::Newer(begin) => place > rank(begin),
            };
        if !fits {
            return None;
        }
        let (words, terms) = (words(entry), self.wanted.terms);
        let (at, letters): (Vec<usize>, Vec<char>) = folded(&words).unzip();
        let first = terms.met_in(&letters)?;
        let own = entry.text.chars().count();
        let score = if self.wanted.best { best::score(terms, &letters, own) } else { 0 };
        let first = at.get(first).copied();
        Some(Hit { rank: place, score, line, first })
    }
}

/// Leaves those that come first on the way.
fn keep(hits: &mut Vec<Hit>, way: Way, limit: usize) {
    match way {
        Way::Older(_) => hits.sort_unstable_by_key(|hit| Reverse(hit.rank)),
        Way::Newer(_) => hits.sort_unstable_by_key(|hit| hit.rank),
    }
    hits.truncate(limit);
}

fn is_past(way: Way, place: i64, end: i64) -> bool {
    match way {
        Way::Older(_) => place < end,
        Way::Newer(_) => place > end,
    }
}

fn quoted(part: &str) -> String {
    format!("\"{}\"", part.replace('"', "\"\""))
}
