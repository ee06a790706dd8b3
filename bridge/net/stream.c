/* Life of a console: it opens, goes on from one thing that is due to the next, is looked after
 * once a tick, and ends.
 *
 * Nothing is freed under anybody's feet: whoever breaks, stalls or is signed out becomes GONE
 * and leaves the live list at once; its connection is closed later, from the loop, and what is
 * left is freed when its last read and its last action are back. */
#include "net/stream_private.h"

#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/whereabouts.h"
#include "net/auth.h"

static bool is_subscribed(enum console_state state)
{
	return state != CONSOLE_IDLE && state != CONSOLE_GONE;
}

/* The one place where a state changes: gauges and the live list follow it. */
void console_enter(struct console *console, enum console_state state)
{
	struct metrics *metrics = console->stream->parts.metrics;
	enum console_state old = console->state;

	console->state = state;
	list_remove(&console->node);
	if (state == CONSOLE_LIVE)
		list_append(&console->channel->live, &console->node);
	metrics_add(metrics, METRIC_CONSOLES, is_subscribed(state) - is_subscribed(old));
	metrics_add(metrics, METRIC_CONSOLES_BEHIND,
		    (state == CONSOLE_BEHIND) - (old == CONSOLE_BEHIND));
}

void console_broken(struct console *console)
{
	console_enter(console, CONSOLE_GONE);
}

void console_end(struct console *console, unsigned code, const char *reason)
{
	if (console->state == CONSOLE_GONE)
		return;
	ws_close(console->conn, code, reason);
	console_enter(console, CONSOLE_GONE);
}

bool console_write(struct console *console, struct buf *buf)
{
	if (ws_write(console->conn, buf) == 0)
		return true;
	console_broken(console);
	return false;
}

void console_go_on(struct console *console)
{
	if (console->state == CONSOLE_GONE || console->is_reading)
		return;
	if (!snapshot_is_in_message(console)) {
		if (console->has_asked)
			console_subscribe(console);
		if (!console_send_replies(console))
			return;
	}
	if (console->state == CONSOLE_SNAPSHOT)
		snapshot_continue(console);
	else if (console->state == CONSOLE_BEHIND)
		console_catch_up(console);
}

void console_read(struct console *console, const struct store_read *read)
{
	if (console->is_reading)
		panic("stream: a console reads twice at a time");
	console->is_reading = true;
	console->read = *read;
	console->read.max_rows = READ_MAX_ROWS;
	console->read.max_bytes = READ_BYTES;
	console->read.ctx = console;
	store_read_submit(console->stream->parts.store, &console->read);
}

static void stream_end(struct stream *stream)
{
	struct list *node;

	while ((node = list_take(&stream->channels)) != NULL)
		xfree(LIST_ITEM(node, struct channel, node));
	buf_unref(&stream->units);
	xfree(stream);
}

static void console_free(struct console *console)
{
	struct stream *stream = console->stream;

	console_drop_replies(console);
	buf_unref(&console->snapshot.calls);
	xfree(console);
	stream->consoles--;
	if (stream->is_freed && stream->consoles == 0)
		stream_end(stream);
}

void console_back(struct console *console)
{
	if (!console->is_closed)
		console_go_on(console);
	else if (!console->is_reading && console->in_flight == 0)
		console_free(console);
}

static unsigned opened(void *ctx, struct ws_conn *conn, const struct http_request *head,
		       void **session_r)
{
	struct stream *stream = ctx;
	struct principal principal;
	struct console *console;
	unsigned status;

	if (stream->is_stopped)
		return 503;
	status = auth_upgrade(stream->parts.accounts, head, &principal);
	if (status != 0)
		return status;
	if (!principal_may(&principal, RIGHT_WATCH))
		return 403;
	console = xcalloc(1, sizeof(*console));
	console->stream = stream;
	console->conn = conn;
	console->principal = principal;
	list_init(&console->node);
	list_init(&console->replies);
	list_append(&stream->slots[stream->next_slot], &console->tick);
	stream->next_slot = (stream->next_slot + 1) % TICK_SLOTS;
	stream->consoles++;
	*session_r = console;
	return 0;
}

static void said(void *session, const char *text, size_t len)
{
	struct console *console = session;

	if (console->state == CONSOLE_GONE)
		return;
	console_hear(console, text, len);
	console_go_on(console);
}

static void writable(void *session)
{
	console_go_on(session);
}

static void closed(void *session)
{
	struct console *console = session;

	console_enter(console, CONSOLE_GONE);
	console->is_closed = true;
	list_remove(&console->tick);
	channel_leave(console);
	console_back(console);
}

struct tick {
	uint64_t seq;
	struct buf *buf; /* NULL: none is made yet */
	uint64_t units_since;
	struct buf *units; /* what has changed since then; NULL: not made yet */
	int64_t now_us;
	struct stream *stream;
};

/* Nearly all are at the same seq: one message serves them. */
static struct buf *tick_at(struct tick *tick, uint64_t seq)
{
	const struct clock *clock = loop_clock(tick->stream->parts.loop);
	struct jsonw w;

	if (tick->buf != NULL && tick->seq == seq)
		return tick->buf;
	buf_unref(&tick->buf);
	jsonw_init(&w, 96);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "type", "tick");
	jsonw_int(&w, "seq", (int64_t)seq);
	jsonw_time(&w, "time", clock->wall_ms(clock));
	jsonw_close(&w, '}');
	tick->buf = jsonw_buf(&w);
	tick->seq = seq;
	jsonw_fini(&w);
	return tick->buf;
}

