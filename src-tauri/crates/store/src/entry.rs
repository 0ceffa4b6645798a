//! Writing lines of history. The same line told twice is one line.

use deskbell_domain::{Ended, Entry, EntryKind, ItemId, Millis, When};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::ended;
use crate::history::Cursor;
use crate::source::Num;

/// A line of history as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub id: i64,
    pub num: Num,
    pub entry: Entry,
    pub ended: Option<Ended>,
}

impl Line {
    pub(crate) fn cursor(&self) -> Cursor {
        Cursor { at: self.entry.at.millis().0, id: self.id }
    }
}

/// What became of an entry that was told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Put {
    New {
        cursor: Cursor,
        ended: Option<Ended>,
    },
    /// Told before, and otherwise: how it stands now, and what kind it was.
    Altered {
        line: Box<Line>,
        was: EntryKind,
    },
    Same,
}

/// `carried`: how it ended where the line comes from.
pub(crate) fn put(
    conn: &Connection,
    num: Num,
    entry: &Entry,
    carried: Option<&Ended>,
) -> rusqlite::Result<Put> {
    let ended = ended::of_line(conn, num, entry, carried)?;
    let mut print = print(num, &entry.item);
    loop {
        if let Some(id) = insert(conn, num, print, entry, ended.as_ref())? {
            return Ok(Put::New { cursor: Cursor { at: entry.at.millis().0, id }, ended });
        }
        if let Some(known) = by_print(conn, print)?
            && known.num == num
            && known.entry.item == entry.item
        {
            return alter(conn, known, entry, ended);
        }
        // Another line has the same print, once in 2^64: the next one is ours.
        print = print.wrapping_add(1);
    }
}

/// So many characters at the beginning of an id tell when it was given: of those that begin with a time.
const SHARED_CHARACTERS: usize = 10;
/// And so many at its end tell it from its neighbours: of those that count up, a thousand are neighbours.
const OWN_CHARACTERS: usize = 3;
/// So many bits of a print are its own; those before them it shares with its neighbours.
const OWN_BITS: u32 = 40;

/// Eight bytes that stand for source and item in the index. A strong hash, because items are the servers' to choose.
/// Neighbours lie side by side: where each lies anywhere, each line that comes writes a page of the index of its own,
/// and the more lines there are, the fewer of these pages are at hand.
fn print(num: Num, item: &ItemId) -> i64 {
    let item = item.as_str();
    let id = item.split_once(':').map_or(item, |(_, id)| id);
    let time_ends = id.char_indices().nth(SHARED_CHARACTERS).map_or(id.len(), |(at, _)| at);
    let count_ends = id.char_indices().rev().nth(OWN_CHARACTERS - 1).map_or(0, |(at, _)| at);
    let (shared, own) = item.split_at(item.len() - id.len() + time_ends.min(count_ends));
    let neighbours = Sha256::new().chain_update(num.0.to_le_bytes()).chain_update(shared);
    let own = neighbours.clone().chain_update(own);
    let bits =
        |hash: Sha256| hash.finalize().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
    ((bits(neighbours) >> OWN_BITS << OWN_BITS) | (bits(own) >> (u64::BITS - OWN_BITS))).cast_signed()
}

/// For a database where each print lies anywhere: makes all of them again.
pub(crate) fn print_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("DROP INDEX entry_print")?;
    {
        let mut write = conn.prepare("UPDATE entry SET print = ?2 WHERE id = ?1")?;
        let mut read =
            conn.prepare("SELECT id, source, item FROM entry WHERE id > ?1 ORDER BY id LIMIT 1000")?;
        let mut last = i64::MIN;
        loop {
            let lines: Vec<(i64, Num, String)> = read
                .query_map([last], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?;
            let Some((newest, ..)) = lines.last() else { break };
            last = *newest;
            for (id, num, item) in lines {
                write.execute((id, print(num, &ItemId::new(item))))?;
            }
        }
    }
    tell_apart(conn)?;
    conn.execute_batch("CREATE UNIQUE INDEX entry_print ON entry (print)")
}

