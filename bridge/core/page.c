#include "core/page.h"

#include "base/jsonw.h"

/* Joins only when a second event comes: most pages of a quiet hour are one frame, uncopied. */
struct joiner {
	struct page *page;
	struct buf *first; /* borrowed */
	struct jsonw w;
	size_t bytes;
};

static void add(struct joiner *j, const struct event *event)
{
	j->page->count++;
	j->bytes += event->body->len;
	if (j->page->count == 1) {
		j->first = event->body;
		return;
	}
	if (j->page->count == 2) {
		jsonw_init(&j->w, PAGE_MAX_BYTES);
		jsonw_open(&j->w, NULL, '{');
		jsonw_string(&j->w, "type", "events");
		jsonw_open(&j->w, "events", '[');
		jsonw_raw(&j->w, NULL, (const char *)j->first->data, j->first->len);
	}
	jsonw_raw(&j->w, NULL, (const char *)event->body->data, event->body->len);
}

static void finish(struct joiner *j)
{
	if (j->page->count == 1) {
		j->page->buf = buf_ref(j->first);
	} else if (j->page->count > 1) {
		jsonw_close(&j->w, ']');
		jsonw_close(&j->w, '}');
		j->page->buf = jsonw_buf(&j->w);
		jsonw_fini(&j->w);
	}
}

void page_from_feed(const struct feed *feed, const struct viewer *viewer, uint64_t from,
		    struct page *page)
{
	struct joiner j = {.page = page};
	const struct event *event;

	*page = (struct page){.from = from, .next = from};
	while (j.bytes < PAGE_MAX_BYTES && (event = feed_get(feed, page->next)) != NULL) {
		if (audience_admits(&event->audience, viewer))
			add(&j, event);
		page->next++;
	}
	finish(&j);
}

void page_from_rows(const struct event *rows, unsigned row_count, const struct viewer *viewer,
		    struct page *page)
{
	struct joiner j = {.page = page};

	*page = (struct page){.from = row_count > 0 ? rows[0].seq : 0};
	page->next = page->from;
	for (unsigned i = 0; i < row_count; i++) {
		if (audience_admits(&rows[i].audience, viewer))
			add(&j, &rows[i]);
		page->next = rows[i].seq + 1;
	}
	finish(&j);
}

void page_fini(struct page *page)
{
	buf_unref(&page->buf);
}
