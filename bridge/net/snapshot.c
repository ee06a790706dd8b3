/* The state of the city for a console that starts anew.
 *
 * One message, in parts: the live incidents are read from the store page by page and each page
 * is sent before the next is read, so that a city with a hundred thousand open matters costs a
 * page of memory a console. The message names the seq from which events follow: that of the
 * first read, so that what comes between two reads is not lost. An incident in it may be newer
 * than that (it was read later): the events in between then repeat what it holds already, and
 * its version tells. */
#include "net/stream_private.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/watch.h"

bool snapshot_is_in_message(const struct console *console)
{
	return console->state == CONSOLE_SNAPSHOT && console->snapshot.step == SNAPSHOT_MORE;
}

static void write_list(struct jsonw *w, const char *key, const struct buf *list)
{
	if (list != NULL)
		jsonw_raw(w, key, (const char *)list->data, list->len);
	else
		jsonw_raw(w, key, "[]", 2);
}

/* As they are now: what an event after seq says of them says it again. */
static void write_alarms(const struct console *console, struct jsonw *w)
{
	const struct watch *watch = console->stream->parts.watch;

	if (watch != NULL)
		watch_write_alarms(watch, &console->channel->viewer, -1, w, "alarms");
	else
		jsonw_raw(w, "alarms", "[]", 2);
}

static void write_head(struct console *console, struct jsonw *w)
{
	const struct stream *stream = console->stream;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", "snapshot");
	jsonw_int(w, "seq", (int64_t)console->snapshot.seq);
	jsonw_string(w, "epoch", store_epoch(stream->parts.store));
	write_list(w, "units", stream->units);
	write_list(w, "calls", console->snapshot.calls);
	write_alarms(console, w);
	jsonw_open(w, "incidents", '[');
	buf_unref(&console->snapshot.calls);
}

static void write_incidents(const struct store_read *read, struct jsonw *w)
{
	for (unsigned i = 0; i < read->row_count; i++) {
		struct slice incident = event_incident(read->rows[i].body);

		if (incident.len > 0)
			jsonw_raw(w, NULL, incident.text, incident.len);
	}
}

static struct buf *make_part(struct console *console, const struct store_read *read,
			     bool is_first, bool is_last)
{
	struct buf *part;
	struct jsonw w;

	jsonw_init(&w, READ_BYTES / 2);
	if (is_first) {
		write_head(console, &w);
	} else {
		w.depth = 2; /* the object and its list are open since the first part */
		w.needs_comma = console->snapshot.has_incidents;
	}
	write_incidents(read, &w);
	console->snapshot.has_incidents = w.needs_comma;
	if (is_last) {
		jsonw_close(&w, ']');
		jsonw_close(&w, '}');
	}
	part = jsonw_buf(&w);
	jsonw_fini(&w);
	return part;
}

static void send_part(struct console *console, const struct store_read *read)
{
	bool is_first = !snapshot_is_in_message(console), is_last = read->next == 0;
	struct buf *part = make_part(console, read, is_first, is_last);

	console->snapshot.step = SNAPSHOT_MORE;
	console->snapshot.from = read->next;
	if (part->len > 0 && ws_write_part(console->conn, part, is_first, is_last) < 0) {
		console_broken(console);
	} else if (is_last) {
		console_follow(console, console->snapshot.seq + 1);
		console_say_subscribed(console, false);
	}
	buf_unref(&part); /* an empty one: a whole page of incidents that are not for this
			     viewer */
}

static void keep_calls(struct console *console, const struct store_read *read)
{
	static const char mark[] = ",\"call\":{";
	struct jsonw w;

	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '[');
	for (unsigned i = 0; i < read->row_count; i++) {
		struct slice frame = event_head(read->rows[i].body);
		const char *call = memmem(frame.text, frame.len, mark, sizeof(mark) - 1);

		if (call != NULL) {
			call += sizeof(mark) - 2; /* its opening brace */
			jsonw_raw(&w, NULL, call, (size_t)(frame.text + frame.len - call));
		}
	}
	jsonw_close(&w, ']');
	buf_unref(&console->snapshot.calls);
	console->snapshot.calls = jsonw_buf(&w);
	jsonw_fini(&w);
	console->snapshot.step = SNAPSHOT_FIRST;
}

static void use_page(struct console *console, const struct store_read *read)
{
	if (read->head < console->snapshot.seq)
		console->snapshot.seq = read->head;
	if (read->op == READ_CALLS)
		keep_calls(console, read);
	else
		send_part(console, read);
}

static void take_page(struct console *console, const struct store_read *read)
{
	if (console->state == CONSOLE_GONE)
		return;
	if (console->has_asked && !snapshot_is_in_message(console))
		return; /* it will start again, with what it has asked for since */
	if (read->failed != 0)
		console_end(console, 1013, "the store cannot be read"); /* also in a message */
	else
		use_page(console, read);
}

static void page_read(struct store_read *read)
{
	struct console *console = read->ctx;

	console->is_reading = false;
	take_page(console, read);
	store_read_fini(read);
	console_back(console);
}

void snapshot_begin(struct console *console)
{
	bool sees_calls = console->channel->viewer.sees_calls;

	metrics_add(console->stream->parts.metrics, METRIC_SNAPSHOTS, 1);
	console_enter(console, CONSOLE_SNAPSHOT);
	buf_unref(&console->snapshot.calls);
	console->snapshot.step = sees_calls ? SNAPSHOT_CALLS : SNAPSHOT_FIRST;
	console->snapshot.seq = UINT64_MAX;
	console->snapshot.from = 0;
	console->snapshot.has_incidents = false;
}

void snapshot_continue(struct console *console)
{
	if (!ws_is_ready(console->conn)) {
		ws_want_write(console->conn);
		return;
	}
	console_read(
		console,
		&(struct store_read){
			.op = console->snapshot.step == SNAPSHOT_CALLS ? READ_CALLS : READ_LIVE,
			.from = console->snapshot.from,
			.filter.viewer = console->channel->viewer,
			.done = page_read,
		});
}
