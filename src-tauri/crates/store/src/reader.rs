use std::path::{Path, PathBuf};
use std::time::Duration;

use deskbell_domain::{
    Agent, Entry, Finding, IntentId, ItemId, Key, Millis, Portion, Receipt, Source, SourceId, State, Task,
    Thread,
};
use rusqlite::{Connection, OpenFlags};

use crate::{
    AskRow, CountsRow, EndedAsk, EntryRow, Found, Growth, History, NoticeRow, OpenError, OutboxRow, Storage,
    StoreError, Terms, Timeline, ask, audit, database, entry, history, notice, outbox, receipt, record,
    schema, search, setting, source, storage, tally, thing, timeline, usage,
};

/// How long to wait where the writer, at its start or its end, has the file for itself.
const BUSY: Duration = Duration::from_secs(5);

/// Reads only. Needs no lock; works while an engine writes, and while none does. Blocks on the disk.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    conn: Connection,
}

impl Reader {
    pub fn open(data: &Path) -> Result<Self, OpenError> {
        let failed = |error: rusqlite::Error| OpenError::failed(data, error);
        let path = database::path(data);
        if !path.exists() {
            return Err(OpenError::failed(
                data,
                "nothing is kept there yet; start Deskbell, or add a source first",
            ));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
        conn.busy_timeout(BUSY).map_err(failed)?;
        conn.set_prepared_statement_cache_capacity(64);
        let found = schema::version(&conn).map_err(failed)?;
        if found > schema::KNOWN {
            return Err(OpenError::Newer { folder: data.to_owned(), found, known: schema::KNOWN });
        }
        if found < schema::KNOWN {
            return Err(OpenError::failed(
                data,
                "its database is not brought up to date yet; start Deskbell, which does it",
            ));
        }
        Ok(Self { folder: data.to_owned(), conn })
    }

    /// Reads the same folder beside this one.
    pub fn another(&self) -> Result<Self, OpenError> {
        Self::open(&self.folder)
    }

    /// In the order they were added.
    pub fn sources(&self) -> Result<Vec<Source>, StoreError> {
        self.read(source::list)
    }

    /// Until when what is kept of a source is known to be what its server had.
    pub fn as_of(&self, source: &SourceId) -> Result<Option<Millis>, StoreError> {
        self.read(|conn| source::as_of(conn, source))
    }

    /// What waits, by deadline, then by age; then, of what has ended, this many, newest first.
    pub fn asks(&self, settled: Option<usize>) -> Result<Vec<AskRow>, StoreError> {
        self.read(|conn| {
            // One picture: an ask that ends between the two must not be in neither.
            let picture = conn.unchecked_transaction()?;
            let mut rows = ask::waiting(&picture)?;
            if let Some(limit) = settled {
                rows.extend(ask::settled(&picture, limit)?);
            }
            Ok(rows)
        })
    }

    pub fn ask(&self, key: &Key) -> Result<Option<AskRow>, StoreError> {
        self.read(|conn| ask::get(conn, &key.source, &key.item))
    }

    /// By source, then by item.
    pub fn agents(&self) -> Result<Vec<(SourceId, Agent)>, StoreError> {
        self.read(thing::list)
    }

    /// Newest first.
    pub fn threads(&self) -> Result<Vec<(SourceId, Thread)>, StoreError> {
        let mut rows = self.read(thing::list::<Thread>)?;
        rows.sort_by_key(|(_, thread)| std::cmp::Reverse(thread.updated.millis()));
        Ok(rows)
    }

    /// Newest first.
    pub fn tasks(&self) -> Result<Vec<(SourceId, Task)>, StoreError> {
        let mut rows = self.read(thing::list::<Task>)?;
        rows.sort_by_key(|(_, task)| std::cmp::Reverse(task.started.millis()));
        Ok(rows)
    }

    /// Newest first.
    pub fn findings(&self) -> Result<Vec<(SourceId, Finding)>, StoreError> {
        let mut rows = self.read(thing::list::<Finding>)?;
        rows.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.seen.millis()));
        Ok(rows)
    }

    /// All that is held of one source, as `reduce` left it; nothing of a source that is not there.
    pub fn state(&self, source: &SourceId) -> Result<State, StoreError> {
        self.read(|conn| {
            let picture = conn.unchecked_transaction()?;
            let Some(num) = source::find(&picture, source)? else { return Ok(State::default()) };
            Ok(State {
                asks: ask::waiting_of(&picture, num)?.into_iter().map(|it| (it.item.clone(), it)).collect(),
                settled: ask::outcomes_of(&picture, num)?.into_iter().collect(),
                agents: thing::map_of(&picture, num)?,
                threads: thing::map_of(&picture, num)?,
                tasks: thing::map_of(&picture, num)?,
                findings: thing::map_of(&picture, num)?,
                audit: audit::get(&picture, num)?,
            })
        })
    }

    /// Hands over what tasks took from `since` to before `until`, in no order.
    pub fn usage(
        &self,
        since: Millis,
        until: Millis,
        take: impl FnMut(Growth<'_>),
    ) -> Result<(), StoreError> {
        self.read(|conn| usage::scan(conn, since, until, take))
    }

    /// Hands over each ask that ended in the time from `since` to before `until`, in no order.
    pub fn ended(&self, since: Millis, until: Millis, take: impl FnMut(EndedAsk)) -> Result<(), StoreError> {
        self.read(|conn| record::scan(conn, since, until, take))
    }

    /// What is on its way, oldest first.
    pub fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.read(outbox::list)
    }

    /// The receipts of one thing, newest first.
    pub fn receipts(&self, key: &Key) -> Result<Vec<Receipt>, StoreError> {
        self.read(|conn| receipt::list(conn, key))
    }

    pub fn receipt(&self, intent: &IntentId) -> Result<Option<Receipt>, StoreError> {
        self.read(|conn| receipt::get(conn, intent))
    }

    /// One page of history, newest first. The next older one is before the last row's cursor, the next newer one after
    /// the first row's.
    pub fn history(&self, history: &History) -> Result<Vec<EntryRow>, StoreError> {
        self.read(|conn| history::page(conn, history))
    }

    /// How much of a history there is from each of these times to before the next, whatever its own times are.
    pub fn timeline(&self, history: &History, edges: &[Millis]) -> Result<Timeline, StoreError> {
        self.read(|conn| timeline::count(conn, history, edges))
    }

    /// One page of what was looked for, newest first. The others are had as those of history are.
    pub fn search(&self, history: &History, terms: &Terms) -> Result<Vec<Found>, StoreError> {
        self.find(&search::Wanted { history, terms, best: false })
    }

    /// Those that fit best of the newest five hundred that have what is looked for; of equals, the newest come first.
    pub fn best(&self, history: &History, terms: &Terms) -> Result<Vec<Found>, StoreError> {
        self.find(&search::Wanted { history, terms, best: true })
    }

    fn find(&self, wanted: &search::Wanted<'_>) -> Result<Vec<Found>, StoreError> {
        let index = search::Index::look(&self.folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the search index cannot be read; the lines themselves are looked through");
            None
        });
        self.read(|conn| search::page(conn, index.as_ref(), wanted))
    }

    /// Where the bytes are. Of a long history it takes a while.
    pub fn storage(&self, now: Millis) -> Result<Storage, StoreError> {
        self.read(|conn| storage::storage(&self.folder, conn, now))
    }

    /// So many lines the search index does not have yet. A search finds them all the same, if not as fast.
    pub fn behind(&self) -> Result<u64, StoreError> {
        self.read(|conn| search::behind(&self.folder, conn))
    }

    pub fn index_bytes(&self) -> u64 {
        storage::index_bytes(&self.folder)
    }

    /// How many lines a clearing would take out now.
    pub fn cleared(&self, portion: &Portion, before: Option<Millis>) -> Result<u64, StoreError> {
        self.read(|conn| storage::cleared(conn, portion, before))
    }

    /// One line of history.
    pub fn entry(&self, key: &Key) -> Result<Option<EntryRow>, StoreError> {
        self.read(|conn| {
            let picture = conn.unchecked_transaction()?;
            let Some(num) = source::find(&picture, &key.source)? else { return Ok(None) };
            let line = entry::get(&picture, num, &key.item)?;
            Ok(line.map(|line| {
                let (cursor, source) = (line.cursor(), key.source.clone());
                EntryRow { cursor, source, entry: line.entry, ended: line.ended }
            }))
        })
    }

    /// Those of these lines of history that are there.
    pub fn entries(&self, source: &SourceId, items: &[ItemId]) -> Result<Vec<Entry>, StoreError> {
        self.read(|conn| {
            let picture = conn.unchecked_transaction()?;
            let Some(num) = source::find(&picture, source)? else { return Ok(Vec::new()) };
            let lines = items.iter().filter_map(|item| entry::get(&picture, num, item).transpose());
            lines.map(|line| Ok(line?.entry)).collect()
        })
    }

    pub fn counts(&self, source: &SourceId) -> Result<CountsRow, StoreError> {
        self.read(|conn| match source::find(conn, source)? {
            Some(num) => tally::get(conn, num),
            None => Ok(CountsRow::default()),
        })
    }

    /// A setting's JSON.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| setting::get(conn, name))
    }

    pub fn notice(&self, key: &Key) -> Result<Option<NoticeRow>, StoreError> {
        self.read(|conn| notice::get(conn, key))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        read(&self.conn).map_err(|error| {
            if database::is_damage(&error) {
                database::suspect(&self.folder);
            }
            StoreError::of(&self.folder, &error)
        })
    }
}
