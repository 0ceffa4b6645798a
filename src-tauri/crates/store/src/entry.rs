//! Writing lines of history. The same line told twice is one line.

use deskbell_domain::{Entry, EntryKind, ItemId, Millis, When};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::history::Cursor;
use crate::source::Num;

/// What became of an entry that was told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Put {
    New(Cursor),
    /// Told before, and otherwise: how it stands now, and what kind it was.
    Altered {
        cursor: Cursor,
        entry: Box<Entry>,
        was: EntryKind,
    },
    Same,
}

pub(crate) fn put(conn: &Connection, num: Num, entry: &Entry) -> rusqlite::Result<Put> {
    let mut print = print(num, &entry.item);
    loop {
        if let Some(id) = insert(conn, num, print, entry)? {
            return Ok(Put::New(Cursor { at: entry.at.millis().0, id }));
        }
        if let Some((id, owner, known)) = by_print(conn, print)?
            && owner == num
            && known.item == entry.item
        {
            return alter(conn, id, known, entry);
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
fn insert(conn: &Connection, num: Num, print: i64, entry: &Entry) -> rusqlite::Result<Option<i64>> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO entry (source, print, item, at, said, kind, agent, thread, ask, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (print) DO NOTHING",
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
        ])?;
    if inserted == 0 {
        return Ok(None);
    }
    let id = conn.last_insert_rowid();
    conn.prepare_cached("INSERT INTO raw (id, body) VALUES (?1, ?2)")?.execute(params![id, entry.raw])?;
    Ok(Some(id))
}

pub(crate) fn get(conn: &Connection, num: Num, item: &ItemId) -> rusqlite::Result<Option<Entry>> {
    let mut print = print(num, item);
    while let Some((_, owner, known)) = by_print(conn, print)? {
        if owner == num && known.item == *item {
            return Ok(Some(known));
        }
        print = print.wrapping_add(1);
    }
    Ok(None)
}

fn by_print(conn: &Connection, print: i64) -> rusqlite::Result<Option<(i64, Num, Entry)>> {
    conn.prepare_cached(
        "SELECT entry.item, at, said, kind, agent, thread, ask, text, raw.body, entry.id, source
         FROM entry JOIN raw ON raw.id = entry.id WHERE print = ?1",
    )?
    .query_row([print], |row| Ok((row.get(9)?, row.get(10)?, read(row)?)))
    .optional()
}

pub(crate) fn by_id(conn: &Connection, id: i64) -> rusqlite::Result<Option<Entry>> {
    conn.prepare_cached(
        "SELECT item, at, said, kind, agent, thread, ask, text, raw.body
         FROM entry JOIN raw ON raw.id = entry.id WHERE entry.id = ?1",
    )?
    .query_row([id], read)
    .optional()
}

/// The line, and whose it is.
pub(crate) fn with_source(conn: &Connection, id: i64) -> rusqlite::Result<Option<(Num, Entry)>> {
    conn.prepare_cached(
        "SELECT item, at, said, kind, agent, thread, ask, text, raw.body, source
         FROM entry JOIN raw ON raw.id = entry.id WHERE entry.id = ?1",
    )?
    .query_row([id], |row| Ok((row.get(9)?, read(row)?)))
    .optional()
}

/// Hands over every line that came after that one, in the order of arrival, at most so many.
pub(crate) fn each_after(
    conn: &Connection,
    id: i64,
    most: i64,
    mut take: impl FnMut(i64, Num, Entry),
) -> rusqlite::Result<()> {
    let mut lines = conn.prepare_cached(
        "SELECT item, at, said, kind, agent, thread, ask, text, raw.body, source, entry.id
         FROM entry JOIN raw ON raw.id = entry.id WHERE entry.id > ?1 ORDER BY entry.id LIMIT ?2",
    )?;
    let mut rows = lines.query([id, most])?;
    while let Some(row) = rows.next()? {
        take(row.get(10)?, row.get(9)?, read(row)?);
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

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let at = Millis(row.get(1)?);
    let kind: String = row.get(3)?;
    Ok(Entry {
        item: ItemId::new(row.get::<_, String>(0)?),
        at: if row.get(2)? { When::Said(at) } else { When::Seen(at) },
        // A kind that only a newer Deskbell knows is, here, not understood.
        kind: EntryKind::from_text(&kind).unwrap_or(EntryKind::Odd),
        agent: row.get(4)?,
        thread: row.get::<_, Option<String>>(5)?.map(ItemId::new),
        ask: row.get::<_, Option<String>>(6)?.map(ItemId::new),
        text: row.get(7)?,
        raw: row.get(8)?,
    })
}

/// A line keeps its first time, unless that was ours and now the server tells: else a replay would reorder it.
fn alter(conn: &Connection, id: i64, known: Entry, told: &Entry) -> rusqlite::Result<Put> {
    let entry = Entry { at: known.at.or_better(told.at), ..told.clone() };
    if entry == known {
        return Ok(Put::Same);
    }
    conn.prepare_cached(
        "UPDATE entry SET at = ?2, said = ?3, kind = ?4, agent = ?5, thread = ?6, ask = ?7, text = ?8 WHERE id = ?1",
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
    ])?;
    conn.prepare_cached("UPDATE raw SET body = ?2 WHERE id = ?1")?.execute(params![id, entry.raw])?;
    tell_stale(conn, id)?;
    Ok(Put::Altered {
        cursor: Cursor { at: entry.at.millis().0, id },
        entry: Box::new(entry),
        was: known.kind,
    })
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
        insert(&conn, Num(1), taken, &other).unwrap().unwrap();
        insert(&conn, Num(2), taken.wrapping_add(1), &ours).unwrap().unwrap();
        assert!(matches!(put(&conn, Num(1), &ours).unwrap(), Put::New(Cursor { id: 3, .. })));
        assert_eq!(put(&conn, Num(1), &ours).unwrap(), Put::Same, "and it is found there again");
        assert_eq!(get(&conn, Num(1), &ours.item).unwrap(), Some(ours));
        assert_eq!(get(&conn, Num(1), &ItemId::new("message:none")).unwrap(), None);
    }

    #[test]
    fn a_line_told_again_keeps_its_time_unless_the_server_knows_better() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        let tell = |at| put(&conn, Num(1), &Entry { at, ..line("message:1") }).unwrap();
        assert!(matches!(tell(When::Seen(Millis(50))), Put::New(_)));
        assert_eq!(tell(When::Seen(Millis(90))), Put::Same, "seen again later");
        assert!(matches!(
            tell(When::Said(Millis(40))),
            Put::Altered { cursor: Cursor { at: 40, id: 1 }, .. }
        ));
        assert_eq!(tell(When::Seen(Millis(95))), Put::Same);
        assert_eq!(tell(When::Said(Millis(41))), Put::Same, "the first telling counts");
    }
}
