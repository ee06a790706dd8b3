-- Who reports and calls, by handles that are keyed hashes of a number or a device.

-- What is known of one is the card in the last event that tells of it: there is no second copy.
-- The table is bounded; of those that have only rung the one not heard of for longest goes first.
CREATE TABLE caller (
	handle  TEXT PRIMARY KEY,
	seq     INTEGER NOT NULL,
	worth   INTEGER NOT NULL,
	seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX caller_age ON caller (worth, seen_at);

-- Whose report it is: the device, else the number; and the number beside a device.
ALTER TABLE report ADD COLUMN caller TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN number TEXT NOT NULL DEFAULT '';
