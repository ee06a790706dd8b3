/* A log read from its beginning, beside a running bridge: for what is learnt and counted from
 * it afterwards.
 *
 * Writes nothing, and ends at what was newest when it was opened. Reads in short transactions,
 * a page each, so that the bridge can tidy its write-ahead log meanwhile. One thread; blocks on
 * the disk. */
#pragma once

#include "base/err.h"
#include "model/event.h"

struct log_reader;

/* agencies are those that events' audiences are told in, and borrowed; an empty set will do for
 * who reads the frames alone. */
int log_reader_open(struct log_reader **reader_r, const char *dir,
		    const struct agencies *agencies, struct err *err) MUST_CHECK;
void log_reader_close(struct log_reader **reader);

/* The number of the last event that it gives. */
uint64_t log_reader_head(const struct log_reader *reader);
/* 1: *event_r is the next one, borrowed until the next call. 0: that was all. */
int log_reader_next(struct log_reader *reader, const struct event **event_r,
		    struct err *err) MUST_CHECK;

/* As things stand now, which may be later than the head. 1, and the body is the caller's; 0:
 * there is none of that id. */
int log_reader_last_of_incident(struct log_reader *reader, const char *incident_id,
				struct event *event_r, struct err *err) MUST_CHECK;
int log_reader_first_of_report(struct log_reader *reader, const char *report_id,
			       struct event *event_r, struct err *err) MUST_CHECK;
/* The body of the report that this event brought, as it came: it says who sent it. */
int log_reader_raw(struct log_reader *reader, uint64_t seq, struct buf **raw_r,
		   struct err *err) MUST_CHECK;
