-- What units do. What is known of one is in the last event that tells of it: there is no second
-- copy. One of which nothing was ever said has no row.
CREATE TABLE unit (
	id  TEXT PRIMARY KEY,
	seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
