/* What the watch's files share:
 *
 *   watch.c       its life, and what is due
 *   watch_read.c  what an event says of waits
 *   watch_alarms.c the alarms of what is held
 *   watch_held.c  the incidents that are held, and the order in which their waits are due */
#pragma once

#include "core/watch.h"

struct held;

/* One wait that will rise. */
struct timer {
	struct held *held;
	unsigned agency;
	struct wait wait;
	int64_t begun_us; /* monotonic: the wait's beginning */
	int64_t due_us;
	unsigned at;  /* its place in the order, from 1 on; 0: it is not in it */
	bool is_sent; /* to the store, and not answered yet, or its event is on the way */
};

/* An open emergency or review, and one that has ended while the live ones are being read. */
struct held {
	struct held *next; /* of the same bucket */
	char id[ID_SIZE];
	char folded_into[ID_SIZE]; /* "" : it is a card by itself */
	int64_t version;
	bool is_over;
	struct audience audience;
	int64_t no;
	bool is_exercise;
	uint64_t parts;     /* a hash of what its parts were when they were last read */
	struct buf *alarms; /* as the incident lists them; NULL: there are none */
	unsigned timer_count;
	struct timer *timer;
};

struct watch {
	struct store *store;
	const struct rules *rules;
	const struct agencies *agencies;
	const struct clock *clock;
	struct metrics *metrics;
	struct watch_hooks hooks;
	bool raises, is_stopped;
	int64_t armed_us; /* what the hook was last asked for; INT64_MAX: nothing */

	struct held **bucket;
	unsigned bucket_count, held_count; /* buckets: a power of two */
	int folded_count;                  /* of them, that lie under another's card */
	struct timer **due;                /* a heap: the first is due first; from 1 on */
	unsigned due_count, due_size;

	unsigned in_flight;
	int64_t second_us; /* the second in which so many rose */
	unsigned in_second;
	struct store_read read; /* of what is open */
	bool is_filling;
	int64_t fill_again_us; /* 0: it went well */
};

/* watch_held.c */
struct held *watch_find(const struct watch *watch, const char *id);
struct held *watch_hold(struct watch *watch, const char *id); /* finds it or makes it */
void watch_drop(struct watch *watch, struct held *held);
/* Those that have ended, and all of them. */
void watch_drop_over(struct watch *watch);
void watch_drop_all(struct watch *watch);
/* What may rise again now that this card is gone. */
void watch_release_folded(struct watch *watch, const char *id);
/* The card it lies under is open: that one rises. */
bool watch_is_represented(const struct watch *watch, const struct held *held);

void watch_put_due(struct watch *watch, struct timer *timer);
void watch_take_due(struct watch *watch, struct timer *timer);

/* watch_read.c */
void watch_take_event(struct watch *watch, const struct event *event);
