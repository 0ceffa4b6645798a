-- What may not be lost: source, outbox, receipt. They name things by text, so that they outlive the cache.

CREATE TABLE source (
  num INTEGER PRIMARY KEY AUTOINCREMENT,  -- short, for the cache; never used twice; the order of adding
  id TEXT NOT NULL UNIQUE,
  dialect TEXT NOT NULL,
  body TEXT NOT NULL                      -- JSON, as are all bodies but that of raw
) STRICT;

CREATE TABLE outbox (
  intent TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,                   -- source.id
  item TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,           -- unix milliseconds, as are all times
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
  intent TEXT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,                   -- source.id
  item TEXT NOT NULL,
  answered_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipt_item ON receipt (source, item, answered_at);

CREATE TABLE notice (
  source TEXT NOT NULL,                   -- source.id
  item TEXT NOT NULL,
  shown TEXT NOT NULL,
  fate TEXT NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (source, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL                     -- JSON
) STRICT, WITHOUT ROWID;

-- The cache: what servers said. `source` is source.num.

CREATE TABLE ask (
  source INTEGER NOT NULL,
  item TEXT NOT NULL,
  asked INTEGER NOT NULL,
  expires INTEGER,
  settled_at INTEGER,                     -- null while it waits
  outcome TEXT,                           -- JSON; null while it waits
  body TEXT NOT NULL,
  UNIQUE (source, item)
) STRICT;
CREATE INDEX ask_open ON ask (source, expires, asked) WHERE settled_at IS NULL;
CREATE INDEX ask_settled ON ask (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE agent (
  source INTEGER NOT NULL,
  item TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, item)
) STRICT;

CREATE TABLE thread (
  source INTEGER NOT NULL,
  item TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, item)
) STRICT;

CREATE TABLE task (
  source INTEGER NOT NULL,
  item TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, item)
) STRICT;

CREATE TABLE finding (
  source INTEGER NOT NULL,
  item TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (source, item)
) STRICT;

CREATE TABLE entry (
  id INTEGER PRIMARY KEY,                 -- the order of arrival
  source INTEGER NOT NULL,
  print INTEGER NOT NULL,                 -- of source and item: see entry.rs
  item TEXT NOT NULL,
  at INTEGER NOT NULL,
  said INTEGER NOT NULL,                  -- 1: the server's time, 0: ours
  kind TEXT NOT NULL,
  agent TEXT,
  thread TEXT,
  ask TEXT,
  text TEXT NOT NULL
) STRICT;
-- Eight bytes instead of the item: servers' ids are random, and a random index is what inserting costs.
CREATE UNIQUE INDEX entry_print ON entry (print);
-- One index for all of history, one source's, and one kind's: readers merge (see history.rs).
CREATE INDEX entry_kind ON entry (source, kind, at);
CREATE INDEX entry_thread ON entry (source, thread, at) WHERE thread IS NOT NULL;
CREATE INDEX entry_agent ON entry (source, agent, at) WHERE agent IS NOT NULL;
CREATE INDEX entry_ask ON entry (source, ask, at) WHERE ask IS NOT NULL;

-- Apart from entry, so that what is listed stays narrow.
CREATE TABLE raw (
  id INTEGER PRIMARY KEY,                 -- entry.id
  body TEXT NOT NULL
) STRICT;

CREATE TABLE tally (
  source INTEGER PRIMARY KEY,
  asks_open INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  odd INTEGER NOT NULL
) STRICT;

-- Sources that were removed and whose history is still to be swept out, a little at a time.
CREATE TABLE gone (
  source INTEGER PRIMARY KEY
) STRICT;
