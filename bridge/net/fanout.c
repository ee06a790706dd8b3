/* Who gets which bytes when.
 *
 * The happy path: a commit comes in, every channel joins the events its viewers may see into a
 * page, and the page is written to each live console at once: no queue, no copy, no detour by
 * way of a writable callback (which costs two epoll_ctl a console and batch).
 *
 * A console whose socket is full leaves the live list with its position. From then on its
 * socket's room drives it: a page from the feed, or from the store when the feed holds that no
 * more, until it is level again. Pages it asks for were mostly made already.
 *
 * A page to a thousand consoles takes ten milliseconds and more, nearly all of it the kernel's,
 * in which nobody else is heard. So the loop goes round after each page that took long, and
 * when all is delivered there is a pause as long as it took, or a little longer: what is
 * committed in it goes out together. Consoles take about half of the time at most, and the more
 * there is to tell, the fewer are the writes. What comes after a pause, as nearly everything
 * does in a quiet night, goes out at once.
 *
 * Who is so far behind that the state of the city says it sooner is given that, and told so: a
 * console that was away for a day must not be read the day.
 *
 * Neither a gap nor a repeat: a console that is behind is given what begins exactly at its
 * position, and becomes live only when that is beyond the newest event. What is made for the
 * live ones begins at the channel's position, which is never beyond that either. */
#include "net/stream_private.h"

#include "base/xalloc.h"

#define PAGES_A_TURN 8 /* then others get their turn */
#define LONG_US      2000
#define SOME_US      400  /* some forty consoles: below it a write for each commit is cheap */
#define UNSEEN_US    1000 /* as long again as a page to a hundred takes */
#define PAUSE_MAX_US 50000

static struct channel *channel_new(struct stream *stream, const struct viewer *viewer)
{
	struct channel *channel = xcalloc(1, sizeof(*channel));

	channel->viewer = *viewer;
	channel->next = feed_head(stream->parts.feed) + 1;
	list_init(&channel->live);
	list_append(&stream->channels, &channel->node);
	return channel;
}

static struct channel *channel_find(struct stream *stream, const struct viewer *viewer)
{
	for (struct list *n = stream->channels.next; n != &stream->channels; n = n->next) {
		struct channel *channel = LIST_ITEM(n, struct channel, node);

		if (viewer_equals(&channel->viewer, viewer))
			return channel;
	}
	return channel_new(stream, viewer);
}

static void forget_pages(struct channel *channel)
{
	for (unsigned i = 0; i < CHANNEL_PAGES; i++)
		page_fini(&channel->pages[i]);
}

static void channel_put(struct channel *channel)
{
	if (--channel->users > 0)
		return;
	list_remove(&channel->node);
	forget_pages(channel);
	xfree(channel);
}

void channel_join(struct console *console, const struct viewer *viewer)
{
	struct channel *channel = channel_find(console->stream, viewer);

	channel->users++; /* first, in case it is the one that is left */
	channel_leave(console);
	console->channel = channel;
}

/* Never while pages are being given out: only when a console speaks, or is closed. */
void channel_leave(struct console *console)
{
	struct channel *channel = console->channel;

	console->channel = NULL;
	if (channel != NULL)
		channel_put(channel);
}

