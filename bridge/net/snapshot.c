/* The state of the city for a console that starts anew.
 *
 * One message, in parts: the live incidents are read from the store page by page and each page
 * is sent before the next is read, so that a city with a hundred thousand open matters costs a
 * page of memory a console. The message names the seq from which events follow. An incident in
 * it may be newer than that (it was read later): the events in between then repeat what it
 * holds already, and its version tells. */
#include "net/stream_private.h"

#include <string.h>

#include "base/jsonw.h"

#define SNAPSHOT_ROWS  READ_MAX_ROWS
#define SNAPSHOT_BYTES (256 * 1024)

static void send_part(struct console *console, struct jsonw *w, bool is_first, bool is_last)
{
	struct buf *part = jsonw_buf(w);
	int status = ws_write_part(console->conn, part, is_first, is_last);

	buf_unref(&part);
	console->is_in_message = !is_last;
	if (status < 0)
		console_broken(console);
	else
		console_wrote(console);
}

static void write_head(struct console *console, const struct store_read *read, struct jsonw *w)
{
	struct stream *stream = console->stream;
	struct buf *units = stream->units;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", "snapshot");
	jsonw_int(w, "seq", (int64_t)read->head);
	jsonw_string(w, "epoch", store_epoch(stream->parts.store));
	jsonw_raw(w, "units", units != NULL ? (const char *)units->data : "[]",
		  units != NULL ? units->len : 2);
	jsonw_raw(w, "calls",
		  console->calls != NULL ? (const char *)console->calls->data : "[]",
		  console->calls != NULL ? console->calls->len : 2);
	buf_unref(&console->calls);
	jsonw_open(w, "incidents", '[');
}

static void write_rows(const struct store_read *read, bool is_first, struct jsonw *w)
{
	w->needs_comma = !is_first;
	for (unsigned i = 0; i < read->row_count; i++) {
		struct slice incident = event_incident(read->rows[i].body);

		jsonw_raw(w, NULL, incident.text, incident.len);
	}
}

static void send_rows(struct console *console, const struct store_read *read)
{
	bool is_first = !console->is_in_message, is_last = read->next == 0;
	struct jsonw w;

	jsonw_init(&w, SNAPSHOT_BYTES / 4);
	if (is_first) {
		write_head(console, read, &w);
		console->next = read->head + 1;
	} else {
		w.depth = 2; /* the object and its list are open since the first part */
	}
	write_rows(read, is_first, &w);
	if (is_last) {
		jsonw_close(&w, ']');
		jsonw_close(&w, '}');
	}
	send_part(console, &w, is_first, is_last);
	jsonw_fini(&w);
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
			call += sizeof(mark) - 2;
			jsonw_raw(&w, NULL, call, (size_t)(frame.text + frame.len - call));
		}
	}
	jsonw_close(&w, ']');
	buf_unref(&console->calls);
	console->calls = jsonw_buf(&w);
	jsonw_fini(&w);
	console->had_calls = true;
}

static void page_read(struct store_read *read)
{
	struct console *console = read->ctx;

	console->is_reading = false;
	if (console->state == CONSOLE_SNAPSHOT && read->failed != 0) {
		/* Half a message cannot be taken back: the console starts again. */
		ws_close(console->conn, 1013, "store");
	} else if (console->state == CONSOLE_SNAPSHOT && read->op == READ_CALLS) {
		keep_calls(console, read);
		ws_want_write(console->conn);
	} else if (console->state == CONSOLE_SNAPSHOT) {
		uint64_t next = read->next;

		send_rows(console, read);
		console->read.from = next;
		if (console->state == CONSOLE_SNAPSHOT)
			ws_want_write(console->conn);
	}
	store_read_fini(read);
	console_read_done(console);
}

static void read_next(struct console *console, enum read_op op, uint64_t from)
{
	console->is_reading = true;
	console->read = (struct store_read){
		.op = op,
		.from = from,
		.filter.viewer = console->channel->viewer,
		.max_rows = SNAPSHOT_ROWS,
		.max_bytes = SNAPSHOT_BYTES,
		.done = page_read,
		.ctx = console,
	};
	store_read_submit(console->stream->parts.store, &console->read);
}

void snapshot_begin(struct console *console)
{
	struct metrics *metrics = console->stream->parts.metrics;

	if (console->state == CONSOLE_BEHIND)
		metrics_add(metrics, METRIC_CONSOLES_BEHIND, -1);
	metrics_add(metrics, METRIC_SNAPSHOTS, 1);
	console->state = CONSOLE_SNAPSHOT;
	console->wants_snapshot = false;
	console->had_calls = !console->channel->viewer.sees_calls;
	console->read.from = 0;
	read_next(console, console->had_calls ? READ_LIVE : READ_CALLS, 0);
}

void snapshot_continue(struct console *console)
{
	if (console->is_reading)
		return;
	if (console->is_in_message)
		read_next(console, READ_LIVE, console->read.from);
	else if (console->next == 0)
		read_next(console, READ_LIVE, 0); /* the calls are there, the incidents next */
	else
		console_follow(console, console->next);
}
