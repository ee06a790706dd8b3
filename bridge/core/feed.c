#include "core/feed.h"

#include "base/xalloc.h"

struct feed {
	unsigned capacity;
	uint64_t head;
	uint64_t held; /* events in the ring, the last of them is head */
	struct list readers;
	struct event ring[];
};

struct feed *feed_new(unsigned capacity, uint64_t head)
{
	struct feed *feed = xcalloc(1, sizeof(*feed) + capacity * sizeof(struct event));

	feed->capacity = capacity;
	feed->head = head;
	list_init(&feed->readers);
	return feed;
}

static struct event *slot(const struct feed *feed, uint64_t seq)
{
	struct event *ring =
		(struct event *)(uintptr_t)feed->ring; /* the caller decides on const */

	return &ring[seq % feed->capacity];
}

void feed_free(struct feed **feed)
{
	struct feed *mine = *feed;

	*feed = NULL;
	if (mine == NULL)
		return;
	for (uint64_t seq = feed_tail(mine); seq <= mine->head; seq++)
		buf_unref(&slot(mine, seq)->body);
	xfree(mine);
}

static void append_one(struct feed *feed, const struct event *event)
{
	struct event *place = slot(feed, event->seq);

	if (event->seq != feed->head + 1)
		panic("feed: event %llu after %llu", (unsigned long long)event->seq,
		      (unsigned long long)feed->head);
	if (feed->held == feed->capacity)
		buf_unref(&place->body);
	else
		feed->held++;
	*place = *event;
	buf_ref(place->body);
	feed->head = event->seq;
}

void feed_append(struct feed *feed, const struct event *events, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		append_one(feed, &events[i]);
}

void feed_wake(struct feed *feed)
{
	struct list *node = feed->readers.next;

	while (node != &feed->readers) {
		struct list *next = node->next; /* ready may remove its own reader */

		LIST_ITEM(node, struct feed_reader, node)
			->ready(LIST_ITEM(node, struct feed_reader, node));
		node = next;
	}
}

void feed_add(struct feed *feed, struct feed_reader *reader)
{
	list_append(&feed->readers, &reader->node);
}

void feed_remove(struct feed_reader *reader)
{
	list_remove(&reader->node);
}

uint64_t feed_head(const struct feed *feed)
{
	return feed->head;
}

uint64_t feed_tail(const struct feed *feed)
{
	return feed->head + 1 - feed->held;
}

const struct event *feed_get(const struct feed *feed, uint64_t seq)
{
	return seq > feed->head || seq < feed_tail(feed) ? NULL : slot(feed, seq);
}
