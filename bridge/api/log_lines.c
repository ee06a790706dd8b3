#include "api/log_lines.h"

#include <inttypes.h>
#include <string.h>

#include "api/api_private.h"
#include "base/xalloc.h"

#define TICK_MS       2000
#define CHUNK_BYTES   ((size_t)64 * 1024)
#define CHUNKS_A_TURN 8 /* then others get their turn */

struct listener {
	struct list node; /* of api->listeners */
	struct api *api;
	struct http_stream *stream; /* NULL: gone; freed once its read is back */
	struct principal who;
	struct viewer viewer;
	uint64_t next; /* the seq it wants */
	bool is_reading;
	struct store_read read;
};

struct lines {
	char *text;
	size_t len, size;
};

static void add_line(struct lines *lines, const void *text, size_t len)
{
	if (lines->text == NULL || lines->len + len + 1 > lines->size) {
		lines->size = lines->len + len + 1 + CHUNK_BYTES;
		lines->text = xrealloc(lines->text, lines->size);
	}
	memcpy(lines->text + lines->len, text, len);
	lines->len += len;
	lines->text[lines->len++] = '\n';
}

static void add_event(struct listener *listener, struct lines *lines, const struct event *event)
{
	if (audience_admits(&event->audience, &listener->viewer))
		add_line(lines, event->body->data, event->body->len);
	listener->next = event->seq + 1;
}

static void write_lines(struct listener *listener, struct lines *lines)
{
	http_stream_write(listener->stream, lines->text, lines->len);
	xfree(lines->text);
}

static bool is_held(const struct listener *listener)
{
	const struct feed *feed = listener->api->parts.feed;

	return listener->next >= feed_tail(feed) && listener->next <= feed_head(feed);
}

static void write_from_feed(struct listener *listener)
{
	const struct feed *feed = listener->api->parts.feed;
	struct lines lines = {0};

	while (lines.len < CHUNK_BYTES && is_held(listener))
		add_event(listener, &lines, feed_get(feed, listener->next));
	write_lines(listener, &lines);
}

static void free_listener(struct listener *listener)
{
	api_closed(listener->api);
	xfree(listener);
}

static void rows_read(struct store_read *read)
{
	struct listener *listener = read->ctx;
	struct lines lines = {0};

	listener->is_reading = false;
	if (listener->stream == NULL) {
		store_read_fini(read);
		free_listener(listener);
		return;
	}
	/* An end without a word: the listener comes back with its last number, and is told. */
	if (read->failed != 0 || read->is_trimmed) {
		store_read_fini(read);
		http_stream_end(listener->stream);
		return;
	}
	for (unsigned i = 0; i < read->row_count; i++)
		add_event(listener, &lines, &read->rows[i]);
	store_read_fini(read);
	write_lines(listener, &lines);
	http_stream_want_write(listener->stream);
}

static void read_rows(struct listener *listener)
{
	listener->is_reading = true;
	listener->read = (struct store_read){
		.op = READ_EVENTS,
		.from = listener->next,
		.max_rows = READ_MAX_ROWS,
		.max_bytes = PAGE_ROW_BYTES,
		.done = rows_read,
		.ctx = listener,
	};
	store_read_submit(listener->api->parts.store, &listener->read);
}

static void go_on(struct listener *listener)
{
	const struct feed *feed = listener->api->parts.feed;

	for (unsigned chunks = 0; !listener->is_reading; chunks++) {
		if (listener->next > feed_head(feed))
			return; /* level: the next commit calls */
		if (!http_stream_is_ready(listener->stream))
			return; /* its socket calls when it has room */
		if (chunks == CHUNKS_A_TURN) {
			http_stream_want_write(listener->stream);
			return;
		}
		if (is_held(listener))
			write_from_feed(listener);
		else
			read_rows(listener);
	}
}

static void writable(void *ctx, struct http_stream *stream)
{
	(void)stream;
	go_on(ctx);
}

static void gone(void *ctx)
{
	struct listener *listener = ctx;

	list_remove(&listener->node);
	listener->stream = NULL;
	if (!listener->is_reading)
		free_listener(listener);
}

void log_lines_begin(struct api *api, struct http_request **request,
		     const struct principal *who, uint64_t after)
{
	static const struct http_stream_ops ops = {.writable = writable, .gone = gone};
	struct listener *listener;

	if (api->is_stopping) {
		http_problem(request, 503, "", "The bridge is stopping.", NULL, 0);
		return;
	}
	listener = xcalloc(1, sizeof(*listener));
	*listener = (struct listener){
		.api = api, .who = *who, .viewer = principal_viewer(who), .next = after + 1};
	api_opened(api);
	list_append(&api->listeners, &listener->node);
	listener->stream = http_stream_begin(request, "application/x-ndjson", &ops, listener);
	http_stream_want_write(listener->stream);
}

static void news(struct feed_reader *reader)
{
	struct api *api = LIST_ITEM(reader, struct api, reader);

	for (struct list *n = api->listeners.next; n != &api->listeners; n = n->next)
		go_on(LIST_ITEM(n, struct listener, node));
}

/* Says how far the listener has been told, also past what it may not see. */
static void write_tick(struct listener *listener)
{
	const struct clock *clock = listener->api->parts.clock;
	char time[CLOCK_TEXT], text[96];
	int len;

	clock_format(clock->wall_ms(clock), time);
	len = snprintf(text, sizeof(text),
		       "{\"type\":\"tick\",\"seq\":%" PRIu64 ",\"time\":\"%s\"}\n",
		       listener->next - 1, time);
	http_stream_write(listener->stream, text, (size_t)len);
}

/* Who is behind hears enough, or does not listen. */
static void tick(void *ctx)
{
	struct api *api = ctx;
	uint64_t head = feed_head(api->parts.feed);

	for (struct list *n = api->listeners.next; n != &api->listeners; n = n->next) {
		struct listener *listener = LIST_ITEM(n, struct listener, node);

		if (listener->next > head && http_stream_is_ready(listener->stream))
			write_tick(listener);
	}
}

static void end_those(struct api *api, bool (*is_over)(const struct listener *listener))
{
	struct list *node = api->listeners.next;

	while (node != &api->listeners) {
		struct listener *listener = LIST_ITEM(node, struct listener, node);

		node = node->next;
		if (is_over(listener))
			http_stream_end(listener->stream); /* may free it */
	}
}

static bool has_no_account(const struct listener *listener)
{
	return !accounts_holds(listener->api->parts.accounts, &listener->who);
}

static bool always(const struct listener *listener)
{
	(void)listener;
	return true;
}

static void accounts_changed(struct accounts_watcher *watcher)
{
	end_those(LIST_ITEM(watcher, struct api, watcher), has_no_account);
}

void log_lines_open(struct api *api)
{
	list_init(&api->listeners);
	api->reader.ready = news;
	feed_add(api->parts.feed, &api->reader);
	api->watcher.changed = accounts_changed;
	accounts_watch(api->parts.accounts, &api->watcher);
	loop_timer_start(api->parts.loop, &api->ticker, TICK_MS, TICK_MS, tick, api);
}

void log_lines_stop(struct api *api)
{
	end_those(api, always);
}

void log_lines_close(struct api *api)
{
	loop_timer_stop(&api->ticker);
	accounts_unwatch(&api->watcher);
	feed_remove(&api->reader);
}