/// The prints of two lines may be the same: the later line takes the next, as it does when it comes.
fn tell_apart(conn: &Connection) -> rusqlite::Result<()> {
    let mut move_on = conn.prepare(
        "UPDATE entry SET print = print + 1
         WHERE id IN (SELECT max(id) FROM entry GROUP BY print HAVING count(*) > 1)",
    )?;
    while move_on.execute([])? > 0 {}
    Ok(())
}

/// `None`: the print is taken.
fn insert(
    conn: &Connection,
    num: Num,
    print: i64,
    entry: &Entry,
    ended: Option<&Ended>,
) -> rusqlite::Result<Option<i64>> {
    let [outcome, who, answerer] = ended::columns(ended);
    let inserted = conn
        .prepare_cached(
            "INSERT INTO entry (source, print, item, at, said, kind, agent, thread, ask, text, outcome, who, answerer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (print) DO NOTHING",
        )?
        .execute(params![
            num,
            print,
            entry.item.as_str(),
            entry.at.millis().0,
            entry.at.is_said(),
            entry.kind.as_str(),
            entry.agent,
            entry.thread.as_ref().map(ItemId::as_str),
            entry.ask.as_ref().map(ItemId::as_str),
            entry.text,
            outcome,
            who,
            answerer,
        ])?;
    if inserted == 0 {
        return Ok(None);
    }
    let id = conn.last_insert_rowid();
    conn.prepare_cached("INSERT INTO raw (id, body) VALUES (?1, ?2)")?.execute(params![id, entry.raw])?;
    Ok(Some(id))
}

pub(crate) fn get(conn: &Connection, num: Num, item: &ItemId) -> rusqlite::Result<Option<Line>> {
    let mut print = print(num, item);
    while let Some(known) = by_print(conn, print)? {
        if known.num == num && known.entry.item == *item {
            return Ok(Some(known));
        }
        print = print.wrapping_add(1);
    }
    Ok(None)
}

/// Reads lines: all of each, and which of them.
macro_rules! lines {
    ($which:literal) => {
        concat!(
            "SELECT entry.id, source, item, at, said, kind, agent, thread, ask, text, raw.body, outcome, who, answerer
             FROM entry JOIN raw ON raw.id = entry.id WHERE ",
            $which
        )
    };
}

fn by_print(conn: &Connection, print: i64) -> rusqlite::Result<Option<Line>> {
    conn.prepare_cached(lines!("print = ?1"))?.query_row([print], read).optional()
}

pub(crate) fn by_id(conn: &Connection, id: i64) -> rusqlite::Result<Option<Line>> {
    conn.prepare_cached(lines!("entry.id = ?1"))?.query_row([id], read).optional()
}

/// What tells of an ask, the newest first.
pub(crate) fn of_ask(conn: &Connection, num: Num, ask: &ItemId, most: usize) -> rusqlite::Result<Vec<Line>> {
    conn.prepare_cached(lines!("source = ?1 AND ask = ?2 ORDER BY at DESC LIMIT ?3"))?
        .query_map(params![num, ask.as_str(), most], read)?
        .collect()
}

/// Hands over every line that came after that one, in the order of arrival, at most so many.
pub(crate) fn each_after(
    conn: &Connection,
    id: i64,
    most: i64,
    mut take: impl FnMut(Line),
) -> rusqlite::Result<()> {
    let mut lines = conn.prepare_cached(lines!("entry.id > ?1 ORDER BY entry.id LIMIT ?2"))?;
    let mut rows = lines.query([id, most])?;
    while let Some(row) = rows.next()? {
        take(read(row)?);
    }
    Ok(())
}

pub(crate) fn newest(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT coalesce(max(id), 0) FROM entry")?.query_row([], |row| row.get(0))
}

/// By which the line is told from that of another database.
pub(crate) fn print_of(conn: &Connection, id: i64) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT print FROM entry WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()
}

