-- Lines of history that changed after they came: the search index has them as they were.
CREATE TABLE stale (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: the index says up to where it followed
  entry INTEGER NOT NULL                  -- entry.id; it may be gone
) STRICT;
