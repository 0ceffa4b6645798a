//! How it ended, what a line of history is about. Written beside the line, so that what ended in one way can be
//! listed: every line of an ask has the ask's outcome, and a receipt that did not win its own.

use deskbell_domain::{AskState, By, Ended, Entry, EntryKind, ItemId, LineOutcome};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::entry;
use crate::entry::Line;
use crate::json::Json;
use crate::source::Num;

/// So many lines of one ask are looked at when it ends. A server that tells more of one ask is not honest.
const MOST_LINES: usize = 1_000;

pub(crate) const US: &str = "us";
pub(crate) const NOBODY: &str = "nobody";
pub(crate) const OTHER: &str = "other";
pub(crate) const WHO: [&str; 3] = [US, NOBODY, OTHER];

pub(crate) fn who(by: &By) -> &'static str {
    match by {
        By::Us => US,
        By::Nobody => NOBODY,
        By::Other(_) => OTHER,
    }
}

/// The three columns, from that one on.
pub(crate) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Ended>> {
    let outcome: Option<String> = row.get(first)?;
    let Some(outcome) = outcome.as_deref().and_then(LineOutcome::from_text) else { return Ok(None) };
    let by = match row.get::<_, String>(first + 1)?.as_str() {
        US => By::Us,
        OTHER => By::Other(row.get(first + 2)?),
        _ => By::Nobody,
    };
    Ok(Some(Ended { outcome, by }))
}

pub(crate) fn columns(ended: Option<&Ended>) -> [Value; 3] {
    let text = |text: &str| Value::Text(text.to_owned());
    let Some(Ended { outcome, by }) = ended else { return [const { Value::Null }; 3] };
    let name = match by {
        By::Us | By::Nobody => Value::Null,
        By::Other(name) => text(name),
    };
    [text(outcome.as_str()), text(who(by)), name]
}

/// What a line that comes in now is to have: what is known here goes before what came along.
pub(crate) fn of_line(
    conn: &Connection,
    num: Num,
    entry: &Entry,
    carried: Option<&Ended>,
) -> rusqlite::Result<Option<Ended>> {
    let Some(item) = &entry.ask else { return Ok(None) };
    Ok(of(entry, of_ask(conn, num, item)?.as_ref()).or_else(|| carried.cloned()))
}

/// An ask has ended: the lines that are now otherwise.
pub(crate) fn mark(conn: &Connection, num: Num, item: &ItemId, ended: &Ended) -> rusqlite::Result<Vec<Line>> {
    let mut lines = entry::of_ask(conn, num, item, MOST_LINES)?;
    lines.retain_mut(|line| {
        let now = of(&line.entry, Some(ended));
        let alters = line.ended != now;
        line.ended = now;
        alters
    });
    for line in &lines {
        put(conn, line.id, line.ended.as_ref())?;
        entry::tell_stale(conn, line.id)?;
    }
    Ok(lines)
}

/// For a database that knew nothing of this: goes over what ended, and over receipts.
pub(crate) fn fill(conn: &Connection) -> rusqlite::Result<()> {
    let mut settled =
        conn.prepare(&format!("SELECT source, item, {STATE} FROM ask WHERE settled_at IS NOT NULL"))?;
    let mut rows = settled.query([])?;
    while let Some(row) = rows.next()? {
        let (num, item) = (row.get(0)?, ItemId::new(row.get::<_, String>(1)?));
        if let Some(ended) = Ended::of_ask(&row.get::<_, Json<AskState>>(2)?.0) {
            mark(conn, num, &item, &ended)?;
        }
    }
    let mut receipts = conn.prepare(
        "SELECT id FROM entry INDEXED BY entry_kind
         WHERE source IN (SELECT num FROM source) AND kind = 'receipt' AND outcome IS NULL",
    )?;
    let ids: Vec<i64> = receipts.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in ids {
        let line = entry::by_id(conn, id)?;
        if let Some(ended) = line.and_then(|line| of(&line.entry, None)) {
            put(conn, id, Some(&ended))?;
            entry::tell_stale(conn, id)?;
        }
    }
    Ok(())
}

/// Where an ask's state is in its row. The rest of it can be long, and is of no interest here.
const STATE: &str = "body -> '$.state'";

