/* What the watch's files share:
 *
 *   watch.c       its life, and what is due
 *   watch_read.c  what an event says of waits
 *   watch_alarms.c the alarms of what is held
 *   watch_held.c  the incidents that are held
 *   watch_duty.c  the agencies that have nobody on duty
 *   watch_due.c   the order in which they are due */
#pragma once

#include "core/watch.h"

/* What one or several agencies wait for alike: a hundred thousand emergencies may be open, and
 * each costs what is said here. Times in ms. */
struct held_wait {
	uint64_t since_ms : 42; /* as the log's time tells it */
	uint64_t kind : 3;
	uint64_t level : 8;
	uint64_t to : 3;
	uint64_t is_reached : 1;
	uint64_t is_now : 1; /* nobody is there to be waited for: it rises at once */
	uint64_t sent : 6;   /* agency + 1: its rise is at the store, or its event on the way */
	int64_t begun_ms;    /* monotonic: the wait's beginning */
	uint32_t length_ms;  /* until it rises; HELD_FOR_EVER: it does not */
	agency_set agencies;
};

#define HELD_FOR_EVER  UINT32_MAX
#define HELD_WAITS_MAX (WAIT_SLOTS * AGENCY_MAX)

/* What few of them have. */
struct held_more {
	uint8_t card[ID_BYTES]; /* what it lies under */
	bool is_folded;
	struct buf *said; /* all its alarms, as it lists them: people have spoken of some */
};

/* An open emergency or review, and one that has ended while the live ones are being read. Moves
 * when it gets other waits. */
struct held {
	struct held *next;      /* of the same bucket */
	struct held_more *more; /* NULL: nothing of that */
	uint8_t id[ID_BYTES];
	uint64_t parts : 48; /* a hash of what its parts were when they were last read */
	uint64_t wait_count : 7;
	uint64_t priority : 3;
	uint64_t scope : 2;
	uint64_t is_over : 1;
	uint64_t is_exercise : 1;
	uint32_t version;
	uint32_t no;
	uint32_t at; /* its place in the order, from 1 on; 0: it is not in it */
	agency_set agencies;
	struct held_wait wait[];
};
_Static_assert(sizeof(struct held) == 56 && sizeof(struct held_wait) == 24,
	       "a hundred thousand of them may be open");

struct watch {
	struct store *store;
	const struct rules *rules;
	const struct unit_board *board; /* NULL: no units are known */
	const struct call_backs *calls; /* NULL: none are known */
	agency_set deserted;            /* that have units, and none on duty */
	const struct agencies *agencies;
	const struct clock *clock;
	struct metrics *metrics;
	struct watch_hooks hooks;
	bool raises, is_stopped;
	int64_t armed_us; /* what the hook was last asked for; INT64_MAX: nothing */

	struct held **bucket;
	unsigned bucket_count, held_count; /* buckets: a power of two */
	int folded_count;                  /* of them, that lie under another's card */
	struct held **due;                 /* a heap: the first is due first; from 1 on */
	unsigned due_count, due_size;

	unsigned in_flight;
	int64_t again_us;  /* the store has said later: nothing rises before */
	int64_t second_us; /* the second in which so many rose */
	unsigned in_second;
	struct store_read read; /* of what is open */
	bool is_filling, is_full;
	int64_t fill_again_us; /* 0: it went well */
};

/* watch_held.c */
struct held *watch_find(const struct watch *watch, const char *id);
struct held *watch_hold(struct watch *watch, const char *id); /* finds it or makes it */
/* With these waits and no others; at is an array of its own. Where it is from now on. */
struct held *watch_set_waits(struct watch *watch, struct held *held, const struct held_wait *at,
			     unsigned count);
void watch_drop(struct watch *watch, struct held *held);
/* Those that have ended, and all of them. */
void watch_drop_over(struct watch *watch);
void watch_drop_all(struct watch *watch);
/* card NULL: it is a card by itself. */
void watch_lay_under(struct watch *watch, struct held *held, const char *card);
void watch_keep_said(struct held *held, struct slice alarms); /* len 0: nothing was said */
/* What may rise again now that this card is gone. */
void watch_release_folded(struct watch *watch, const struct held *card);
/* The card it lies under is open: that one rises. */
bool watch_is_represented(const struct watch *watch, const struct held *held);

/* watch_duty.c */
/* Who is on duty by now; what waits where the last one has just gone rises at once. */
void watch_look_at_duty(struct watch *watch);
/* Nobody who could be waited for: until it has come to one who leads. */
bool watch_is_alone(const struct watch *watch, unsigned agency, const struct wait *wait);

/* watch_due.c */
int64_t watch_due_us(const struct held *held); /* INT64_MAX: nothing of it will rise */
/* Puts it where its waits say, or nowhere. */
void watch_put_due(struct watch *watch, struct held *held);
void watch_take_due(struct watch *watch, struct held *held);
/* Which of its waits rises first; the lowest of the agencies that it is of. */
struct held_wait *watch_first_wait(struct held *held, unsigned *agency_r);
/* As the log knows it; due and next are of the policy, and not told. */
struct wait watch_wait(const struct held_wait *wait);

/* watch_read.c */
void watch_take_event(struct watch *watch, const struct event *event);