/* In a quiet hour nobody is behind, and nobody will ask for them. */
void channels_forget_pages(struct stream *stream)
{
	for (struct list *n = stream->channels.next; n != &stream->channels; n = n->next)
		forget_pages(LIST_ITEM(n, struct channel, node));
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

/* False: nothing more may be written. */
static bool write_page(struct console *console, const struct page *page)
{
	if (page->count == 0)
		return true;
	metrics_add(console->stream->parts.metrics, METRIC_EVENTS_SENT, page->count);
	return console_write(console, page->buf);
}

uint64_t console_position(const struct console *console)
{
	uint64_t next = console->next;

	if (console->state == CONSOLE_LIVE && console->channel->next > next)
		next = console->channel->next;
	return next - 1;
}

static void fall_behind(struct console *console)
{
	console->next = console_position(console) + 1;
	console_enter(console, CONSOLE_BEHIND);
	ws_want_write(console->conn);
}

static void give(struct console *console, const struct page *page)
{
	if (page->next <= console->next)
		return; /* it has read all this from the store already */
	if (page->from >= console->next && list_is_empty(&console->replies) &&
	    ws_is_ready(console->conn))
		(void)write_page(console, page); /* one that broke has left the list */
	else
		fall_behind(console);
}

static void give_to_live(struct channel *channel, const struct page *page)
{
	struct list *node = channel->live.next;

	while (node != &channel->live) {
		struct list *next = node->next; /* it may leave the list, but no other does */

		give(LIST_ITEM(node, struct console, node), page);
		node = next;
	}
}

/* Far behind as one: each goes on from its own position. */
static void all_fall_behind(struct channel *channel)
{
	while (!list_is_empty(&channel->live))
		fall_behind(LIST_ITEM(channel->live.next, struct console, node));
}

/* One page to all of them. True: there is more. */
static bool deliver(struct channel *channel, const struct feed *feed)
{
	const struct page *page;

	if (channel->next < feed_tail(feed))
		all_fall_behind(channel);
	if (list_is_empty(&channel->live))
		channel->next = feed_head(feed) + 1;
	if (channel->next > feed_head(feed))
		return false;
	page = channel_page(channel, feed, channel->next);
	if (page->count > 0)
		give_to_live(channel, page);
	channel->next = page->next;
	return channel->next <= feed_head(feed);
}

static bool deliver_to_all(struct stream *stream)
{
	bool is_more = false;

	for (struct list *n = stream->channels.next; n != &stream->channels; n = n->next)
		is_more |= deliver(LIST_ITEM(n, struct channel, node), stream->parts.feed);
	return is_more;
}

/* Of the one that waited longest. */
static void all_delivered(struct stream *stream, int64_t now_us)
{
	const struct event *event = feed_get(stream->parts.feed, stream->delivered + 1);

	if (event != NULL && event->committed_us != 0)
		metrics_observe(stream->parts.metrics, HISTOGRAM_COMMIT_TO_SOCKET,
				now_us - event->committed_us);
	stream->delivered = feed_head(stream->parts.feed);
}

static void pause_over(void *ctx);

static void begin_pause(struct stream *stream, int64_t us)
{
	loop_timer_start(stream->parts.loop, &stream->pause,
			 (us < PAUSE_MAX_US ? us : PAUSE_MAX_US) / 1000, 0, pause_over, stream);
}

/* -1: none. */
static int64_t pause_after(int64_t took_us)
{
	if (took_us < SOME_US)
		return -1;
	return took_us > UNSEEN_US ? took_us : UNSEEN_US;
}

static void deliver_a_while(struct stream *stream)
{
	const struct clock *clock = loop_clock(stream->parts.loop);
	int64_t began_us = clock->mono_us(clock), took_us;
	bool is_more;

	do {
		is_more = deliver_to_all(stream);
		took_us = clock->mono_us(clock) - began_us;
	} while (is_more && took_us < LONG_US);
	if (!is_more)
		all_delivered(stream, began_us + took_us);
	if (is_more)
		begin_pause(stream, 0); /* the loop goes round once */
	else if (pause_after(took_us) > 0)
		begin_pause(stream, pause_after(took_us));
}

static void pause_over(void *ctx)
{
	struct stream *stream = ctx;

	if (stream->delivered < feed_head(stream->parts.feed))
		deliver_a_while(stream);
}

void fanout_ready(struct feed_reader *reader)
{
	struct stream *stream = LIST_ITEM(reader, struct stream, reader);

	if (stream->pause.watcher == NULL)
		deliver_a_while(stream);
}

void fanout_stop(struct stream *stream)
{
	loop_timer_stop(&stream->pause);
	while (deliver_to_all(stream))
		;
}

void console_follow(struct console *console, uint64_t next)
{
	console->next = next;
	console_enter(console, CONSOLE_BEHIND);
}

static void give_rows(struct console *console, const struct store_read *read)
{
	struct page page;

	page_from_rows(read->rows, read->row_count, &console->channel->viewer, &page);
	console->next = page.next;
	(void)write_page(console, &page); /* one that broke is gone, and nothing follows */
	page_fini(&page);
}

static void take_rows(struct console *console, const struct store_read *read)
{
	if (console->state == CONSOLE_GONE || console->has_asked)
		return;
	if (read->failed != 0)
		console_end(console, 1013, "the store cannot be read");
	else if (read->is_trimmed || read->row_count == 0)
		snapshot_begin(console); /* older than the log */
	else
		give_rows(console, read);
}

static void rows_read(struct store_read *read)
{
	struct console *console = read->ctx;

	console->is_reading = false;
	take_rows(console, read);
	store_read_fini(read);
	console_back(console);
}

static void read_rows(struct console *console)
{
	console_read(console, &(struct store_read){
				      .op = READ_EVENTS,
				      .from = console->next,
				      .done = rows_read,
			      });
}

static void give_from_feed(struct console *console)
{
	const struct page *page =
		channel_page(console->channel, console->stream->parts.feed, console->next);

	console->next = page->next;
	(void)write_page(console, page); /* one that broke is gone, and nothing follows */
}

bool stream_is_far(const struct stream *stream, uint64_t next)
{
	uint64_t head = feed_head(stream->parts.feed);

	return next <= head && head - next >= (uint64_t)stream->settings.behind_max;
}

/* From a console's own turn: its answers are out. */
void console_catch_up(struct console *console)
{
	const struct feed *feed = console->stream->parts.feed;

	for (unsigned i = 0; i < PAGES_A_TURN && console->state == CONSOLE_BEHIND; i++) {
		if (console->next > feed_head(feed)) {
			console_enter(console, CONSOLE_LIVE);
			return;
		}
		if (!ws_is_ready(console->conn))
			break;
		if (stream_is_far(console->stream, console->next)) {
			snapshot_begin(console);
			snapshot_continue(console);
			return;
		}
		if (console->next < feed_tail(feed)) {
			read_rows(console);
			return;
		}
		give_from_feed(console);
	}
	if (console->state == CONSOLE_BEHIND)
		ws_want_write(console->conn);
}
