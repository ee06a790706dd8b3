/* Events joined into one message for everybody who sees the same things.
 *
 * One event goes out as its own frame, several as {"type":"events","events":[…]}. A page is
 * made once and written to every console that wants it. Pure: no sockets. Loop thread only. */
#pragma once

#include "core/feed.h"

/* A message is cut after the event that goes beyond: large enough that a thousand consoles are
 * served in few writes, small enough that a slow one buffers little. */
#define PAGE_MAX_BYTES  (64 * 1024)
#define PAGE_MAX_EVENTS 512

struct page {
	uint64_t from, next; /* what it covers: [from, next) */
	unsigned count;      /* events of it that the viewer sees; may be none */
	struct buf *buf;     /* owned reference; NULL when count is 0 */
};

/* From what the feed holds; from must be held or head + 1. */
void page_from_feed(const struct feed *feed, const struct viewer *viewer, uint64_t from,
		    struct page *page_r);
/* From rows that the store gave; all of them when they are no more than PAGE_MAX_EVENTS. */
void page_from_rows(const struct event *rows, unsigned row_count, const struct viewer *viewer,
		    struct page *page_r);
/* It covers nothing then. */
void page_fini(struct page *page);
