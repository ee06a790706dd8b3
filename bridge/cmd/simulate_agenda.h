/* What is due when, in city time: an hour of the city passes in an hour divided by the speed.
 *
 * What is due at one time comes in the order in which it was put down. Loses nothing and keeps
 * no time itself: who asks says how late it is. One thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* number is the caller's own, to tell one entry of ctx from another. */
typedef void agenda_fn(void *ctx, uint64_t number);

struct agenda_entry {
	int64_t at_ms;
	uint64_t order;
	agenda_fn *fn;
	void *ctx;
	uint64_t number;
};

struct agenda {
	struct agenda_entry *heap; /* each not later than the two behind it */
	size_t count, room;
	uint64_t order; /* of the next one */
};

void agenda_init(struct agenda *agenda);
void agenda_fini(struct agenda *agenda);
void agenda_put(struct agenda *agenda, int64_t at_ms, agenda_fn *fn, void *ctx,
		uint64_t number);
/* INT64_MAX: nothing. */
int64_t agenda_next_ms(const struct agenda *agenda);
/* The first that is due by then, taken off; the caller calls it. False: there is none. */
bool agenda_take(struct agenda *agenda, int64_t now_ms, struct agenda_entry *entry_r);
