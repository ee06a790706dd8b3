/* Who gets which bytes when.
 *
 * The happy path: a commit comes in, every channel joins the events its viewers may see into a
 * page, and the page is written to each live console at once: no queue, no copy, no detour by
 * way of a writable callback (which costs two epoll_ctl a console and batch).
 *
 * A console whose socket is full leaves the live list with its position. From then on its
 * socket's room drives it: a page from the feed, or from the store when the feed holds that no
 * more, until it is level again. Pages it asks for were mostly made already. */
#include "net/stream_private.h"

#include "base/xalloc.h"

#define CATCH_UP_ROWS  READ_MAX_ROWS
#define CATCH_UP_BYTES (256 * 1024)
#define PAGES_A_TURN   8 /* then others get their turn */

struct channel *channel_join(struct stream *stream, const struct viewer *viewer)
{
	struct channel *channel;

	for (struct list *n = stream->channels.next; n != &stream->channels; n = n->next) {
		channel = LIST_ITEM(n, struct channel, node);
		if (viewer_equals(&channel->viewer, viewer)) {
			channel->users++;
			return channel;
		}
	}
	channel = xcalloc(1, sizeof(*channel));
	channel->viewer = *viewer;
	channel->users = 1;
	channel->next = feed_head(stream->parts.feed) + 1;
	list_init(&channel->live);
	list_append(&stream->channels, &channel->node);
	return channel;
}

void channel_leave(struct console *console)
{
	struct channel *channel = console->channel;

	list_remove(&console->node);
	console->channel = NULL;
	if (channel == NULL || --channel->users > 0)
		return;
	list_remove(&channel->node);
	for (unsigned i = 0; i < CHANNEL_PAGES; i++)
		page_fini(&channel->pages[i]);
	xfree(channel);
}

/* Borrowed until CHANNEL_PAGES further pages have been made. */
static const struct page *channel_page(struct channel *channel, const struct feed *feed,
				       uint64_t from)
{
	struct page *page;

	for (unsigned i = 0; i < CHANNEL_PAGES; i++)
		if (channel->pages[i].from == from && channel->pages[i].next > from)
			return &channel->pages[i];
	page = &channel->pages[channel->next_page];
	channel->next_page = (channel->next_page + 1) % CHANNEL_PAGES;
	page_fini(page);
	page_from_feed(feed, &channel->viewer, from, page);
	return page;
}

static void fall_behind(struct console *console, uint64_t next)
{
	list_remove(&console->node);
	console->state = CONSOLE_BEHIND;
	console->next = next;
	metrics_add(console->stream->parts.metrics, METRIC_CONSOLES_BEHIND, 1);
	ws_want_write(console->conn);
}

static void become_live(struct console *console)
{
	if (console->state == CONSOLE_BEHIND)
		metrics_add(console->stream->parts.metrics, METRIC_CONSOLES_BEHIND, -1);
	console->state = CONSOLE_LIVE;
	list_append(&console->channel->live, &console->node);
}

/* False: the connection is broken and no more may be written. */
static bool write_page(struct console *console, const struct page *page)
{
	if (page->count == 0)
		return true;
	if (ws_write(console->conn, page->buf) < 0) {
		console_broken(console);
		return false;
	}
	console_wrote(console);
	metrics_add(console->stream->parts.metrics, METRIC_EVENTS_SENT, page->count);
	return true;
}

static void write_to_live(struct channel *channel, const struct page *page)
{
	struct list *node = channel->live.next;

	while (node != &channel->live) {
		struct list *next = node->next;
		struct console *console = LIST_ITEM(node, struct console, node);

		if (list_is_empty(&console->replies) && ws_is_ready(console->conn))
			(void)write_page(console, page); /* a broken one has left the list */
		else
			fall_behind(console, page->from);
		node = next;
	}
}

static void deliver(struct channel *channel, const struct feed *feed)
{
	uint64_t head = feed_head(feed);

	while (channel->next <= head && !list_is_empty(&channel->live)) {
		const struct page *page = channel_page(channel, feed, channel->next);

		if (page->count > 0)
			write_to_live(channel, page);
		channel->next = page->next;
	}
	channel->next = head + 1;
}

static void observe_delay(const struct stream *stream)
{
	const struct feed *feed = stream->parts.feed;
	const struct event *event = feed_get(feed, feed_head(feed));
	const struct clock *clock = loop_clock(stream->parts.loop);

	if (event != NULL && event->committed_us != 0)
		metrics_observe(stream->parts.metrics, HISTOGRAM_COMMIT_TO_SOCKET,
				clock->mono_us(clock) - event->committed_us);
}

void fanout_ready(struct feed_reader *reader)
{
	struct stream *stream = LIST_ITEM(reader, struct stream, reader);

	for (struct list *n = stream->channels.next; n != &stream->channels; n = n->next)
		deliver(LIST_ITEM(n, struct channel, node), stream->parts.feed);
	observe_delay(stream);
}

void console_follow(struct console *console, uint64_t next)
{
	if (next > feed_head(console->stream->parts.feed)) {
		become_live(console);
		return;
	}
	if (console->state != CONSOLE_BEHIND)
		metrics_add(console->stream->parts.metrics, METRIC_CONSOLES_BEHIND, 1);
	console->state = CONSOLE_BEHIND;
	console->next = next;
	ws_want_write(console->conn);
}

static void write_rows(struct console *console, const struct store_read *read)
{
	struct page page;

	page_from_rows(read->rows, read->row_count, &console->channel->viewer, &page);
	/* The read began when the socket had room, and only we write to it. */
	if (write_page(console, &page)) {
		console->next = page.next > console->next ? page.next : console->next;
		ws_want_write(console->conn);
	}
	page_fini(&page);
}

static void rows_read(struct store_read *read)
{
	struct console *console = read->ctx;

	console->is_reading = false;
	if (console->state == CONSOLE_BEHIND && console->wants_snapshot) {
		snapshot_begin(console);
	} else if (console->state == CONSOLE_BEHIND) {
		if (read->failed != 0)
			ws_close(console->conn, 1013, "store");
		else if (read->is_trimmed)
			snapshot_begin(console);
		else
			write_rows(console, read);
	}
	store_read_fini(read);
	console_read_done(console);
}

static void read_rows(struct console *console)
{
	console->is_reading = true;
	console->read = (struct store_read){
		.op = READ_EVENTS,
		.from = console->next,
		.max_rows = CATCH_UP_ROWS,
		.max_bytes = CATCH_UP_BYTES,
		.done = rows_read,
		.ctx = console,
	};
	store_read_submit(console->stream->parts.store, &console->read);
}

void console_catch_up(struct console *console)
{
	struct feed *feed = console->stream->parts.feed;
	unsigned pages = 0;

	while (!console->is_reading) {
		const struct page *page;

		if (console->next > feed_head(feed)) {
			become_live(console);
			return;
		}
		if (console->next < feed_tail(feed)) {
			read_rows(console);
			return;
		}
		if (pages++ == PAGES_A_TURN || !ws_is_ready(console->conn)) {
			ws_want_write(console->conn);
			return;
		}
		page = channel_page(console->channel, feed, console->next);
		console->next = page->next;
		if (!write_page(console, page))
			return;
	}
}