/* Nearly all have been told the same, so here too one message serves them. */
static struct buf *units_since(struct tick *tick, uint64_t revision)
{
	const struct clock *clock = loop_clock(tick->stream->parts.loop);
	struct jsonw w;

	if (tick->units != NULL && tick->units_since == revision)
		return tick->units;
	buf_unref(&tick->units);
	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "type", "units");
	jsonw_time(&w, "time", clock->wall_ms(clock));
	jsonw_open(&w, "units", '[');
	whereabouts_write_since(tick->stream->parts.whereabouts, revision, &w);
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	tick->units = jsonw_buf(&w);
	tick->units_since = revision;
	jsonw_fini(&w);
	return tick->units;
}

/* A console costs what it has been told, never a copy of what it has missed: who was away or
 * slow hears of all that has changed since, once. */
static bool send_units(struct console *console, struct tick *tick)
{
	uint64_t newest = whereabouts_revision(tick->stream->parts.whereabouts);
	uint64_t told = console->units_told;

	if (told == newest)
		return true;
	console->units_told = newest;
	return console_write(console, units_since(tick, told)) && ws_is_ready(console->conn);
}

/* Its seq is what the console has been given, not the newest there is: a console may come back
 * with it. */
static void send_tick(struct console *console, struct tick *tick)
{
	if (console->is_reading || !list_is_empty(&console->replies) ||
	    (console->state != CONSOLE_LIVE && console->state != CONSOLE_BEHIND))
		return;
	if (send_units(console, tick))
		(void)console_write(console, tick_at(tick, console_position(console)));
}

static bool is_stalled(struct console *console, int64_t now_us)
{
	uint64_t taken = ws_taken(console->conn);

	if (taken != console->taken)
		console->moved_us = now_us;
	console->taken = taken;
	return now_us - console->moved_us > console->stream->settings.stall_timeout_ms * 1000;
}

static void look_after(struct console *console, struct tick *tick)
{
	if (!is_subscribed(console->state))
		return;
	if (ws_is_ready(console->conn)) {
		console->moved_us = tick->now_us;
		/* Watching is work: nobody is signed out of a quiet night. */
		accounts_touch(tick->stream->parts.accounts, &console->principal);
		send_tick(console, tick);
	} else if (is_stalled(console, tick->now_us)) {
		metrics_add(tick->stream->parts.metrics, METRIC_CONSOLES_CUT, 1);
		console_end(console, 1013, "takes nothing");
	}
}

static void look_after_slot(void *ctx)
{
	struct stream *stream = ctx;
	const struct clock *clock = loop_clock(stream->parts.loop);
	struct tick tick = {.stream = stream, .now_us = clock->mono_us(clock)};
	struct list *slot = &stream->slots[stream->slot];

	for (struct list *n = slot->next; n != slot; n = n->next)
		look_after(LIST_ITEM(n, struct console, tick), &tick);
	buf_unref(&tick.buf);
	buf_unref(&tick.units);
	stream->slot = (stream->slot + 1) % TICK_SLOTS;
	if (stream->slot == 0)
		channels_forget_pages(stream);
}

static void end_where(struct stream *stream, bool (*is_over)(const struct console *console),
		      unsigned code, const char *reason)
{
	for (unsigned i = 0; i < TICK_SLOTS; i++) {
		struct list *slot = &stream->slots[i];

		for (struct list *n = slot->next; n != slot; n = n->next) {
			struct console *console = LIST_ITEM(n, struct console, tick);

			if (is_over(console))
				console_end(console, code, reason);
		}
	}
}

static bool has_lost_its_right(const struct console *console)
{
	return !accounts_holds(console->stream->parts.accounts, &console->principal);
}

static void accounts_changed(struct accounts_watcher *watcher)
{
	end_where(LIST_ITEM(watcher, struct stream, watcher), has_lost_its_right, 1008,
		  "signed out");
}

struct stream *stream_new(const struct stream_settings *settings,
			  const struct stream_parts *parts)
{
	static const struct ws_ops ops = {opened, said, writable, closed};
	struct stream *stream = xcalloc(1, sizeof(*stream));
	int64_t slot_ms = settings->tick_ms / TICK_SLOTS;

	stream->settings = *settings;
	stream->parts = *parts;
	list_init(&stream->channels);
	for (unsigned i = 0; i < TICK_SLOTS; i++)
		list_init(&stream->slots[i]);
	stream->delivered = feed_head(parts->feed);
	stream->reader.ready = fanout_ready;
	feed_add(parts->feed, &stream->reader);
	stream->watcher.changed = accounts_changed;
	accounts_watch(parts->accounts, &stream->watcher);
	http_set_ws(parts->http, &ops, stream);
	loop_timer_start(parts->loop, &stream->timer, slot_ms, slot_ms, look_after_slot,
			 stream);
	return stream;
}

void stream_set_units(struct stream *stream, struct buf *units)
{
	buf_unref(&stream->units);
	stream->units = buf_ref(units);
}

static bool always(const struct console *console)
{
	(void)console;
	return true;
}

void stream_stop(struct stream *stream)
{
	if (stream->is_stopped)
		return;
	stream->is_stopped = true;
	fanout_stop(stream);
	loop_timer_stop(&stream->timer);
	feed_remove(&stream->reader);
	accounts_unwatch(&stream->watcher);
	end_where(stream, always, 1001, "stopping");
}

void stream_free(struct stream **stream)
{
	struct stream *mine = *stream;

	*stream = NULL;
	if (mine == NULL)
		return;
	stream_stop(mine);
	mine->is_freed = true;
	if (mine->consoles == 0)
		stream_end(mine);
}
