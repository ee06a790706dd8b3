/* Where units were: a bounded table in a file of its own, DIR/positions.sqlite, beside the log.
 *
 * Nothing is decided by it, and nothing waits for it: it is never synced, since a sync of it
 * would take turns with the log's, and a file that a power cut has spoilt is thrown away and
 * begun anew. The calls block; one thread at a time. */
#pragma once

#include "base/err.h"
#include "model/unit_trace.h"

struct track;

struct track_limits {
	int64_t keep_ms; /* what was heard longer ago goes */
	int64_t max;     /* rows; beyond that the oldest go */
};

int track_open(struct track **track_r, const char *dir, struct err *err) MUST_CHECK;
void track_close(struct track **track);
/* All of them or none. */
int track_add(struct track *track, const struct unit_trace *traces, unsigned count,
	      int64_t now_ms, const struct track_limits *limits, struct err *err) MUST_CHECK;
/* The newest of each unit, at most max; how many, or -1. */
int track_newest(struct track *track, struct unit_trace *traces_r, unsigned max,
		 struct err *err) MUST_CHECK;
