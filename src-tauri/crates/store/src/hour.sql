-- How many lines of history there are of each hour: counting a million of them takes too long for a screen.
CREATE TABLE hour (
  source INTEGER NOT NULL,
  kind TEXT NOT NULL,
  hour INTEGER NOT NULL,                  -- since 1970; the hours before it are below zero
  entries INTEGER NOT NULL,
  PRIMARY KEY (source, kind, hour)
) STRICT, WITHOUT ROWID;

INSERT INTO hour (source, kind, hour, entries)
SELECT source, kind, at / 3600000 - (at % 3600000 < 0), count(*)
FROM entry INDEXED BY entry_kind GROUP BY 1, 2, 3;

-- Whoever removes or alters lines need not think of this table. What comes is counted by the writer, many lines at
-- once (see hour.rs): a trigger for each would cost the intake a tenth. In one transaction the line may go before
-- it was counted, so that a count may stand below nothing until then.
CREATE TRIGGER hour_gone AFTER DELETE ON entry BEGIN
  INSERT INTO hour (source, kind, hour, entries)
  VALUES (old.source, old.kind, old.at / 3600000 - (old.at % 3600000 < 0), -1)
  ON CONFLICT DO UPDATE SET entries = entries - 1;
  DELETE FROM hour WHERE source = old.source AND kind = old.kind
    AND hour = old.at / 3600000 - (old.at % 3600000 < 0) AND entries = 0;
END;

CREATE TRIGGER hour_altered AFTER UPDATE OF source, kind, at ON entry
WHEN old.source <> new.source OR old.kind <> new.kind OR old.at <> new.at BEGIN
  INSERT INTO hour (source, kind, hour, entries)
  VALUES (old.source, old.kind, old.at / 3600000 - (old.at % 3600000 < 0), -1)
  ON CONFLICT DO UPDATE SET entries = entries - 1;
  INSERT INTO hour (source, kind, hour, entries)
  VALUES (new.source, new.kind, new.at / 3600000 - (new.at % 3600000 < 0), 1)
  ON CONFLICT DO UPDATE SET entries = entries + 1;
  DELETE FROM hour WHERE source = old.source AND kind = old.kind
    AND hour = old.at / 3600000 - (old.at % 3600000 < 0) AND entries = 0;
END;
