/* The numbers that are owed a call: held in memory as the log tells them, listed as alarms of
 * the call-takers, and raised when nobody has called back in time.
 *
 * As the watch does it with incidents: reads what is owed once, then follows; asks the store
 * for a rise with the wait and the level it was decided for, which does it once whatever
 * crashes. While it runs a wait is measured by the monotonic clock from its commit; across a
 * restart the recorded times count. Loop thread only. */
#pragma once

#include "base/metrics.h"
#include "store/store.h"

struct call_backs;
struct rules;
struct jsonw;

struct call_backs_hooks {
	/* call_backs_tick is to be called in after_ms, and not before; -1: nothing is due. */
	void (*arm)(void *ctx, int64_t after_ms);
	void *ctx;
};

/* rules are borrowed. raises: false: what is owed is known, and rises by nobody's doing. */
struct call_backs *call_backs_new(struct store *store, const struct rules *rules,
				  const struct clock *clock, struct metrics *metrics,
				  bool raises, const struct call_backs_hooks *hooks);
/* Everything that was asked of the store has been answered. */
void call_backs_free(struct call_backs **calls);
void call_backs_set_rules(struct call_backs *calls, const struct rules *rules);
/* From here on nothing is begun any more. */
void call_backs_stop(struct call_backs *calls);

/* Reads what is owed from the store; once, before or while the log is followed. */
void call_backs_begin(struct call_backs *calls);
/* What is owed has been read: the alarms are all of them. */
bool call_backs_is_full(const struct call_backs *calls);
/* Newly committed events, after the answers of their commit. */
void call_backs_follow(struct call_backs *calls, const struct event *events, unsigned count);
void call_backs_tick(struct call_backs *calls);

/* Each as an alarm into an open list, for who sees calls. */
void call_backs_write_alarms(const struct call_backs *calls, const struct viewer *viewer,
			     struct jsonw *w);
