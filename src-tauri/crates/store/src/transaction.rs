//! What one write does inside a transaction, and what is told of it once that is committed.

use std::collections::HashMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use deskbell_domain::{
    Agent, Ask, Change, Ended, Entry, EntryKind, Finding, Millis, Receipt, SourceId, Task, Thread,
};
use rusqlite::{Connection, ErrorCode};

use crate::entry::Line;
use crate::history::{Cursor, EntryRow};
use crate::hour::Arrivals;
use crate::removal::Loss;
use crate::source::Num;
use crate::{
    Committed, CountsRow, Fact, Op, StoreError, Write, ask, audit, database, ended, entry, notice, outbox,
    receipt, setting, snooze, source, tally, thing, usage,
};

/// What went wrong inside a transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    NoSuchSource(SourceId),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Why a transaction came to nothing.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// One of its writes can never be written; the others can.
    Write(StoreError),
    /// Nothing can be written now.
    Database { error: StoreError, damaged: bool },
}

impl Failure {
    pub(crate) fn trouble(self, folder: &Path) -> Trouble {
        match self {
            Self::NoSuchSource(source_id) => Trouble::Write(StoreError::NoSuchSource { source_id }),
            Self::Sql(error) => {
                let named = StoreError::of(folder, &error);
                match error.sqlite_error_code() {
                    Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch)
                    | None => Trouble::Write(named),
                    Some(_) => Trouble::Database { error: named, damaged: database::is_damage(&error) },
                }
            }
        }
    }
}

/// What is known of the sources between transactions, so that not every write looks it up.
#[derive(Debug, Default)]
pub(crate) struct Seats(HashMap<SourceId, Seat>);

#[derive(Debug)]
struct Seat {
    num: Num,
    counts: CountsRow,
    changed: bool,
    /// Of this transaction.
    arrivals: Arrivals,
}

/// What a write did.
#[derive(Debug)]
pub(crate) struct Done {
    /// One for each op.
    told: Vec<Told>,
    counts: CountsRow,
}

#[derive(Debug)]
enum Told {
    Nothing,
    /// The op took effect as it was given.
    Given,
    /// So did a line of history: its place, and how it ended, what it is about.
    Placed(Cursor, Option<Ended>),
    Altered(Box<Line>),
    /// An ask ended, and with it these lines.
    Ended(Vec<Line>),
    Abandoned(Vec<Receipt>),
    /// An ask that is the same, with something new beside it.
    Asked(Box<Ask>),
}

impl Told {
    fn if_changed(changed: bool) -> Self {
        if changed { Self::Given } else { Self::Nothing }
    }
}

impl Seats {
    pub(crate) fn apply(&mut self, conn: &Connection, write: &Write) -> Result<Done, Failure> {
        let mut told = Vec::with_capacity(write.ops.len());
        for op in &write.ops {
            told.push(self.op(conn, &write.source, op)?);
        }
        let counts = self.0.get(&write.source).map(|seat| seat.counts).unwrap_or_default();
        Ok(Done { told, counts })
    }

    /// Before the commit: the counts go along with what they count.
    pub(crate) fn put_counts(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        for seat in self.0.values_mut() {
            seat.arrivals.put(conn, seat.num)?;
            if std::mem::take(&mut seat.changed) {
                tally::put(conn, seat.num, seat.counts)?;
            }
        }
        Ok(())
    }

    /// A source lost lines. Gives what is left of it.
    pub(crate) fn lose(
        &mut self,
        conn: &Connection,
        num: i64,
        loss: Loss,
    ) -> rusqlite::Result<Option<(SourceId, CountsRow)>> {
        let known = source::nums(conn)?.into_iter().find(|(known, _)| known.0 == num);
        let Some((_, id)) = known else { return Ok(None) };
        match self.seat(conn, &id) {
            Ok(seat) => {
                seat.counts.entries = seat.counts.entries.saturating_sub(loss.entries);
                seat.counts.odd = seat.counts.odd.saturating_sub(loss.odd);
                seat.changed = true;
                Ok(Some((id, seat.counts)))
            }
            Err(Failure::NoSuchSource(_)) => Ok(None),
            Err(Failure::Sql(error)) => Err(error),
        }
    }

