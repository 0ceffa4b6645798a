//! Takes lines out of the history, the oldest first and a few at a time. Lines of an ask that has not ended stay.

use std::collections::{BTreeMap, HashMap};

use deskbell_domain::{EntryKind, Millis, Portion, SourceId};
use rusqlite::{Connection, params};

use crate::source::Num;
use crate::{entry, source};

/// How many lines go at once: a few milliseconds, for which the intake waits.
const STEP: usize = 250;

/// What is to be taken out.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub portion: Portion,
    pub goal: Goal,
    pub why: Why,
    /// Lines that came after this one stay.
    pub up_to: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// Everything that is older.
    Before(i64),
    /// What is too many.
    Entries(u64),
    /// What is too large.
    Bytes(u64),
}

/// Who wanted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Rule,
    Cleared,
}

impl Why {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Cleared => "cleared",
        }
    }
}

/// A cut under way.
#[derive(Debug)]
pub(crate) struct Cutting {
    cut: Cut,
    /// Where its lines are.
    places: Vec<(Num, String)>,
    /// So much there was.
    all: u64,
    size: u64,
    /// So much is still to go.
    entries: u64,
    bytes: u64,
}

/// So many lines are gone, and so many of them were odd.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loss {
    pub entries: u64,
    pub odd: u64,
}

struct Line {
    at: i64,
    id: i64,
    bytes: u64,
    /// In the list of places.
    place: usize,
}

/// How much there is of one source and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub source: SourceId,
    pub kind: EntryKind,
    pub entries: u64,
    pub text_bytes: u64,
    pub frame_bytes: u64,
}

pub(crate) fn shares(conn: &Connection) -> rusqlite::Result<Vec<Share>> {
    let sources: HashMap<Num, SourceId> = source::nums(conn)?.into_iter().collect();
    let mut shares = Vec::new();
    let mut select = conn.prepare_cached(
        "SELECT source, kind, sum(entries), sum(text_bytes), sum(frame_bytes) FROM hour GROUP BY source, kind",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        // One that was removed is not there any more; its lines are yet to be swept out.
        if let Some(source) = sources.get(&row.get(0)?) {
            shares.push(Share {
                source: source.clone(),
                kind: kind_of(&row.get::<_, String>(1)?),
                entries: row.get(2)?,
                text_bytes: row.get(3)?,
                frame_bytes: row.get(4)?,
            });
        }
    }
    Ok(shares)
}

/// A kind that only a newer Deskbell knows is, here, not understood.
fn kind_of(text: &str) -> EntryKind {
    EntryKind::from_text(text).unwrap_or(EntryKind::Odd)
}

