//! SQLite: one writer thread, readers, migrations
