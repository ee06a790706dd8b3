/* The write lane: the thread with the only writing connection.
 *
 * Takes everything that waits, makes it one transaction, syncs once and hands all of it back as
 * one batch. While that runs, requests collect: they are the next batch. No timer, no size to
 * tune: idle, a report waits for nothing; busy, batches grow by themselves.
 *
 * When the disk fails the lane is degraded: it refuses what comes, closes, reopens, proves that
 * the disk takes writes again and goes on. A commit that may or may not have happened is held
 * in doubt until the reopened log tells (the chain's last link says it) or its deadline comes.
 *
 * The body of the thread is a loop around write_lane_step, which tests call by hand. */
#pragma once

#include <pthread.h>

#include "base/mailbox.h"
#include "store/ledger.h"
#include "store/room.h"

#define TROUBLE_SIZE 160

/* What the lane hands back: a commit, or answers without one, or news of its state. */
struct batch {
	struct list node;
	struct list requests; /* answered */
	struct event *events; /* committed, in order */
	unsigned count;
	char trouble[TROUBLE_SIZE]; /* why writes are refused from here on; "" : they are taken
				     */
};

struct write_lane {
	const struct store_backend *ops;
	struct backend_place place;
	const struct store_settings *settings;
	const struct clock *clock;
	struct metrics *metrics;
	struct mailbox in;  /* requests */
	struct mailbox out; /* batches */
	pthread_t thread;

	struct ledger ledger; /* its conn is NULL while closed */
	struct room room;
	struct list waiting; /* taken out of the mailbox, not yet in a transaction */
	int64_t committed_us, room_looked_us;

	char trouble[TROUBLE_SIZE]; /* "" : healthy */
	int64_t probe_at_us, backoff_ms;
	bool has_dropped_ballast;
	struct batch *doubt;      /* a commit whose fate is not known */
	struct log_end doubt_end; /* the log's end if it happened */
	int64_t doubt_until_us;
};

/* Opens and recovers. wake is called by the lane for what it has put into out. */
int write_lane_open(struct write_lane *lane, const struct store_backend *ops,
		    const struct store_settings *settings, const struct agencies *agencies,
		    const struct clock *clock, struct metrics *metrics, void (*wake)(void *ctx),
		    void *wake_ctx, struct err *err) MUST_CHECK;
void write_lane_close(struct write_lane *lane);

/* One turn, without waiting for requests. False: there was nothing to do. */
bool write_lane_step(struct write_lane *lane);
/* Until in is closed and everything that was in it has been answered. */
void write_lane_run(struct write_lane *lane);
/* Nothing waits any more; a commit in doubt gets a last chance. Before write_lane_close. */
void write_lane_finish(struct write_lane *lane);
void batch_free(struct batch **batch);