/// Takes a line out, and its frame after it: the triggers that count want to see that.
pub(crate) fn remove(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM entry WHERE id = ?1")?.execute([id])?;
    conn.prepare_cached("DELETE FROM raw WHERE id = ?1")?.execute([id])?;
    tell_stale(conn, id)
}

/// The search index has it as it was.
pub(crate) fn tell_stale(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO stale (entry) VALUES (?1)")?.execute([id])?;
    Ok(())
}

/// The search index has these as they are: nobody needs to know of them any more.
pub(crate) fn forget_stale(conn: &Connection, up_to: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM stale WHERE seq <= ?1")?.execute([up_to])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Line> {
    let at = Millis(row.get(3)?);
    let kind: String = row.get(5)?;
    let entry = Entry {
        item: ItemId::new(row.get::<_, String>(2)?),
        at: if row.get(4)? { When::Said(at) } else { When::Seen(at) },
        // A kind that only a newer Deskbell knows is, here, not understood.
        kind: EntryKind::from_text(&kind).unwrap_or(EntryKind::Odd),
        agent: row.get(6)?,
        thread: row.get::<_, Option<String>>(7)?.map(ItemId::new),
        ask: row.get::<_, Option<String>>(8)?.map(ItemId::new),
        text: row.get(9)?,
        raw: row.get(10)?,
    };
    Ok(Line { id: row.get(0)?, num: row.get(1)?, entry, ended: ended::read(row, 11)? })
}

