-- How much the lines of each hour take, beside how many there are: what they say, and the frames behind them.
ALTER TABLE hour ADD COLUMN text_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hour ADD COLUMN frame_bytes INTEGER NOT NULL DEFAULT 0;

UPDATE hour SET text_bytes = it.text, frame_bytes = it.frame FROM (
  SELECT source, kind, at / 3600000 - (at % 3600000 < 0) AS hour,
    sum(octet_length(text)) AS text, sum(octet_length(body)) AS frame
  FROM entry JOIN raw ON raw.id = entry.id GROUP BY 1, 2, 3
) AS it WHERE hour.source = it.source AND hour.kind = it.kind AND hour.hour = it.hour;

-- As before, with the bytes. A line goes before its frame does.
DROP TRIGGER hour_gone;
CREATE TRIGGER hour_gone AFTER DELETE ON entry BEGIN
  INSERT INTO hour (source, kind, hour, entries, text_bytes, frame_bytes)
  VALUES (old.source, old.kind, old.at / 3600000 - (old.at % 3600000 < 0), -1, -octet_length(old.text),
    -coalesce((SELECT octet_length(body) FROM raw WHERE id = old.id), 0))
  ON CONFLICT DO UPDATE SET entries = entries - 1, text_bytes = text_bytes + excluded.text_bytes,
    frame_bytes = frame_bytes + excluded.frame_bytes;
  DELETE FROM hour WHERE source = old.source AND kind = old.kind
    AND hour = old.at / 3600000 - (old.at % 3600000 < 0) AND entries = 0 AND text_bytes = 0 AND frame_bytes = 0;
END;

-- The line is altered before its frame is.
DROP TRIGGER hour_altered;
CREATE TRIGGER hour_altered AFTER UPDATE OF source, kind, at, text ON entry
WHEN old.source <> new.source OR old.kind <> new.kind OR old.at <> new.at OR old.text <> new.text BEGIN
  INSERT INTO hour (source, kind, hour, entries, text_bytes, frame_bytes)
  VALUES (old.source, old.kind, old.at / 3600000 - (old.at % 3600000 < 0), -1, -octet_length(old.text),
    -(SELECT octet_length(body) FROM raw WHERE id = old.id))
  ON CONFLICT DO UPDATE SET entries = entries - 1, text_bytes = text_bytes + excluded.text_bytes,
    frame_bytes = frame_bytes + excluded.frame_bytes;
  INSERT INTO hour (source, kind, hour, entries, text_bytes, frame_bytes)
  VALUES (new.source, new.kind, new.at / 3600000 - (new.at % 3600000 < 0), 1, octet_length(new.text),
    (SELECT octet_length(body) FROM raw WHERE id = new.id))
  ON CONFLICT DO UPDATE SET entries = entries + 1, text_bytes = text_bytes + excluded.text_bytes,
    frame_bytes = frame_bytes + excluded.frame_bytes;
  DELETE FROM hour WHERE source = old.source AND kind = old.kind
    AND hour = old.at / 3600000 - (old.at % 3600000 < 0) AND entries = 0 AND text_bytes = 0 AND frame_bytes = 0;
END;

CREATE TRIGGER hour_frame_altered AFTER UPDATE OF body ON raw
WHEN octet_length(old.body) <> octet_length(new.body) BEGIN
  INSERT INTO hour (source, kind, hour, entries, text_bytes, frame_bytes)
  SELECT source, kind, at / 3600000 - (at % 3600000 < 0), 0, 0, octet_length(new.body) - octet_length(old.body)
  FROM entry WHERE id = new.id
  ON CONFLICT DO UPDATE SET frame_bytes = frame_bytes + excluded.frame_bytes;
END;

-- What was taken out of the history, so that a gap in it is said.
CREATE TABLE removed (
  source INTEGER NOT NULL,
  kind TEXT NOT NULL,
  why TEXT NOT NULL,                      -- rule: by a rule of retention; cleared: by the operator's hand
  until INTEGER NOT NULL,                 -- the time of the newest line of it
  entries INTEGER NOT NULL,
  at INTEGER NOT NULL,                    -- when, the last time
  PRIMARY KEY (source, kind, why)
) STRICT, WITHOUT ROWID;
