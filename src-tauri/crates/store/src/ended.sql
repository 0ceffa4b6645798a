-- How it ended, what a line of history is about: see ended.rs.
ALTER TABLE entry ADD COLUMN outcome TEXT;
ALTER TABLE entry ADD COLUMN who TEXT;       -- us, nobody, other
ALTER TABLE entry ADD COLUMN answerer TEXT;  -- the name of another
-- Few lines have one, so that these cost the others nothing.
CREATE INDEX entry_outcome ON entry (source, outcome, who, at) WHERE outcome IS NOT NULL;
CREATE INDEX entry_answerer ON entry (source, answerer, at) WHERE answerer IS NOT NULL;