fn of_ask(conn: &Connection, num: Num, item: &ItemId) -> rusqlite::Result<Option<Ended>> {
    let state: Option<Json<AskState>> = conn
        .prepare_cached(&format!(
            "SELECT {STATE} FROM ask WHERE source = ?1 AND item = ?2 AND settled_at IS NOT NULL"
        ))?
        .query_row(params![num, item.as_str()], |row| row.get(0))
        .optional()?;
    Ok(state.and_then(|state| Ended::of_ask(&state.0)))
}

fn of(entry: &Entry, ask: Option<&Ended>) -> Option<Ended> {
    let own = match entry.kind {
        EntryKind::Receipt => serde_json::from_str(&entry.raw).ok().as_ref().and_then(Ended::of_receipt),
        EntryKind::Message
        | EntryKind::Stream
        | EntryKind::Turn
        | EntryKind::Lifecycle
        | EntryKind::Ask
        | EntryKind::Finding
        | EntryKind::Odd
        | EntryKind::Gap
        | EntryKind::Notice => None,
    };
    own.or_else(|| ask.cloned())
}

fn put(conn: &Connection, id: i64, ended: Option<&Ended>) -> rusqlite::Result<()> {
    let [outcome, who, answerer] = columns(ended);
    conn.prepare_cached("UPDATE entry SET outcome = ?2, who = ?3, answerer = ?4 WHERE id = ?1")?
        .execute(params![id, outcome, who, answerer])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use deskbell_domain::{Hash, IntentId, Key, Millis, Outcome, Receipt, SourceId, Surface, Verdict, When};

    use super::*;
    use crate::schema;

    fn line(item: &str, kind: EntryKind, raw: String) -> Entry {
        Entry {
            item: ItemId::new(item),
            at: When::Said(Millis(1)),
            kind,
            agent: None,
            thread: None,
            ask: Some(ItemId::new("approval:1")),
            text: item.to_owned(),
            raw,
        }
    }

    #[test]
    fn a_database_that_knew_nothing_of_it_is_filled() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        conn.execute("INSERT INTO source (num, id, dialect, body) VALUES (1, 's', 'd', '{}')", []).unwrap();
        let state = AskState::Settled { at: When::Seen(Millis(9)), by: By::Us, outcome: Outcome::Approved };
        conn.execute(
            "INSERT INTO ask (source, item, asked, settled_at, outcome, body)
             VALUES (1, 'approval:1', 1, 9, 'x', json_object('state', json(?1)))",
            [serde_json::to_string(&state).unwrap()],
        )
        .unwrap();
        let lost = Receipt {
            intent: IntentId::new("i"),
            key: Key::new(SourceId::new("s"), ItemId::new("approval:gone")),
            title: String::new(),
            offer: String::new(),
            label: String::new(),
            surface: Surface::Window,
            shown: Hash::of_bytes(b"x"),
            answered_at: Millis(1),
            settled_at: Millis(2),
            verdict: Verdict::Lost { to: None },
            note: String::new(),
        };
        let raw = serde_json::to_string(&lost).unwrap();
        let gone =
            Entry { ask: Some(ItemId::new("approval:gone")), ..line("receipt:i", EntryKind::Receipt, raw) };
        let open =
            Entry { ask: Some(ItemId::new("approval:2")), ..line("asked:2", EntryKind::Ask, "{}".into()) };
        for entry in [line("asked:1", EntryKind::Ask, "{}".into()), gone, open] {
            entry::put(&conn, Num(1), &entry, None).unwrap();
        }
        conn.execute_batch("UPDATE entry SET outcome = NULL, who = NULL, answerer = NULL").unwrap();

        fill(&conn).unwrap();
        let outcomes: Vec<_> = [1, 2, 3]
            .map(|id| entry::by_id(&conn, id).unwrap().unwrap().ended.map(|ended| ended.outcome))
            .into_iter()
            .collect();
        assert_eq!(outcomes, [Some(LineOutcome::Approved), Some(LineOutcome::Lost), None]);
        let stale: Vec<i64> = conn
            .prepare("SELECT entry FROM stale ORDER BY seq")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(stale, [1, 2], "the index is told");
    }
}
