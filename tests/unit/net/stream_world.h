/* A stream over the memory store, with sockets of our own: how much each takes, when it breaks
 * and what its far side has read is the test's to say. Time, the store's lanes and the feed are
 * stepped by hand. */
#pragma once

#include "core/actions.h"
#include "core/whereabouts.h"
#include "net/stream.h"
#include "support/store_world.h"

#define DESKS_MAX  64
#define ORDERS_MAX 128

struct stream_world;

struct sent_message {
	struct buf *buf;
	bool is_first, is_last;
	size_t end; /* offset behind it in all that was written */
};

/* A socket, and the console at its far side. */
struct ws_conn {
	struct stream_world *world;
	void *session; /* NULL: closed() was called */
	struct principal who;
	struct viewer viewer;  /* what it should see: the oracle's */
	agency_set asked_only; /* narrowed to, from the next snapshot on */

	size_t room;          /* bytes between the two ends before it is full */
	size_t written, read; /* since it was opened */
	int writes_left;      /* before it breaks; -1: never */
	bool is_broken, wants_write;
	unsigned closing; /* the code it was told */
	struct sent_message out[2048];
	unsigned out_count, out_read;
	size_t most_buffered;

	char *part; /* a message of which not all parts have been read */
	size_t part_len;

	uint64_t seqs[8192]; /* of the events it has read, in order */
	unsigned seq_count;
	uint64_t start;    /* it has everything up to this one, before seqs */
	uint64_t tick_seq; /* of the newest tick */
	unsigned snapshots, ticks, subscribed;
	json_t *heard[256]; /* whatever is neither event nor tick */
	unsigned heard_count;
};

struct pending_order {
	action_done_fn *done;
	void *ctx;
	char incident_id[ID_SIZE];
};

struct stream_world {
	struct store_world store;
	struct feed *feed;
	unsigned given;                  /* events of store.events that the feed has */
	bool holds_events;               /* committed, but not yet given to the feed */
	bool holds_wake;                 /* appended, but nobody was woken */
	struct whereabouts *whereabouts; /* of no unit until it is given rules */
	struct stream *stream;
	struct metrics metrics;
	const struct ws_ops *ops;
	void *ops_ctx;
	struct loop_timer *timer, *pause; /* that run; or NULL */
	int64_t pause_us;                 /* when it is over */
	int64_t write_us;                 /* what one write takes */
	struct principal who;             /* whoever opens next */
	unsigned open_status;             /* what auth says of him; 0: welcome */
	bool is_revoked;
	unsigned touched; /* sessions that were said to be in use */
	struct accounts_watcher *watcher;
	struct pending_order orders[ORDERS_MAX];
	unsigned order_count;
	struct ws_conn desks[DESKS_MAX];
	unsigned desk_count;
	uint64_t random;
};

void stream_world_init(struct stream_world *world, unsigned feed_capacity);
/* Everything is closed and freed; fails when a console is left. */
void stream_world_fini(struct stream_world *world);

/* agency: an index, or -1. */
struct ws_conn *desk_open(struct stream_world *world, enum role role, int agency);
void desk_say(struct ws_conn *desk, const char *text);
/* after -1: from the state; only 0: all it may see. */
void desk_subscribe(struct ws_conn *desk, int64_t after, agency_set only);
/* Its far side takes so many bytes; the socket may then have room. SIZE_MAX: all. */
void desk_read(struct ws_conn *desk, size_t bytes);
/* The connection is gone; what was not read is lost. */
void desk_cut(struct ws_conn *desk);
/* From now on; what is under way already stays so. */
void desk_set_room(struct ws_conn *desk, size_t bytes);
/* Cut, and on a new line with the last number it has. */
void desk_come_back(struct ws_conn *desk);
/* The newest thing of that type it has read, or NULL. Borrowed. */
json_t *desk_heard(const struct ws_conn *desk, const char *type);
/* Whether it has exactly what it may see, once and in order, up to the head. */
bool desk_is_level(const struct ws_conn *desk);

/* A report that concerns these agencies, committed and shown. */
void report_now(struct stream_world *world, agency_set agencies, bool is_secret);
/* Every desk reads all, the store works, until nothing moves. */
void settle(struct stream_world *world);
void release_events(struct stream_world *world);
/* The pause after a long delivery is over; there must be one. */
void end_pause(struct stream_world *world);
/* So long passes, with the ticks in it. */
void pass_ms(struct stream_world *world, int64_t ms);
unsigned pick(struct stream_world *world, unsigned below);
