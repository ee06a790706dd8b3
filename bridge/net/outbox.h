/* The way out of the house: a rise to another channel is sent to each of the city's channels
 * that takes it.
 *
 * A channel is a reader of the log with a durable position, as the broker is: what has risen on
 * disk is a message on disk, also when the bridge is killed in between. It is given at least
 * once, always under the same id, so that the other side can tell a repeat. Before each try the
 * incident is looked at again: what is over by then is not sent. What is not taken is tried
 * again, later each time, and given up loudly after give_up_s, or at once where the other side
 * says that it will never take it: in the log, in the figures, and
 * as a row beside the log.
 *
 * Each channel has a thread of its own that waits for the other side: a deaf one delays no
 * other, and never the loop. Loop thread only. */
#pragma once

#include "base/metrics.h"
#include "core/channel.h"
#include "core/feed.h"
#include "net/loop.h"
#include "store/store.h"

struct outbox;
struct rules;

struct outbox_parts { /* borrowed */
	struct loop *loop;
	struct store *store;
	struct feed *feed;
	const struct agencies *agencies;
	const struct clock *clock;
	struct metrics *metrics;
	const char *city;
	const char *data; /* the folder of the channels' secrets, channel-NAME.secret */
	int64_t give_up_s;
};

/* list: the setting. Makes the secrets that are not there yet. */
int outbox_open(struct outbox **outbox_r, const json_t *list, const struct outbox_parts *parts,
		const struct rules *rules, struct err *err) MUST_CHECK;
void outbox_set_rules(struct outbox *outbox, const struct rules *rules);
/* From here on the log is followed: once the feed has its newest part. */
void outbox_start(struct outbox *outbox);
/* Nothing is begun any more, and what waits for another side is let go. */
void outbox_stop(struct outbox *outbox);
/* The store has answered all that was asked of it by then. */
void outbox_close(struct outbox **outbox);

struct jsonw;

/* "channels": name, whether it is well and why not, what it waits with, and its figures. */
void outbox_write(const struct outbox *outbox, struct jsonw *w, const char *key);