    /// After a rollback nothing of this holds any more.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn op(&mut self, conn: &Connection, id: &SourceId, op: &Op) -> Result<Told, Failure> {
        Ok(match op {
            Op::Change(change) => self.change(conn, id, change)?,
            Op::Carried { entry, ended } => {
                let num = self.seat(conn, id)?.num;
                match entry::get(conn, num, &entry.item)? {
                    Some(_) => Told::Nothing,
                    None => self.line(conn, id, entry, ended.as_ref())?,
                }
            }
            Op::Outbox(row) => Told::if_changed(outbox::put(conn, row)?),
            Op::OutboxGone(intent) => Told::if_changed(outbox::remove(conn, intent)?),
            Op::Receipt(row) => Told::if_changed(receipt::put(conn, row)?),
            Op::Source(row) => {
                source::put(conn, row)?;
                Told::Nothing
            }
            Op::AsOf(at) => {
                source::put_as_of(conn, id, *at)?;
                Told::Nothing
            }
            Op::SourceGone => self.remove(conn, id)?,
            Op::Setting { name, value } => {
                setting::put(conn, name, value)?;
                Told::Nothing
            }
            Op::Notice(row) => {
                notice::put(conn, row)?;
                Told::Nothing
            }
            Op::Snooze { key, until } => {
                snooze::put(conn, key, *until)?;
                match ask::get(conn, &key.source, &key.item)? {
                    Some(row) => Told::Asked(Box::new(row.ask)),
                    None => Told::Nothing,
                }
            }
        })
    }

    fn change(&mut self, conn: &Connection, id: &SourceId, change: &Change) -> Result<Told, Failure> {
        let seat = self.seat(conn, id)?;
        let num = seat.num;
        Ok(match change {
            Change::Ask(it) => match ask::put(conn, num, it)? {
                ask::Put::Same => Told::Nothing,
                ask::Put::Changed { opened } => {
                    seat.counts.asks_open = seat.counts.asks_open.saturating_add_signed(opened);
                    seat.changed |= opened != 0;
                    match Ended::of_ask(&it.state) {
                        Some(ended) => Told::Ended(ended::mark(conn, num, &it.item, &ended)?),
                        None => Told::Given,
                    }
                }
            },
            Change::Agent(it) => Told::if_changed(thing::put(conn, num, it)?),
            Change::AgentGone(item) => Told::if_changed(thing::remove::<Agent>(conn, num, item)?),
            Change::Thread(it) => Told::if_changed(thing::put::<Thread>(conn, num, it)?),
            Change::ThreadGone(item) => Told::if_changed(thing::remove::<Thread>(conn, num, item)?),
            Change::Task(it) => Told::if_changed(thing::put::<Task>(conn, num, it)?),
            Change::TaskGone(item) => Told::if_changed(thing::remove::<Task>(conn, num, item)?),
            Change::Usage(it) => {
                usage::put(conn, num, it)?;
                Told::Nothing
            }
            Change::Finding(it) => Told::if_changed(thing::put(conn, num, it)?),
            Change::FindingGone(item) => Told::if_changed(thing::remove::<Finding>(conn, num, item)?),
            Change::Audit(it) => {
                audit::put(conn, num, it)?;
                Told::Nothing
            }
            Change::Entry(it) => self.line(conn, id, it, None)?,
        })
    }

    fn line(
        &mut self,
        conn: &Connection,
        id: &SourceId,
        entry: &Entry,
        carried: Option<&Ended>,
    ) -> Result<Told, Failure> {
        let seat = self.seat(conn, id)?;
        Ok(match entry::put(conn, seat.num, entry, carried)? {
            entry::Put::Same => Told::Nothing,
            entry::Put::New { cursor, ended } => {
                seat.counts.entries += 1;
                seat.counts.odd += u64::from(entry.kind == EntryKind::Odd);
                seat.arrivals.add(entry);
                seat.changed = true;
                Told::Placed(cursor, ended)
            }
            entry::Put::Altered { line, was } => {
                let odd = i64::from(line.entry.kind == EntryKind::Odd) - i64::from(was == EntryKind::Odd);
                seat.counts.odd = seat.counts.odd.saturating_add_signed(odd);
                seat.changed |= odd != 0;
                Told::Altered(line)
            }
        })
    }

    fn seat(&mut self, conn: &Connection, id: &SourceId) -> Result<&mut Seat, Failure> {
        // Looked up twice where it is there: a borrow that is returned cannot be let go of.
        if !self.0.contains_key(id) {
            let num = source::find(conn, id)?.ok_or_else(|| Failure::NoSuchSource(id.clone()))?;
            let counts = tally::get(conn, num)?;
            self.0.insert(id.clone(), Seat { num, counts, changed: false, arrivals: Arrivals::default() });
        }
        self.0.get_mut(id).ok_or_else(|| Failure::NoSuchSource(id.clone()))
    }

    /// An intent is never lost without a word: what was on its way becomes a receipt.
    fn remove(&mut self, conn: &Connection, id: &SourceId) -> Result<Told, Failure> {
        let seat = self.seat(conn, id)?;
        let num = seat.num;
        // Its lines are swept out later, and taken off the count one by one.
        seat.arrivals.put(conn, num)?;
        let mut abandoned = Vec::new();
        for row in outbox::list(conn)?.into_iter().filter(|row| row.intent.key.source == *id) {
            let row = row.abandoned(now());
            receipt::put(conn, &row)?;
            abandoned.push(row);
        }
        source::remove(conn, num, id)?;
        self.0.remove(id);
        Ok(Told::Abandoned(abandoned))
    }
}

