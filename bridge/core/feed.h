/* The newest part of the log in memory, and readers with a position in it.
 *
 * An event is held once, as shared bytes. A reader is a number; who is behind the memory is
 * told so and reads the store. Memory is bounded by the number of events held. Loop thread
 * only. */
#pragma once

#include "base/list.h"
#include "model/event.h"

struct feed;

struct feed_reader {
	struct list node; /* the feed's own */
	/* Newly committed events may be read. Called once per commit, in the order of
	 * registration. */
	void (*ready)(struct feed_reader *reader);
};

struct feed *feed_new(unsigned capacity, uint64_t head);
void feed_free(struct feed **feed);

/* The events of one commit, numbered from head + 1 on without a hole; bodies get a reference.
 */
void feed_append(struct feed *feed, const struct event *events, unsigned count);
/* Calls every reader's ready. Apart from feed_append so that answers may go out in between. */
void feed_wake(struct feed *feed);

void feed_add(struct feed *feed, struct feed_reader *reader);
void feed_remove(struct feed_reader *reader);

uint64_t feed_head(const struct feed *feed);
/* The smallest seq that is held; head + 1 when nothing is. */
uint64_t feed_tail(const struct feed *feed);
/* Borrowed until the next feed_append. NULL: not held. */
const struct event *feed_get(const struct feed *feed, uint64_t seq);
