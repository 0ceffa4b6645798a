//! A page of what was looked for: from the index, and, line by line, from what the index does not have yet.

use std::collections::{HashMap, HashSet};

use deskbell_domain::{Entry, SourceId};
use rusqlite::{Connection, OptionalExtension, params};

use super::document::{ALL, Facet, folded, words};
use super::excerpt::{Span, excerpt};
use super::index::{Index, Reach, first_of, is_in, last_of, second};
use super::terms::{Term, Terms};
use crate::history::{Cursor, History};
use crate::source::Num;
use crate::{EntryRow, entry, source};

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
    pub limit: usize,
}

/// The order of what is found: by the second, then by arrival.
type Rank = (i64, i64);

struct Hit {
    rank: Rank,
    num: Num,
    entry: Entry,
    excerpt: Vec<Span>,
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
    let search = Search { wanted, source, sources: &sources };
    let altered = altered(&picture, reach)?;
    let mut hits = search.in_lines(&picture, reach, &altered)?;
    if let Some(indexed) = &indexed {
        hits.extend(search.in_index(indexed, &picture, &altered)?);
    }
    keep_newest(&mut hits, wanted.limit);
    let found = hits.into_iter().filter_map(|Hit { rank: (_, id), num, entry, excerpt }| {
        let cursor = Cursor { at: entry.at.millis().0, id };
        Some(Found { row: EntryRow { cursor, source: sources.get(&num)?.clone(), entry }, excerpt })
    });
    Ok(found.collect())
}

fn keep_newest(hits: &mut Vec<Hit>, most: usize) {
    hits.sort_unstable_by_key(|hit| std::cmp::Reverse(hit.rank));
    hits.truncate(most);
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
}

impl Search<'_> {
    /// Looks through what the index does not have as it is.
    fn in_lines(
        &self,
        picture: &Connection,
        reach: Reach,
        altered: &HashSet<i64>,
    ) -> rusqlite::Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for id in altered.iter().filter(|id| **id <= reach.entry) {
            if let Some((num, entry)) = entry::with_source(picture, *id)? {
                hits.extend(self.hit(*id, num, entry));
            }
        }
        let most = self.wanted.limit;
        entry::each_after(picture, reach.entry, i64::MAX, |id, num, entry| {
            hits.extend(self.hit(id, num, entry));
            // However much the index lacks, no more is held of it than twice a page.
            if hits.len() > 2 * most {
                keep_newest(&mut hits, most);
            }
        })?;
        Ok(hits)
    }

    /// The newest that the index has. Within a second it has them in the order in which they came into it, so that
    /// what was altered is out of its place.
    fn in_index(
        &self,
        indexed: &Connection,
        picture: &Connection,
        altered: &HashSet<i64>,
    ) -> rusqlite::Result<Vec<Hit>> {
        let History { since, until, before, .. } = self.wanted.history;
        let mut newest = until.map_or(i64::MAX, |until| last_of(second(until.0)));
        if let Some(before) = before {
            let document: Option<i64> = indexed
                .prepare_cached("SELECT document FROM place WHERE entry = ?1")?
                .query_row([before.id], |row| row.get(0))
                .optional()?;
            newest = newest.min(last_of(second(before.at)).max(document.unwrap_or(0)));
        }
        let oldest = since.map_or(0, |since| first_of(second(since.0)));
        let mut documents = indexed.prepare_cached(
            "SELECT rowid FROM line WHERE line MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC",
        )?;
        let mut rows = documents.query(params![self.query(), oldest, newest])?;
        let mut hits: Vec<Hit> = Vec::new();
        // The last of enough.
        let mut last: Option<Rank> = None;
        while let Some(row) = rows.next()? {
            let document: i64 = row.get(0)?;
            if last.is_some_and(|(second, _)| document < first_of(second)) {
                break;
            }
            let id = indexed
                .prepare_cached("SELECT entry FROM place WHERE document = ?1")?
                .query_row([document], |row| row.get(0))?;
            let is_told = before.is_some_and(|before| is_in(document, second(before.at)) && id >= before.id);
            if is_told || last.is_some_and(|(_, last)| id < last) || altered.contains(&id) {
                continue;
            }
            // One that is not there was swept out, and is yet to be taken out.
            if let Some((num, entry)) = entry::with_source(picture, id)? {
                hits.extend(self.hit(id, num, entry));
            }
            if last.is_none() && hits.len() == self.wanted.limit {
                last = hits.last().map(|hit| hit.rank);
            }
        }
        Ok(hits)
    }

    /// What the index is asked. Its answer is looked into, line by line: it may be a moment older than the line.
    fn query(&self) -> String {
        let History { kind, agent, thread, .. } = self.wanted.history;
        let Terms { wanted, unwanted } = self.wanted.terms;
        let facets = [
            self.source.map(Facet::Source),
            kind.map(|kind| Facet::Kind(kind.as_str())),
            agent.as_deref().map(Facet::Agent),
            thread.as_ref().map(Facet::Thread),
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
    fn hit(&self, id: i64, num: Num, entry: Entry) -> Option<Hit> {
        let History { source: _, thread, agent, kind, ask, since, until, before, limit: _ } =
            self.wanted.history;
        let at = entry.at.millis();
        let rank = (second(at.0), id);
        let fits = self.sources.contains_key(&num)
            && self.source.is_none_or(|wanted| wanted == num)
            && thread.as_ref().is_none_or(|wanted| entry.thread.as_ref() == Some(wanted))
            && agent.as_ref().is_none_or(|wanted| entry.agent.as_ref() == Some(wanted))
            && kind.is_none_or(|wanted| entry.kind == wanted)
            && ask.as_ref().is_none_or(|wanted| entry.ask.as_ref() == Some(wanted))
            && since.is_none_or(|since| at >= since)
            && until.is_none_or(|until| at < until)
            && before.is_none_or(|before| rank < (second(before.at), before.id));
        if !fits {
            return None;
        }
        let words = words(&entry);
        let (at, letters): (Vec<usize>, Vec<char>) = folded(&words).unzip();
        let first = self.wanted.terms.met_in(&letters)?;
        let excerpt = excerpt(&entry, &words, at.get(first).copied(), self.wanted.terms);
        Some(Hit { rank, num, entry, excerpt })
    }
}

fn quoted(part: &str) -> String {
    format!("\"{}\"", part.replace('"', "\"\""))
}
