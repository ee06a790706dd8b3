-- The no of the major incident that this one is part of; 0: of none. Told by the log.
ALTER TABLE incident ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incident_parent ON incident (parent, no) WHERE parent <> 0;
