-- The log and what is derived from it. Enumerations are stored by name: a new version of the
-- program may number them otherwise.

CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per incident, rebuilt from the log at any time. Its state is the incident in the body
-- of its last event: there is no second copy that could differ.
CREATE TABLE incident (
	no        INTEGER PRIMARY KEY,
	id        TEXT NOT NULL UNIQUE,
	status    TEXT NOT NULL,
	priority  INTEGER NOT NULL,
	scope     TEXT NOT NULL,
	agencies  TEXT NOT NULL,
	area      TEXT NOT NULL,
	opened_at INTEGER NOT NULL,
	seq       INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_live ON incident (no) WHERE status <> 'closed';

-- seq is given as last + 1: AUTOINCREMENT leaves holes.
CREATE TABLE event (
	seq      INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	kind     TEXT NOT NULL,
	scope    TEXT NOT NULL,
	agencies TEXT NOT NULL,
	incident INTEGER REFERENCES incident (no),
	body     BLOB NOT NULL,
	link     BLOB NOT NULL
) STRICT;
CREATE INDEX event_incident ON event (incident) WHERE incident IS NOT NULL;

-- One event per report, so its number is the report's place. The answer to a repeat is cut out
-- of that event, byte for byte the first one.
CREATE TABLE report (
	seq      INTEGER PRIMARY KEY REFERENCES event (seq),
	id       TEXT NOT NULL UNIQUE,
	source   TEXT NOT NULL,
	key      TEXT NOT NULL,
	digest   BLOB NOT NULL,
	tracking INTEGER NOT NULL UNIQUE,
	UNIQUE (source, key)
) STRICT;

-- What says who somebody is lies here and nowhere else: bodies as they came, and of a call the
-- whole of it with its number.
CREATE TABLE reporter (
	seq   INTEGER PRIMARY KEY REFERENCES event (seq),
	raw   BLOB NOT NULL,
	whole BLOB
) STRICT;

CREATE TABLE command (
	id  TEXT PRIMARY KEY,
	seq INTEGER NOT NULL REFERENCES event (seq)
) STRICT, WITHOUT ROWID;

-- Each state's column is the seq of the event that told it, 0: not yet.
CREATE TABLE call (
	call_id   TEXT PRIMARY KEY,
	id        TEXT NOT NULL UNIQUE,
	ringing   INTEGER NOT NULL,
	answered  INTEGER NOT NULL,
	abandoned INTEGER NOT NULL,
	ended     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX call_open ON call (id) WHERE ended = 0;

CREATE TABLE cursor (
	sink  TEXT PRIMARY KEY,
	seq   INTEGER NOT NULL,
	epoch TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE failure (
	sink TEXT NOT NULL,
	seq  INTEGER NOT NULL,
	why  TEXT NOT NULL,
	at   INTEGER NOT NULL,
	PRIMARY KEY (sink, seq)
) STRICT, WITHOUT ROWID;
