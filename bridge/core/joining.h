/* Which reports are of one matter, on a running bridge.
 *
 * Intake asks for each report before it goes to the store and tells what came of it: so two
 * that are on their way together see each other, too. Surely alike: the ledger links it, unless
 * it is a call, which is only ever suggested. Likely alike: suggested, with the reasons. And
 * while reports of one matter come in a surge, what may be of it is folded under one card.
 *
 * What it knows is core/recent.h's table: filled from the store at the start, and kept true by
 * the log. It loses nothing: what it does not know comes in as an incident of its own. Loop
 * thread only. */
#pragma once

#include "base/metrics.h"
#include "core/similar.h"
#include "model/report.h"
#include "store/store.h"

struct joining;

struct joining_settings {
	bool is_on;
	int64_t window_min;    /* two reports that are further apart are two matters */
	int64_t surge_reports; /* so many reports; 0: nothing is folded */
	int64_t surge_reach_m; /* so near each other, where they have points */
	int64_t surge_min;     /* within so many minutes are a surge */
};

/* agencies as the store's, for as long as it lives. Nothing is alike until it has rules. */
struct joining *joining_new(struct store *store, const struct agencies *agencies,
			    const struct clock *clock, struct metrics *metrics);
void joining_free(struct joining **joining);
/* similar may be NULL: nothing is learnt, and nothing is alike. Both are borrowed; what is
 * known stays, and joining_fill reads it once more by the new rules. */
void joining_set_rules(struct joining *joining, const struct rules *rules,
		       const struct similar_rules *similar,
		       const struct joining_settings *settings);
/* Whether it is wanted. */
bool joining_is_on(const struct joining *joining);
/* Why nothing is linked though it is wanted, or not yet with all that came before; "" : it is.
 */
const char *joining_trouble(const struct joining *joining);
/* From here on nothing is begun any more. */
void joining_stop(struct joining *joining);

/* What the report may be one with; NULL: nothing. The caller's, to xfree. Each that was asked
 * for is told of exactly once, with the answer of the store in it. */
struct store_links *joining_ask(struct joining *joining, const struct report *report,
				const struct verdict *verdict, const struct location *location,
				int64_t at_ms);
void joining_tell(struct joining *joining, const struct store_request *request);

/* Newly committed events, after the answers of their commit. */
void joining_follow(struct joining *joining, const struct event *events, unsigned count);
/* Reads what is open from the store. newest is called once: when all of it is known, or when
 * the newest events are and the rest takes long. */
void joining_fill(struct joining *joining, void (*newest)(void *ctx), void *ctx);
