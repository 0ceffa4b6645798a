//! The database's versions, one migration each. A migration may drop and make again what is cache; it may not
//! drop `source`, `outbox` or `receipt`, nor change what a column means.

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{M, Migrations};

use crate::{ended, entry};

/// The version this Deskbell makes and understands.
pub(crate) const KNOWN: i64 = 9;

fn steps() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("schema.sql")),
        M::up(include_str!("usage.sql")),
        M::up(include_str!("ringing.sql")),
        M::up(include_str!("search.sql")),
        M::up(include_str!("hour.sql")),
        M::up(include_str!("size.sql")),
        M::up(include_str!("as_of.sql")),
        M::up_with_hook(include_str!("ended.sql"), |conn: &Transaction<'_>| Ok(ended::fill(conn)?)),
        M::up_with_hook("", |conn: &Transaction<'_>| Ok(entry::print_all(conn)?)),
    ])
}

pub(crate) fn migrate(conn: &mut Connection) -> rusqlite_migration::Result<()> {
    steps().to_latest(conn)
}

/// For tests of what an older Deskbell left.
#[cfg(test)]
pub(crate) fn migrate_to(conn: &mut Connection, version: usize) -> rusqlite_migration::Result<()> {
    steps().to_version(conn, version)
}

pub(crate) fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_sound() {
        steps().validate().unwrap();
    }

    #[test]
    fn every_table_is_strict() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn).unwrap();
        let loose: Vec<String> = conn
            .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(loose, Vec::<String>::new());
        assert_eq!(version(&conn).unwrap(), KNOWN);
    }
}