impl Done {
    /// What is told of the write; `None` where it changed nothing that is told.
    pub(crate) fn tell(self, write: Write) -> Option<Committed> {
        let Write { source, ops, received } = write;
        let mut facts = Vec::new();
        let row = |line: Line| {
            let cursor = line.cursor();
            Fact::Entry(EntryRow { cursor, source: source.clone(), entry: line.entry, ended: line.ended })
        };
        for (op, told) in ops.into_iter().zip(self.told) {
            match (told, op) {
                (
                    Told::Placed(cursor, ended),
                    Op::Change(Change::Entry(entry)) | Op::Carried { entry, ended: _ },
                ) => {
                    facts.push(Fact::Entry(EntryRow { cursor, source: source.clone(), entry, ended }));
                }
                (Told::Altered(line), _) => facts.push(row(*line)),
                (Told::Ended(lines), Op::Change(change)) => {
                    facts.push(Fact::Change(change));
                    facts.extend(lines.into_iter().map(row));
                }
                (Told::Given, Op::Change(change)) => facts.push(Fact::Change(change)),
                (Told::Given, Op::Outbox(row)) => facts.push(Fact::Outbox(row)),
                (Told::Given, Op::OutboxGone(intent)) => facts.push(Fact::OutboxGone(intent)),
                (Told::Given, Op::Receipt(row)) => facts.push(Fact::Receipt(row)),
                (Told::Asked(ask), _) => facts.push(Fact::Change(Change::Ask(ask))),
                (Told::Abandoned(rows), _) => facts.extend(rows.into_iter().map(Fact::Receipt)),
                (Told::Nothing | Told::Given | Told::Placed(..) | Told::Ended(_), _) => {}
            }
        }
        (!facts.is_empty()).then_some(Committed { source, facts, received, counts: self.counts })
    }
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
