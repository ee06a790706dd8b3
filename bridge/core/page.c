#include "core/page.h"

#include <string.h>

static const char head[] = "{\"type\":\"events\",\"events\":[", tail[] = "]}";

/* Copied once, when all of it is known; one event alone is not copied at all. */
struct joiner {
	struct buf *bodies[PAGE_MAX_EVENTS]; /* borrowed */
	unsigned count;
	size_t bytes;
};

static bool is_full(const struct joiner *joiner)
{
	return joiner->bytes >= PAGE_MAX_BYTES || joiner->count == PAGE_MAX_EVENTS;
}

static void add(struct joiner *joiner, const struct event *event, const struct viewer *viewer)
{
	if (!audience_admits(&event->audience, viewer))
		return;
	joiner->bodies[joiner->count++] = event->body;
	joiner->bytes += event->body->len;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static struct buf *join(const struct joiner *joiner)
{
	size_t commas = joiner->count - 1;
	struct buf *buf = buf_new(sizeof(head) - 1 + joiner->bytes + commas + sizeof(tail) - 1);
	unsigned char *at = put(buf->data, head, sizeof(head) - 1);

	for (unsigned i = 0; i < joiner->count; i++) {
		if (i > 0)
			*at++ = ',';
		at = put(at, joiner->bodies[i]->data, joiner->bodies[i]->len);
	}
	(void)put(at, tail, sizeof(tail) - 1); /* the end is where it is */
	return buf;
}

static void finish(const struct joiner *joiner, struct page *page)
{
	page->count = joiner->count;
	if (joiner->count == 1)
		page->buf = buf_ref(joiner->bodies[0]);
	else if (joiner->count > 1)
		page->buf = join(joiner);
}

void page_from_feed(const struct feed *feed, const struct viewer *viewer, uint64_t from,
		    struct page *page)
{
	struct joiner joiner;
	const struct event *event;

	joiner.count = 0;
	joiner.bytes = 0;
	*page = (struct page){.from = from, .next = from};
	while (!is_full(&joiner) && (event = feed_get(feed, page->next)) != NULL) {
		add(&joiner, event, viewer);
		page->next++;
	}
	finish(&joiner, page);
}

void page_from_rows(const struct event *rows, unsigned row_count, const struct viewer *viewer,
		    struct page *page)
{
	struct joiner joiner;

	joiner.count = 0;
	joiner.bytes = 0;
	*page = (struct page){.from = row_count > 0 ? rows[0].seq : 0};
	page->next = page->from;
	for (unsigned i = 0; i < row_count && joiner.count < PAGE_MAX_EVENTS; i++) {
		add(&joiner, &rows[i], viewer);
		page->next = rows[i].seq + 1;
	}
	finish(&joiner, page);
}

void page_fini(struct page *page)
{
	buf_unref(&page->buf);
	*page = (struct page){0};
}
