-- When the operator was last rung for: null while nothing was shown yet.
ALTER TABLE notice ADD COLUMN rung_at INTEGER;
UPDATE notice SET rung_at = at;

CREATE TABLE snooze (
  source TEXT NOT NULL,                   -- source.id
  item TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (source, item)
) STRICT, WITHOUT ROWID;
