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

/// Eight bytes that stand for source and item in the index. A strong hash, because items are the servers' to choose.
fn print(num: Num, item: &ItemId) -> i64 {
    let digest = Sha256::new().chain_update(num.0.to_le_bytes()).chain_update(item.as_str()).finalize();
    digest.iter().take(8).fold(0, |print, byte| (print << 8) | i64::from(*byte))
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
    conn.query_row("SELECT coalesce(max(id), 0) FROM entry", [], |row| row.get(0))
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
