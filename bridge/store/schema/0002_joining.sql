-- Reports that are moved and incidents that are merged. Both columns are told by the log.

-- The no of the incident that this one was merged into; 0: it stands by itself. Its reports stay
-- its own: who looks for one of them follows the way.
ALTER TABLE incident ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;

-- The no of the incident that the report belongs to: of the last event that names it.
ALTER TABLE report ADD COLUMN incident INTEGER NOT NULL DEFAULT 0;
UPDATE report SET incident = (SELECT incident FROM event WHERE event.seq = report.seq);
