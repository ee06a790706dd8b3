/* Where each unit is and whether its radio is there: the newest of each, in memory.
 *
 * No events: positions come by the hundred a second, and nothing is decided by an old one.
 * Every so often what has changed is handed out to be kept beside the log.
 * Bounded by the units of the configuration: who is none of them is not kept. Loop thread
 * only. */
#pragma once

#include "base/clock.h"
#include "base/jsonw.h"
#include "core/field.h"

struct rules;
struct unit_trace; /* model/unit_trace.h */
struct whereabouts;

struct whereabouts *whereabouts_new(const struct clock *clock);
void whereabouts_free(struct whereabouts **whereabouts);
/* What is known of units that are still there stays. */
void whereabouts_set_rules(struct whereabouts *whereabouts, const struct rules *rules);

/* Both: false when there is no such unit. A position older than the one there is changes
 * nothing; a presence that is known keeps its time. */
bool whereabouts_move(struct whereabouts *whereabouts, const char *unit,
		      const struct field_position *position);
bool whereabouts_presence(struct whereabouts *whereabouts, const char *unit, bool is_online);

/* What is known of it; borrowed until the next change. NULL: there is no such unit. */
const struct unit_trace *whereabouts_trace(const struct whereabouts *whereabouts,
					   const char *unit);
/* Grows with each change; 0: nothing is known yet. */
uint64_t whereabouts_revision(const struct whereabouts *whereabouts);
/* "presence" and "position", null where they are not known; for the object of a unit. */
void whereabouts_write(const struct whereabouts *whereabouts, const char *unit,
		       struct jsonw *w);
/* A list of {id, presence, position} of the units that have changed since that revision. */
void whereabouts_write_since(const struct whereabouts *whereabouts, uint64_t revision,
			     struct jsonw *w);

/* What of the units has changed since it was last handed out, no unit twice within every_ms but
 * for its presence; at most max. How many. */
unsigned whereabouts_to_keep(struct whereabouts *whereabouts, int64_t every_ms, unsigned max,
			     struct unit_trace *traces_r);
/* What the table had. What was heard since is newer and stays. */
void whereabouts_recall(struct whereabouts *whereabouts, const struct unit_trace *traces,
			unsigned count);
