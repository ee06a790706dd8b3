/* The log, line by line, for as long as somebody listens: application/x-ndjson.
 *
 * Each line is an event's frame, the same bytes as on the WebSocket, or a tick. A listener
 * costs its position and what its socket has not taken yet, at most one page; who stops reading
 * is cut by http's limit. Ends on stop, and when the account behind it has gone. Loop thread
 * only. */
#pragma once

#include <stdint.h>

struct api;
struct http_request;
struct principal;

/* Takes the request over. after has been given by this log. */
void log_lines_begin(struct api *api, struct http_request **request,
		     const struct principal *who, uint64_t after);

/* Once, when the API begins; all listeners off; and no more news of anything. */
void log_lines_open(struct api *api);
void log_lines_stop(struct api *api);
void log_lines_close(struct api *api);
