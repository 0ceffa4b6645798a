-- What tasks took, as it came. The rows of one task add up to the most that was ever told of it, so that a
-- replay, a late word and a task that went and came again count nothing twice.
CREATE TABLE usage (
  source INTEGER NOT NULL,
  task TEXT NOT NULL,
  at INTEGER NOT NULL,                    -- the beginning of the minute
  agent TEXT,                             -- whose work it was then
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,           -- millionths of a US dollar
  PRIMARY KEY (source, task, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_at ON usage (at);

-- The newest audit of a source.
CREATE TABLE audit (
  source INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