impl Cutting {
    pub(crate) fn begin(conn: &Connection, cut: Cut) -> rusqlite::Result<Self> {
        let sources: HashMap<Num, SourceId> = source::nums(conn)?.into_iter().collect();
        let (mut all, mut size) = (0, 0);
        for share in shares(conn)?.iter().filter(|share| cut.portion.holds(&share.source, share.kind)) {
            all += share.entries;
            size += share.text_bytes + share.frame_bytes;
        }
        let (entries, bytes) = match cut.goal {
            Goal::Before(_) => (u64::MAX, u64::MAX),
            Goal::Entries(most) => (all.saturating_sub(most), u64::MAX),
            Goal::Bytes(most) => (u64::MAX, size.saturating_sub(most)),
        };
        let places = conn
            .prepare_cached("SELECT DISTINCT source, kind FROM hour")?
            .query_map([], |row| Ok((row.get::<_, Num>(0)?, row.get::<_, String>(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?
            .into_iter()
            .filter(|(num, kind)| {
                sources.get(num).is_some_and(|source| cut.portion.holds(source, kind_of(kind)))
            })
            .collect();
        Ok(Self { cut, places, all, size, entries, bytes })
    }

    /// How many lines it is going to take out, about.
    pub(crate) fn total(&self, conn: &Connection) -> rusqlite::Result<u64> {
        let before = match self.cut.goal {
            Goal::Before(before) => before,
            Goal::Entries(_) => return Ok(self.entries),
            // As if all were of one size.
            Goal::Bytes(_) => return Ok(self.bytes / (self.size / self.all.max(1)).max(1)),
        };
        let mut total = 0;
        for (num, kind) in &self.places {
            total += count_before(conn, *num, kind, before)?;
        }
        Ok(total)
    }

    /// Takes out a few, inside a transaction. Without any, it is done.
    pub(crate) fn step(&mut self, conn: &Connection, now: Millis) -> rusqlite::Result<BTreeMap<i64, Loss>> {
        let mut gone: BTreeMap<usize, (u64, i64)> = BTreeMap::new();
        for line in self.next(conn)? {
            if self.entries == 0 || self.bytes == 0 {
                break;
            }
            entry::remove(conn, line.id)?;
            self.entries = self.entries.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(line.bytes);
            let (entries, until) = gone.entry(line.place).or_insert((0, line.at));
            (*entries, *until) = (*entries + 1, line.at.max(*until));
        }
        let mut losses: BTreeMap<i64, Loss> = BTreeMap::new();
        for (place, (entries, until)) in gone {
            let Some((num, kind)) = self.places.get(place) else { continue };
            conn.prepare_cached(
                "INSERT INTO removed (source, kind, why, until, entries, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET until = max(until, excluded.until), entries = entries + excluded.entries,
                   at = excluded.at",
            )?
            .execute(params![num, kind, self.cut.why.as_str(), until, entries, now.0])?;
            let loss = losses.entry(num.0).or_default();
            loss.entries += entries;
            loss.odd += if kind == EntryKind::Odd.as_str() { entries } else { 0 };
        }
        Ok(losses)
    }

    /// The next to go.
    fn next(&self, conn: &Connection) -> rusqlite::Result<Vec<Line>> {
        if self.entries == 0 || self.bytes == 0 {
            return Ok(Vec::new());
        }
        let before = match self.cut.goal {
            Goal::Before(before) => before,
            Goal::Entries(_) | Goal::Bytes(_) => i64::MAX,
        };
        let mut lines: Vec<Line> = Vec::new();
        for (place, (num, kind)) in self.places.iter().enumerate() {
            // Where all of them go, it is no matter in which order.
            let wanted = match self.cut.goal {
                Goal::Before(_) => STEP - lines.len(),
                Goal::Entries(_) | Goal::Bytes(_) => STEP,
            };
            let mut select = conn.prepare_cached(
                "SELECT at, entry.id, octet_length(text) + octet_length(raw.body)
                 FROM entry INDEXED BY entry_kind JOIN raw ON raw.id = entry.id
                 WHERE source = ?1 AND kind = ?2 AND at < ?3 AND entry.id <= ?4
                   AND NOT EXISTS (SELECT 1 FROM ask WHERE ask.source = entry.source AND ask.item = entry.ask
                     AND settled_at IS NULL)
                 ORDER BY at, entry.id LIMIT ?5",
            )?;
            let mut rows = select.query(params![num, kind, before, self.cut.up_to, wanted])?;
            while let Some(row) = rows.next()? {
                lines.push(Line { at: row.get(0)?, id: row.get(1)?, bytes: row.get(2)?, place });
            }
        }
        lines.sort_unstable_by_key(|line| (line.at, line.id));
        lines.truncate(STEP);
        Ok(lines)
    }
}

/// Without the lines of what has not ended. Whole hours are counted already.
fn count_before(conn: &Connection, num: Num, kind: &str, before: i64) -> rusqlite::Result<u64> {
    conn.prepare_cached(
        "SELECT (SELECT coalesce(sum(entries), 0) FROM hour WHERE source = ?1 AND kind = ?2 AND hour < ?4)
           + (SELECT count(*) FROM entry INDEXED BY entry_kind
              WHERE source = ?1 AND kind = ?2 AND at >= ?5 AND at < ?3)
           - (SELECT count(*) FROM ask INDEXED BY ask_open JOIN entry INDEXED BY entry_ask
                ON entry.source = ask.source AND entry.ask = ask.item
              WHERE ask.source = ?1 AND ask.settled_at IS NULL AND entry.kind = ?2 AND entry.at < ?3)",
    )?
    .query_row(
        params![num, kind, before, before.div_euclid(3_600_000), before.div_euclid(3_600_000) * 3_600_000],
        |row| row.get(0),
    )
}

/// What is known of lines that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedRow {
    pub source: SourceId,
    pub kind: EntryKind,
    pub why: Why,
    /// The time of the newest of them.
    pub until: Millis,
    pub entries: u64,
    /// When that was, the last time.
    pub at: Millis,
}

/// The latest first.
pub(crate) fn removed(conn: &Connection) -> rusqlite::Result<Vec<RemovedRow>> {
    conn.prepare_cached(
        "SELECT id, kind, why, until, entries, at FROM removed JOIN source ON source.num = removed.source
         ORDER BY at DESC, id, kind",
    )?
    .query_map([], |row| {
        let why: String = row.get(2)?;
        Ok(RemovedRow {
            source: SourceId::new(row.get::<_, String>(0)?),
            kind: kind_of(&row.get::<_, String>(1)?),
            why: if why == Why::Rule.as_str() { Why::Rule } else { Why::Cleared },
            until: Millis(row.get(3)?),
            entries: row.get(4)?,
            at: Millis(row.get(5)?),
        })
    })?
    .collect()
}