/// A line keeps its first time, unless that was ours and now the server tells: else a replay would reorder it.
fn alter(conn: &Connection, known: Line, told: &Entry, ended: Option<Ended>) -> rusqlite::Result<Put> {
    let (id, was) = (known.id, known.entry.kind);
    let entry = Entry { at: known.entry.at.or_better(told.at), ..told.clone() };
    // What came along with a line from elsewhere stays with it.
    let ended = ended.or_else(|| known.ended.clone().filter(|_| entry.ask == known.entry.ask));
    let line = Line { id, num: known.num, entry, ended };
    if line == known {
        return Ok(Put::Same);
    }
    let entry = &line.entry;
    let [outcome, who, answerer] = ended::columns(line.ended.as_ref());
    conn.prepare_cached(
        "UPDATE entry SET at = ?2, said = ?3, kind = ?4, agent = ?5, thread = ?6, ask = ?7, text = ?8,
           outcome = ?9, who = ?10, answerer = ?11 WHERE id = ?1",
    )?
    .execute(params![
        id,
        entry.at.millis().0,
        entry.at.is_said(),
        entry.kind.as_str(),
        entry.agent,
        entry.thread.as_ref().map(ItemId::as_str),
        entry.ask.as_ref().map(ItemId::as_str),
        entry.text,
        outcome,
        who,
        answerer,
    ])?;
    conn.prepare_cached("UPDATE raw SET body = ?2 WHERE id = ?1")?.execute(params![id, entry.raw])?;
    tell_stale(conn, id)?;
    Ok(Put::Altered { line: Box::new(line), was })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema;

    fn line(item: &str) -> Entry {
        Entry {
            item: ItemId::new(item),
            at: When::Said(Millis(1)),
            kind: EntryKind::Message,
            agent: None,
            thread: None,
            ask: None,
            text: item.to_owned(),
            raw: "{}".into(),
        }
    }

    #[test]
    fn two_lines_with_one_print_are_two_lines() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let (ours, other) = (line("message:ours"), line("message:other"));
        // Somebody sits on our print, and on the one after it.
        let taken = print(Num(1), &ours.item);
        insert(&conn, Num(1), taken, &other, None).unwrap().unwrap();
        insert(&conn, Num(2), taken.wrapping_add(1), &ours, None).unwrap().unwrap();
        assert!(matches!(
            put(&conn, Num(1), &ours, None).unwrap(),
            Put::New { cursor: Cursor { id: 3, .. }, .. }
        ));
        assert_eq!(put(&conn, Num(1), &ours, None).unwrap(), Put::Same, "and it is found there again");
        assert_eq!(get(&conn, Num(1), &ours.item).unwrap().map(|line| line.entry), Some(ours));
        assert_eq!(get(&conn, Num(1), &ItemId::new("message:none")).unwrap(), None);
    }

    #[test]
    fn ids_that_count_up_or_tell_a_time_lie_side_by_side_in_the_index() {
        let place = |number: u32| print(Num(1), &ItemId::of("sent", number)) >> OWN_BITS;
        let thousand: Vec<i64> = (7_000..8_000).map(place).collect();
        assert!(thousand.iter().all(|at| *at == place(7_999)));
        assert_ne!(place(6_999), place(7_000));
        let place = |id: &str| print(Num(1), &ItemId::of("message", id)) >> OWN_BITS;
        for [one, other] in [
            ["1763600000.c0ffee", "1763600000.decade"],
            ["msg_019bd2a17c5fZk3vX0", "msg_019bd2aff00000aaaa"],
            ["019bd2a1-7c5f-7000-8000-000000000000", "019bd2a1-7fff-7abc-8def-123456789abc"],
        ] {
            assert_eq!(place(one), place(other), "the same time");
        }
        assert_ne!(place("1763600000.c0ffee"), place("1763600001.c0ffee"));
        let prints: BTreeSet<i64> =
            (0..100_000).map(|number| print(Num(1), &ItemId::of("sent", number))).collect();
        assert_eq!(prints.len(), 100_000, "and each is its own");
        for short in ["", "1", "ü", "über", "ab"] {
            assert_ne!(print(Num(1), &ItemId::new(short)), print(Num(2), &ItemId::new(short)), "{short}");
        }
    }

    #[test]
    fn the_lines_of_an_older_database_are_known_again() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate_to(&mut conn, 8).unwrap();
        let lines: Vec<Entry> = (0..2_500).map(|number| line(&format!("message:{number}"))).collect();
        for (at, entry) in (0..).zip(&lines) {
            insert(&conn, Num(1), at, entry, None).unwrap().unwrap();
        }
        schema::migrate(&mut conn).unwrap();
        for entry in &lines {
            assert_eq!(put(&conn, Num(1), entry, None).unwrap(), Put::Same, "{}", entry.item);
        }
        assert_eq!(newest(&conn).unwrap(), 2_500);
    }

    #[test]
    fn lines_of_one_print_each_get_one_of_their_own() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let lines = ["a", "b", "c", "d"].map(line);
        for entry in &lines {
            put(&conn, Num(1), entry, None).unwrap();
        }
        conn.execute_batch("DROP INDEX entry_print; UPDATE entry SET print = 8 - (id = 4)").unwrap();
        conn.execute_batch("UPDATE entry SET print = 7 WHERE id = 1").unwrap();
        tell_apart(&conn).unwrap();
        let mut prints = conn.prepare("SELECT print FROM entry ORDER BY id").unwrap();
        let prints: Vec<i64> = prints.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(prints, [7, 8, 9, 10]);
    }

    #[test]
    fn a_line_told_again_keeps_its_time_unless_the_server_knows_better() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let tell = |at| put(&conn, Num(1), &Entry { at, ..line("message:1") }, None).unwrap();
        assert!(matches!(tell(When::Seen(Millis(50))), Put::New { .. }));
        assert_eq!(tell(When::Seen(Millis(90))), Put::Same, "seen again later");
        let Put::Altered { line, .. } = tell(When::Said(Millis(40))) else { panic!("the server's time") };
        assert_eq!(line.cursor(), Cursor { at: 40, id: 1 });
        assert_eq!(tell(When::Seen(Millis(95))), Put::Same);
        assert_eq!(tell(When::Said(Millis(41))), Put::Same, "the first telling counts");
    }
}
