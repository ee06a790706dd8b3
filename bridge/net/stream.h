/* The WebSocket stream /v1/stream: every console sees every event it may see, in order, without
 * a gap that it is not told of (contract section 4).
 *
 * A console costs its position, never a copy of the backlog: who keeps up is written to
 * directly when a commit comes in, who does not is served from its position when its socket has
 * room. No console slows another or intake. Loop thread only. */
#pragma once

#include "core/access.h"
#include "core/feed.h"
#include "net/http.h"
#include "store/store.h"

struct accounts;
struct actions;
struct command_desk;
struct stream;
struct whereabouts;

struct stream_settings {
	int64_t tick_ms;          /* a console hears at least this often; ≥ 1000 */
	int64_t stall_timeout_ms; /* a socket that takes nothing for so long is closed */
	int64_t behind_max;       /* events; who is further behind is given the state instead */
};

struct stream_parts { /* all borrowed for the stream's life */
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct feed *feed;
	struct accounts *accounts;
	struct actions *actions;
	struct command_desk *command_desk;
	const struct watch *watch;             /* NULL: there are no alarms */
	const struct whereabouts *whereabouts; /* told with the tick, when some have changed */
	const struct agencies *agencies;
	struct metrics *metrics;
};

struct stream *stream_new(const struct stream_settings *settings,
			  const struct stream_parts *parts);
/* units: the JSON list for snapshots; takes a reference of its own. */
void stream_set_units(struct stream *stream, struct buf *units);
/* Tells every console to come back (1001) and takes no more. Call it when the last answers and
 * events are out, and let the loop run until the connections are closed. */
void stream_stop(struct stream *stream);
/* After http_close: no connection is left. What still waits for the store or for an action
 * keeps its memory until store_close has brought it back. */
void stream_free(struct stream **stream);
