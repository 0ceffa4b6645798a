-- Until when what is kept of a source is known to be what its server had; null before it was ever live.
ALTER TABLE source ADD COLUMN as_of INTEGER;
