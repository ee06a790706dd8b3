/* Intake: the one door through which a report or a call enters.
 *
 * Checks limits and source, gives the report its id, key and time, classifies and locates it
 * and hands it to the store. Answers each exactly once, later, and "stored" only after the
 * commit. Loop thread only. */
#pragma once

#include "model/call.h"
#include "model/report.h"
#include "store/store.h"

struct intake;
struct joining;
struct rules;

struct intake_answer {
	enum store_answer answer;
	const struct err
		*err; /* STORE_REFUSED, STORE_CONFLICT, STORE_LATER: why, and the field */
	const struct buf *body; /* STORE_STORED, STORE_REPEATED: the answer document */
	const char *id;         /* STORE_STORED: R-… or C-… */
};

/* Called exactly once per submit, never from inside it; everything is borrowed. */
typedef void intake_done_fn(void *ctx, const struct intake_answer *answer);

/* sources: the configured channels, a list of strings; "app:" allows every "app:NAME". */
struct intake *intake_new(struct store *store, const struct rules *rules, const json_t *sources,
			  const struct clock *clock, struct metrics *metrics);
/* Everything submitted has been answered when this is called. */
void intake_free(struct intake **intake);
/* New rules from the next report on; the old are the caller's to free. */
void intake_set_rules(struct intake *intake, const struct rules *rules);
/* Which reports are of one matter; borrowed. Without it each is an incident of its own. */
void intake_set_joining(struct intake *intake, struct joining *joining);
/* From here on every submit is answered STORE_LATER. */
void intake_stop(struct intake *intake);
unsigned intake_open_count(const struct intake *intake);
/* What an adapter could not even make a report of is counted with those that are refused. */
void intake_count_malformed(struct intake *intake);

/* Takes *report and sets it to NULL, whatever the answer will be. begun_us: monotonic time of
 * the last byte. */
void intake_submit(struct intake *intake, struct report **report, int64_t begun_us,
		   intake_done_fn *done, void *ctx);
void intake_submit_call(struct intake *intake, struct call **call, int64_t begun_us,
			intake_done_fn *done, void *ctx);

/* The HTTP status of an answer: 201, 200, 404, 409, 422, 503; one table for all adapters. */
unsigned intake_status(enum store_answer answer);
